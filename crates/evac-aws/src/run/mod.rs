//! What a run keeps on AWS of itself: its lease and the copies of its journal. Nothing of it is a part of the world
//! that the run changes.

mod ask_lease;
mod lease;
mod lease_item;
mod store;

pub(crate) use ask_lease::AskLease;
pub use lease::{DynamoLease, lease};
pub use store::{S3Store, mirror};

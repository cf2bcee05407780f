//! Runs: a plan carried out, its journal on disk and elsewhere, the lease under which it acts, and those who watch.

mod folder;
mod journal_file;
pub mod lease;
mod mirror;
mod order;
mod plans;
mod policy;
mod private;
mod storage;
mod store;

pub use folder::{RunFolder, RunLock};
pub use journal_file::{JournalFile, JournalFileError, Opened};
pub use lease::{JournalHead, LeaseFailure, LeaseItem, LeaseStore};
pub use mirror::ObjectStore;
pub use order::{Order, OrderBook, SignedOrder};
pub use policy::Policy;
pub use storage::JournalStorage;
pub use store::{RunEntry, RunStore, RunStoreError, Unfit};

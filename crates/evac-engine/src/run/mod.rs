//! Runs: a plan carried out, its journal on disk and elsewhere, the lease under which it acts, and those who watch.

mod acknowledged;
mod copies;
mod dry_run;
mod executor;
mod folder;
mod follow;
mod journal_file;
pub mod lease;
mod mirror;
mod order;
mod order_watch;
mod plans;
mod policy;
pub mod private;
mod recorder;
mod storage;
mod store;
mod view;
mod world_clock;

pub use acknowledged::note_acknowledged;
pub use copies::{JournalCopy, NoCopy};
pub use dry_run::{DryStep, dry_run};
pub use executor::{Beginning, Command, Executor, Means, NotResumed, Resumption, RunEnd, RunError};
pub use folder::{RunFolder, RunLock};
pub use follow::{Followed, follow, follow_copies};
pub use journal_file::{JournalFile, JournalFileError, Opened};
pub use lease::{
    Claim, JournalHead, Lease, LeaseFailure, LeaseItem, LeaseStatus, LeaseStore, LocalLease, NotTaken, Taken,
    acknowledge,
};
pub use mirror::{Copied, Mirror, ObjectStore};
pub use order::{Order, OrderBook, SignedOrder};
pub use order_watch::watch_orders;
pub use policy::Policy;
pub use recorder::NotRecorded;
pub use storage::JournalStorage;
pub use store::{RunEntry, RunStore, RunStoreError, Unfit};
pub use view::RunView;
pub use world_clock::WorldClock;

//! The lease: which run may act on a stack. One item, changed by conditional writes alone, in a table that outlives a
//! region or in a file of this machine.

mod acknowledge;
mod acquire;
mod keep;
mod local;
mod moment;
mod write;

pub use acknowledge::acknowledge;
pub use acquire::{Claim, NotTaken, Taken};
pub use keep::{Lease, LeaseStatus};
pub use local::LocalLease;
pub use moment::Moment;

use evac_core::{
    reading::LeaseReading,
    run::{ChainHash, RunState},
};
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};

/// The item of a stack in the lease table, as every evac reads and writes it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LeaseItem {
    /// Grows by one with every write, whatever it changes.
    pub version: u64,
    /// Drawn by lot for every write: by it a writer that got no answer finds out whether the write is its own.
    pub token: String,
    /// Who holds it, and who held it last.
    #[serde(flatten)]
    pub lease: LeaseReading,
    /// How far the holder's journal had come, so that a copy of it that is behind is noticed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<JournalHead>,
}

impl LeaseItem {
    /// The run that holds the lease, or that held it last and began to record.
    pub(crate) fn newest_run(&self) -> Option<&str> {
        let holder = self.lease.holder.as_ref().map(|holder| holder.run.as_str());
        holder.or(self.head.as_ref().map(|head| head.run.as_str()))
    }
}

/// The newest record of a journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalHead {
    /// The run whose journal it is.
    #[serde(default)]
    pub run: String,
    /// Its number.
    pub number: u64,
    /// Its hash, in hexadecimal.
    pub hash: String,
    /// The epoch of the lease under which it was written: what a holder before wrote tells nothing of the newer ones.
    #[serde(default)]
    pub epoch: u64,
    /// True when its run had been displaced by then ([`LeaseHolder::displaced`](evac_core::reading::LeaseHolder)): a copy
    /// of the journal that is behind may not tell.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub displaced: bool,
}

impl JournalHead {
    /// That of a run that stands so, with the hash of its newest record.
    pub(super) fn of(state: &RunState, hash: &ChainHash) -> Self {
        let run = state.run.as_str().to_owned();
        Self { run, number: state.last_number, hash: hash.0.clone(), epoch: state.epoch, displaced: false }
    }

    /// The same as a holder of the lease writes it: what is void for him is so for whoever goes on.
    fn written_under(self, lease: &LeaseReading) -> Self {
        let holder = lease.holder.as_ref().filter(|holder| holder.run == self.run);
        let displaced = self.displaced || holder.is_some_and(|holder| holder.displaced);
        Self { displaced, ..self }
    }
}

/// Why the store did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LeaseFailure {
    /// The condition did not hold, or another write came between: nothing was written.
    #[error("another write was quicker")]
    Conflict,
    /// Certainly nothing was written: it was never reached, or it refused.
    #[error("{0}")]
    Refused(String),
    /// Nobody knows: the request was sent, and no answer came.
    #[error("no answer: {0}")]
    Unknown(String),
}

/// Where the item of one stack is kept.
///
/// All that is ever done to it is a strongly consistent read and a conditional write of the whole: taking, renewing,
/// releasing and acknowledging are made of these by [`Lease`].
pub trait LeaseStore: Send + Sync + 'static {
    /// Reads the item, strongly consistent; `None` when there never was one.
    fn read(&self) -> BoxFuture<'_, Result<Option<LeaseItem>, LeaseFailure>>;

    /// Writes the item on the condition that the one that is there has exactly `item.version - 1`, or that there is
    /// none when `item.version` is 1. It is tried once: retries belong to the caller, who knows what is at stake.
    fn write<'a>(&'a self, item: &'a LeaseItem) -> BoxFuture<'a, Result<(), LeaseFailure>>;

    /// True when it binds this machine only.
    fn is_local(&self) -> bool {
        false
    }
}

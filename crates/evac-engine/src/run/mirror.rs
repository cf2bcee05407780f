//! The copy of a journal in other regions: made after each record is durable here, and never waited for by a step.

use std::{sync::Arc, time::Duration};

use evac_core::{SourceError, ids::RegionId, run::RunId};
use futures::{StreamExt, future::BoxFuture, stream::FuturesUnordered};
use tokio::{sync::watch, time::sleep};

use super::recorder::Written;

/// How long a bucket that failed is left alone, at first and at most.
const PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// A bucket that copies of journals are put into. Keys are given in full.
pub trait ObjectStore: Send + Sync + 'static {
    /// The bucket's region.
    fn region(&self) -> &RegionId;

    /// Puts an object whole, in the place of an older one of its name. It may be done twice.
    fn put<'a>(&'a self, key: &'a str, body: Vec<u8>) -> BoxFuture<'a, Result<(), SourceError>>;

    /// An object's content; `None` when there is no such object.
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Vec<u8>>, SourceError>>;

    /// The keys that begin with a text, sorted, all of them.
    fn list<'a>(&'a self, prefix: &'a str) -> BoxFuture<'a, Result<Vec<String>, SourceError>>;
}

/// The buckets of a stack, and what the keys of its runs begin with.
#[derive(Clone)]
pub struct Mirror {
    /// What keys begin with, such as `evac/runs/`.
    pub prefix: String,
    /// The buckets.
    pub buckets: Vec<Arc<dyn ObjectStore>>,
    /// The longest that one request may take.
    pub patience: Duration,
}

/// How far the copies have come in one bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// The bucket's region.
    pub region: RegionId,
    /// How many bytes of the journal are there.
    pub bytes: usize,
    /// How many bytes the journal has.
    pub of: usize,
    /// Why the newest try failed, if it did.
    pub failure: Option<SourceError>,
}

impl Mirror {
    /// No copy at all.
    pub fn none() -> Self {
        Self { prefix: String::new(), buckets: Vec::new(), patience: Duration::from_secs(1) }
    }

    /// The key of a run's journal as one holder of the lease writes it. Each holder has a key of its own, so that one
    /// who lost the lease and does not know it yet cannot write over what the next one records.
    pub(super) fn journal_key(&self, run: &RunId, epoch: u64) -> String {
        format!("{}{run}/journal-{epoch:010}.jsonl", self.prefix)
    }

    pub(super) fn orders_prefix(&self, run: &RunId) -> String {
        format!("{}{run}/commands/", self.prefix)
    }

    /// Copies the journal into every bucket, each at its own pace, until the journal ends. A bucket that is slow or
    /// gone skips what came meanwhile, and gets the newest when it answers again.
    pub(super) async fn copy(self, run: RunId, written: watch::Receiver<Written>, told: watch::Sender<Vec<Copied>>) {
        let told = &told;
        let mut copies: FuturesUnordered<_> = self
            .buckets
            .iter()
            .enumerate()
            .map(|(index, _)| self.copy_into(index, &run, written.clone(), told))
            .collect();
        while copies.next().await.is_some() {}
    }

    async fn copy_into(
        &self,
        index: usize,
        run: &RunId,
        mut written: watch::Receiver<Written>,
        told: &watch::Sender<Vec<Copied>>,
    ) {
        let Some(bucket) = self.buckets.get(index) else { return };
        let (mut there, mut pause) = (0, PAUSE);
        loop {
            let newest = written.borrow_and_update().clone();
            let (of, key) = (newest.bytes.len(), self.journal_key(run, newest.epoch));
            let failure = self.put(&**bucket, &key, newest.bytes.as_ref().clone()).await.err();
            if failure.is_none() {
                (there, pause) = (of, PAUSE);
            }
            let copied = Copied { region: bucket.region().clone(), bytes: there, of, failure: failure.clone() };
            told.send_modify(|all| {
                all.retain(|other| other.region != copied.region);
                all.push(copied);
            });
            if let Some(failure) = failure {
                tracing::warn!(region = %bucket.region(), %failure, "the journal was not copied");
                sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            } else if written.changed().await.is_err() {
                return;
            }
        }
    }
}

pub(super) fn late() -> SourceError {
    SourceError::new(evac_core::SourceErrorKind::Timeout, "no answer in time")
}

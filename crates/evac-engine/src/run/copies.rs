//! What another machine finds of a run in the buckets, and leaves there for its runner.

use std::collections::BTreeSet;

use evac_core::{
    SourceError,
    ids::RegionId,
    run::{Journal, RunId, RunState},
};
use futures::future::join_all;
use tokio::time::timeout;

use super::{Mirror, ObjectStore, SignedOrder, mirror::late, order};

/// The best copy of a journal that was found, verified.
#[derive(Debug, Clone, PartialEq)]
pub struct JournalCopy {
    /// The journal.
    pub journal: Journal,
    /// The same as bytes, without a torn end.
    pub bytes: Vec<u8>,
    /// Where it was found.
    pub region: RegionId,
}

impl JournalCopy {
    /// Whether the run went on where this was copied from, after it came to where a journal of it has it.
    pub fn goes_beyond(&self, state: &RunState) -> bool {
        let newest = self.journal.records.last().map(|record| (record.epoch, record.number));
        newest > Some((state.epoch, state.last_number))
    }
}

/// Why no copy can be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoCopy {
    /// The stack names no bucket.
    #[error("the stack names no bucket for journals")]
    NoBucket,
    /// None of the buckets has one.
    #[error("no bucket that answers has a journal of this run{}", failures(.0))]
    Absent(Vec<String>),
    /// There are copies, and none can be believed.
    #[error("no copy can be believed{}", failures(.0))]
    Damaged(Vec<String>),
}

fn failures(all: &[String]) -> String {
    if all.is_empty() { String::new() } else { format!(": {}", all.join("; ")) }
}

impl Mirror {
    /// The runs that have a journal in any bucket that answers, newest first, and what did not answer.
    pub async fn runs(&self) -> (Vec<RunId>, Vec<(RegionId, SourceError)>) {
        let lists = join_all(self.buckets.iter().map(|bucket| self.list(&**bucket, &self.prefix))).await;
        let (mut runs, mut failures) = (BTreeSet::new(), Vec::new());
        for (bucket, list) in self.buckets.iter().zip(lists) {
            match list {
                Ok(keys) => {
                    let names = keys.iter().filter_map(|key| key.strip_prefix(&self.prefix)?.split_once("/journal-"));
                    runs.extend(names.filter_map(|(run, _)| RunId::parse(run).ok()));
                }
                Err(failure) => failures.push((bucket.region().clone(), failure)),
            }
        }
        (runs.into_iter().rev().collect(), failures)
    }

    /// The journal of a run as the newest holder of the lease wrote it, from the bucket that has the most of it.
    pub async fn journal(&self, run: &RunId) -> Result<JournalCopy, NoCopy> {
        if self.buckets.is_empty() {
            return Err(NoCopy::NoBucket);
        }
        let found = join_all(self.buckets.iter().map(|bucket| self.journal_in(&**bucket, run))).await;
        let (mut copies, mut silent, mut damaged) = (Vec::new(), Vec::new(), Vec::new());
        for (bucket, found) in self.buckets.iter().zip(found) {
            match found {
                Ok(Some((epoch, bytes))) => match Journal::read(&bytes) {
                    Ok(journal) => copies.push((epoch, journal, bytes, bucket.region().clone())),
                    Err(damage) => damaged.push(format!("{}: {damage}", bucket.region())),
                },
                Ok(None) => {}
                Err(failure) => silent.push(format!("{}: {failure}", bucket.region())),
            }
        }
        let best = copies.into_iter().max_by_key(|(epoch, journal, ..)| (*epoch, journal.records.len()));
        let Some((_, journal, mut bytes, region)) = best else {
            return Err(if damaged.is_empty() { NoCopy::Absent(silent) } else { NoCopy::Damaged(damaged) });
        };
        bytes.truncate(journal.length);
        Ok(JournalCopy { journal, bytes, region })
    }

    async fn journal_in(&self, bucket: &dyn ObjectStore, run: &RunId) -> Result<Option<(u64, Vec<u8>)>, SourceError> {
        let begins = format!("{}{run}/journal-", self.prefix);
        let keys = self.list(bucket, &begins).await?;
        let epoch = |key: &String| key.strip_prefix(&begins)?.strip_suffix(".jsonl")?.parse::<u64>().ok();
        let Some(newest) = keys.iter().filter_map(epoch).max() else { return Ok(None) };
        let bytes = self.get(bucket, &self.journal_key(run, newest)).await?;
        Ok(bytes.map(|bytes| (newest, bytes)))
    }

    /// Leaves an order for the runner in every bucket that answers.
    ///
    /// # Errors
    /// What each bucket said, when none took it.
    pub async fn give(&self, run: &RunId, signed: &SignedOrder) -> Result<(), Vec<(RegionId, SourceError)>> {
        let body = serde_json::to_vec(signed).unwrap_or_default();
        let key = format!("{}{}.json", self.orders_prefix(run), signed.id);
        let put = |bucket| {
            let (key, body) = (&key, body.clone());
            async move { self.put(bucket, key, body).await }
        };
        let given = join_all(self.buckets.iter().map(|bucket| put(&**bucket))).await;
        if given.iter().any(Result::is_ok) {
            return Ok(());
        }
        let failed =
            self.buckets.iter().zip(given).filter_map(|(bucket, it)| Some((bucket.region().clone(), it.err()?)));
        Err(failed.collect())
    }

    /// The orders that other machines have left and that are not known yet. A bucket that does not answer has none.
    pub(super) async fn orders(&self, run: &RunId, known: &BTreeSet<String>) -> Vec<SignedOrder> {
        let mut orders = Vec::new();
        for bucket in &self.buckets {
            let begins = self.orders_prefix(run);
            let Ok(keys) = self.list(&**bucket, &begins).await else { continue };
            let id = |key: &str| key.strip_prefix(&begins)?.strip_suffix(".json").map(str::to_owned);
            let fresh: Vec<_> = keys.into_iter().filter(|key| id(key).is_some_and(|id| !known.contains(&id))).collect();
            let bodies = join_all(fresh.iter().map(|key| self.get(&**bucket, key))).await;
            let bodies = bodies.into_iter().filter_map(Result::ok);
            orders.extend(bodies.flatten().filter_map(|body| order::parse(&body, &begins)));
        }
        orders
    }

    async fn list(&self, bucket: &dyn ObjectStore, prefix: &str) -> Result<Vec<String>, SourceError> {
        timeout(self.patience, bucket.list(prefix)).await.unwrap_or_else(|_| Err(late()))
    }

    async fn get(&self, bucket: &dyn ObjectStore, key: &str) -> Result<Option<Vec<u8>>, SourceError> {
        timeout(self.patience, bucket.get(key)).await.unwrap_or_else(|_| Err(late()))
    }

    pub(super) async fn put(&self, bucket: &dyn ObjectStore, key: &str, body: Vec<u8>) -> Result<(), SourceError> {
        timeout(self.patience, bucket.put(key, body)).await.unwrap_or_else(|_| Err(late()))
    }
}

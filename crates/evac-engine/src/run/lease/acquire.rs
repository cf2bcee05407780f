use std::{sync::Arc, time::Duration};

use evac_core::{
    reading::{LeaseHolder, LeaseReading},
    run::RunId,
};
use jiff::Timestamp;
use tokio::time::{Instant, sleep};

use super::{Lease, LeaseFailure, LeaseItem, LeaseStore, write::Bounded};
use crate::Clock;

/// How many questions in a row may fail before the table counts as unreachable.
const FAILURES: u32 = 3;

/// What a run says of itself when it asks for the lease.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The run.
    pub run: RunId,
    /// Whose it is: person and machine.
    pub holder: String,
    /// What it does: `failover us-east-1 to us-west-2`.
    pub purpose: String,
    /// How long it is kept without a renewal, in this machine's time.
    pub ttl: Duration,
    /// An epoch whose holder is proven to be dead, since this process has the lock of the very journal that it wrote.
    /// It need not be waited for.
    pub dead_epoch: Option<u64>,
}

/// The lease, and the item as it was before it was taken.
#[derive(Debug)]
pub struct Taken {
    /// The lease.
    pub lease: Lease,
    /// What was there before.
    pub before: LeaseItem,
}

/// Why the lease was not taken.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NotTaken {
    /// Another run holds it, and is alive.
    #[error("{} is under way: {}, by {}", .0.run, .0.purpose, .0.holder)]
    Busy(Box<LeaseHolder>),
    /// Nobody can be asked who holds it.
    #[error("the lease cannot be asked for: {0}")]
    Unreachable(LeaseFailure),
}

impl Lease {
    /// Takes the lease of a stack, with an epoch that is greater than any before, and keeps it renewed.
    ///
    /// A holder is waited for until its count of renewals has stood still for its own time to live, by this machine's
    /// monotonic clock alone; one that renews is alive, and the lease is its.
    pub async fn acquire(store: Arc<dyn LeaseStore>, claim: Claim, clock: Arc<dyn Clock>) -> Result<Taken, NotTaken> {
        let bounded = Bounded { store, patience: patience(claim.ttl) };
        let mut failures = 0;
        let mut watched: Option<(LeaseItem, Instant)> = None;
        let mut before = None;
        let (first_asked, since) = (Instant::now(), clock.now());
        loop {
            // The holder's silence counts from before the question: its last renewal was earlier than the answer.
            let item = match bounded.read().await {
                Ok(item) => item,
                Err(failure) => {
                    failures += 1;
                    if failures >= FAILURES {
                        return Err(NotTaken::Unreachable(failure));
                    }
                    sleep(bounded.patience).await;
                    continue;
                }
            };
            if let Some(holder) = &item.lease.holder {
                if holder.since == since && holder.run == claim.run.as_str() && holder.holder == claim.holder {
                    // A write of ours that had been given up has arrived after all.
                    let lease = Lease::keep(bounded, item.clone(), first_asked, claim.ttl, clock);
                    return Ok(Taken { lease, before: before.unwrap_or(item) });
                }
                let dead = holder.run == claim.run.as_str() && claim.dead_epoch == Some(item.lease.epoch);
                let (first, since) = watched.get_or_insert_with(|| (item.clone(), Instant::now()));
                if !same_silence(&first.lease, &item.lease) {
                    return Err(NotTaken::Busy(Box::new(holder.clone())));
                }
                let wait = Duration::from_secs(holder.ttl).saturating_sub(since.elapsed());
                if !dead && !wait.is_zero() {
                    sleep(wait.min(bounded.patience)).await;
                    continue;
                }
            }
            let asked = Instant::now();
            before = Some(item.clone());
            match bounded.follow(&item, claimed(&claim, &item, since), item.head.clone()).await {
                Ok(taken) => {
                    return Ok(Taken { lease: Lease::keep(bounded, taken, asked, claim.ttl, clock), before: item });
                }
                // Somebody else came between: who, tells the next look.
                Err(LeaseFailure::Conflict) => {
                    watched.get_or_insert_with(|| (item.clone(), Instant::now()));
                    failures = 0;
                }
                Err(failure) => {
                    failures += 1;
                    if failures >= FAILURES {
                        return Err(NotTaken::Unreachable(failure));
                    }
                }
            }
        }
    }
}

/// The longest that one question may take: a third of the time to live, so that a renewal can be tried twice.
pub(super) fn patience(ttl: Duration) -> Duration {
    (ttl / 3).max(Duration::from_millis(10))
}

/// Whether nothing was heard of the holder between two looks.
fn same_silence(first: &LeaseReading, now: &LeaseReading) -> bool {
    let pulse = |lease: &LeaseReading| lease.holder.as_ref().map(|holder| (holder.run.clone(), holder.renewals));
    first.epoch == now.epoch && pulse(first) == pulse(now)
}

fn claimed(claim: &Claim, before: &LeaseItem, since: Timestamp) -> LeaseReading {
    let holder = LeaseHolder {
        run: claim.run.as_str().to_owned(),
        holder: claim.holder.clone(),
        purpose: claim.purpose.clone(),
        since,
        renewals: 0,
        ttl: claim.ttl.as_secs().max(1),
    };
    LeaseReading { epoch: before.lease.epoch + 1, holder: Some(holder), last: before.lease.last.clone() }
}

use std::{sync::Arc, time::Duration};

use evac_core::{
    reading::{LastRun, LeaseHolder, LeaseReading},
    run::{Journal, RunId, RunOutcome, RunState},
};
use jiff::Timestamp;
use tokio::time::{Instant, sleep};

use super::{JournalHead, Lease, LeaseFailure, LeaseItem, LeaseStore, moment::Moment, write::Bounded};
use crate::Clock;

/// How many questions in a row may fail, and how many writes, before the table counts as unreachable.
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
    /// The newest epoch in the journal that the run goes on from; `None` when it begins.
    pub epoch: Option<u64>,
    /// True when the runner of that epoch is proven to be dead, since this process has the lock of the very journal that
    /// it wrote. It need not be waited for.
    pub dead: bool,
}

/// The lease, and the item as it was before it was taken.
#[derive(Debug)]
pub struct Taken {
    /// The lease.
    pub lease: Lease,
    /// What was there before.
    pub before: LeaseItem,
    /// True when another run has held it since the journal that this one goes on from.
    pub displaced: bool,
}

impl Taken {
    fn new(lease: Lease, before: LeaseItem, item: &LeaseItem) -> Self {
        let displaced = item.lease.holder.as_ref().is_some_and(|holder| holder.displaced);
        Self { lease, before, displaced }
    }

    /// Gives the lease back under which a run was not gone on with after all. It is told how far the journal at hand has
    /// come, unless it knows more or of another run: else whoever takes it next would take the run for one that another
    /// has displaced since.
    ///
    /// # Errors
    /// It runs out by itself.
    pub async fn give_back(&mut self, state: &RunState, journal: &Journal) -> Result<(), LeaseFailure> {
        self.note(state, journal);
        self.lease.release(None).await
    }

    pub(in crate::run) fn note(&self, state: &RunState, journal: &Journal) {
        if !self.displaced && self.beyond(&state.run, journal).is_none() {
            self.lease.note_head(JournalHead::of(state, &journal.head));
        }
    }

    /// The newest record of a run's journal as the lease knows it, when a journal of it that is at hand does not hold it:
    /// the run went on elsewhere. What is missing of a holder before the journal's newest was missing when that one took
    /// the lease, and was judged then.
    pub fn beyond(&self, run: &RunId, journal: &Journal) -> Option<&JournalHead> {
        let newest = journal.records.last().map_or(0, |record| record.epoch);
        let ours = |head: &&JournalHead| head.run == run.as_str() && head.epoch >= newest;
        let head = self.before.head.as_ref().filter(ours)?;
        let next = usize::try_from(head.number).ok().and_then(|number| journal.records.get(number));
        let is_there = match next {
            Some(next) => next.previous.0 == head.hash,
            None => journal.records.len() as u64 == head.number && journal.head.0 == head.hash,
        };
        (!is_there).then_some(head)
    }
}

/// Why the lease was not taken.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NotTaken {
    /// Another run holds it, and is alive.
    #[error("{} is under way since {:.0}: {}, by {}", .0.run, .0.since, .0.purpose, .0.holder)]
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
        let (mut unheard, mut unwritten) = (0, 0);
        let mut watched: Option<(LeaseItem, Instant)> = None;
        let mut before = None;
        let (first_asked, since) = (Moment::now(&*clock), clock.now());
        loop {
            let item = match bounded.read().await {
                Ok(item) => item,
                Err(failure) => {
                    unheard += 1;
                    if unheard >= FAILURES {
                        return Err(NotTaken::Unreachable(failure));
                    }
                    sleep(bounded.patience).await;
                    continue;
                }
            };
            unheard = 0;
            if let Some(holder) = &item.lease.holder {
                if holder.since == since && holder.run == claim.run.as_str() && holder.holder == claim.holder {
                    // A write of ours that had been given up has arrived after all.
                    let lease = Lease::keep(bounded, item.clone(), first_asked, claim.ttl, clock);
                    return Ok(Taken::new(lease, before.unwrap_or_else(|| item.clone()), &item));
                }
                let known = holder.run == claim.run.as_str() && claim.epoch == Some(item.lease.epoch);
                let dead = claim.dead && known;
                // Its silence counts from the first answer: whatever it renewed before, it can act no longer than that.
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
            let asked = Moment::now(&*clock);
            before = Some(item.clone());
            let (lease, head) = claimed(&claim, &item, since);
            match bounded.follow(&item, lease, head).await {
                Ok(taken) => {
                    let lease = Lease::keep(bounded, taken.clone(), asked, claim.ttl, clock);
                    return Ok(Taken::new(lease, item, &taken));
                }
                // Somebody else came between: who, tells the next look.
                Err(LeaseFailure::Conflict) => {
                    watched.get_or_insert_with(|| (item.clone(), Instant::now()));
                    unwritten = 0;
                }
                Err(failure) => {
                    unwritten += 1;
                    if unwritten >= FAILURES {
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

/// The item as it is once the lease is taken. A silent holder whose place it takes may have moved something, and counts
/// as the last run. What it wrote of its journal stays until the new holder begins one: who only asks whether he may
/// begin, and is refused, displaces nobody. A holder that fell silent before it wrote any may have begun all the same.
fn claimed(claim: &Claim, before: &LeaseItem, since: Timestamp) -> (LeaseReading, Option<JournalHead>) {
    let run = claim.run.as_str();
    let there = before.lease.holder.as_ref();
    let (last, head, displaced) = match there {
        Some(same) if same.run == run => (before.lease.last.clone(), before.head.clone(), same.displaced),
        Some(silent) => {
            let head = before.head.clone().filter(|head| head.run == silent.run);
            (Some(fallen_silent(silent, since)), head, is_newer(claim, before))
        }
        None => {
            let others = before.newest_run() != Some(run);
            let void = before.head.as_ref().is_some_and(|head| head.run == run && head.displaced);
            (before.lease.last.clone(), before.head.clone(), void || (others && is_newer(claim, before)))
        }
    };
    let holder = LeaseHolder {
        run: run.to_owned(),
        holder: claim.holder.clone(),
        purpose: claim.purpose.clone(),
        since,
        renewals: 0,
        ttl: claim.ttl.as_secs().max(1),
        displaced,
    };
    (LeaseReading { epoch: before.lease.epoch + 1, holder: Some(holder), last }, head)
}

/// Whether the lease was taken since the journal that a run goes on from.
fn is_newer(claim: &Claim, before: &LeaseItem) -> bool {
    claim.epoch.is_some_and(|known| before.lease.epoch > known)
}

fn fallen_silent(holder: &LeaseHolder, at: Timestamp) -> LastRun {
    let outcome = RunOutcome::Unknown.word().to_owned();
    LastRun { run: holder.run.clone(), outcome, ended_at: at, acknowledged_by: None }
}

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use evac_core::reading::{LastRun, LeaseReading};
use jiff::Timestamp;
use tokio::{
    sync::watch,
    task::JoinHandle,
    time::{sleep, sleep_until},
};
use tokio_util::sync::CancellationToken;

use super::{JournalHead, LeaseFailure, LeaseItem, acquire::patience, moment::Moment, write::Bounded};
use crate::{Clock, Permit};

/// How often a release is tried. A lease that was not released is waited for by the next run.
const TRIES: u32 = 3;

/// Whether a run may act.
#[derive(Debug, Clone, PartialEq)]
pub enum LeaseStatus {
    /// It may, until a moment of this machine's clocks.
    Held {
        /// The epoch.
        epoch: u64,
        /// Until when a call may be made, unless it is renewed before.
        until: Moment,
    },
    /// It could not be renewed in time. It is tried on; no call is made.
    Lapsed {
        /// Why.
        why: String,
    },
    /// Another run has it: there is no way back.
    Lost {
        /// Who.
        why: String,
    },
}

/// The lease of a stack, renewed by a task of its own for as long as this lives.
pub struct Lease {
    status: watch::Receiver<LeaseStatus>,
    head: Arc<Mutex<Option<JournalHead>>>,
    stop: CancellationToken,
    keeper: Option<JoinHandle<Option<Kept>>>,
    bounded: Bounded,
    clock: Arc<dyn Clock>,
}

/// What is there when a lease is kept no longer, as far as known.
#[derive(Debug)]
struct Kept {
    item: LeaseItem,
    /// What was last tried to write, which may have arrived.
    tried: LeaseReading,
}

impl Kept {
    fn is_ours(&self, there: &LeaseReading) -> bool {
        is_same_taking(there, &self.item.lease) || is_same_taking(there, &self.tried)
    }
}

struct Keeper {
    bounded: Bounded,
    clock: Arc<dyn Clock>,
    ttl: Duration,
    kept: Kept,
    /// When it is taken anew after a lapse: the same in every try, so that one which arrives late is known as our own.
    again: Timestamp,
    until: Moment,
    status: watch::Sender<LeaseStatus>,
    head: Arc<Mutex<Option<JournalHead>>>,
}

impl Lease {
    /// Begins to renew what was asked for at a moment and then taken.
    pub(super) fn keep(bounded: Bounded, item: LeaseItem, asked: Moment, ttl: Duration, clock: Arc<dyn Clock>) -> Self {
        let until = deadline(asked, ttl);
        let (status, receiver) = watch::channel(LeaseStatus::Held { epoch: item.lease.epoch, until });
        let head = Arc::new(Mutex::new(item.head.clone()));
        let stop = CancellationToken::new();
        let again = clock.now();
        let kept = Kept { tried: item.lease.clone(), item };
        let keeper = Keeper {
            bounded: bounded.clone(),
            clock: clock.clone(),
            ttl,
            kept,
            again,
            until,
            status,
            head: head.clone(),
        };
        let keeper = tokio::spawn(keeper.run(stop.clone()));
        Self { status: receiver, head, stop, keeper: Some(keeper), bounded, clock }
    }

    /// Its status, and every change of it.
    pub fn status(&self) -> watch::Receiver<LeaseStatus> {
        self.status.clone()
    }

    /// The epoch under which a call may be made at this very moment; `None` when none may.
    pub fn valid_epoch(&self) -> Option<u64> {
        valid_epoch(&self.status, &*self.clock)
    }

    /// The right to send what a call consists of for as long as this is held under an epoch.
    pub fn permit(&self, epoch: u64) -> Permit {
        let (status, clock) = (self.status.clone(), self.clock.clone());
        Permit::new(move || valid_epoch(&status, &*clock) == Some(epoch))
    }

    /// True when it binds this machine only.
    pub fn is_local(&self) -> bool {
        self.bounded.store.is_local()
    }

    /// Notes how far the journal has come: it is written with the next renewal.
    pub fn note_head(&self, head: JournalHead) {
        *self.head.lock().unwrap_or_else(PoisonError::into_inner) = Some(head);
    }

    /// Gives it back, and says what the run was that ended, if it moved anything. When this fails, the lease is held
    /// until its time to live is over.
    pub async fn release(&mut self, last: Option<LastRun>) -> Result<(), LeaseFailure> {
        self.stop.cancel();
        let Some(keeper) = self.keeper.take() else { return Ok(()) };
        let Some(mut kept) = keeper.await.ok().flatten() else { return Ok(()) };
        let mut failure = LeaseFailure::Conflict;
        for _ in 0..TRIES {
            let head = self.head.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let head = head.map(|head| head.written_under(&kept.item.lease));
            let last = last.clone().or(kept.item.lease.last.clone());
            let lease = LeaseReading { epoch: kept.item.lease.epoch, holder: None, last };
            failure = match self.bounded.follow(&kept.item, lease, head).await {
                Ok(_) => return Ok(()),
                Err(failure) => failure,
            };
            match self.bounded.read().await {
                Ok(there) if kept.is_ours(&there.lease) => kept.item = there,
                Ok(_) => return Ok(()),
                Err(other) => failure = other,
            }
        }
        Err(failure)
    }
}

fn valid_epoch(status: &watch::Receiver<LeaseStatus>, clock: &dyn Clock) -> Option<u64> {
    match &*status.borrow() {
        LeaseStatus::Held { epoch, until } if !until.is_past(clock) => Some(*epoch),
        _ => None,
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(keeper) = &self.keeper {
            keeper.abort();
        }
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Lease").field("status", &*self.status.borrow()).finish_non_exhaustive()
    }
}

impl Keeper {
    /// Renews until told to stop, and gives back what is there then; `None` when it is another's.
    async fn run(mut self, stop: CancellationToken) -> Option<Kept> {
        let pace = patience(self.ttl);
        let mut pause = pace;
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => return Some(self.kept),
                () = sleep(pause) => {}
                () = sleep_until(self.until.monotonic()), if self.is_held() => {
                    self.lapse("it could not be renewed in time");
                }
            }
            // A question that is under way when the run ends is not cut off: what came of it is needed to release.
            pause = match self.renew().await {
                Ok(()) => pace,
                Err(LeaseFailure::Conflict) => {
                    if !self.look().await {
                        return None;
                    }
                    Duration::from_millis(10)
                }
                Err(failure) => {
                    tracing::warn!(%failure, "the lease was not renewed");
                    if self.until.is_past(&*self.clock) && self.is_held() {
                        self.lapse(&failure.to_string());
                    }
                    pace / 4
                }
            };
        }
    }

    fn is_held(&self) -> bool {
        matches!(&*self.status.borrow(), LeaseStatus::Held { .. })
    }

    fn lapse(&mut self, why: &str) {
        self.again = self.clock.now();
        self.status.send_replace(LeaseStatus::Lapsed { why: why.to_owned() });
    }

    /// Renews it; after a lapse with a new epoch, which shows in the journal.
    async fn renew(&mut self) -> Result<(), LeaseFailure> {
        let asked = Moment::now(&*self.clock);
        let mut lease = self.kept.item.lease.clone();
        if !self.is_held() {
            lease.epoch += 1;
        }
        if let Some(holder) = &mut lease.holder {
            holder.renewals += 1;
            if !self.is_held() {
                holder.since = self.again;
            }
        }
        let head = self.head.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let head = head.map(|head| head.written_under(&lease));
        self.kept.tried = lease.clone();
        self.kept.item = self.bounded.follow(&self.kept.item, lease, head).await?;
        self.until = deadline(asked, self.ttl);
        if !self.until.is_past(&*self.clock) {
            self.status.send_replace(LeaseStatus::Held { epoch: self.kept.item.lease.epoch, until: self.until });
        } else if self.is_held() {
            self.lapse("its renewal took too long");
        }
        Ok(())
    }

    /// Looks what is there after another write came between. False when the lease is another's.
    async fn look(&mut self) -> bool {
        let Ok(there) = self.bounded.read().await else { return true };
        if self.kept.is_ours(&there.lease) {
            self.kept.item = there;
            return true;
        }
        let why = match &there.lease.holder {
            Some(holder) => format!("{} has taken it over: {}, by {}", holder.run, holder.purpose, holder.holder),
            None => "another run has had it since".to_owned(),
        };
        self.status.send_replace(LeaseStatus::Lost { why });
        false
    }
}

/// Until when a call may be made after a renewal that was asked for at a moment: a fifth of the time to live is left
/// for a call to reach its service.
fn deadline(asked: Moment, ttl: Duration) -> Moment {
    asked.after(ttl - ttl / 5)
}

/// Whether it is the same taking of the lease: an acknowledgement of another run changes the item, and not who holds it.
fn is_same_taking(there: &LeaseReading, ours: &LeaseReading) -> bool {
    let who = |lease: &LeaseReading| {
        let holder = lease.holder.as_ref();
        holder.map(|holder| (holder.run.clone(), holder.holder.clone(), holder.since))
    };
    there.epoch == ours.epoch && who(there) == who(ours)
}

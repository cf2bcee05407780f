//! Carries a plan out.
//!
//! What has happened is only ever what the journal says: each step looks at the state that follows from it, makes one
//! move, and looks again. So a run that goes on after a crash takes the same way as one that was never interrupted.

mod attempt;
mod begin;
mod carry;
mod finish;
mod gate;
mod looking;
mod orders;
mod refused;
mod resume;
mod stop;

use std::{collections::BTreeSet, sync::Arc};

use evac_core::{
    guard::Consent,
    plan::{Call, Step, StepId},
    run::{Event, RunOutcome, RunState, StepStatus},
};
use futures::{FutureExt, StreamExt, stream::FuturesUnordered};
use tokio::{
    sync::{mpsc, watch},
    time::Instant,
};

pub use begin::Beginning;
pub use resume::{NotResumed, Resumption};

use self::{
    looking::Pacer,
    stop::{Stop, Stopped},
};
use super::{
    Copied, Lease, LeaseStatus, Mirror, Policy, RunView, SignedOrder, WorldClock,
    recorder::{NotRecorded, Recorder},
};
use crate::{Actor, Observer};

/// What a run acts and looks through.
#[derive(Clone)]
pub struct Means {
    /// Makes the calls.
    pub actor: Arc<dyn Actor>,
    /// Looks.
    pub observer: Arc<dyn Observer>,
    /// Where the journal is copied to.
    pub mirror: Mirror,
    /// The time, here and there.
    pub clock: WorldClock,
    /// How it waits.
    pub policy: Policy,
    /// What a person would type to make a call: the report names it for what can be undone.
    pub command: Command,
}

/// Tells a call as a command.
pub type Command = Arc<dyn Fn(&Call) -> String + Send + Sync>;

/// How a run left its runner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunEnd {
    /// It is over.
    Finished(RunOutcome),
    /// It was handed over: another machine can go on with it at once.
    HandedOver,
}

/// Why a runner had to leave its run before the end. The run can be resumed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RunError {
    /// What happens cannot be recorded any more, so nothing more is done.
    #[error("{failure}{}", under_way(in_flight))]
    NotRecorded {
        /// Why not.
        failure: NotRecorded,
        /// The steps that were under way: what became of them is not in the journal.
        in_flight: Vec<StepId>,
    },
    /// Another run has the lease.
    #[error("the lease is lost: {why}{}", under_way(in_flight))]
    LeaseLost {
        /// Who has it.
        why: String,
        /// The steps that were under way.
        in_flight: Vec<StepId>,
    },
}

fn under_way(steps: &[StepId]) -> String {
    let names: Vec<_> = steps.iter().map(StepId::as_str).collect();
    if names.is_empty() { "; no step was under way".to_owned() } else { format!("; under way: {}", names.join(", ")) }
}

/// A run that is ready to be carried out: its journal is begun, and the lease is held.
pub struct Executor {
    means: Means,
    consent: Consent,
    recorder: Recorder,
    lease: Lease,
    stop: Stop,
    pacer: Pacer,
    copied: watch::Receiver<Vec<Copied>>,
    copying: tokio::task::JoinHandle<()>,
    past: Past,
    /// When the lease was taken: since then nobody else has made a call of the run.
    taken_at: Instant,
}

/// What went before in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Past {
    /// Nothing: it has just begun.
    New,
    /// A runner that ended.
    Resumed,
}

impl Executor {
    /// The run as it goes on, for those who watch in this process.
    pub fn view(&self) -> watch::Receiver<Arc<RunView>> {
        self.recorder.view.clone()
    }

    /// How far the copies of the journal have come.
    pub fn copied(&self) -> watch::Receiver<Vec<Copied>> {
        self.copied.clone()
    }

    /// Carries the run out to its end, or until it cannot go on here.
    pub async fn run(mut self, orders: mpsc::Receiver<SignedOrder>) -> Result<RunEnd, RunError> {
        let went = tokio::select! {
            biased;
            went = self.carry_all() => went,
            never = self.tend_orders(orders) => match never {},
            never = self.tend_lease() => match never {},
        };
        let end = match went {
            Ok(()) => self.finish().await,
            Err(Stopped) => self.leave().await,
        };
        self.recorder.close().await;
        end
    }

    async fn carry_all(&self) -> Result<(), Stopped> {
        if self.past != Past::New {
            self.look_first().await?;
        }
        let plan = self.state(|state| state.plan.clone());
        let mut view = self.view();
        let mut active = FuturesUnordered::new();
        let mut running: BTreeSet<&StepId> = BTreeSet::new();
        loop {
            view.borrow_and_update();
            if !self.stop.is_set() {
                for step in plan.steps.iter().filter(|step| self.is_due(step)) {
                    if running.insert(&step.id) {
                        active.push(self.carry(step).map(move |went| (&step.id, went)));
                    }
                }
            }
            if active.is_empty() {
                return if self.stop.is_set() { Err(Stopped) } else { Ok(()) };
            }
            tokio::select! {
                biased;
                // A step that had to stop is no reason to drop the others: their answers belong in the journal.
                Some((id, _stopped_or_done)) = active.next() => {
                    running.remove(id);
                }
                Ok(()) = view.changed() => {}
            }
        }
    }

    /// Whether a step may begin, is under way, or was perhaps begun by a runner before.
    fn is_due(&self, step: &Step) -> bool {
        self.state(|state| {
            let status = state.steps.get(&step.id).map(|step| &step.status);
            match status {
                Some(StepStatus::Waiting) => state.may_begin(step) || state.is_in_question(step),
                Some(StepStatus::Ended { .. }) | None => false,
                Some(_) => true,
            }
        })
    }

    /// Follows the lease: what happens to it is recorded before anything is done under it.
    async fn tend_lease(&self) -> std::convert::Infallible {
        let mut status = self.lease.status();
        loop {
            let now = status.borrow_and_update().clone();
            let (held, epoch) = self.state(|state| (state.holds_lease, state.epoch));
            let event = match &now {
                LeaseStatus::Held { epoch: new, .. } if !held || *new != epoch => {
                    Some(Event::LeaseTaken { epoch: *new, local: self.lease.is_local() })
                }
                LeaseStatus::Lapsed { why } | LeaseStatus::Lost { why } if held => {
                    Some(Event::LeaseLost { why: why.clone() })
                }
                _ => None,
            };
            if let Some(event) = event
                && !self.stop.is_set()
            {
                // A failure stops the run by itself, and a run that was handed over meanwhile takes no lease.
                let _ = self.record_if_legal(event).await;
            }
            if let LeaseStatus::Lost { why } = now {
                self.stop.lease_lost(why);
            }
            if status.changed().await.is_err() {
                return std::future::pending().await;
            }
        }
    }

    /// Records an event. When that fails, the run stops: nothing is done that is not recorded.
    async fn record(&self, event: Event) -> Result<(), Stopped> {
        match self.recorder.record(event).await {
            Ok(()) => {
                self.lease.note_head(self.recorder.now().head.clone());
                Ok(())
            }
            Err(failure) => {
                self.stop.not_recorded(failure);
                Err(Stopped)
            }
        }
    }

    /// Records an event that another one may have overtaken: false when it can no longer follow.
    async fn record_if_legal(&self, event: Event) -> Result<bool, Stopped> {
        match self.recorder.record(event).await {
            Ok(()) => {
                self.lease.note_head(self.recorder.now().head.clone());
                Ok(true)
            }
            Err(NotRecorded::Illegal(_)) => Ok(false),
            Err(failure) => {
                self.stop.not_recorded(failure);
                Err(Stopped)
            }
        }
    }

    fn state<T>(&self, ask: impl FnOnce(&RunState) -> T) -> T {
        ask(&self.recorder.view.borrow().state)
    }
}

impl Drop for Executor {
    fn drop(&mut self) {
        self.copying.abort();
    }
}

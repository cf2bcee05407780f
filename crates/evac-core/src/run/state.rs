use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;
use serde::Serialize;

use super::{CallAnswer, Event, Outcome, Receipt, Record, RunId, RunOutcome, Runner};
use crate::{
    guard::{ConsentRecord, Override},
    plan::{Closing, Plan, StepId},
};

/// Where a step is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "status", rename_all = "kebab-case")]
pub enum StepStatus {
    /// Not begun.
    Waiting,
    /// Its intent is recorded: the call may be on its way.
    Started,
    /// Its call was answered, or is known not to have been; it is being verified.
    Answered {
        /// The newest answer.
        answer: CallAnswer,
    },
    /// Its gate did not open by itself: it waits for an override, and goes on observing.
    Gated {
        /// What was observed instead.
        why: String,
    },
    /// It ended.
    Ended {
        /// How.
        outcome: Outcome,
    },
}

/// What is known of one step of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StepState {
    /// Where it is.
    pub status: StepStatus,
    /// How many attempts were begun.
    pub attempts: u32,
    /// True when a runner before may have made its call, or made it again, and not told: its journal is not known to its
    /// end. An observation settles it, and so does the next attempt, which begins with one.
    pub doubtful: bool,
    /// What its call gave.
    pub receipt: Receipt,
    /// What it waits for now, in words.
    pub waiting_on: Option<String>,
    /// When it first began, in the time of the observed world.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

impl StepState {
    fn new() -> Self {
        Self {
            status: StepStatus::Waiting,
            attempts: 0,
            doubtful: false,
            receipt: Receipt::new(),
            waiting_on: None,
            started_at: None,
            ended_at: None,
        }
    }

    /// How it ended, if it did.
    pub fn outcome(&self) -> Option<&Outcome> {
        match &self.status {
            StepStatus::Ended { outcome } => Some(outcome),
            _ => None,
        }
    }

    /// True while it is under way.
    pub fn is_in_flight(&self) -> bool {
        matches!(self.status, StepStatus::Started | StepStatus::Answered { .. } | StepStatus::Gated { .. })
    }
}

/// An event that cannot follow what happened before: a defect of the runner, or a journal that was tampered with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("record {number} cannot follow: {why}")]
pub struct IllegalEvent {
    /// The record.
    pub number: u64,
    /// Why not.
    pub why: String,
}

/// The state of a run: what follows from its events, live and replayed alike.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunState {
    /// The run.
    pub run: RunId,
    /// What is carried out.
    pub plan: Arc<Plan>,
    /// What was consented to.
    pub consent: ConsentRecord,
    /// Who carries it out now.
    pub runner: Runner,
    /// The epoch of the lease; 0 while there is none.
    pub epoch: u64,
    /// True while the lease is held, as far as the journal tells.
    pub holds_lease: bool,
    /// Each step.
    pub steps: BTreeMap<StepId, StepState>,
    /// What was overridden at a gate, since the run began.
    pub overrides: Vec<Override>,
    /// Who asked for an abort, and why.
    pub abort: Option<(String, String)>,
    /// Who asked for the run to be handed over, and to whom; `None` again when it goes on there.
    pub handed_over: Option<(String, String)>,
    /// True when the run was taken up again after its end, and nothing has been begun since: what failed, and what was
    /// taken back, is being set back.
    pub reopened: bool,
    /// How the run ended, and its report.
    pub finished: Option<(RunOutcome, Vec<String>)>,
    /// Who acknowledged the end.
    pub acknowledged: Option<String>,
    /// When the harm began.
    pub harmed_at: Option<Timestamp>,
    /// When it was first found.
    pub found_at: Option<Timestamp>,
    /// When the run began, in the time of the observed world.
    pub began_at: Timestamp,
    /// The world's time of the newest record.
    pub last_at: Timestamp,
    /// The number of the newest record.
    pub last_number: u64,
}

impl RunState {
    /// The state after the first record of a journal, which begins the run.
    pub fn begin(record: &Record) -> Result<Self, IllegalEvent> {
        let Event::Began { run, runner, plan, consent, harmed_at, found_at } = &record.event else {
            return Err(illegal(record, "a journal begins with the beginning of its run"));
        };
        if record.number != 1 {
            return Err(illegal(record, "the beginning of a run is its first record"));
        }
        if consent.plan != plan.hash() {
            return Err(illegal(record, "the consent is to another plan"));
        }
        Ok(Self {
            run: run.clone(),
            steps: plan.steps.iter().map(|step| (step.id.clone(), StepState::new())).collect(),
            plan: Arc::new(plan.as_ref().clone()),
            overrides: Vec::new(),
            consent: consent.as_ref().clone(),
            runner: runner.clone(),
            epoch: 0,
            holds_lease: false,
            abort: None,
            handed_over: None,
            reopened: false,
            finished: None,
            acknowledged: None,
            harmed_at: *harmed_at,
            found_at: *found_at,
            began_at: record.world_at,
            last_at: record.world_at,
            last_number: 1,
        })
    }

    /// The state after a whole journal.
    pub fn replay(records: &[Record]) -> Result<Option<Self>, IllegalEvent> {
        let Some((first, rest)) = records.split_first() else { return Ok(None) };
        let mut state = Self::begin(first)?;
        for record in rest {
            state.apply(record)?;
        }
        Ok(Some(state))
    }

    /// The state after one more record. An illegal one leaves the state as it was.
    pub fn apply(&mut self, record: &Record) -> Result<(), IllegalEvent> {
        self.permits(record)?;
        self.fold(record);
        self.last_number = record.number;
        // That somebody has seen the end, hours later, makes the run no longer.
        if !matches!(record.event, Event::Acknowledged { .. }) {
            self.last_at = self.last_at.max(record.world_at);
        }
        Ok(())
    }

    fn fold(&mut self, record: &Record) {
        let at = record.world_at;
        match &record.event {
            Event::LeaseTaken { epoch, .. } => (self.epoch, self.holds_lease) = (*epoch, true),
            Event::LeaseLost { .. } => self.holds_lease = false,
            Event::Resumed { runner, doubtful, despite_abort } => {
                if *despite_abort {
                    self.abort = None;
                }
                self.reopened |= self.finished.is_some();
                if *doubtful {
                    self.doubt();
                }
                (self.runner, self.finished, self.holds_lease) = (runner.clone(), None, false);
                (self.handed_over, self.acknowledged) = (None, None);
            }
            Event::Overridden { given, .. } => self.overrides.push(given.clone()),
            Event::HandedOver { by, to, .. } => {
                (self.handed_over, self.holds_lease) = (Some((by.clone(), to.clone())), false);
            }
            Event::AbortAsked { by, reason, .. } => self.abort = Some((by.clone(), reason.clone())),
            Event::Finished { outcome, report } => {
                (self.finished, self.holds_lease) = (Some((*outcome, report.clone())), false);
            }
            Event::Acknowledged { by } => self.acknowledged = Some(by.clone()),
            Event::Began { .. } => {}
            Event::Started { step, attempt } => {
                self.reopened = false;
                self.change(step, |state| {
                    state.status = StepStatus::Started;
                    (state.attempts, state.doubtful, state.ended_at) = (*attempt, false, None);
                    state.started_at.get_or_insert(at);
                });
            }
            Event::Answered { step, answer, .. } => self.change(step, |state| {
                if let CallAnswer::Accepted { receipt } = answer {
                    state.receipt.extend(receipt.clone());
                }
                state.status = StepStatus::Answered { answer: answer.clone() };
            }),
            Event::Settled { step, evidence } => self.change(step, |state| {
                state.doubtful = false;
                if state.status != StepStatus::Waiting {
                    let answer = CallAnswer::Refused { why: evidence.clone(), temporary: true };
                    state.status = StepStatus::Answered { answer };
                }
            }),
            Event::SetBack { step, .. } => {
                // What was only seen to be done may be the doing of a runner before.
                let early = self.plan.step(step).is_some_and(|step| self.is_done_early(step));
                self.change(step, |state| {
                    let doubtful = state.doubtful || early;
                    *state = StepState { attempts: state.attempts, doubtful, ..StepState::new() };
                });
            }
            Event::Waiting { step, on } => self.change(step, |state| state.waiting_on = Some(on.clone())),
            Event::Gated { step, why } => {
                self.change(step, |state| state.status = StepStatus::Gated { why: why.clone() });
            }
            Event::Ended { step, outcome } => self.change(step, |state| {
                // What had ended unknown was looked for until it was known.
                state.doubtful &= !matches!(state.outcome(), Some(Outcome::Unknown { .. }));
                state.status = StepStatus::Ended { outcome: outcome.clone() };
                (state.ended_at, state.waiting_on) = (Some(at), None);
            }),
        }
    }

    /// A runner before may have gone on from here without telling: what it could begin, it may have begun. After an end
    /// it could set back what had ended, and after an abort it could only close; what is done already that makes it wrong
    /// to close a step kept it from that.
    fn doubt(&mut self) {
        let plan = self.plan.clone();
        for step in plan.steps.iter().filter(|step| step.call.is_some()) {
            let could_begin = match &step.closing {
                Some(closing) => !self.stays_open(closing),
                None => self.abort.is_none(),
            };
            let Some(state) = self.steps.get_mut(&step.id) else { continue };
            state.doubtful |= could_begin && (self.reopened || state.outcome().is_none());
        }
    }

    /// True when something that is done already makes it wrong to close what such a step closes.
    pub fn stays_open(&self, closing: &Closing) -> bool {
        let outcome = closing.unless_started.as_ref().and_then(|wrong| self.steps.get(wrong)?.outcome());
        matches!(outcome, Some(Outcome::Done { .. }))
    }

    fn change(&mut self, step: &StepId, change: impl FnOnce(&mut StepState)) {
        // That it exists was checked before.
        if let Some(state) = self.steps.get_mut(step) {
            change(state);
        }
    }
}

pub(super) fn illegal(record: &Record, why: &str) -> IllegalEvent {
    IllegalEvent { number: record.number, why: why.to_owned() }
}

use std::{collections::BTreeMap, sync::Arc};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::{CallAnswer, Clocks, Event, Outcome, Receipt, Record, RunId, RunOutcome, Runner};
use crate::{
    guard::{ConsentRecord, GuardCode, Override},
    plan::{Plan, Step, StepId},
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
    /// Overrides of the consent, and those given since.
    pub overrides: Vec<Override>,
    /// Who asked for an abort, and why.
    pub abort: Option<(String, String)>,
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
            overrides: consent.overrides.clone(),
            consent: consent.as_ref().clone(),
            runner: runner.clone(),
            epoch: 0,
            holds_lease: false,
            abort: None,
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
        if record.number != self.last_number + 1 {
            return Err(illegal(record, &format!("record {} was expected", self.last_number + 1)));
        }
        self.check(record)?;
        self.fold(record);
        self.last_number = record.number;
        self.last_at = self.last_at.max(record.world_at);
        Ok(())
    }

    fn check(&self, record: &Record) -> Result<(), IllegalEvent> {
        let refuse = |why: &str| Err(illegal(record, why));
        let over = self.finished.is_some();
        match &record.event {
            Event::Began { .. } => refuse("the run has begun already"),
            Event::LeaseTaken { epoch, .. } if *epoch <= self.epoch => refuse("the epoch of a lease only grows"),
            Event::LeaseTaken { .. } | Event::LeaseLost { .. } if over => refuse("the run is over"),
            Event::Started { step, attempt } => self.check_start(record, step, *attempt),
            Event::Answered { step, attempt, .. } => match self.steps.get(step) {
                Some(state) if state.status == StepStatus::Started && state.attempts == *attempt => Ok(()),
                _ => refuse("an answer to a call that was not begun"),
            },
            Event::Waiting { step, .. } | Event::Gated { step, .. } => match self.steps.get(step) {
                Some(state) if state.is_in_flight() && !over => Ok(()),
                _ => refuse("the step is not under way"),
            },
            Event::Ended { step, outcome } => {
                let Some(state) = self.steps.get(step) else { return refuse("no such step") };
                let legal = match (&state.status, outcome) {
                    (StepStatus::Waiting, Outcome::Skipped { .. }) => true,
                    (StepStatus::Waiting, _) | (_, Outcome::Skipped { .. }) => false,
                    (
                        StepStatus::Ended { outcome: Outcome::Unknown { .. } },
                        Outcome::Done { .. } | Outcome::Failed { .. },
                    ) => true,
                    (StepStatus::Ended { .. }, _) => false,
                    _ => true,
                };
                if legal && !over { Ok(()) } else { refuse("the step cannot end so") }
            }
            Event::Overridden { given, .. } if !given.code.row().overridable => {
                refuse("this guard cannot be overridden")
            }
            Event::Overridden { .. } | Event::AbortAsked { .. } if over => refuse("the run is over"),
            Event::Resumed { .. } => match &self.finished {
                Some((RunOutcome::Done | RunOutcome::Aborted, _)) => refuse("a run that is done is not resumed"),
                _ => Ok(()),
            },
            Event::Finished { outcome, .. } => {
                if over {
                    refuse("the run is over already")
                } else if self.steps.values().any(StepState::is_in_flight) {
                    refuse("steps are still under way")
                } else if *outcome == RunOutcome::Done && self.outcome() != RunOutcome::Done {
                    refuse("not every step is done")
                } else {
                    Ok(())
                }
            }
            Event::Acknowledged { .. } if !over => refuse("the run is not over"),
            _ => Ok(()),
        }
    }

    fn check_start(&self, record: &Record, id: &StepId, attempt: u32) -> Result<(), IllegalEvent> {
        let refuse = |why: &str| Err(illegal(record, why));
        let (Some(step), Some(state)) = (self.plan.step(id), self.steps.get(id)) else {
            return refuse("no such step");
        };
        if self.finished.is_some() {
            return refuse("the run is over");
        }
        if !self.holds_lease || record.epoch != self.epoch {
            return refuse("no call is made without the lease");
        }
        if attempt != state.attempts + 1 {
            return refuse("attempts are counted one by one");
        }
        match &state.status {
            StepStatus::Waiting if !self.may_begin(step) => refuse("the step waits for others"),
            StepStatus::Ended { outcome: Outcome::Done { .. } | Outcome::Skipped { .. } } => {
                refuse("the step has ended")
            }
            _ => Ok(()),
        }
    }

    fn fold(&mut self, record: &Record) {
        let at = record.world_at;
        match &record.event {
            Event::LeaseTaken { epoch, .. } => (self.epoch, self.holds_lease) = (*epoch, true),
            Event::LeaseLost { .. } => self.holds_lease = false,
            Event::Resumed { runner } => {
                (self.runner, self.finished, self.holds_lease) = (runner.clone(), None, false);
            }
            Event::Overridden { given, .. } => self.overrides.push(given.clone()),
            Event::AbortAsked { by, reason } => self.abort = Some((by.clone(), reason.clone())),
            Event::Finished { outcome, report } => {
                (self.finished, self.holds_lease) = (Some((*outcome, report.clone())), false);
            }
            Event::Acknowledged { by } => self.acknowledged = Some(by.clone()),
            Event::Began { .. } => {}
            Event::Started { step, attempt } => self.change(step, |state| {
                state.status = StepStatus::Started;
                (state.attempts, state.ended_at) = (*attempt, None);
                state.started_at.get_or_insert(at);
            }),
            Event::Answered { step, answer, .. } => self.change(step, |state| {
                if let CallAnswer::Accepted { receipt } = answer {
                    state.receipt.extend(receipt.clone());
                }
                state.status = StepStatus::Answered { answer: answer.clone() };
            }),
            Event::Waiting { step, on } => self.change(step, |state| state.waiting_on = Some(on.clone())),
            Event::Gated { step, why } => {
                self.change(step, |state| state.status = StepStatus::Gated { why: why.clone() });
            }
            Event::Ended { step, outcome } => self.change(step, |state| {
                state.status = StepStatus::Ended { outcome: outcome.clone() };
                (state.ended_at, state.waiting_on) = (Some(at), None);
            }),
        }
    }

    fn change(&mut self, step: &StepId, change: impl FnOnce(&mut StepState)) {
        // That it exists was checked before.
        if let Some(state) = self.steps.get_mut(step) {
            change(state);
        }
    }

    fn state_of(&self, step: &StepId) -> Option<&StepState> {
        self.steps.get(step)
    }

    /// True when a step was ever begun.
    pub fn was_started(&self, step: &StepId) -> bool {
        self.state_of(step).is_some_and(|state| state.attempts > 0)
    }

    /// True when an operator has overridden a guard, at consent or since.
    pub fn is_overridden(&self, code: GuardCode) -> Option<&Override> {
        self.overrides.iter().find(|given| given.code == code)
    }

    /// True when what waits for this step may go on: it is done, or the run goes on without it.
    fn is_passed(&self, id: &StepId) -> bool {
        let (Some(step), Some(state)) = (self.plan.step(id), self.state_of(id)) else { return false };
        match state.outcome() {
            Some(Outcome::Done { .. } | Outcome::Skipped { .. }) => true,
            Some(Outcome::Failed { .. } | Outcome::Unknown { .. }) => step.best_effort,
            None => false,
        }
    }

    /// True when nothing but closing steps may begin any more: an abort was asked for, or a step that the run cannot
    /// go on without has failed or is unknown.
    pub fn is_halted(&self) -> bool {
        let stopped = |step: &Step| {
            let outcome = self.state_of(&step.id).and_then(StepState::outcome);
            !step.best_effort && matches!(outcome, Some(Outcome::Failed { .. } | Outcome::Unknown { .. }))
        };
        self.abort.is_some() || self.plan.steps.iter().filter(|step| step.closing.is_none()).any(stopped)
    }

    /// True when a step that has not begun may begin now.
    fn may_begin(&self, step: &Step) -> bool {
        let ready = step.after.iter().all(|id| self.is_passed(id));
        match &step.closing {
            None => ready && !self.is_halted(),
            Some(closing) => {
                let normal = self.plan.steps.iter().filter(|other| other.closing.is_none());
                let mut states = normal.filter_map(|other| self.state_of(&other.id));
                let settled = if self.is_halted() {
                    states.all(|state| !state.is_in_flight())
                } else {
                    states.all(|state| state.outcome().is_some())
                };
                let wrong = closing.unless_started.as_ref().is_some_and(|id| self.was_started(id));
                // Closing steps wait for each other, but no failure of one keeps another from closing.
                let ended = |id: &StepId| self.state_of(id).is_some_and(|state| state.outcome().is_some());
                settled && self.was_started(&closing.of) && !wrong && step.after.iter().all(ended)
            }
        }
    }

    /// The steps that may begin now, in the order of the plan.
    pub fn ready(&self) -> Vec<&Step> {
        let waiting = |step: &&Step| self.state_of(&step.id).is_some_and(|state| state.status == StepStatus::Waiting);
        if self.finished.is_some() {
            return Vec::new();
        }
        self.plan.steps.iter().filter(waiting).filter(|step| self.may_begin(step)).collect()
    }

    /// The steps that are under way, in the order of the plan.
    pub fn in_flight(&self) -> Vec<&Step> {
        let running = |step: &&Step| self.state_of(&step.id).is_some_and(StepState::is_in_flight);
        self.plan.steps.iter().filter(running).collect()
    }

    /// How the run ends if nothing more happens. Closing steps that need not run do not count.
    pub fn outcome(&self) -> RunOutcome {
        let mut outcome = RunOutcome::Done;
        for step in self.plan.steps.iter().filter(|step| !step.best_effort) {
            let needed = step.closing.as_ref().is_none_or(|closing| {
                self.was_started(&closing.of) && !closing.unless_started.as_ref().is_some_and(|id| self.was_started(id))
            });
            match self.state_of(&step.id).and_then(StepState::outcome) {
                Some(Outcome::Unknown { .. }) => return RunOutcome::Unknown,
                Some(Outcome::Failed { .. }) => outcome = outcome.max(RunOutcome::Failed),
                None if needed && self.abort.is_some() => outcome = outcome.max(RunOutcome::Aborted),
                None if needed => outcome = outcome.max(RunOutcome::Failed),
                _ => {}
            }
        }
        match (outcome, &self.abort) {
            (RunOutcome::Failed, Some(_)) if !self.has_failed() => RunOutcome::Aborted,
            _ => outcome,
        }
    }

    fn has_failed(&self) -> bool {
        self.steps.values().any(|state| matches!(state.outcome(), Some(Outcome::Failed { .. })))
    }

    /// The four clocks at a moment of the observed world.
    pub fn clocks(&self, world_now: Timestamp, objective: SignedDuration) -> Clocks {
        let ended = self.finished.is_some().then_some(self.last_at);
        let now = ended.unwrap_or(world_now).max(self.began_at);
        let execute = now.duration_since(self.began_at);
        let positive = |from: Timestamp, to: Timestamp| to.duration_since(from).max(SignedDuration::ZERO);
        let detect = self.harmed_at.zip(self.found_at).map(|(from, to)| positive(from, to));
        let decide = self.found_at.map(|from| positive(from, self.began_at));
        let start = self.harmed_at.or(self.found_at).unwrap_or(self.began_at).min(self.began_at);
        let total = positive(start, now);
        let left = if ended.is_some() { SignedDuration::ZERO } else { self.projected_rest(now) };
        Clocks { detect, decide, execute, total, projected: total.saturating_add(left), objective }
    }

    /// How long the rest takes along the longest chain of what has not ended, each step as long as expected.
    fn projected_rest(&self, now: Timestamp) -> SignedDuration {
        let mut ends: BTreeMap<&StepId, SignedDuration> = BTreeMap::new();
        for step in self.plan.steps.iter().filter(|step| step.closing.is_none()) {
            let Some(state) = self.state_of(&step.id) else { continue };
            let waits = step.after.iter().filter_map(|id| ends.get(id)).max().copied().unwrap_or_default();
            let end = match (&state.status, state.started_at) {
                (StepStatus::Ended { .. }, _) => SignedDuration::ZERO,
                (StepStatus::Waiting, _) | (_, None) => waits.saturating_add(step.expected),
                (_, Some(started)) => (step.expected - now.duration_since(started)).max(SignedDuration::ZERO),
            };
            ends.insert(&step.id, end);
        }
        ends.values().max().copied().unwrap_or_default()
    }
}

fn illegal(record: &Record, why: &str) -> IllegalEvent {
    IllegalEvent { number: record.number, why: why.to_owned() }
}

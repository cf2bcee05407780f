use super::{Outcome, RunOutcome, RunState, StepState, StepStatus};
use crate::{
    guard::{GuardCode, Override},
    plan::{Closing, Step, StepId, Undo},
};

impl RunState {
    fn state_of(&self, step: &StepId) -> Option<&StepState> {
        self.steps.get(step)
    }

    /// True when a step was ever begun, or was found to hold already: what it is for is then so, or may be.
    pub fn was_started(&self, step: &StepId) -> bool {
        let may_be = |outcome: &Outcome| matches!(outcome, Outcome::Done { .. } | Outcome::Unknown { .. });
        self.state_of(step).is_some_and(|state| state.attempts > 0 || state.outcome().is_some_and(may_be))
    }

    /// True when what a step is for was done or may be: what must not be undone by others is left as it is. A step that
    /// failed did not do it, unless that is in doubt.
    fn may_stand(&self, step: &StepId) -> bool {
        self.state_of(step).is_some_and(|state| match state.outcome() {
            Some(Outcome::Done { .. } | Outcome::Unknown { .. }) => true,
            Some(Outcome::Failed { .. }) => state.doubtful,
            Some(Outcome::Skipped { .. }) => false,
            None => state.is_in_flight(),
        })
    }

    /// Whether what a closing step closes was begun, and nothing stands that makes it wrong to close it.
    fn is_needed(&self, closing: &Closing) -> bool {
        self.was_started(&closing.of) && !closing.unless_started.as_ref().is_some_and(|id| self.may_stand(id))
    }

    /// The steps that are done and that nothing but another verb takes back, such as the promotion: from there a run goes
    /// on, or another one leads the way back.
    pub fn moves(&self) -> impl Iterator<Item = &Step> {
        let moves = |step: &&Step| step.closing.is_none() && matches!(step.undo, Undo::Verb { .. });
        self.plan
            .steps
            .iter()
            .filter(moves)
            .filter(|step| matches!(self.state_of(&step.id).and_then(StepState::outcome), Some(Outcome::Done { .. })))
    }

    pub(super) fn has_moved(&self) -> bool {
        self.moves().next().is_some()
    }

    /// True for a run that was stopped where nothing takes back what it did: it can go on in spite of that.
    pub fn may_go_on_despite_abort(&self) -> bool {
        self.permits_going_on().is_ok()
    }

    /// True when a step will not begin any more, and nobody knows whether a runner before began it: what became of it is
    /// found out before anything is closed.
    pub fn is_in_question(&self, step: &Step) -> bool {
        let waits = |state: &StepState| state.doubtful && state.status == StepStatus::Waiting;
        step.closing.is_none() && self.state_of(&step.id).is_some_and(waits) && self.is_halted()
    }

    /// The gates that are looked at now, and that nobody has overridden: their steps and guards.
    pub fn closed_gates(&self) -> impl Iterator<Item = (&Step, GuardCode)> {
        let gates = self.plan.steps.iter().filter_map(|step| Some((step, step.gate?)));
        gates.filter(|(step, code)| {
            self.state_of(&step.id).is_some_and(StepState::is_in_flight) && self.is_overridden(*code).is_none()
        })
    }

    /// The word that an operator gave at a gate. What was overridden at consent let the run begin, and opens none: the
    /// gate is there to be looked at when it is known what it would let through.
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

    /// True for a step that is told to be done before its turn: it was only seen to be so, when it was asked what a runner
    /// before may have begun, or what stands before it was set back since. What is done before it may make it something
    /// else again.
    pub fn is_done_early(&self, step: &Step) -> bool {
        let only_seen = |state: &StepState| match state.outcome() {
            Some(Outcome::Done { .. }) => step.call.is_none() || state.attempts == 0,
            Some(Outcome::Skipped { .. }) => step.call.is_none(),
            _ => false,
        };
        let seen = step.closing.is_none() && self.state_of(&step.id).is_some_and(only_seen);
        seen && !step.after.iter().all(|id| self.is_passed(id))
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

    /// True when a step that has not begun may begin now, as far as the others go.
    pub fn may_begin(&self, step: &Step) -> bool {
        let ready = step.after.iter().all(|id| self.is_passed(id));
        match &step.closing {
            None => ready && !self.is_halted(),
            Some(closing) => {
                let halted = self.is_halted();
                let is_settled = |other: &Step| {
                    let state = self.state_of(&other.id);
                    state.is_some_and(|state| match halted {
                        true => !state.is_in_flight() && !self.is_in_question(other),
                        false => state.outcome().is_some(),
                    })
                };
                let settled = self.plan.steps.iter().filter(|other| other.closing.is_none()).all(is_settled);
                // Closing steps wait for each other, but no failure of one keeps another from closing.
                let ended = |id: &StepId| self.state_of(id).is_some_and(|state| state.outcome().is_some());
                settled && self.is_needed(closing) && step.after.iter().all(ended)
            }
        }
    }

    /// The steps that are under way, in the order of the plan.
    pub fn in_flight(&self) -> Vec<&Step> {
        let running = |step: &&Step| self.state_of(&step.id).is_some_and(StepState::is_in_flight);
        self.plan.steps.iter().filter(running).collect()
    }

    /// How the run ends if nothing more happens. Closing steps that need not run do not count; with one that has failed
    /// no run is over, aborted or not: what it is to close is still open.
    pub fn outcome(&self) -> RunOutcome {
        let (mut outcome, mut open) = (RunOutcome::Done, false);
        for step in self.plan.steps.iter().filter(|step| !step.best_effort) {
            let needed = step.closing.as_ref().is_none_or(|closing| self.is_needed(closing));
            let ended = self.state_of(&step.id).and_then(StepState::outcome);
            open |= step.closing.is_some() && needed && matches!(ended, None | Some(Outcome::Failed { .. }));
            match ended {
                Some(Outcome::Unknown { .. }) => return RunOutcome::Unknown,
                Some(Outcome::Failed { .. }) => outcome = outcome.max(RunOutcome::Failed),
                None if needed && self.abort.is_some() => outcome = outcome.max(RunOutcome::Aborted),
                None if needed => outcome = outcome.max(RunOutcome::Failed),
                _ => {}
            }
        }
        match (outcome, &self.abort) {
            _ if open => RunOutcome::Failed,
            (RunOutcome::Failed, Some(_)) if !self.has_failed() => RunOutcome::Aborted,
            _ => outcome,
        }
    }

    fn has_failed(&self) -> bool {
        self.steps.values().any(|state| matches!(state.outcome(), Some(Outcome::Failed { .. })))
    }
}

use super::{
    CallAnswer, Event, IllegalEvent, Outcome, Record, RunOutcome, RunState, StepState, StepStatus, state::illegal,
};
use crate::plan::{Step, StepId};

impl RunState {
    /// Whether a record can follow. What carries a run out asks before it writes; what reads a journal asks again.
    ///
    /// # Errors
    /// Why it cannot.
    pub fn permits(&self, record: &Record) -> Result<(), IllegalEvent> {
        if record.number != self.last_number + 1 {
            return Err(illegal(record, &format!("record {} was expected", self.last_number + 1)));
        }
        self.permits_event(record).map_err(|why| illegal(record, why))
    }

    fn permits_event(&self, record: &Record) -> Result<(), &'static str> {
        let running = if self.finished.is_some() { Err("the run is over") } else { Ok(()) };
        match &record.event {
            Event::Began { .. } => Err("the run has begun already"),
            Event::LeaseTaken { epoch, .. } if *epoch <= self.epoch => Err("the epoch of a lease only grows"),
            // It goes on in other hands, which say so first.
            Event::LeaseTaken { .. } if self.handed_over.is_some() => Err("the run was handed over"),
            Event::Started { step, attempt } => running.and_then(|()| self.permits_start(record, step, *attempt)),
            Event::Answered { step, attempt, .. } => {
                let state = self.known(step)?;
                let asked = state.status == StepStatus::Started && state.attempts == *attempt;
                if asked { Ok(()) } else { Err("an answer to a call that was not begun") }
            }
            Event::Settled { step, .. } => {
                let state = self.known(step)?;
                match &state.status {
                    StepStatus::Answered { answer: CallAnswer::Unknown { .. } } => running,
                    // It may have been tried again since, and that not told.
                    StepStatus::Answered { answer: CallAnswer::Refused { .. } } if state.doubtful => running,
                    StepStatus::Waiting if self.is_asked(step) => running,
                    _ => Err("nothing was to be settled"),
                }
            }
            Event::Waiting { step, .. } => match self.known(step)?.outcome() {
                None | Some(Outcome::Unknown { .. }) => running,
                Some(_) => Err("the step has ended"),
            },
            Event::Gated { step, .. } if !self.known(step)?.is_in_flight() => Err("the step is not under way"),
            Event::Gated { step, .. } if self.plan.step(step).is_none_or(|step| step.gate.is_none()) => {
                Err("the step has no gate")
            }
            Event::SetBack { step, .. } => running.and_then(|()| self.permits_set_back(step)),
            Event::Ended { step, outcome } => running.and_then(|()| self.permits_end(step, outcome)),
            Event::Overridden { given, .. } if !given.code.row().overridable => Err("this guard cannot be overridden"),
            Event::Overridden { given, .. } if !self.closed_gates().any(|(_, code)| code == given.code) => {
                Err("no gate that is looked at waits for this guard")
            }
            Event::Resumed { despite_abort: true, .. } => self.permits_going_on(),
            Event::Resumed { .. } => match &self.finished {
                Some((RunOutcome::Done | RunOutcome::Aborted, _)) => Err("a run that is done is not resumed"),
                _ => Ok(()),
            },
            Event::Finished { .. } if self.steps.values().any(StepState::is_in_flight) => {
                Err("steps are still under way")
            }
            Event::Finished { .. } if self.plan.steps.iter().any(|step| self.is_in_question(step)) => {
                Err("nobody knows yet what the runner before began")
            }
            Event::Finished { outcome: RunOutcome::Done, .. } if self.outcome() != RunOutcome::Done => {
                Err("not every step is done")
            }
            Event::Acknowledged { .. } if self.finished.is_none() => Err("the run is not over"),
            Event::Acknowledged { .. } => Ok(()),
            Event::LeaseTaken { .. }
            | Event::LeaseLost { .. }
            | Event::Gated { .. }
            | Event::Overridden { .. }
            | Event::AbortAsked { .. }
            | Event::HandedOver { .. }
            | Event::Finished { .. } => running,
        }
    }

    pub(super) fn permits_going_on(&self) -> Result<(), &'static str> {
        match &self.finished {
            None => Err("the run is not over"),
            Some((RunOutcome::Done, _)) => Err("a run that is done is not resumed"),
            Some(_) if self.abort.is_none() => Err("nobody has stopped the run"),
            Some(_) if !self.has_moved() => {
                Err("what the run did is taken back, or can be: a new plan starts from here")
            }
            Some(_) => Ok(()),
        }
    }

    fn known(&self, step: &StepId) -> Result<&StepState, &'static str> {
        self.steps.get(step).ok_or("no such step")
    }

    fn is_asked(&self, step: &StepId) -> bool {
        self.plan.step(step).is_some_and(|step| self.is_in_question(step))
    }

    fn permits_start(&self, record: &Record, id: &StepId, attempt: u32) -> Result<(), &'static str> {
        let state = self.known(id)?;
        let step = self.plan.step(id).ok_or("no such step")?;
        if !self.holds_lease || record.epoch != self.epoch {
            return Err("no call is made without the lease");
        }
        if attempt != state.attempts + 1 {
            return Err("attempts are counted one by one");
        }
        match &state.status {
            StepStatus::Waiting if !self.may_begin(step) => Err("the step waits for others"),
            StepStatus::Waiting | StepStatus::Answered { answer: CallAnswer::Refused { .. } } => Ok(()),
            StepStatus::Answered { answer: CallAnswer::Unknown { .. } } | StepStatus::Started => {
                Err("an observation must settle the attempt before")
            }
            StepStatus::Answered { answer: CallAnswer::Accepted { .. } } => Err("the call was taken already"),
            StepStatus::Gated { .. } => Err("the step waits at its gate"),
            StepStatus::Ended { .. } => Err("the step has ended"),
        }
    }

    fn permits_end(&self, id: &StepId, outcome: &Outcome) -> Result<(), &'static str> {
        let step = self.plan.step(id).ok_or("no such step")?;
        match (&self.known(id)?.status, outcome) {
            // What has nothing to close, and what the run goes on without, when all the rest is done.
            (StepStatus::Waiting, Outcome::Skipped { .. }) if self.outcome() == RunOutcome::Done => Ok(()),
            (StepStatus::Waiting, Outcome::Skipped { .. }) => Err("nobody has left the step out"),
            // It held already, or what must hold before it never did.
            (StepStatus::Waiting, Outcome::Done { .. } | Outcome::Failed { .. }) if self.may_begin(step) => Ok(()),
            // It was looked at whether a runner before began it.
            (StepStatus::Waiting, _) if self.is_in_question(step) => Ok(()),
            (StepStatus::Waiting, _) => Err("the step has not begun"),
            (StepStatus::Gated { .. }, Outcome::Skipped { .. }) => {
                let overridden = step.gate.and_then(|code| self.is_overridden(code));
                overridden.map(|_| ()).ok_or("nobody has overridden the gate")
            }
            (_, Outcome::Skipped { .. }) => Err("the step has begun"),
            (StepStatus::Ended { outcome: Outcome::Unknown { .. } }, Outcome::Done { .. } | Outcome::Failed { .. }) => {
                Ok(())
            }
            (StepStatus::Ended { .. }, _) => Err("the step has ended"),
            (StepStatus::Started | StepStatus::Answered { .. } | StepStatus::Gated { .. }, _) => Ok(()),
        }
    }

    fn permits_set_back(&self, id: &StepId) -> Result<(), &'static str> {
        let step = self.plan.step(id).ok_or("no such step")?;
        let state = self.known(id)?;
        // It closed what the step did, or a runner before may have and not told, of a run that needs it yet.
        let needed = !self.is_halted();
        let may_have_ended = |state: &StepState| state.outcome().is_some() || (state.doubtful && needed);
        let ended = |step: &Step| self.steps.get(&step.id).is_some_and(may_have_ended);
        let closed = |step: &Step| step.closing.as_ref().is_some_and(|closing| closing.of == *id) && ended(step);
        match &state.status {
            StepStatus::Ended { outcome: Outcome::Failed { .. } } => Ok(()),
            StepStatus::Ended { outcome: Outcome::Unknown { .. } } => Err("an observation must settle it first"),
            StepStatus::Ended { .. } if step.closing.is_some() || self.plan.steps.iter().any(closed) => Ok(()),
            StepStatus::Ended { .. } if self.is_done_early(step) => Ok(()),
            StepStatus::Ended { .. } => Err("what the step did still stands"),
            StepStatus::Waiting => Err("the step has not begun"),
            _ if step.call.is_none() => Ok(()),
            _ => Err("the step's call may have been made"),
        }
    }
}

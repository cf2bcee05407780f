use evac_core::{
    plan::Step,
    run::{CallAnswer, Event, StepStatus},
};

use super::{Executor, Stopped};

/// Words for a call that is not in the journal, which is not known to its end.
pub(super) const IN_DOUBT: &str =
    "the runner before may have made this call and not told: its journal is not known to its end";

impl Executor {
    /// Begins an attempt: the intent is durable before the call is made, and the answer after. A step that only looks
    /// begins to look. False when the run was halted before.
    pub(super) async fn attempt(&self, step: &Step) -> Result<bool, Stopped> {
        let doubtful = self.is_in_doubt(step);
        if !self.start(step).await? {
            return Ok(false);
        }
        let Some(call) = &step.call else { return Ok(true) };
        let answer = if doubtful {
            CallAnswer::Unknown { why: IN_DOUBT.to_owned() }
        } else if let Some(why) = self.hindrance() {
            CallAnswer::Refused { why: why.to_owned(), temporary: true }
        } else {
            let permit = self.lease.permit(self.state(|state| state.epoch));
            // Never dropped before it ends: its answer is waited for whatever happens.
            permit.over(self.means.actor.perform(&self.consent, call)).await
        };
        self.answered(step, answer).await.map(|()| true)
    }

    /// Records an attempt that somebody else may have made: it is watched like a call without an answer, in a run that is
    /// halted too, where it can follow.
    pub(super) async fn presume(&self, step: &Step, why: String) -> Result<(), Stopped> {
        self.leased(|| false).await?;
        if self.record_if_legal(self.started(step)).await? {
            self.answered(step, CallAnswer::Unknown { why }).await?;
        }
        Ok(())
    }

    pub(super) async fn answered(&self, step: &Step, answer: CallAnswer) -> Result<(), Stopped> {
        let attempt = self.attempts(step);
        self.record(Event::Answered { step: step.id.clone(), attempt, answer }).await
    }

    async fn start(&self, step: &Step) -> Result<bool, Stopped> {
        loop {
            if !self.permitted(step).await? {
                return Ok(false);
            }
            // The run may be halted, or the lease lost, in the very moment.
            if self.record_if_legal(self.started(step)).await? {
                return Ok(true);
            }
        }
    }

    fn started(&self, step: &Step) -> Event {
        Event::Started { step: step.id.clone(), attempt: self.attempts(step) + 1 }
    }

    fn attempts(&self, step: &Step) -> u32 {
        self.state(|state| state.steps.get(&step.id).map_or(0, |step| step.attempts))
    }

    /// What came between the intent of a call and the call, if anything did.
    fn hindrance(&self) -> Option<&'static str> {
        match () {
            () if self.stop.is_set() => Some("the runner left the run before the call was made"),
            () if !self.may_call() => Some("the lease ran out before the call was made"),
            () => None,
        }
    }

    /// True while a call may be made: the lease is held, and the journal knows its epoch.
    fn may_call(&self) -> bool {
        let (held, epoch) = self.state(|state| (state.holds_lease, state.epoch));
        held && self.lease.valid_epoch() == Some(epoch)
    }

    /// Waits until a call may be made; false when the run is halted before.
    async fn permitted(&self, step: &Step) -> Result<bool, Stopped> {
        self.leased(|| self.is_halted(step)).await
    }

    /// Waits until the lease is held; false when it need not be any more.
    async fn leased(&self, needless: impl Fn() -> bool) -> Result<bool, Stopped> {
        let (mut view, mut status) = (self.view(), self.lease.status());
        loop {
            view.borrow_and_update();
            status.borrow_and_update();
            if self.stop.is_set() {
                return Err(Stopped);
            }
            if needless() {
                return Ok(false);
            }
            if self.may_call() {
                return Ok(true);
            }
            tokio::select! {
                biased;
                () = self.stop.wait() => {}
                Ok(()) = view.changed() => {}
                // Of a lease that is lost nothing more is told: to ask again and again would let nobody else act on it.
                Ok(()) = status.changed() => {}
            }
        }
    }

    /// True when a step that waits must not begin any more, and one that was refused is not tried again.
    pub(super) fn is_halted(&self, step: &Step) -> bool {
        self.state(|state| match state.steps.get(&step.id).map(|step| &step.status) {
            Some(StepStatus::Waiting) => !state.may_begin(step),
            _ => step.closing.is_none() && state.is_halted(),
        })
    }

    /// Returns when [`is_halted`](Self::is_halted) is so.
    pub(super) async fn halted(&self, step: &Step) {
        let mut view = self.view();
        while !self.is_halted(step) && view.changed().await.is_ok() {}
    }
}

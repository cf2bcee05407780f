use evac_core::{
    plan::{Check, Step},
    run::{CallAnswer, Event, Outcome, StepStatus},
};
use tokio::time::Instant;

use super::{
    Executor, Stopped,
    attempt::IN_DOUBT,
    looking::{Asks, Seen, Watch},
};
use crate::Sight;

/// Words for what was taken and given up by who took it.
pub(super) fn undone(why: &str) -> String {
    format!("it was under way, and came to nothing: {why}")
}

impl Executor {
    /// Carries one step as far as it goes: to its end, or until the run is halted before the step has begun.
    pub(super) async fn carry(&self, step: &Step) -> Result<(), Stopped> {
        let mut until = self.deadline(step);
        let mut refusals = 0;
        loop {
            if self.stop.is_set() {
                return Err(Stopped);
            }
            match self.status(step) {
                StepStatus::Waiting if self.state(|state| state.is_in_question(step)) => {
                    self.settle(step, IN_DOUBT, until).await?;
                    return Ok(());
                }
                StepStatus::Waiting => {
                    if !self.prepare(step).await? || !self.attempt(step).await? {
                        return Ok(());
                    }
                    until = self.deadline(step);
                }
                StepStatus::Started if step.call.is_some() => {
                    let why = "the runner ended before an answer was recorded".to_owned();
                    self.answered(step, CallAnswer::Unknown { why }).await?;
                }
                StepStatus::Started | StepStatus::Answered { answer: CallAnswer::Accepted { .. } } => {
                    self.verify(step, until).await?;
                }
                StepStatus::Answered { answer: CallAnswer::Unknown { why } } => self.settle(step, &why, until).await?,
                // Whoever was refused may have tried again, and not told.
                StepStatus::Answered { answer: CallAnswer::Refused { .. } } if self.is_in_doubt(step) => {
                    self.settle(step, IN_DOUBT, until).await?;
                }
                StepStatus::Answered { answer: CallAnswer::Refused { why, temporary: true } } => {
                    refusals += 1;
                    self.retry(step, &why, until, refusals).await?;
                }
                StepStatus::Answered { answer: CallAnswer::Refused { why, temporary: false } } => {
                    self.refused(step, &why).await?;
                }
                StepStatus::Gated { why } => self.wait_at_gate(step, &why).await?,
                StepStatus::Ended { .. } => return Ok(()),
            }
        }
    }

    pub(super) fn status(&self, step: &Step) -> StepStatus {
        self.state(|state| state.steps.get(&step.id).map_or(StepStatus::Waiting, |step| step.status.clone()))
    }

    /// Whether a runner before may have made a call for the step that the journal does not tell of.
    pub(super) fn is_in_doubt(&self, step: &Step) -> bool {
        self.state(|state| state.steps.get(&step.id).is_some_and(|now| now.doubtful))
    }

    pub(super) fn deadline(&self, step: &Step) -> Instant {
        Instant::now() + self.means.policy.real_of(step.timeout)
    }

    pub(super) async fn end(&self, step: &Step, outcome: Outcome) -> Result<(), Stopped> {
        self.record(Event::Ended { step: step.id.clone(), outcome }).await
    }

    /// Waits for what must hold before, and looks whether the step is done already. True when the step is to begin.
    async fn prepare(&self, step: &Step) -> Result<bool, Stopped> {
        if let Some(check) = &step.precondition
            && !self.is_permitted(step, check).await?
        {
            return Ok(false);
        }
        if let (Some(_), Some(check)) = (&step.call, &step.verification) {
            match self.look(step, check).await {
                Ok(Sight::Met { evidence }) => return self.end_early(step, already(&evidence)).await,
                Ok(Sight::Never { why }) => return self.end_early(step, Outcome::Failed { why }).await,
                // Somebody has begun it. Whether that comes to an end is seen by watching, not by calling.
                Ok(Sight::Underway { on }) => {
                    self.presume(step, format!("it was under way before the call: {on}")).await?;
                    return Ok(false);
                }
                Ok(Sight::Untouched { .. }) | Err(_) => {}
            }
        }
        Ok(true)
    }

    /// Waits for what must hold before a step. False when it ended instead, or went on from where somebody had begun it.
    async fn is_permitted(&self, step: &Step, check: &Check) -> Result<bool, Stopped> {
        let deadline = self.deadline(step);
        let failed = |why: String| Outcome::Failed { why: format!("what must hold before it does not: {why}") };
        loop {
            // What somebody has done is done, and what had to hold before it will hold no more. That may be so from the
            // beginning, or come to be.
            if let (Some(_), Some(done)) = (&step.call, &step.verification) {
                match self.look(step, done).await {
                    Ok(Sight::Met { evidence }) => return self.end_early(step, already(&evidence)).await,
                    Ok(Sight::Underway { on }) if self.is_in_doubt(step) => {
                        self.presume(step, format!("the runner before may have begun it: {on}")).await?;
                        return Ok(false);
                    }
                    Ok(_) | Err(_) => {}
                }
            }
            let policy = &self.means.policy;
            let until = deadline.min(Instant::now() + policy.real(policy.settle_window));
            let seen = tokio::select! {
                biased;
                seen = self.watch(Watch { step, check, until: Some(until), asks: Asks::Whether }) => seen?,
                () = self.halted(step) => return Ok(false),
            };
            match seen {
                Seen::Met(_) => return Ok(true),
                Seen::Late(_) if Instant::now() < deadline => {}
                Seen::Never(why) | Seen::Untouched(why) | Seen::Undone(why) | Seen::Late(why) => {
                    return self.end_early(step, failed(why)).await;
                }
            }
        }
    }

    /// Ends a step that has not begun, unless the run was halted in that very moment. There is nothing to begin then.
    async fn end_early(&self, step: &Step, outcome: Outcome) -> Result<bool, Stopped> {
        self.record_if_legal(Event::Ended { step: step.id.clone(), outcome }).await.map(|_| false)
    }

    /// Watches a step whose call was taken, or that only looks.
    async fn verify(&self, step: &Step, until: Instant) -> Result<(), Stopped> {
        let Some(check) = &step.verification else {
            let evidence = "the service took the call, and its answer is the proof".to_owned();
            return self.end(step, Outcome::Done { evidence }).await;
        };
        // What only looks takes nothing.
        let asks = if step.call.is_some() { Asks::WhatCame } else { Asks::Whether };
        let watch = |until| Watch { step, check, until: Some(until), asks };
        let seen = tokio::select! {
            biased;
            seen = self.watch(watch(until)) => seen?,
            // Who takes the gate upon himself waits for no proof: one more look, and it opens either way.
            _ = self.overridden(step) => self.watch(watch(Instant::now())).await?,
            () = self.needless(step) => {
                let why = "the run was stopped before it moved anything: what this would show is needed no more".to_owned();
                return self.record(Event::SetBack { step: step.id.clone(), why }).await;
            }
        };
        let (why, never) = match seen {
            Seen::Met(evidence) => return self.end(step, Outcome::Done { evidence }).await,
            Seen::Never(why) => (why, true),
            Seen::Undone(why) => (undone(&why), true),
            Seen::Untouched(why) | Seen::Late(why) => (format!("not so in time: {why}"), false),
        };
        if step.gate.is_some() {
            return self.record(Event::Gated { step: step.id.clone(), why }).await;
        }
        // What was called may yet come to be; what was only looked at has done nothing.
        let outcome = if never || step.call.is_none() { Outcome::Failed { why } } else { Outcome::Unknown { why } };
        self.end(step, outcome).await
    }

    /// Returns when a step that only looks need not any more: whoever stops a run that has moved nothing waits for no look,
    /// since all is given back.
    async fn needless(&self, step: &Step) {
        if step.call.is_some() || step.closing.is_some() {
            return std::future::pending().await;
        }
        let mut view = self.view();
        let stopped = || self.state(|state| state.abort.is_some() && state.moves().next().is_none());
        while !stopped() {
            if view.changed().await.is_err() {
                return std::future::pending().await;
            }
        }
    }

    /// Finds out whether a call without an answer was made.
    async fn settle(&self, step: &Step, lost: &str, until: Instant) -> Result<(), Stopped> {
        let Some(check) = &step.verification else {
            if step.idempotent {
                let evidence = format!("{lost}; nothing but its own answer shows it, and a second time does no harm");
                return self.record(Event::Settled { step: step.id.clone(), evidence }).await;
            }
            return self.end(step, Outcome::Unknown { why: lost.to_owned() }).await;
        };
        let now = Instant::now();
        // What a runner before may have begun, it began before its lease was taken over: that is long enough ago for all
        // steps at once, and not for one after the other.
        let since = if lost == IN_DOUBT { self.taken_at } else { now };
        // It is worth more to know than to end in time.
        let enough = now + 2 * self.means.policy.real(self.means.policy.settle_window);
        let watch = Watch { step, check, until: Some(until.max(enough)), asks: Asks::WhetherMade(since) };
        match self.watch(watch).await? {
            Seen::Met(evidence) => self.end(step, Outcome::Done { evidence }).await,
            Seen::Never(why) => self.end(step, Outcome::Failed { why }).await,
            Seen::Undone(why) => self.end(step, Outcome::Failed { why: undone(&why) }).await,
            Seen::Untouched(evidence) if step.idempotent => {
                let evidence = format!("{lost}; it was not done: {evidence}");
                self.record(Event::Settled { step: step.id.clone(), evidence }).await
            }
            Seen::Untouched(why) | Seen::Late(why) => {
                self.end(step, Outcome::Unknown { why: format!("{lost}; {why}") }).await
            }
        }
    }
}

fn already(evidence: &str) -> Outcome {
    Outcome::Done { evidence: format!("it was so already: {evidence}") }
}

use std::time::Duration;

use evac_core::{
    plan::{Step, Undo},
    reading::LastRun,
    run::{Event, Outcome, RunOutcome, RunState, StepState, StepStatus},
};
use jiff::Timestamp;
use tokio::time::timeout;

use super::{Command, Executor, RunEnd, RunError, stop::Why};
use crate::run::{Lease, recorder::NotRecorded};

/// How long the end of a run waits for the copies of its journal, in this machine's time.
const COPIES: Duration = Duration::from_secs(10);

impl Executor {
    /// Records the end of a run in which nothing is left to be done, and gives the lease back.
    pub(super) async fn finish(&mut self) -> Result<RunEnd, RunError> {
        match self.record_end().await {
            Ok(outcome) => {
                self.give_back(outcome).await;
                Ok(RunEnd::Finished(outcome))
            }
            Err(failure) => Err(RunError::NotRecorded { failure, in_flight: Vec::new() }),
        }
    }

    async fn record_end(&self) -> Result<RunOutcome, NotRecorded> {
        let outcome = self.state(RunState::outcome);
        if outcome == RunOutcome::Done {
            let needless: Vec<_> = self.state(|state| {
                let waits =
                    |step: &&Step| state.steps.get(&step.id).is_some_and(|step| step.status == StepStatus::Waiting);
                let why = |step: &Step| match &step.closing {
                    None => "the run was stopped before, and is done without it".to_owned(),
                    Some(closing) if state.was_started(&closing.of) => format!("{} stays as it was set", closing.of),
                    Some(closing) => format!("{} was not begun: there is nothing to take back", closing.of),
                };
                state.plan.steps.iter().filter(waits).map(|step| (step.id.clone(), why(step))).collect()
            });
            for (step, why) in needless {
                let outcome = Outcome::Skipped { why };
                self.recorder.record(Event::Ended { step, outcome }).await?;
            }
        }
        let report = self.state(|state| report(state, &self.means.command));
        self.recorder.record(Event::Finished { outcome, report }).await?;
        Ok(outcome)
    }

    /// Leaves a run that cannot go on here.
    pub(super) async fn leave(&mut self) -> Result<RunEnd, RunError> {
        let in_flight = self.state(|state| state.in_flight().into_iter().map(|step| step.id.clone()).collect());
        match self.stop.why() {
            Some(Why::HandedOver) => {
                // Until it goes on, nobody begins another as if this one had not been.
                self.give_back(RunOutcome::Unknown).await;
                Ok(RunEnd::HandedOver)
            }
            Some(Why::LeaseLost(why)) => Err(RunError::LeaseLost { why: why.clone(), in_flight }),
            Some(Why::NotRecorded(failure)) => Err(RunError::NotRecorded { failure: failure.clone(), in_flight }),
            None => Err(RunError::LeaseLost { why: "the run was stopped".to_owned(), in_flight }),
        }
    }

    /// Waits for the copies for a while, and releases the lease. Neither changes how the run ended.
    async fn give_back(&mut self, outcome: RunOutcome) {
        let length = self.recorder.written.borrow().bytes.len();
        let mut copied = self.copied.clone();
        let everywhere = self.means.mirror.buckets.len();
        let all = copied.wait_for(|copies| copies.iter().filter(|copy| copy.bytes >= length).count() == everywhere);
        if timeout(COPIES, all).await.is_err() {
            tracing::warn!("the journal's end was not copied everywhere");
        }
        let view = self.recorder.now();
        let last = last_run(&view.state, outcome, self.means.clock.set_time());
        self.lease.note_head(view.head.clone());
        give_back(&mut self.lease, last).await;
    }
}

/// What the lease keeps of a run that ended; `None` when it moved nothing.
pub(super) fn last_run(state: &RunState, outcome: RunOutcome, ended_at: Timestamp) -> Option<LastRun> {
    has_called(state).then(|| LastRun {
        run: state.run.as_str().to_owned(),
        outcome: outcome.word().to_owned(),
        ended_at,
        acknowledged_by: None,
    })
}

pub(super) async fn give_back(lease: &mut Lease, last: Option<LastRun>) {
    if let Err(failure) = lease.release(last).await {
        tracing::warn!(%failure, "the lease was not given back: it ends by itself");
    }
}

/// Whether a call that changes something may have been made: where a step was found to be done already, a runner before
/// may have done it and not told, and what it may have begun is in doubt.
fn has_called(state: &RunState) -> bool {
    let in_doubt = |step: &Step| state.steps.get(&step.id).is_some_and(|now| now.doubtful);
    state.plan.steps.iter().any(|step| step.call.is_some() && (state.was_started(&step.id) || in_doubt(step)))
}

/// What is done and what is not, a line each, with how what was done is undone.
fn report(state: &RunState, command: &Command) -> Vec<String> {
    let line = |step: &Step| state.steps.get(&step.id).map(|now| line(step, now, is_given_back(state, step), command));
    state.plan.steps.iter().filter_map(line).collect()
}

/// True when a closing step has taken back what the step did: the command that would do so is somebody else's harm then.
fn is_given_back(state: &RunState, step: &Step) -> bool {
    let closes = |other: &&Step| other.closing.as_ref().is_some_and(|closing| closing.of == step.id);
    let mut closing = state.plan.steps.iter().filter(closes);
    closing.any(|other| matches!(state.steps.get(&other.id).and_then(StepState::outcome), Some(Outcome::Done { .. })))
}

fn line(step: &Step, now: &StepState, given_back: bool, command: &Command) -> String {
    let (id, begun) = (&step.id, now.attempts > 0);
    let told = match now.outcome() {
        Some(outcome) => format!("{} {id}: {}", outcome.word(), outcome.text()),
        None if begun => format!("STOPPED {id}: it was begun and did not come to its end"),
        None => return format!("NOT BEGUN {id}"),
    };
    let nothing = matches!(now.outcome(), Some(Outcome::Skipped { .. }));
    let standing = begun && step.call.is_some() && !nothing && !given_back;
    let failed = matches!(now.outcome(), Some(Outcome::Failed { .. }));
    match &step.undo {
        // What certainly was not done is not undone by moving a writer.
        Undo::Verb { .. } if failed => told,
        Undo::Call { call } if standing => format!("{told} (undone by `{}`)", command(call)),
        Undo::Verb { verb } if standing => format!("{told} (undone by `{}`)", verb.word()),
        Undo::Never { why } if standing => format!("{told} (cannot be undone: {why})"),
        _ => told,
    }
}

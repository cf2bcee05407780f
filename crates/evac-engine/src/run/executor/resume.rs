use evac_core::{
    guard::{self, Consent},
    plan::{Plan, Step, StepId},
    reading::LastRun,
    run::{Event, IllegalEvent, Journal, Outcome, RunOutcome, RunState, Runner, StepStatus},
};
use futures::future::try_join_all;
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use super::{
    Executor, Means, Past, Stopped,
    carry::undone,
    finish::{give_back, last_run},
    looking::{Asks, Seen, Watch},
};
use crate::{
    Sight,
    run::{
        JournalHead, JournalStorage, RunView, Taken,
        recorder::{NotRecorded, Recorder},
    },
};

/// What a run goes on with.
pub struct Resumption {
    /// Its journal, read and verified.
    pub journal: Journal,
    /// The same as bytes.
    pub bytes: Vec<u8>,
    /// The lease, newly taken, with what was there before.
    pub taken: Taken,
    /// Who carries it out now.
    pub runner: Runner,
    /// True when the journal is a copy: it may lack the last of what the runner before did.
    pub copy: bool,
    /// True when an operator wants it to go on though it was stopped.
    pub despite_abort: bool,
}

/// Why a run is not resumed.
#[derive(Debug, thiserror::Error)]
pub enum NotResumed {
    /// The journal is empty: nothing was ever begun.
    #[error("the run never began: its journal holds no whole record")]
    NeverBegan,
    /// It ended well, or was stopped.
    #[error("the run is over: {}{}", .0.word(), in_spite(*.0))]
    Over(RunOutcome),
    /// It was to go on in spite of an abort, and another run has acted on the stack since.
    #[error("another run has acted on the stack since this one was stopped: make a new plan")]
    Void,
    /// The journal does not follow its own rules.
    #[error(transparent)]
    Illegal(#[from] IllegalEvent),
    /// The plan in it is not the one that was consented to.
    #[error("the consent in the journal is to another plan")]
    Consent,
    /// Somebody has gone on with it elsewhere.
    #[error(
        "this journal ends at record {have} and does not hold record {known} as the lease knows it: the run went on elsewhere"
    )]
    Behind {
        /// The newest record here.
        have: u64,
        /// The newest that the lease knows.
        known: u64,
    },
    /// It cannot be written on.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
}

fn in_spite(outcome: RunOutcome) -> &'static str {
    match outcome {
        RunOutcome::Aborted => {
            "; in spite of that it goes on only where that is asked for, and nothing takes back what it did"
        }
        _ => "",
    }
}

impl Executor {
    /// Goes on with a run whose runner ended: nothing is called before everything that was under way was looked at. When
    /// it cannot be gone on with, the lease is given back.
    pub async fn resume(
        storage: impl JournalStorage,
        means: Means,
        resumption: Resumption,
    ) -> Result<Self, NotResumed> {
        let Resumption { journal, bytes, mut taken, runner, copy, despite_abort } = resumption;
        let (state, consent) = match checked(&journal, &taken, copy, despite_abort) {
            Ok(checked) => checked,
            Err(why) => {
                let last = match why {
                    NotResumed::Over(outcome) => untold(&journal, &taken, outcome, means.clock.set_time()),
                    _ => None,
                };
                give_back(&mut taken.lease, last).await;
                return Err(why);
            }
        };
        // A runner that handed the run over told all that it did; one that died may have done more than it could tell.
        let told = state.handed_over.is_some() || state.finished.is_some();
        let unseen = taken.before.lease.epoch > state.epoch && !taken.displaced;
        let doubtful = taken.beyond(&state.run, &journal).is_some() || unseen || (copy && !told);
        // What cannot be recorded below gives the lease back.
        taken.note(&state, &journal);
        // Recorded before anything can be done under the lease.
        let mut events = vec![Event::Resumed { runner, doubtful, despite_abort }];
        if taken.displaced && state.abort.is_none() {
            let reason = "another run has acted on the stack since: what this one was to do is void";
            events.push(abort(reason.to_owned()));
        }
        let head = JournalHead::of(&state, &journal.head);
        let records = journal.records.into_iter().map(Into::into).collect();
        let recorder = Recorder::go_on(Box::new(storage), means.clock.clone(), RunView { state, records, head }, bytes);
        for event in events {
            if let Err(failure) = recorder.record(event).await {
                give_back(&mut taken.lease, None).await;
                return Err(failure.into());
            }
        }
        let mut executor = Self::under_lease(recorder, taken.lease, means, consent).await?;
        executor.past = Past::Resumed;
        Ok(executor)
    }

    /// Looks at everything that was under way before anything is called, and finds out what was not known.
    pub(super) async fn look_first(&self) -> Result<(), Stopped> {
        let plan = self.state(|state| state.plan.clone());
        let under_way =
            |step: &&Step| self.state(|state| state.steps.get(&step.id).is_some_and(|now| now.is_in_flight()));
        try_join_all(plan.steps.iter().filter(under_way).map(|step| self.look_again(step))).await?;
        let unknown = |step: &&Step| {
            self.state(|state| {
                let outcome = state.steps.get(&step.id).and_then(|now| now.outcome());
                matches!(outcome, Some(Outcome::Unknown { .. }))
            })
        };
        try_join_all(plan.steps.iter().filter(unknown).map(|step| self.settle_ended(step))).await?;
        self.see_that_it_stands().await?;
        self.set_back().await
    }

    /// A run that was over lay there for as long as anybody liked. What it did and only another verb takes back may have
    /// been taken back by hand since: whoever did that has decided otherwise, and nothing goes on on top of it.
    async fn see_that_it_stands(&self) -> Result<(), Stopped> {
        let (goes_on, steps): (_, Vec<Step>) =
            self.state(|state| (state.reopened && state.abort.is_none(), state.moves().cloned().collect()));
        if !goes_on {
            return Ok(());
        }
        for step in steps {
            let Some(check) = &step.verification else { continue };
            let until = Instant::now() + 2 * self.means.policy.real(self.means.policy.settle_window);
            let watch = Watch { step: &step, check, until: Some(until), asks: Asks::Whether };
            let why = match self.watch(watch).await? {
                Seen::Met(_) => continue,
                Seen::Never(why) | Seen::Untouched(why) | Seen::Undone(why) | Seen::Late(why) => why,
            };
            let reason = format!("what {} did is not seen to stand any more: {why}", step.id);
            return self.record(abort(reason)).await;
        }
        Ok(())
    }

    async fn look_again(&self, step: &Step) -> Result<(), Stopped> {
        let Some(check) = &step.verification else { return Ok(()) };
        if let Ok(Sight::Met { evidence }) = self.look(step, check).await {
            self.end(step, Outcome::Done { evidence }).await?;
        }
        Ok(())
    }

    /// Finds out what became of a step that had ended Unknown.
    async fn settle_ended(&self, step: &Step) -> Result<(), Stopped> {
        let Some(check) = &step.verification else {
            let why = "nothing but its own answer would show it, and a second time does no harm".to_owned();
            return if step.idempotent { self.end(step, Outcome::Failed { why }).await } else { Ok(()) };
        };
        let (policy, now) = (&self.means.policy, Instant::now());
        let until = now + policy.real_of(step.timeout).max(2 * policy.real(policy.settle_window));
        let seen = self.watch(Watch { step, check, until: Some(until), asks: Asks::WhetherMade(now) }).await?;
        let outcome = match seen {
            Seen::Met(evidence) => Outcome::Done { evidence },
            Seen::Never(why) => Outcome::Failed { why },
            Seen::Undone(why) => Outcome::Failed { why: undone(&why) },
            // What was not done for as long as it might have taken is not going to be.
            Seen::Untouched(why) if step.idempotent || self.age(step) > step.timeout => {
                Outcome::Failed { why: format!("it was not done: {why}") }
            }
            Seen::Untouched(_) | Seen::Late(_) => return Ok(()),
        };
        self.end(step, outcome).await
    }

    fn age(&self, step: &Step) -> SignedDuration {
        let began = self.state(|state| state.steps.get(&step.id).and_then(|step| step.started_at.or(step.ended_at)));
        began.map_or(SignedDuration::ZERO, |began| self.means.clock.now().duration_since(began))
    }

    /// Sets back what is told to be done and is seen to be so no more, where a runner before may have closed it and not
    /// told, and there is something left to do that needs it.
    async fn set_back_closed(&self, plan: &Plan) -> Result<(), Stopped> {
        let open = |step: &Step| step.closing.is_none() && self.status(step) == StepStatus::Waiting;
        if self.state(RunState::is_halted) || !plan.steps.iter().any(open) {
            return Ok(());
        }
        let waits = plan
            .steps
            .iter()
            .filter(|step| self.status(step) == StepStatus::Waiting)
            .filter(|step| self.is_in_doubt(step));
        // Since then it has been made wrong to close it: what took it back is a later step of the plan itself.
        let closings = waits.filter_map(|step| step.closing.as_ref());
        let closings = closings.filter(|closing| !self.state(|state| state.stays_open(closing)));
        let closed = closings.filter_map(|closing| plan.step(&closing.of)).filter(|of| of.idempotent);
        for of in closed.filter(|of| matches!(self.status(of), StepStatus::Ended { outcome: Outcome::Done { .. } })) {
            let Some(check) = &of.verification else { continue };
            if let Ok(Sight::Untouched { on }) = self.look(of, check).await {
                let why = format!("the runner before may have taken it back, and not told: {on}");
                self.put_back(&of.id, &why).await?;
                self.set_back_early(plan).await?;
            }
        }
        Ok(())
    }

    /// Sets back what was only seen, and stands behind what is to be done once more.
    async fn set_back_early(&self, plan: &Plan) -> Result<(), Stopped> {
        for step in &plan.steps {
            if self.state(|state| state.is_done_early(step)) {
                self.put_back(&step.id, "it was seen to be so before its turn, and is looked at again").await?;
            }
        }
        Ok(())
    }

    /// Sets back what failed in a run that is taken up again after its end, and what its closing steps took back, when
    /// there is something left to do that needs it. Cut off in the middle, it is done to its end the next time.
    async fn set_back(&self) -> Result<(), Stopped> {
        let plan = self.state(|state| state.plan.clone());
        self.set_back_closed(&plan).await?;
        let outcome = |id: &StepId| self.state(|state| state.steps.get(id).and_then(|now| now.outcome().cloned()));
        let closings = || plan.steps.iter().filter_map(|step| Some((step, &step.closing.as_ref()?.of)));
        // Nobody knows whether what such a step closes is open: there is nothing to go on from.
        let unknown = |id| matches!(outcome(id), Some(Outcome::Unknown { .. }));
        if !self.state(|state| state.reopened) || closings().any(|(step, of)| unknown(&step.id) && !unknown(of)) {
            return Ok(());
        }
        let failed = |step: &&Step| {
            let untried = self.state(|state| state.steps.get(&step.id).is_some_and(|now| now.attempts == 0));
            let failed = matches!(outcome(&step.id), Some(Outcome::Failed { .. }));
            failed && (step.idempotent || step.call.is_none() || untried)
        };
        for step in plan.steps.iter().filter(failed) {
            self.put_back(&step.id, "the run is taken up again").await?;
        }
        let open = |step: &Step| step.closing.is_none() && outcome(&step.id).is_none();
        let halted = self.state(RunState::is_halted);
        let goes_on = !halted && plan.steps.iter().any(open);
        let in_doubt = |id: &StepId| self.state(|state| state.steps.get(id).is_some_and(|now| now.doubtful));
        for (step, of) in closings().filter(|(step, of)| outcome(&step.id).is_some() && !unknown(of)) {
            let why = match goes_on {
                true => "what it did was taken back, and is needed again",
                false if halted && in_doubt(of) => "the runner before may have done it once more, and not told",
                false => continue,
            };
            for id in [of, &step.id].into_iter().filter(|id| outcome(id).is_some()) {
                self.put_back(id, why).await?;
            }
        }
        if goes_on { self.set_back_early(&plan).await } else { Ok(()) }
    }

    async fn put_back(&self, step: &StepId, why: &str) -> Result<(), Stopped> {
        self.record(Event::SetBack { step: step.clone(), why: why.to_owned() }).await
    }
}

/// Where the run stands that is to be gone on with, and the key to it.
fn checked(
    journal: &Journal,
    taken: &Taken,
    copy: bool,
    despite_abort: bool,
) -> Result<(RunState, Consent), NotResumed> {
    let state = RunState::replay(&journal.records)?.ok_or(NotResumed::NeverBegan)?;
    let consent = guard::renew(&state.plan, journal).ok_or(NotResumed::Consent)?;
    match &state.finished {
        Some((outcome @ RunOutcome::Done, _)) => return Err(NotResumed::Over(*outcome)),
        Some((outcome @ RunOutcome::Aborted, _)) if !despite_abort => return Err(NotResumed::Over(*outcome)),
        _ if despite_abort && taken.displaced => return Err(NotResumed::Void),
        _ => {}
    }
    match taken.beyond(&state.run, journal) {
        Some(head) if !copy => Err(NotResumed::Behind { have: state.last_number, known: head.number }),
        _ => Ok((state, consent)),
    }
}

/// Stops a run that must not go on, by nobody's order.
fn abort(reason: String) -> Event {
    Event::AbortAsked { by: "evac".to_owned(), reason, order: String::new() }
}

/// What the lease is to be told of a run that is over: its runner may have ended before it could. What it told must not be
/// told again, for its end may have been acknowledged since.
fn untold(journal: &Journal, taken: &Taken, outcome: RunOutcome, now: Timestamp) -> Option<LastRun> {
    let state = RunState::replay(&journal.records).ok().flatten()?;
    taken.before.lease.holder.as_ref().filter(|holder| holder.run == state.run.as_str())?;
    last_run(&state, outcome, now)
}

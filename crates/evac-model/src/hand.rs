//! How a machine acts on the world and looks at it.

use std::{sync::Arc, time::Duration};

use evac_core::{
    SourceError, SourceErrorKind,
    guard::Consent,
    plan::{Call, Check, Step, StepId},
    run::{CallAnswer, Receipt},
};
use evac_engine::{Actor, Look, Observer, Sight};
use futures::{FutureExt, future::BoxFuture};
use tokio::time::{Instant, sleep};

use crate::{
    defect::Defect,
    fault::CallFault,
    ground::Effect,
    laws,
    machine::Machine,
    plans, rival,
    shape::Shape,
    world::{Told, World},
};

/// When a client gives up waiting.
const PATIENCE: Duration = Duration::from_secs(15);
/// When a call that hangs is given up.
const HANG: Duration = Duration::from_secs(60);
/// How long after it was given up a late call arrives at most, in the world's time.
pub(crate) const LATE: Duration = Duration::from_secs(20);

/// A machine's hand and eye.
#[derive(Debug)]
pub struct Hand {
    /// The world.
    pub world: Arc<World>,
    /// The machine.
    pub machine: Arc<Machine>,
}

impl Hand {
    async fn call(&self, consent: &Consent, call: &Call) -> CallAnswer {
        let Some(step) = laws::at_call(self, consent, call) else {
            return CallAnswer::Refused { why: "no plan has this call".to_owned(), temporary: false };
        };
        let id = &step.id;
        sleep(self.travel()).await;
        if let Some((how_long, taken)) = self.world.lease_fault(id) {
            self.world.note(format!("fault: {id} takes {how_long:?}, the lease out of reach meanwhile"));
            self.world.table.cut_off(&self.machine.name, how_long);
            if taken {
                tokio::spawn(rival::take(self.world.clone()));
            }
            sleep(how_long).await;
        }
        self.world.writer_fault(id);
        self.world.deafness_since(id);
        if self.world.ground(|ground| ground.is_out_of_reach(call)) {
            self.world.note(format!("{id} cannot be called: nobody answers there"));
            sleep(HANG).await;
            return CallAnswer::Unknown { why: "no answer came".to_owned() };
        }
        let fault = self.world.call_fault(id);
        if let Some(fault) = fault {
            self.world.note(format!("fault: {id} {fault:?}"));
        }
        let accepted = CallAnswer::Accepted { receipt: Receipt::from([("id".to_owned(), id.to_string())]) };
        let refused = |temporary| CallAnswer::Refused { why: "the service said no".to_owned(), temporary };
        let lost = CallAnswer::Unknown { why: "no answer came".to_owned() };
        match fault {
            None => match self.arrive(id, call) {
                true => accepted,
                false => refused(true),
            },
            Some(CallFault::Overtaken) => {
                self.world.inside().ground.arrive(call, Instant::now());
                match self.arrive(id, call) {
                    true => accepted,
                    false => refused(true),
                }
            }
            Some(CallFault::GivenUp) => {
                let taken = self.arrive(id, call);
                // Who took anything else gives up nothing of the writer's.
                if matches!(call, Call::Failover { .. } | Call::Switchover { .. }) {
                    self.world.inside().ground.give_up(Instant::now());
                }
                if taken { accepted } else { refused(true) }
            }
            Some(CallFault::Refused) => refused(false),
            Some(CallFault::Throttled) => refused(true),
            Some(CallFault::Hangs) => {
                sleep(HANG).await;
                lost
            }
            Some(CallFault::TimedOutAndHappened) => {
                self.arrive(id, call);
                sleep(PATIENCE).await;
                lost
            }
            Some(CallFault::TimedOutAndDidNot) => {
                sleep(PATIENCE).await;
                lost
            }
            Some(CallFault::ResetAndHappened) => {
                self.arrive(id, call);
                lost
            }
            Some(CallFault::Twice) => {
                self.arrive(id, call);
                sleep(self.travel()).await;
                self.arrive(id, call);
                accepted
            }
            Some(CallFault::Late) => {
                sleep(PATIENCE).await;
                let mut inside = self.world.inside();
                let after = LATE.mul_f64(inside.random.f64());
                inside.ground.later(Instant::now(), after, Effect::Arrives(Box::new(call.clone())));
                inside.happened(id);
                lost
            }
            Some(CallFault::CrashAndHappened) => {
                self.arrive(id, call);
                match self.machine.die().await {}
            }
            Some(CallFault::CrashAndDidNot) => match self.machine.die().await {},
        }
    }

    /// Whether the service takes a call that reaches it.
    fn arrive(&self, step: &StepId, call: &Call) -> bool {
        let mut inside = self.world.inside();
        let taken = inside.ground.arrive(call, Instant::now());
        if taken {
            inside.happened(step);
        }
        taken
    }

    /// The consent to another plan, for a defective hand.
    fn other_consent(&self) -> Option<Consent> {
        let others = [Shape::Drain, Shape::Failover].map(Shape::plan);
        let other = others.iter().find(|plan| plan.hash() != self.world.hash)?;
        plans::consent(other)
    }

    fn travel(&self) -> Duration {
        let way = self.world.inside().random.u64(5..120);
        Duration::from_millis(if self.world.ideal { 0 } else { way })
    }

    fn steps<'a>(&'a self, meant: impl Fn(&Step) -> bool + 'a) -> impl Iterator<Item = &'a StepId> {
        self.world.plan.steps.iter().filter(move |step| meant(step)).map(|step| &step.id)
    }
}

impl Actor for Hand {
    fn perform<'a>(&'a self, consent: &'a Consent, call: &'a Call) -> BoxFuture<'a, CallAnswer> {
        async move {
            if self.world.defect == Some(Defect::NeverAnswers) {
                return std::future::pending().await;
            }
            let other = if self.world.defect == Some(Defect::OtherConsent) { self.other_consent() } else { None };
            let consent = other.as_ref().unwrap_or(consent);
            let stray = Call::Notify { text: "of no plan".to_owned() };
            let call = if self.world.defect == Some(Defect::OtherCall) { &stray } else { call };
            let mut answer = self.call(consent, call).await;
            match (self.world.defect, &answer) {
                (Some(Defect::RepeatsBlindly), CallAnswer::Unknown { .. }) => answer = self.call(consent, call).await,
                (Some(Defect::TakenToldRefused), CallAnswer::Accepted { .. }) => {
                    answer = CallAnswer::Refused { why: "the service said no".to_owned(), temporary: false };
                }
                _ => {}
            }
            let told = match &answer {
                CallAnswer::Accepted { .. } => Told::Accepted,
                CallAnswer::Refused { .. } => Told::Refused,
                CallAnswer::Unknown { .. } => Told::Nothing,
            };
            self.world.inside().answered(call, &self.world.plan, told);
            answer
        }
        .boxed()
    }
}

impl Observer for Hand {
    fn observe<'a>(&'a self, check: &'a Check, _: &'a Receipt) -> BoxFuture<'a, Look> {
        async move {
            sleep(self.travel()).await;
            let asks =
                |step: &Step| [&step.precondition, &step.verification].into_iter().flatten().any(|own| own == check);
            let failed = self.steps(asks).find_map(|step| self.world.blindness(step));
            if failed == Some(true) {
                return std::future::pending().await;
            }
            if failed == Some(false) || self.world.ground(|ground| ground.is_out_of_sight(check)) {
                let error = SourceError::new(SourceErrorKind::Unreachable, "no connection");
                return Look { source_clock: None, sight: Err(error) };
            }
            let mut inside = self.world.inside();
            for step in self.steps(|step| step.verification.as_ref() == Some(check)) {
                *inside.looks.entry(step.clone()).or_default() += 1;
            }
            let deceived = match self.world.defect {
                Some(Defect::GateIgnored) => matches!(check, Check::Fenced { .. }),
                Some(Defect::SeesWhatIsWished) => true,
                _ => false,
            };
            let wished = Sight::Met { evidence: "as wished".to_owned() };
            let sight = if deceived { wished } else { inside.ground.sight(check) };
            drop(inside);
            Look { source_clock: Some(self.world.now()), sight: Ok(sight) }
        }
        .boxed()
    }
}

//! Plans in a world, and what stands against them.

use evac_core::{
    Snapshot,
    guard::{Consent, ConsentRequest, Note, Override, Refusal, Situation, consent, judge},
    plan::{Call, ExistingResources, Intent, Plan, PlanContext, Unplannable, planner},
    run::StepTimes,
};
use jiff::Timestamp;

use super::{World, now, region};

impl World {
    pub fn plan(&self, intent: &Intent) -> Result<Plan, Unplannable> {
        self.plan_at(intent, now(), &[])
    }

    pub fn plan_at(&self, intent: &Intent, now: Timestamp, standing: &[Call]) -> Result<Plan, Unplannable> {
        self.plan_with(intent, now, standing, None)
    }

    /// The same intent planned anew in this world, beside a plan that was read.
    pub fn plan_again(&self, plan: &Plan) -> Result<Plan, Unplannable> {
        self.plan_with(&plan.intent, now(), &[], Some(plan))
    }

    fn plan_with(
        &self,
        intent: &Intent,
        now: Timestamp,
        standing: &[Call],
        read: Option<&Plan>,
    ) -> Result<Plan, Unplannable> {
        let context = PlanContext { now, times: &StepTimes::default(), operator: "ada", standing, read };
        planner(intent, &self.snapshot(), &self.stack, &context)
    }

    pub fn situation<'a>(&'a self, snapshot: &'a Snapshot) -> Situation<'a> {
        Situation::new(&self.stack, snapshot, &self.history, now(), None)
    }

    pub fn judge(&self, plan: &Plan) -> Vec<Note> {
        judge(plan, &self.situation(&self.snapshot()))
    }

    /// Asks for consent in this world to a plan that may have been made in another.
    pub fn consent(&self, plan: &Plan, request: ConsentRequest) -> Result<Consent, Refusal> {
        let current = self.plan_again(plan).unwrap();
        consent(plan, &current, &self.situation(&self.snapshot()), request)
    }
}

/// What somebody types who has read the plan and accepts what it says.
pub fn request(plan: &Plan, overrides: &[Override]) -> ConsentRequest {
    ConsentRequest {
        plan: plan.hash().as_str().into(),
        confirmed: plan.confirmations[0].clone(),
        accepted: plan.loss.amount(),
        overrides: overrides.to_vec(),
        by: "ada".into(),
    }
}

pub fn switchover(to: &str) -> Intent {
    Intent::Switchover { to: region(to) }
}

pub fn failover(to: &str) -> Intent {
    Intent::Failover { to: region(to) }
}

pub fn drain(name: &str) -> Intent {
    Intent::Drain { region: region(name) }
}

pub fn undrain(name: &str) -> Intent {
    Intent::Undrain { region: region(name) }
}

pub fn restoring(name: &str, mapping: &[(&str, &str)], existing: ExistingResources) -> Intent {
    Intent::Restore {
        region: region(name),
        backup: "c-1".into(),
        namespaces: vec!["akidb".into()],
        mapping: mapping.iter().map(|(from, to)| ((*from).to_owned(), (*to).to_owned())).collect(),
        existing,
    }
}

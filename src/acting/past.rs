//! What earlier runs on this machine tell a planner: how long steps took, and what was left standing.

use evac_core::{
    Snapshot, Stack,
    plan::{Call, Intent, Plan, PlanContext, Unplannable, planner, standing},
    run::StepTimes,
};
use evac_engine::run::RunStore;
use jiff::Timestamp;

use super::signature;

/// See the module.
pub(super) struct Past {
    times: StepTimes,
    standing: Vec<Call>,
}

impl Past {
    /// What the runs in a store tell. One that cannot be read, or is damaged, tells nothing.
    pub(super) fn of(store: &RunStore) -> Self {
        let runs = store.list().unwrap_or_default();
        let states: Vec<_> = runs.iter().rev().filter_map(|entry| entry.state.as_deref().ok()).collect();
        let mut times = StepTimes::default();
        states.iter().for_each(|state| times.note(state));
        Self { times, standing: standing(states) }
    }

    /// A plan for an intent, with this behind it.
    pub(super) fn plan(
        &self,
        intent: &Intent,
        snapshot: &Snapshot,
        stack: &Stack,
        now: Timestamp,
    ) -> Result<Plan, Unplannable> {
        self.plan_with(intent, None, snapshot, stack, now)
    }

    /// The intent of a plan that was read, planned anew: what differs then has drifted.
    pub(super) fn plan_again(
        &self,
        plan: &Plan,
        snapshot: &Snapshot,
        stack: &Stack,
        now: Timestamp,
    ) -> Result<Plan, Unplannable> {
        self.plan_with(&plan.intent, Some(plan), snapshot, stack, now)
    }

    fn plan_with(
        &self,
        intent: &Intent,
        read: Option<&Plan>,
        snapshot: &Snapshot,
        stack: &Stack,
        now: Timestamp,
    ) -> Result<Plan, Unplannable> {
        let operator = signature();
        let context = PlanContext { now, times: &self.times, operator: &operator, standing: &self.standing, read };
        planner(intent, snapshot, stack, &context)
    }
}

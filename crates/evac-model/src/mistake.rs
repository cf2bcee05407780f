//! Plans with a mistake in them, with which the model shows that it would notice one that the planner made.

use evac_core::plan::{Call, Plan, Step, StepId};

/// A mistake of a planner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mistake {
    /// Traffic waits for the promotion, and not for proof that the old writer has stopped.
    ShiftsEarly,
    /// The writer moves to a region that serves, while users are led to the old one still.
    PromotesEarly,
    /// Consumers are started beside the new writer while the old one may write still.
    StartsEarly,
    /// Traffic is not moved at all.
    LeavesTraffic,
    /// What was frozen is thawed at the end, although the writer has moved.
    ThawsAnyhow,
    /// What was frozen and paused for a run is never given back.
    GivesNothingBack,
    /// What the failover before left frozen is not thawed.
    ForgetsThawing,
}

impl Mistake {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::ShiftsEarly,
        Self::PromotesEarly,
        Self::StartsEarly,
        Self::LeavesTraffic,
        Self::ThawsAnyhow,
        Self::GivesNothingBack,
        Self::ForgetsThawing,
    ];

    /// Makes it in a plan.
    pub(crate) fn make(self, plan: &mut Plan) {
        let fence = StepId::new("fence");
        match self {
            Self::ShiftsEarly => wait_for_less(plan, &fence, |step| !step.id.as_str().starts_with("start-")),
            Self::PromotesEarly => {
                for id in ["answers", "shift-traffic"] {
                    wait_for_less(plan, &StepId::new(id), |step| step.id.as_str() == "promote");
                }
            }
            Self::StartsEarly => wait_for_less(plan, &fence, |step| step.id.as_str().starts_with("start-")),
            Self::LeavesTraffic => {
                leave_out(plan, |step| step.id.as_str() == "shift-traffic" || step.id.as_str() == "answers")
            }
            Self::ThawsAnyhow => {
                let closings = plan.steps.iter_mut().filter_map(|step| step.closing.as_mut());
                closings.for_each(|closing| closing.unless_started = None);
            }
            Self::GivesNothingBack => leave_out(plan, |step| step.closing.is_some()),
            Self::ForgetsThawing => {
                let thaws = |call: &Call| {
                    matches!(call, Call::UnlockTerraform { .. } | Call::SetArgoSync { automated: Some(_), .. })
                };
                leave_out(plan, |step| step.closing.is_none() && step.call.as_ref().is_some_and(thaws));
            }
        }
    }
}

/// Lets some steps wait for what a step waits for, in its place.
fn wait_for_less(plan: &mut Plan, less: &StepId, which: impl Fn(&Step) -> bool) {
    let before = plan.step(less).map(|step| step.after.clone()).unwrap_or_default();
    for step in plan.steps.iter_mut().filter(|step| step.after.contains(less) && which(step)) {
        step.after.retain(|id| id != less);
        step.after.extend(before.iter().cloned());
    }
}

/// Leaves steps out. What waited for them waits for what they waited for.
fn leave_out(plan: &mut Plan, which: impl Fn(&Step) -> bool) {
    let out: Vec<_> = plan.steps.iter().filter(|step| which(step)).map(|step| step.id.clone()).collect();
    for id in &out {
        wait_for_less(plan, id, |_| true);
    }
    plan.steps.retain(|step| !out.contains(&step.id));
}

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::{
    draft::{Draft, step},
    lever::{Pull, Shift, release, serving},
};
use crate::{
    guard::GuardCode,
    ids::RegionId,
    plan::{Call, Check, Closing, Lever, Step, StepId, Undo, Verb},
};

/// How long it takes until a health check that watches an object or an endpoint is red: three times the standard interval.
const CHECKS: SignedDuration = SignedDuration::from_secs(90);

/// How long it may take until all servers of Route 53 answer by a change that it has taken.
const SPREADS: SignedDuration = SignedDuration::from_secs(30);

/// How much longer than expected a gate waits before it says that an operator can open it.
const GATE: SignedDuration = SignedDuration::from_mins(5);

/// What became of the traffic in a plan.
#[derive(Default)]
pub(super) struct Shifted {
    /// The lever that is pulled, the best of them where there are several.
    pub(super) lever: Option<Lever>,
    /// The steps that pull.
    pub(super) steps: Vec<StepId>,
    /// The steps by which users are seen to have moved, as far as that can be seen.
    pub(super) seen: Vec<StepId>,
}

/// Takes the traffic away from a region, and sees what users are answered and served.
pub(super) fn leave(draft: &mut Draft<'_>, shift: Shift<'_>, after: &[StepId]) -> Shifted {
    let pulled = shift.best(draft);
    let shifted = lead_away(draft, shift, pulled, after, |step| step);
    let waits = if shifted.steps.is_empty() { after } else { &shifted.steps };
    see_served(draft, shift, waits);
    shifted
}

/// Takes the traffic away from a region before the writer leaves it, if any lever can. What waits for the steps that see
/// it waits until nobody is led there any more, or keeps to what he was told before, or until an operator takes that upon
/// himself.
pub(super) fn leave_first(draft: &mut Draft<'_>, shift: Shift<'_>, after: &[StepId]) -> Option<Shifted> {
    let pulled = shift.best(draft)?;
    // Resolvers that stand elsewhere show neither when users are answered anew nor when they have forgotten.
    let until = draft.scene.answers_live().saturating_add(match pulled.lever {
        Lever::StopObject | Lever::HealthChecks => CHECKS,
        Lever::RoutingControl | Lever::Records => SPREADS,
    });
    let until_forgotten = |mut step: Step| {
        if let Some(Check::Answers { lasting, .. }) = &mut step.verification {
            (*lasting, step.gate) = (until, Some(GuardCode::UsersRemain));
            step.expected = step.expected.max(until);
            step.timeout = step.expected.saturating_add(GATE);
        }
        step
    };
    let mut shifted = lead_away(draft, shift, Some(pulled), after, until_forgotten);
    if shifted.seen.is_empty() {
        shifted.seen.clone_from(&shifted.steps);
    }
    Some(shifted)
}

/// Lets the traffic that was taken away first come back at the end, unless the writer has followed it or may have.
pub(super) fn return_unless(draft: &mut Draft<'_>, shifted: &Shifted, left: &RegionId, started: &StepId) {
    for of in &shifted.steps {
        let Some(Step { plane, undo: Undo::Call { call }, .. }) = draft.step(of).cloned() else { continue };
        draft.add(Step {
            region: call.region(),
            plane,
            verification: call.shown_by(),
            call: Some(call),
            timeout: SignedDuration::from_mins(15),
            undo: Undo::Verb { verb: Verb::Drain },
            closing: Some(Closing { of: of.clone(), unless_started: Some(started.clone()) }),
            ..step("return-traffic", format!("Let the traffic of {left} come back"))
        });
    }
}

/// Pulls a lever, and looks what resolvers answer then. How that is looked for can be changed.
fn lead_away(
    draft: &mut Draft<'_>,
    shift: Shift<'_>,
    mut pulled: Option<Pull>,
    after: &[StepId],
    looking: impl Fn(Step) -> Step,
) -> Shifted {
    let out = [shift.left.clone()].into_iter().chain(draft.scene.unreachable.iter().cloned()).collect();
    // Where health checks did it, the answers are what the step itself looks at.
    if let Some(Pull { lever: Lever::HealthChecks, step, .. }) = &mut pulled {
        *step = looking(step.clone());
        return pull(draft, pulled, after);
    }
    let answers = answers(draft, Some(shift.left), &out, pulled.as_ref());
    let mut shifted = pull(draft, pulled, after);
    if !shifted.steps.is_empty()
        && let Some(check) = answers
    {
        let step = looking(answered(draft, check, &shifted));
        shifted.seen.push(draft.add(step));
    }
    shifted
}

/// Sees that the region which takes over serves, and each of the others, which may get some of the users.
pub(super) fn see_served(draft: &mut Draft<'_>, shift: Shift<'_>, waits: &[StepId]) {
    served(draft, shift.to, "serving", waits);
    let others = draft.scene.topology().serving;
    for other in others.iter().filter(|other| *other != shift.left && *other != shift.to) {
        if let Some(check) = serving(draft.scene, other).filter(|_| draft.scene.is_reachable(other)) {
            let step = serves(other, check, format!("serving-{other}"), waits);
            draft.add(Step { best_effort: shift.by_itself, ..step });
        }
    }
}

/// Lets the traffic of a region come back, and sees what users are answered.
pub(super) fn come_back(draft: &mut Draft<'_>, region: &RegionId, after: &[StepId]) -> Shifted {
    let pulls = release(draft, region);
    let answers = answers(draft, None, &draft.scene.unreachable, &pulls);
    let shifted = pull(draft, pulls, after);
    if !shifted.steps.is_empty()
        && let Some(check) = answers
    {
        let step = answered(draft, check, &shifted);
        draft.add(step);
    }
    shifted
}

/// Sees that a region's public endpoint answers as healthy.
pub(super) fn served(draft: &mut Draft<'_>, region: &RegionId, id: &str, after: &[StepId]) -> Option<StepId> {
    let check = serving(draft.scene, region)?;
    Some(draft.add(serves(region, check, id, after)))
}

fn serves(region: &RegionId, check: Check, id: impl AsRef<str>, after: &[StepId]) -> Step {
    Step {
        after: after.to_vec(),
        region: Some(region.clone()),
        verification: Some(check),
        expected: SignedDuration::from_secs(10),
        timeout: SignedDuration::from_mins(5),
        ..step(id, format!("See that {region} serves its users"))
    }
}

fn pull(draft: &mut Draft<'_>, pulls: impl IntoIterator<Item = Pull>, after: &[StepId]) -> Shifted {
    let mut shifted = Shifted::default();
    for Pull { lever, step, facts } in pulls {
        shifted.lever = shifted.lever.min(Some(lever)).or(Some(lever));
        draft.facts.note("lever", lever.word());
        for (fact, value) in facts {
            draft.facts.note(fact, value);
        }
        shifted.steps.push(draft.add(Step { after: after.to_vec(), ..step }));
    }
    shifted
}

/// What resolvers shall answer once these levers are pulled.
fn answers<'a>(
    draft: &Draft<'_>,
    left: Option<&RegionId>,
    out: &BTreeSet<RegionId>,
    pulls: impl IntoIterator<Item = &'a Pull>,
) -> Option<Check> {
    let changes = pulls.into_iter().filter_map(|pull| match &pull.step.call {
        Some(Call::ChangeRecords { changes, .. }) => Some(changes),
        _ => None,
    });
    let changes: Vec<_> = changes.flatten().collect();
    draft.scene.answering(draft.scene.answers_after(left, out, &changes))
}

fn answered(draft: &Draft<'_>, check: Check, shifted: &Shifted) -> Step {
    Step {
        after: shifted.steps.clone(),
        verification: Some(check),
        expected: draft.scene.stack.step_times.traffic.get(),
        timeout: SignedDuration::from_mins(20),
        ..step("answers", "See what resolvers answer")
    }
}

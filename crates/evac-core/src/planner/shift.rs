use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::{
    draft::{Draft, step},
    lever::{Pull, Shift, release, serving},
};
use crate::{
    ids::RegionId,
    plan::{Call, Check, Lever, Step, StepId},
};

/// What became of the traffic in a plan.
#[derive(Default)]
pub(super) struct Shifted {
    /// The lever that is pulled, the best of them where there are several.
    pub(super) lever: Option<Lever>,
    /// The steps that pull.
    pub(super) steps: Vec<StepId>,
}

/// Takes the traffic away from a region, and sees what users are answered and served.
pub(super) fn leave(draft: &mut Draft<'_>, shift: Shift<'_>, after: &[StepId]) -> Shifted {
    let pulls: Vec<_> = shift.best(draft).into_iter().collect();
    let out = [shift.left.clone()].into_iter().chain(draft.scene.unreachable.iter().cloned()).collect();
    // Where health checks did it, the answers are what the step itself looks at.
    let itself = pulls.first().is_none_or(|pull| pull.lever == Lever::HealthChecks);
    let answers = answers(draft, Some(shift.left), &out, &pulls);
    let shifted = pull(draft, pulls, after);
    if !itself {
        answered(draft, answers, &shifted);
    }
    let waits = if shifted.steps.is_empty() { after.to_vec() } else { shifted.steps.clone() };
    served(draft, shift.to, "serving", &waits);
    // Each of the others may get some of them.
    let others = draft.scene.topology().serving;
    for other in others.iter().filter(|other| *other != shift.left && *other != shift.to) {
        if let Some(check) = serving(draft.scene, other).filter(|_| draft.scene.is_reachable(other)) {
            let step = serves(other, check, format!("serving-{other}"), &waits);
            draft.add(Step { best_effort: shift.by_itself, ..step });
        }
    }
    shifted
}

/// Lets the traffic of a region come back, and sees what users are answered.
pub(super) fn come_back(draft: &mut Draft<'_>, region: &RegionId, after: &[StepId]) -> Shifted {
    let pulls = release(draft, region);
    let answers = answers(draft, None, &draft.scene.unreachable, &pulls);
    let shifted = pull(draft, pulls, after);
    if !shifted.steps.is_empty() {
        answered(draft, answers, &shifted);
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

fn pull(draft: &mut Draft<'_>, pulls: Vec<Pull>, after: &[StepId]) -> Shifted {
    let mut shifted = Shifted { lever: pulls.iter().map(|pull| pull.lever).min(), steps: Vec::new() };
    for Pull { lever, step, facts } in pulls {
        draft.facts.note("lever", lever.word());
        for (fact, value) in facts {
            draft.facts.note(fact, value);
        }
        shifted.steps.push(draft.add(Step { after: after.to_vec(), ..step }));
    }
    shifted
}

/// What resolvers shall answer once these levers are pulled.
fn answers(draft: &Draft<'_>, left: Option<&RegionId>, out: &BTreeSet<RegionId>, pulls: &[Pull]) -> Option<Check> {
    let changes = pulls.iter().filter_map(|pull| match &pull.step.call {
        Some(Call::ChangeRecords { changes, .. }) => Some(changes),
        _ => None,
    });
    let changes: Vec<_> = changes.flatten().collect();
    draft.scene.answering(draft.scene.answers_after(left, out, &changes))
}

fn answered(draft: &mut Draft<'_>, answers: Option<Check>, shifted: &Shifted) {
    let Some(check) = answers else { return };
    draft.add(Step {
        after: shifted.steps.clone(),
        verification: Some(check),
        expected: draft.scene.stack.step_times.traffic.get(),
        timeout: SignedDuration::from_mins(20),
        ..step("answers", "See what resolvers answer")
    });
}

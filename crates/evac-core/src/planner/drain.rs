//! Drain and undrain: traffic moves, and the data stays.

use super::{
    PlanContext, Scene, Unplannable, confirm,
    draft::{Draft, Ending},
    lever::Shift,
    shift,
};
use crate::{
    Verdict,
    guard::GuardCode,
    ids::RegionId,
    plan::{Intent, Plan},
    source::Source,
};

pub(super) fn drain(
    scene: &Scene<'_>,
    context: &PlanContext<'_>,
    intent: &Intent,
    left: &RegionId,
) -> Result<Plan, Unplannable> {
    let before = with_records(scene, left)?;
    let others: Vec<_> = before.serving.iter().filter(|region| *region != left).collect();
    // Of those that would serve, the best: one that is known to be well, the writer's, and the first by name.
    let rank = |region: &&&RegionId| {
        let verdict = scene.assessment.regions.get(**region).map(|region| region.verdict);
        (verdict != Some(Verdict::Go), !before.writers.contains(**region), (**region).clone())
    };
    let Some(to) = others.iter().filter(|region| scene.is_reachable(region)).min_by_key(rank).copied() else {
        let text =
            format!("users of {left} would have nowhere to go: no other region is known to be served and answers");
        return Err(Unplannable::of(GuardCode::LastServing, Some(left.clone()), text));
    };
    if !before.serving.contains(left) {
        let text = format!("{left} gets no traffic already");
        return Err(Unplannable::of(GuardCode::PlanEmpty, Some(left.clone()), text));
    }
    let mut draft = Draft::new(scene, context, intent);
    let shifted = shift::leave(&mut draft, Shift { left, to, by_itself: false }, &[]);
    if shifted.lever.is_none() {
        let text = format!("no lever can hold the traffic away from {left} now");
        return Err(Unplannable::of(GuardCode::LeverNone, Some(left.clone()), text));
    }
    draft.notify(format!("evac: the traffic was taken away from {left}"));
    let mut after = before.clone();
    after.serving.remove(left);
    let confirmations = confirm::region(left);
    draft.finish(Ending { intent: intent.clone(), before, after, lever: shifted.lever, confirmations })
}

pub(super) fn undrain(
    scene: &Scene<'_>,
    context: &PlanContext<'_>,
    intent: &Intent,
    region: &RegionId,
) -> Result<Plan, Unplannable> {
    let before = with_records(scene, region)?;
    if !scene.is_reachable(region) {
        let text = format!("{region} cannot be reached: users must not be sent there");
        return Err(Unplannable::of(GuardCode::PlanDeadRegion, Some(region.clone()), text));
    }
    let mut draft = Draft::new(scene, context, intent);
    // Users come back to a region that serves, or not at all.
    let well = shift::served(&mut draft, region, "serving", &[]);
    let shifted = shift::come_back(&mut draft, region, &well.into_iter().collect::<Vec<_>>());
    if shifted.steps.is_empty() {
        return Err(nothing_holds(scene, region));
    }
    draft.notify(format!("evac: the traffic of {region} may come back"));
    let mut after = before.clone();
    after.serving.insert(region.clone());
    let confirmations = confirm::region(region);
    draft.finish(Ending { intent: intent.clone(), before, after, lever: shifted.lever, confirmations })
}

fn with_records(scene: &Scene<'_>, region: &RegionId) -> Result<crate::plan::Topology, Unplannable> {
    if !scene.has_record(region) {
        let text = format!("the stack has no DNS record that leads to {region}");
        return Err(Unplannable::of(GuardCode::PlanEmpty, Some(region.clone()), text));
    }
    Ok(scene.topology())
}

/// Why nothing can be released.
fn nothing_holds(scene: &Scene<'_>, region: &RegionId) -> Unplannable {
    let traffic = scene.stack.traffic.as_ref();
    let has_control = traffic.is_some_and(|traffic| traffic.routing_control.is_some());
    let stop = traffic.and_then(|traffic| traffic.stop.get(region));
    let blind = has_control && !scene.is_fresh_at_home(Source::RoutingControl)
        || stop.is_some_and(|stop| !scene.is_fresh(Source::Markers, &stop.region))
        || !scene.is_fresh_at_home(Source::Records);
    let records = traffic.into_iter().flat_map(|traffic| &traffic.records);
    let mut own = records.filter(|record| record.region == *region);
    let changed = own.any(|record| scene.record(record).is_some_and(|found| found.weight == Some(0)));
    if changed || scene.is_repointed(region) {
        let text = format!("the records of {region} were changed, and no run here remembers what they were");
        return Unplannable::of(GuardCode::LeverNone, Some(region.clone()), text);
    }
    if blind {
        let text = format!("it is not known what holds the traffic away from {region}");
        return Unplannable::of(GuardCode::SnapshotStale, Some(region.clone()), text);
    }
    Unplannable::of(GuardCode::PlanEmpty, Some(region.clone()), format!("nothing holds the traffic away from {region}"))
}

//! Whether what the plan relies on was seen lately.

use std::collections::BTreeSet;

use super::{GuardCode, case::Case};
use crate::{
    ids::RegionId,
    plan::{Lever, Verb},
    snapshot::Freshness,
    source::Source,
};

pub(super) fn check(case: &mut Case<'_>) {
    for (source, region) in relied_on(case) {
        let freshness = case.situation.snapshot.freshness(source, &region, case.situation.stack, case.situation.now);
        if freshness != Freshness::Fresh {
            let text = match source.is_about_nowhere() {
                true => format!("{} is {}", source.word(), freshness.word()),
                false => format!("{} of {region} is {}", source.word(), freshness.word()),
            };
            case.block(GuardCode::SnapshotStale, text, "ask again, and make the plan again").about(&region);
        }
    }
}

/// The sources that a wrong plan would follow from. A region that is lost is known to be silent, and not relied on.
fn relied_on(case: &Case<'_>) -> BTreeSet<(Source, RegionId)> {
    let stack = case.situation.stack;
    let mut sources = BTreeSet::new();
    let mut rely = |source, region: Option<&RegionId>| {
        if let Some(region) = region {
            sources.insert((source, region.clone()));
        }
    };
    let (verb, target) = (case.plan.intent.verb(), case.target());
    if verb.moves_writer() && stack.aurora.is_some() {
        rely(Source::GlobalCluster, target);
        rely(Source::Cluster, target);
        rely(Source::GlobalCluster, case.left().filter(|left| case.scene.is_reachable(left)));
    }
    let has_cluster = |region: &&RegionId| case.scene.has_cluster(region);
    if verb.moves_writer() {
        rely(Source::Workloads, target.filter(has_cluster));
    }
    // What is not seen there is neither frozen nor paused, which an emergency does not wait for.
    if verb.moves_writer() && !verb.is_emergency() {
        let left = case.left().filter(|left| case.scene.is_reachable(left));
        rely(Source::Workloads, left.filter(has_cluster));
    }
    match verb {
        Verb::Restore => rely(Source::Backups, target),
        Verb::Recover => rely(Source::Cluster, target),
        _ => {}
    }
    let home = stack.control_plane_region();
    match case.plan.lever {
        Some(Lever::RoutingControl) => rely(Source::RoutingControl, home),
        Some(Lever::Records) => rely(Source::Records, home),
        // Whether the object exists is seen before it is made; what was seen last changes no plan.
        Some(Lever::StopObject | Lever::HealthChecks) | None => {}
    }
    sources
}

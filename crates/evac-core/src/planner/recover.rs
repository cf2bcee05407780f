//! Recover: the database as it was at a moment, beside the one that is.

use jiff::{SignedDuration, Timestamp};

use super::{
    PlanContext, Scene, Unplannable, confirm,
    draft::{Draft, Ending, step},
};
use crate::{
    guard::GuardCode,
    ids::{ClusterId, RegionId},
    plan::{Call, Check, Intent, Plan, Plane, Step, Undo},
    reading::ClusterReading,
};

/// How much of the old cluster's name is kept: RDS takes names of 63 characters.
const KEPT: usize = 40;

pub(super) fn recover(
    scene: &Scene<'_>,
    context: &PlanContext<'_>,
    intent: &Intent,
    region: &RegionId,
    at: Option<Timestamp>,
) -> Result<Plan, Unplannable> {
    let source = find(scene, region)?;
    let writer = source.instances.iter().find(|instance| instance.is_writer).or_else(|| source.instances.first());
    let class = writer.and_then(|instance| instance.class.clone());
    let engine = scene.view().and_then(|view| view.engine.clone());
    let (Some(class), Some(engine)) = (class, engine) else {
        let text = "nobody knows what instance to make: neither class nor engine of the old one is known";
        return Err(Unplannable::of(GuardCode::SnapshotStale, Some(region.clone()), text));
    };
    let mut draft = Draft::new(scene, context, intent);
    let target = beside(&source.cluster, &draft.mark.stamp)
        .ok_or_else(|| Unplannable::of(GuardCode::PlanEmpty, Some(region.clone()), "the new cluster has no name"))?;
    let moment = at.map_or_else(|| "last".to_owned(), |at| format!("at {at}"));
    draft.facts.note("source", source.cluster.as_str());
    draft.facts.note("instance", format!("{class}, {engine}"));
    let recovered = draft.add(Step {
        region: Some(region.clone()),
        plane: Plane::Control,
        call: Some(Call::RestoreToTime {
            region: region.clone(),
            source: source.cluster.clone(),
            target: target.clone(),
            at,
        }),
        verification: Some(Check::ClusterAvailable { region: region.clone(), cluster: target.clone() }),
        expected: SignedDuration::from_mins(15),
        timeout: SignedDuration::from_hours(3),
        undo: Undo::Never { why: format!("the cluster {target} stands beside the old one; delete it by hand") },
        ..step("recover", format!("Restore {} as it was {moment}, as {target}", source.cluster))
    });
    let instance = format!("{target}-1");
    draft.add(Step {
        after: vec![recovered.clone()],
        region: Some(region.clone()),
        plane: Plane::Control,
        call: Some(Call::CreateInstance {
            region: region.clone(),
            cluster: target.clone(),
            instance: instance.clone(),
            class,
            engine,
        }),
        verification: Some(Check::InstanceAvailable { region: region.clone(), instance: instance.clone() }),
        expected: SignedDuration::from_mins(8),
        timeout: SignedDuration::from_hours(1),
        undo: Undo::Never { why: format!("delete the instance {instance} by hand") },
        ..step("instance", format!("Create {instance}, by which the new cluster answers"))
    });
    let (cluster, protected) = (target.clone(), true);
    let protect = |protected| Call::ProtectCluster { region: region.clone(), cluster: target.clone(), protected };
    draft.add(Step {
        after: vec![recovered],
        region: Some(region.clone()),
        plane: Plane::Control,
        call: Some(protect(true)),
        verification: Some(Check::ClusterProtected { region: region.clone(), cluster, protected }),
        timeout: SignedDuration::from_mins(15),
        undo: Undo::Call { call: protect(false) },
        ..step("protect", format!("Protect {target} from deletion"))
    });
    draft.notify(format!("evac: {target} in {region} has what the database was"));
    let topology = scene.topology();
    draft.finish(Ending {
        intent: intent.clone(),
        before: topology.clone(),
        after: topology,
        lever: None,
        confirmations: confirm::region(region),
    })
}

fn find<'a>(scene: &'a Scene<'_>, region: &RegionId) -> Result<&'a ClusterReading, Unplannable> {
    let refuse = |code, text: String| Err(Unplannable::of(code, Some(region.clone()), text));
    if scene.aurora().is_none_or(|aurora| !aurora.members.contains_key(region)) {
        return refuse(GuardCode::PlanEmpty, format!("the stack has no database in {region}"));
    }
    if !scene.is_reachable(region) {
        return refuse(GuardCode::PlanDeadRegion, format!("{region} cannot be reached"));
    }
    match scene.snapshot.cluster(region) {
        Some(cluster) => Ok(cluster),
        None => refuse(GuardCode::SnapshotStale, format!("the database in {region} was never seen")),
    }
}

/// The name of the new cluster.
fn beside(source: &ClusterId, stamp: &str) -> Option<ClusterId> {
    let kept: String = source.as_str().chars().take(KEPT).collect();
    ClusterId::new(format!("{}-evac-{stamp}", kept.trim_end_matches('-'))).ok()
}

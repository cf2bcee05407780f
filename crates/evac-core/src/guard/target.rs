//! Whether the target can carry what it is given.

use super::{GuardCode, NoteSeverity, case::Case};
use crate::{
    Verdict,
    ids::RegionId,
    plan::Verb,
    planner::autoscaler,
    reading::{ClusterReading, WorkloadsReading},
};

pub(super) fn check(case: &mut Case<'_>) {
    let verb = case.plan.intent.verb();
    let Some(target) = case.target() else { return };
    if verb.moves_writer() || verb == Verb::Undrain {
        verdict(case, target);
    }
    if verb.moves_writer() {
        if case.situation.stack.aurora.is_some() {
            database(case, target);
        }
        capacity(case, target);
    }
}

fn verdict(case: &mut Case<'_>, target: &RegionId) {
    let Some(region) = case.situation.assessment.regions.get(target) else { return };
    let code = match region.verdict {
        Verdict::Go => return,
        Verdict::NoGo => GuardCode::TargetNoGo,
        Verdict::Unknown => GuardCode::TargetUnknown,
    };
    let reasons: Vec<_> =
        region.reasons.iter().filter(|one| one.verdict == region.verdict).map(|one| one.text.as_str()).collect();
    let text = format!("{target} is {}: {}", region.verdict, reasons.join("; "));
    case.block(code, text, "mend it or choose another target; override when you know better").about(target);
}

fn database(case: &mut Case<'_>, target: &RegionId) {
    if case.scene.writers().iter().eq([target]) {
        let text = format!("{target} is the writer already");
        case.block(GuardCode::TargetIsWriter, text, "use `drain` to move the traffic alone").about(target);
    }
    let Some(cluster) = case.situation.snapshot.cluster(target) else { return };
    if !serves(cluster) {
        let text = format!("cluster {} has no instance that is available", cluster.cluster);
        let remedy = if cluster.instances.is_empty() {
            "create an instance in it first"
        } else {
            "wait until RDS has done what it does to it: a cluster that was lost is made anew in its own time"
        };
        case.block(GuardCode::TargetHeadless, text, remedy).about(target);
    }
    let global = case.scene.view().and_then(|view| view.engine_version.as_deref());
    let (Some(global), Some(own)) = (global, cluster.engine_version.as_deref()) else { return };
    if global != own {
        let major = |version: &str| version.split('.').next().map(str::to_owned);
        // Which patches may differ depends on the engine; RDS says so when it is asked.
        let severity = if major(global) == major(own) { NoteSeverity::Warn } else { NoteSeverity::Block };
        let text = format!("cluster {} runs {own}, and the global cluster {global}", cluster.cluster);
        case.raise(GuardCode::TargetVersion, severity, text, "bring both to the same version first").about(target);
    }
}

/// True when an instance of the cluster can answer.
pub(super) fn serves(cluster: &ClusterReading) -> bool {
    cluster.instances.iter().any(|instance| matches!(instance.status.as_str(), "available" | "backing-up"))
}

/// What is known of room: the bounds of autoscalers, and replicas that have no place even now. Pods' own requests are
/// not among the readings, so nodes are not counted against them.
fn capacity(case: &mut Case<'_>, target: &RegionId) {
    let Some(reading) = case.situation.snapshot.workloads(target).cloned() else { return };
    let workloads = &case.situation.stack.workloads;
    for workload in workloads.iter().filter(|workload| workload.replicas.is_some()) {
        let wanted = workload.replicas.unwrap_or_default();
        let name = format!("{}/{}", workload.namespace, workload.deployment);
        let remedy = "raise the limit or add nodes, or accept degraded service";
        if let Some(ruler) = autoscaler(&reading, workload).filter(|ruler| ruler.maximum < wanted) {
            let text =
                format!("{name} needs {wanted} replicas in {target}, and its autoscaler allows {}", ruler.maximum);
            case.warn(GuardCode::TargetCapacity, text, remedy).about(target);
        }
        let short = deployment(&reading, &workload.namespace, &workload.deployment);
        if let Some((desired, ready)) = short.filter(|(desired, ready)| ready < desired) {
            let text = format!("{name} in {target} has {ready} of {desired} replicas now, and {wanted} are needed");
            case.warn(GuardCode::TargetCapacity, text, remedy).about(target);
        }
    }
    let (ready, total) = (reading.nodes_ready, reading.nodes_total);
    if ready < total {
        let text = format!("{ready} of {total} nodes are ready in {target}");
        case.warn(GuardCode::TargetCapacity, text, "add nodes, or accept degraded service").about(target);
    }
}

fn deployment(reading: &WorkloadsReading, namespace: &str, name: &str) -> Option<(u32, u32)> {
    let found = reading.deployments.iter().find(|found| found.namespace == namespace && found.name == name);
    found.map(|found| (found.desired, found.ready))
}

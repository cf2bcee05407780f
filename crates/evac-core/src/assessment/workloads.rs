use serde::Serialize;

use super::{Code, scope::RegionContext};
use crate::source::Source;

/// What a region's cluster can carry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CapacitySummary {
    /// Ready replicas of the stack's Deployments.
    pub ready: u32,
    /// Replicas that those Deployments want.
    pub desired: u32,
    /// Ready nodes.
    pub nodes_ready: u32,
    /// All nodes.
    pub nodes_total: u32,
}

pub(super) fn judge(scope: &mut RegionContext<'_>) -> Option<CapacitySummary> {
    let stack = scope.context.stack;
    let reading = scope.context.snapshot.workloads(scope.region)?;
    for workload in &stack.workloads {
        let name = format!("{}/{}", workload.namespace, workload.deployment);
        let found = reading
            .deployments
            .iter()
            .find(|found| found.namespace == workload.namespace && found.name == workload.deployment);
        match found {
            None => scope.block(Code::WorkloadMissing, Source::Workloads, format!("Deployment {name} does not exist")),
            Some(found) if found.ready < workload.minimum_ready => {
                let text = format!("Deployment {name} has {} of {} ready", found.ready, workload.minimum_ready);
                scope.block(Code::WorkloadShort, Source::Workloads, text);
            }
            Some(_) => {}
        }
    }
    let (ready, total) = (reading.nodes_ready, reading.nodes_total);
    let share = if total == 0 { 0.0 } else { 100.0 * f64::from(ready) / f64::from(total) };
    if share < stack.thresholds.nodes_ready {
        scope.block(Code::NodesShort, Source::Workloads, format!("{ready} of {total} nodes are ready"));
    }
    let mine = |namespace: &str, name: &str| {
        stack.workloads.iter().any(|workload| workload.namespace == namespace && workload.deployment == name)
    };
    let deployments = || reading.deployments.iter().filter(|entry| mine(&entry.namespace, &entry.name));
    Some(CapacitySummary {
        ready: deployments().map(|entry| entry.ready).sum(),
        desired: deployments().map(|entry| entry.desired).sum(),
        nodes_ready: ready,
        nodes_total: total,
    })
}

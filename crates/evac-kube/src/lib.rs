//! evac on Kubernetes: ports on what Velero has in each region and on what each region's cluster can carry, the actor
//! that scales, freezes and restores, and the observer that looks at what came of it.
//!
//! Each kind is watched, not polled, and each question proves that the connection is alive before it answers from
//! what the watches saw: a cluster that went silent is never taken for one where nothing happens.

mod actor;
mod backups;
mod change;
mod cluster;
mod clusters;
mod failure;
mod follow;
mod json;
mod kubeconfig;
mod mirror;
mod named;
mod observer;
mod path;
mod quantity;
mod rulers;
mod send;
mod sight;
mod velero;
mod watched;
mod workloads;

#[cfg(test)]
mod tests;

use std::{path::Path, sync::Arc};

use evac_core::{Source, SourceId, Stack, guard::Consent};
use evac_engine::{Actor, Clock, Observer, Port};

use crate::{
    actor::KubeActor, backups::Backups, cluster::Cluster, clusters::Clusters, kubeconfig::Access,
    observer::KubeObserver, watched::Pace, workloads::Workloads,
};

/// The ports of a stack: backups and workloads of every region that has a cluster. Paths in the stack are relative
/// to its directory.
///
/// Watching begins at once, inside of the tokio runtime that this is called in, and ends when the ports are
/// dropped. A region that cannot be set up gets ports too: they say what is wrong, and look again by and by, so
/// that a kubeconfig that is put right is taken up.
pub async fn ports(stack: &Stack, stack_directory: &Path, clock: Arc<dyn Clock>) -> Vec<Arc<dyn Port>> {
    evac_engine::install_crypto();
    ports_at(stack, stack_directory, clock, Pace::of(stack))
}

/// Makes the calls of the plan that was consented to that go to the stack's clusters: `SetArgoSync`, `Scale`,
/// `SetAutoscalerMinimum`, `SetLocationMode` and `CreateRestore`. It refuses all others, and any by the consent to
/// another plan.
///
/// A call is `Refused` when the server said so (4xx) or no connection came to stand, and `Unknown` when it was sent and
/// not answered, or answered by 408 or 5xx. It may take three times the stack's polling timeout.
pub fn actor(stack: &Stack, stack_directory: &Path, clock: &Arc<dyn Clock>, consent: &Consent) -> Arc<dyn Actor> {
    evac_engine::install_crypto();
    let clusters = Clusters::of_stack(stack, stack_directory, clock);
    Arc::new(KubeActor { plan: consent.plan().clone(), clusters })
}

/// Looks at the stack's clusters: `ArgoSync`, `Replicas`, `LocationMode` and `Restored`. It cannot answer the others. It
/// has no way to change anything.
pub fn observer(stack: &Stack, stack_directory: &Path, clock: &Arc<dyn Clock>) -> Arc<dyn Observer> {
    evac_engine::install_crypto();
    Arc::new(KubeObserver { clusters: Clusters::of_stack(stack, stack_directory, clock) })
}

fn ports_at(stack: &Stack, stack_directory: &Path, clock: Arc<dyn Clock>, pace: Pace) -> Vec<Arc<dyn Port>> {
    let mut ports: Vec<Arc<dyn Port>> = Vec::new();
    for (region, entry) in &stack.regions {
        let Some(context) = &entry.kubernetes else { continue };
        let file = entry.kubeconfig.as_ref().map(|file| stack_directory.join(file));
        let access = Access { file, context: context.clone() };
        let cluster = Arc::new(Cluster::new(access, clock.clone(), pace));
        for source in Source::of(stack, region) {
            let id = SourceId { source, region: region.clone() };
            match (source, &stack.velero) {
                (Source::Backups, Some(velero)) => {
                    ports.push(Arc::new(Backups::watch(id, cluster.clone(), velero, pace)))
                }
                (Source::Workloads, _) => {
                    ports.push(Arc::new(Workloads::watch(id, cluster.clone(), stack, pace)));
                }
                _ => {}
            }
        }
    }
    ports
}

//! Where a run keeps what it needs of itself: its lease, and the copies of its journal.

use std::{collections::BTreeSet, sync::Arc};

use evac_core::{
    RegionId,
    plan::{Intent, Plan},
};
use evac_engine::run::{LeaseStore, LocalLease, Mirror};

use crate::cli::session::OpenStack;

/// The lease of a stack: its table, or a file of this machine.
pub(super) async fn lease_store(opened: &OpenStack) -> Arc<dyn LeaseStore> {
    match evac_aws::lease(&opened.stack, opened.folder()).await {
        Some(table) => Arc::new(table),
        None => local_lease(opened),
    }
}

/// A lease that binds this machine only.
pub(super) fn local_lease(opened: &OpenStack) -> Arc<dyn LeaseStore> {
    Arc::new(LocalLease::new(opened.state()))
}

/// The buckets that journals are copied to.
pub(super) async fn mirror(opened: &OpenStack) -> Mirror {
    evac_aws::mirror(&opened.stack, opened.folder()).await
}

/// The stack as the run of a plan keeps its own things in it: a region that is lost, or left as one that is, is waited
/// for by nothing. Its copy of the lease is asked last, and no journal is copied there.
pub(super) fn beside_lost(opened: &OpenStack, plan: &Plan) -> OpenStack {
    let lost = lost(plan);
    let mut stack = (*opened.stack).clone();
    if let Some(lease) = &mut stack.lease {
        lease.regions.sort_by_key(|region| lost.contains(region));
    }
    if let Some(journal) = &mut stack.journal {
        journal.buckets.retain(|region, _| !lost.contains(region));
    }
    let mut beside = opened.clone();
    beside.stack = Arc::new(stack);
    beside
}

fn lost(plan: &Plan) -> BTreeSet<RegionId> {
    let mut lost = plan.before.unreachable.clone();
    if let Intent::Failover { to } = &plan.intent {
        lost.extend(plan.before.writers.iter().filter(|region| *region != to).cloned());
    }
    lost
}

//! RDS: who writes, and what is kept of what a failover lost.

use evac_core::{
    guard::Consent,
    ids::{Arn, GlobalClusterId},
    run::CallAnswer,
};

use super::answer::{Sending, answered, created};
use crate::access::RegionAccess;

/// SwitchoverGlobalCluster, which nothing is lost by.
pub(super) async fn switchover(
    _: &Consent,
    access: &RegionAccess,
    global_cluster: &GlobalClusterId,
    target: &Arn,
) -> CallAnswer {
    let request = access.rds().switchover_global_cluster();
    let request =
        request.global_cluster_identifier(global_cluster.as_str()).target_db_cluster_identifier(target.as_str());
    let sending = Sending::default();
    let sent = request.customize().interceptor(sending.clone()).send().await;
    answered("rds:SwitchoverGlobalCluster", sent, &sending)
}

/// FailoverGlobalCluster. It allows data loss, without which it would be a switchover.
pub(super) async fn failover(
    _: &Consent,
    access: &RegionAccess,
    global_cluster: &GlobalClusterId,
    target: &Arn,
) -> CallAnswer {
    let request = access.rds().failover_global_cluster().allow_data_loss(true);
    let request =
        request.global_cluster_identifier(global_cluster.as_str()).target_db_cluster_identifier(target.as_str());
    let sending = Sending::default();
    let sent = request.customize().interceptor(sending.clone()).send().await;
    answered("rds:FailoverGlobalCluster", sent, &sending)
}

/// RemoveFromGlobalCluster: the member goes on alone, and writes.
pub(super) async fn detach(
    _: &Consent,
    access: &RegionAccess,
    global_cluster: &GlobalClusterId,
    member: &Arn,
) -> CallAnswer {
    let request = access.rds().remove_from_global_cluster();
    let request = request.global_cluster_identifier(global_cluster.as_str()).db_cluster_identifier(member.as_str());
    let sending = Sending::default();
    let sent = request.customize().interceptor(sending.clone()).send().await;
    answered("rds:RemoveFromGlobalCluster", sent, &sending)
}

/// CopyDBClusterSnapshot within the region.
pub(super) async fn copy_snapshot(_: &Consent, access: &RegionAccess, snapshot: &str, copy: &str) -> CallAnswer {
    let request = access.rds().copy_db_cluster_snapshot().copy_tags(true);
    let request = request.source_db_cluster_snapshot_identifier(snapshot).target_db_cluster_snapshot_identifier(copy);
    let sending = Sending::default();
    let sent = request.customize().interceptor(sending.clone()).send().await;
    created("rds:CopyDBClusterSnapshot", sent, &sending)
}

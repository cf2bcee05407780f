//! RDS: a new cluster beside the old one, as it was at a moment.

use aws_sdk_rds::types::{DbCluster, ServerlessV2ScalingConfiguration};
use evac_core::{guard::Consent, ids::ClusterId, run::CallAnswer};
use jiff::Timestamp;

use super::answer::{Sending, answered, created, not_made};
use crate::{access::RegionAccess, cluster::described, field::date_time};

/// RestoreDBClusterToPointInTime. RDS gives a restored cluster the defaults of the account unless it is told
/// otherwise, which would put it into another network, behind another port and under another key: all of that is
/// taken over from the cluster that is read.
pub(super) async fn restore_to_time(
    _: &Consent,
    access: &RegionAccess,
    source: &ClusterId,
    target: &ClusterId,
    at: Option<Timestamp>,
) -> CallAnswer {
    let client = access.rds();
    let like = match described(&client, access.region(), source, None).await {
        Ok(like) => like,
        Err(error) => return not_made(&error),
    };
    let groups = like.vpc_security_groups().iter().filter_map(|group| group.vpc_security_group_id());
    let request = client
        .restore_db_cluster_to_point_in_time()
        .source_db_cluster_identifier(source.as_str())
        .db_cluster_identifier(target.as_str())
        .set_restore_to_time(at.map(date_time))
        .set_use_latest_restorable_time(at.is_none().then_some(true))
        .set_db_subnet_group_name(like.db_subnet_group().map(str::to_owned))
        .set_vpc_security_group_ids(Some(groups.map(str::to_owned).collect::<Vec<_>>()).filter(|ids| !ids.is_empty()))
        .set_db_cluster_parameter_group_name(like.db_cluster_parameter_group().map(str::to_owned))
        .set_port(like.port())
        .set_kms_key_id(like.kms_key_id().map(str::to_owned))
        .set_storage_type(like.storage_type().map(str::to_owned))
        .set_enable_iam_database_authentication(like.iam_database_authentication_enabled())
        .set_serverless_v2_scaling_configuration(scaling(&like))
        .copy_tags_to_snapshot(like.copy_tags_to_snapshot().unwrap_or_default());
    let sending = Sending::default();
    let sent = request.customize().interceptor(sending.clone()).send().await;
    created("rds:RestoreDBClusterToPointInTime", sent, &sending)
}

fn scaling(like: &DbCluster) -> Option<ServerlessV2ScalingConfiguration> {
    let scaling = like.serverless_v2_scaling_configuration()?;
    let builder = ServerlessV2ScalingConfiguration::builder()
        .set_min_capacity(scaling.min_capacity())
        .set_max_capacity(scaling.max_capacity())
        .set_seconds_until_auto_pause(scaling.seconds_until_auto_pause());
    Some(builder.build())
}

/// CreateDBInstance in a cluster, whose network and keys it takes over.
pub(super) async fn create_instance(
    _: &Consent,
    access: &RegionAccess,
    cluster: &ClusterId,
    instance: &str,
    class: &str,
    engine: &str,
) -> CallAnswer {
    let request = access
        .rds()
        .create_db_instance()
        .db_cluster_identifier(cluster.as_str())
        .db_instance_identifier(instance)
        .db_instance_class(class)
        .engine(engine);
    let sending = Sending::default();
    let sent = request.customize().interceptor(sending.clone()).send().await;
    created("rds:CreateDBInstance", sent, &sending)
}

/// ModifyDBCluster: nothing but the protection from deletion.
pub(super) async fn protect(_: &Consent, access: &RegionAccess, cluster: &ClusterId, protected: bool) -> CallAnswer {
    let request = access.rds().modify_db_cluster();
    let request =
        request.db_cluster_identifier(cluster.as_str()).deletion_protection(protected).apply_immediately(true);
    let sending = Sending::default();
    let sent = request.customize().interceptor(sending.clone()).send().await;
    answered("rds:ModifyDBCluster", sent, &sending)
}

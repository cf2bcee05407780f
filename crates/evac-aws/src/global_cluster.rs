//! RDS DescribeGlobalClusters: the global cluster, as one region sees it.

use aws_sdk_rds::{Client, types::GlobalCluster};
use evac_core::{
    Reading, SourceError, SourceErrorKind,
    ids::{Arn, ClusterId, GlobalClusterId},
    reading::{FailoverState, GlobalClusterReading, GlobalMember},
};
use evac_engine::Call;
use futures::future::BoxFuture;

use crate::{
    ask::{Asking, Question, Said},
    error::{malformed, source_error},
    field::{keep, name, optional, words},
    prices::{FREE, call},
};

const OPERATION: &str = "rds:DescribeGlobalClusters";

/// Asks for the stack's global cluster.
pub(crate) struct AskGlobalCluster {
    pub(crate) client: Client,
    pub(crate) global_cluster: GlobalClusterId,
}

impl Question for AskGlobalCluster {
    fn calls(&self) -> Vec<Call> {
        vec![call(OPERATION, 1.0, FREE)]
    }

    fn ask<'a>(&'a self, asking: &'a Asking) -> BoxFuture<'a, Result<Said, SourceError>> {
        Box::pin(async { Ok(Reading::GlobalCluster(self.reading(asking).await?).into()) })
    }
}

impl AskGlobalCluster {
    /// The global cluster.
    pub(crate) async fn reading(&self, asking: &Asking) -> Result<GlobalClusterReading, SourceError> {
        let request = self.client.describe_global_clusters().global_cluster_identifier(self.global_cluster.as_str());
        let sent = request.customize().interceptor(asking.dates()).send().await;
        let answer = sent.map_err(|error| source_error(OPERATION, &error))?;
        let wanted = self.global_cluster.as_str();
        let found = answer
            .global_clusters()
            .iter()
            .find(|cluster| cluster.global_cluster_identifier().is_some_and(|id| id.eq_ignore_ascii_case(wanted)))
            .ok_or_else(|| {
                SourceError::new(SourceErrorKind::NotFound, format!("{OPERATION}: no global cluster `{wanted}`"))
            })?;
        reading(found)
    }
}

/// A member that cannot be read makes the whole view malformed: leaving it out could hide a writer.
fn reading(cluster: &GlobalCluster) -> Result<GlobalClusterReading, SourceError> {
    let members = cluster.global_cluster_members().iter().map(|member| {
        let arn = name(OPERATION, "DBClusterArn", member.db_cluster_arn(), Arn::new)?;
        let region = arn.region().ok_or_else(|| malformed(OPERATION, "DBClusterArn", "names no region"))?;
        let id = name(OPERATION, "DBClusterArn", Some(arn.resource()), ClusterId::new)?;
        let is_writer = member.is_writer().ok_or_else(|| malformed(OPERATION, "IsWriter", "missing"))?;
        let synchronization = optional(member.synchronization_status().map(|status| status.as_str()));
        Ok(GlobalMember { arn, region, cluster: id, is_writer, synchronization })
    });
    let failover = cluster.failover_state().and_then(|state| {
        let status = optional(state.status().map(|status| status.as_str()))?;
        let arn = |text| keep(name(OPERATION, "FailoverState", text, Arn::new));
        Some(FailoverState {
            status,
            from: state.from_db_cluster_arn().and_then(|text| arn(Some(text))),
            to: state.to_db_cluster_arn().and_then(|text| arn(Some(text))),
            data_loss_allowed: state.is_data_loss_allowed().unwrap_or_default(),
        })
    });
    Ok(GlobalClusterReading {
        status: words(OPERATION, "Status", cluster.status())?,
        engine: optional(cluster.engine()),
        engine_version: optional(cluster.engine_version()),
        members: members.collect::<Result<_, SourceError>>()?,
        failover,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use aws_sdk_rds::types::{FailoverState as SdkFailoverState, FailoverStatus, GlobalClusterMember};

    use super::*;

    fn member(region: &str, writer: bool) -> GlobalClusterMember {
        let arn = format!("arn:aws:rds:{region}:123456789012:cluster:akidb-{region}");
        GlobalClusterMember::builder().db_cluster_arn(arn).is_writer(writer).build()
    }

    #[test]
    fn members_are_known_by_their_arns() {
        let cluster = GlobalCluster::builder()
            .status("available")
            .global_cluster_members(member("us-east-1", true))
            .global_cluster_members(member("us-west-2", false))
            .failover_state(SdkFailoverState::builder().build())
            .build();
        let reading = reading(&cluster).unwrap();
        assert_eq!(reading.writers().map(|region| region.as_str()).collect::<Vec<_>>(), ["us-east-1"]);
        assert_eq!(reading.members[1].cluster.as_str(), "akidb-us-west-2");
        assert_eq!(reading.failover, None, "an empty failover state is none");
    }

    #[test]
    fn a_failover_under_way_is_told_with_a_status_of_any_name() {
        let state = SdkFailoverState::builder()
            .status(FailoverStatus::from("switching-over"))
            .to_db_cluster_arn("arn:aws:rds:us-west-2:123456789012:cluster:akidb-us-west-2")
            .build();
        let cluster = GlobalCluster::builder().status("switching-over").failover_state(state).build();
        let failover = reading(&cluster).unwrap().failover.unwrap();
        assert_eq!(
            (failover.status.as_str(), failover.from, failover.data_loss_allowed),
            ("switching-over", None, false)
        );
        assert_eq!(failover.to.unwrap().region().unwrap().as_str(), "us-west-2");
    }

    #[test]
    fn a_member_that_cannot_be_read_is_not_left_out() {
        let cases = [
            (GlobalClusterMember::builder().is_writer(true).build(), "DBClusterArn"),
            (GlobalClusterMember::builder().is_writer(true).db_cluster_arn("arn:\u{1b}[2J").build(), "DBClusterArn"),
            (GlobalClusterMember::builder().is_writer(true).db_cluster_arn("akidb-use1").build(), "DBClusterArn"),
            (GlobalClusterMember::builder().db_cluster_arn("arn:aws:rds:us-east-1:1:cluster:a").build(), "IsWriter"),
        ];
        for (member, field) in cases {
            let cluster = GlobalCluster::builder().status("available").global_cluster_members(member).build();
            let error = reading(&cluster).unwrap_err();
            assert_eq!(error.kind, SourceErrorKind::Malformed);
            assert!(error.message.contains(field), "{error}");
        }
    }
}

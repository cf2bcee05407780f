//! RDS DescribeDBClusters and DescribeDBInstances: a region's member cluster, as the region itself describes it.

use aws_sdk_rds::{
    Client,
    types::{DbCluster, DbInstance, Filter},
};
use evac_core::{
    Reading, RegionId, SourceError, SourceErrorKind,
    ids::{Arn, ClusterId},
    reading::{ClusterReading, Instance},
};
use evac_engine::Call;
use futures::future::BoxFuture;

use crate::{
    ask::{Asking, Question, Said, pages},
    error::{malformed, source_error},
    field::{keep, name, optional, timestamp, words},
    prices::{FREE, call},
    source_clock::DateReader,
};

const CLUSTERS: &str = "rds:DescribeDBClusters";
const INSTANCES: &str = "rds:DescribeDBInstances";

/// Asks for the region's member cluster and its instances.
pub(crate) struct AskCluster {
    pub(crate) client: Client,
    pub(crate) region: RegionId,
    pub(crate) cluster: ClusterId,
}

impl Question for AskCluster {
    fn calls(&self) -> Vec<Call> {
        vec![call(CLUSTERS, 1.0, FREE), call(INSTANCES, 1.0, FREE)]
    }

    fn ask<'a>(&'a self, asking: &'a Asking) -> BoxFuture<'a, Result<Said, SourceError>> {
        Box::pin(async { Ok(Reading::Cluster(self.reading(asking).await?).into()) })
    }
}

/// A cluster, as its region describes it. `dates` reads the clock of the answer.
pub(crate) async fn described(
    client: &Client,
    region: &RegionId,
    cluster: &ClusterId,
    dates: Option<DateReader>,
) -> Result<DbCluster, SourceError> {
    let wanted = cluster.as_str();
    let mut request = client.describe_db_clusters().db_cluster_identifier(wanted).customize();
    if let Some(dates) = dates {
        request = request.interceptor(dates);
    }
    let answer = request.send().await.map_err(|error| source_error(CLUSTERS, &error))?;
    let is_it = |cluster: &DbCluster| cluster.db_cluster_identifier().is_some_and(|id| id.eq_ignore_ascii_case(wanted));
    answer.db_clusters.unwrap_or_default().into_iter().find(is_it).ok_or_else(|| {
        SourceError::new(SourceErrorKind::NotFound, format!("{CLUSTERS}: no DB cluster `{wanted}` in {region}"))
    })
}

impl AskCluster {
    /// The cluster and its instances.
    pub(crate) async fn reading(&self, asking: &Asking) -> Result<ClusterReading, SourceError> {
        let cluster = described(&self.client, &self.region, &self.cluster, Some(asking.dates()));
        let (cluster, instances) = tokio::try_join!(cluster, self.instances(asking))?;
        reading(&cluster, &instances, &self.region)
    }

    async fn instances(&self, asking: &Asking) -> Result<Vec<DbInstance>, SourceError> {
        let filter = Filter::builder().name("db-cluster-id").values(self.cluster.as_str()).build();
        pages(INSTANCES, |marker| {
            let request = self.client.describe_db_instances().filters(filter.clone()).set_marker(marker);
            async {
                let sent = request.customize().interceptor(asking.dates()).send().await;
                let answer = sent.map_err(|error| source_error(INSTANCES, &error))?;
                Ok((answer.db_instances.unwrap_or_default(), answer.marker))
            }
        })
        .await
    }
}

fn reading(cluster: &DbCluster, instances: &[DbInstance], region: &RegionId) -> Result<ClusterReading, SourceError> {
    let arn = name(CLUSTERS, "DBClusterArn", cluster.db_cluster_arn(), Arn::new)?;
    if arn.region().as_ref() != Some(region) {
        return Err(malformed(CLUSTERS, "DBClusterArn", format_args!("{arn} is not in {region}")));
    }
    let id = name(CLUSTERS, "DBClusterIdentifier", cluster.db_cluster_identifier(), ClusterId::new)?;
    // The cluster says which instance writes, the instance says how it is. The filter is the server's; what belongs
    // to another cluster all the same is not counted.
    let is_writer = |instance: &str| {
        let mut members = cluster.db_cluster_members().iter();
        members.any(|member| {
            member.db_instance_identifier() == Some(instance) && member.is_cluster_writer().unwrap_or_default()
        })
    };
    let of_this = |instance: &&DbInstance| {
        instance.db_cluster_identifier().is_none_or(|cluster| cluster.eq_ignore_ascii_case(id.as_str()))
    };
    let instances = instances.iter().filter(of_this).filter_map(|instance| {
        let raw = instance.db_instance_identifier();
        keep(words(INSTANCES, "DBInstanceIdentifier", raw).and_then(|name| {
            Ok(Instance {
                name,
                class: optional(instance.db_instance_class()),
                status: words(INSTANCES, "DBInstanceStatus", instance.db_instance_status())?,
                is_writer: raw.is_some_and(is_writer),
            })
        }))
    });
    Ok(ClusterReading {
        arn,
        status: words(CLUSTERS, "Status", cluster.status())?,
        engine_version: optional(cluster.engine_version()),
        backup_retention_days: cluster.backup_retention_period().and_then(|days| u32::try_from(days).ok()),
        latest_restorable: cluster.latest_restorable_time().and_then(timestamp),
        instances: instances.collect(),
        cluster: id,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use aws_sdk_rds::types::DbClusterMember;

    use super::*;

    fn cluster(region: &str) -> DbCluster {
        DbCluster::builder()
            .db_cluster_identifier("akidb-usw2")
            .db_cluster_arn(format!("arn:aws:rds:{region}:123456789012:cluster:akidb-usw2"))
            .status("available")
            .backup_retention_period(-3)
            .db_cluster_members(
                DbClusterMember::builder().db_instance_identifier("one").is_cluster_writer(true).build(),
            )
            .build()
    }

    fn instance(name: &str, cluster: &str) -> DbInstance {
        let builder = DbInstance::builder().db_instance_identifier(name).db_cluster_identifier(cluster);
        builder.db_instance_status("available").build()
    }

    #[test]
    fn only_the_clusters_own_instances_count_and_the_cluster_names_the_writer() {
        let instances = [instance("one", "akidb-usw2"), instance("two", "akidb-usw2"), instance("other", "else")];
        let reading = reading(&cluster("us-west-2"), &instances, &"us-west-2".parse().unwrap()).unwrap();
        let found: Vec<_> = reading.instances.iter().map(|found| (found.name.as_str(), found.is_writer)).collect();
        assert_eq!(found, [("one", true), ("two", false)]);
        assert_eq!(reading.backup_retention_days, None, "a negative number of days is none");
    }

    #[test]
    fn a_cluster_of_another_region_is_not_believed() {
        let error = reading(&cluster("us-east-1"), &[], &"us-west-2".parse().unwrap()).unwrap_err();
        assert_eq!(error.kind, SourceErrorKind::Malformed);
    }
}

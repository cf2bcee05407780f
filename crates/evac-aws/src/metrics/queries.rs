//! Which metrics are asked in which region. CloudWatch answers an unknown metric with silence, so asking in the
//! wrong place looks like health; this is the one list.

use std::collections::BTreeSet;

use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat};
use evac_core::{RegionId, Stack, ids::HealthCheckId, stack::ReplicationRule};

/// The resolution: CloudWatch's own for all these metrics, in seconds.
const PERIOD: i32 = 60;

/// What a series is for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Series {
    /// `AuroraGlobalDBRPOLag` of the region's member, in ms.
    AuroraRpo,
    /// `AuroraGlobalDBReplicationLag` of the region's member, in ms.
    AuroraReplication,
    /// `ReplicationLatency` of a rule into the region, in s.
    Latency(ReplicationRule),
    /// `BytesPendingReplication` of a rule into the region.
    BytesPending(ReplicationRule),
    /// `OperationsPendingReplication` of a rule into the region.
    OperationsPending(ReplicationRule),
    /// `OperationsFailedReplication` of a rule out of the region.
    OperationsFailed(ReplicationRule),
    /// `HealthCheckStatus`, 1 or 0.
    CheckStatus(HealthCheckId),
    /// `HealthCheckPercentageHealthy`.
    CheckPercent(HealthCheckId),
}

/// What is asked of a region's data.
///
/// The lag of Aurora is asked in every member region, with that region's own cluster: only secondaries publish it,
/// and which those are changes with every failover, so the one that answers shows itself. A rule's backlog is
/// published where it leads to, and its failures where it comes from.
pub(crate) fn of_data(stack: &Stack, region: &RegionId) -> Vec<Series> {
    let member = stack.aurora.as_ref().is_some_and(|aurora| aurora.members.contains_key(region));
    let lag = member.then_some([Series::AuroraRpo, Series::AuroraReplication]);
    let into = stack.replication_into(region).flat_map(|rule| {
        [Series::Latency(rule.clone()), Series::BytesPending(rule.clone()), Series::OperationsPending(rule.clone())]
    });
    let out = stack.replication_out_of(region).map(|rule| Series::OperationsFailed(rule.clone()));
    lag.into_iter().flatten().chain(into).chain(out).collect()
}

/// What is asked of the health checkers, which only us-east-1 publishes; nothing where the global sources are not
/// asked.
pub(crate) fn of_checkers(stack: &Stack, region: &RegionId) -> Vec<Series> {
    if stack.control_plane_region() != Some(region) {
        return Vec::new();
    }
    let series = |check: HealthCheckId| [Series::CheckStatus(check.clone()), Series::CheckPercent(check)];
    health_checks(stack).into_iter().flat_map(series).collect()
}

/// The health checks that the stack names, on its regions and on its records.
pub(crate) fn health_checks(stack: &Stack) -> BTreeSet<HealthCheckId> {
    let of_regions = stack.regions.values().filter_map(|region| region.health_check.clone());
    let records = stack.traffic.iter().flat_map(|traffic| &traffic.records);
    of_regions.chain(records.filter_map(|record| record.health_check.clone())).collect()
}

/// The query for a series. The identifier says which it is when the answer comes.
pub(crate) fn query(stack: &Stack, region: &RegionId, index: usize, series: &Series) -> MetricDataQuery {
    let of_cluster = || {
        let cluster = stack.aurora.as_ref().and_then(|aurora| aurora.members.get(region));
        cluster.map(|cluster| ("DBClusterIdentifier", cluster.as_str())).into_iter().collect::<Vec<_>>()
    };
    let (namespace, metric, statistic, dimensions) = match series {
        Series::AuroraRpo => ("AWS/RDS", "AuroraGlobalDBRPOLag", "Maximum", of_cluster()),
        Series::AuroraReplication => ("AWS/RDS", "AuroraGlobalDBReplicationLag", "Maximum", of_cluster()),
        Series::Latency(rule) => ("AWS/S3", "ReplicationLatency", "Maximum", of_rule(rule)),
        Series::BytesPending(rule) => ("AWS/S3", "BytesPendingReplication", "Maximum", of_rule(rule)),
        Series::OperationsPending(rule) => ("AWS/S3", "OperationsPendingReplication", "Maximum", of_rule(rule)),
        Series::OperationsFailed(rule) => ("AWS/S3", "OperationsFailedReplication", "Sum", of_rule(rule)),
        Series::CheckStatus(check) => ("AWS/Route53", "HealthCheckStatus", "Minimum", of_check(check)),
        Series::CheckPercent(check) => ("AWS/Route53", "HealthCheckPercentageHealthy", "Average", of_check(check)),
    };
    let dimensions = dimensions.into_iter().map(|(name, value)| Dimension::builder().name(name).value(value).build());
    let metric = Metric::builder().namespace(namespace).metric_name(metric).set_dimensions(Some(dimensions.collect()));
    let stat = MetricStat::builder().metric(metric.build()).period(PERIOD).stat(statistic).build();
    MetricDataQuery::builder().id(format!("q{index}")).metric_stat(stat).return_data(true).build()
}

fn of_rule(rule: &ReplicationRule) -> Vec<(&'static str, &str)> {
    vec![
        ("SourceBucket", rule.source.as_str()),
        ("DestinationBucket", rule.destination.as_str()),
        ("RuleId", rule.rule.as_str()),
    ]
}

fn of_check(check: &HealthCheckId) -> Vec<(&'static str, &str)> {
    vec![("HealthCheckId", check.as_str())]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::tests::stack;

    fn names(series: &[Series], region: &str) -> Vec<String> {
        let stack = stack();
        let region: RegionId = region.parse().unwrap();
        let queries = series.iter().enumerate().map(|(index, series)| query(&stack, &region, index, series));
        let text = |query: MetricDataQuery| {
            let stat = query.metric_stat().unwrap();
            let metric = stat.metric().unwrap();
            let values = metric.dimensions().iter().filter_map(|dimension| dimension.value());
            format!(
                "{} {} {}",
                metric.metric_name().unwrap(),
                stat.stat().unwrap(),
                values.collect::<Vec<_>>().join(" ")
            )
        };
        queries.map(text).collect()
    }

    #[test]
    fn each_metric_is_asked_only_where_it_is_published() {
        let stack = stack();
        let data = |region: &str| names(&of_data(&stack, &region.parse().unwrap()), region);
        assert_eq!(
            data("us-east-1"),
            [
                "AuroraGlobalDBRPOLag Maximum akidb-use1",
                "AuroraGlobalDBReplicationLag Maximum akidb-use1",
                "OperationsFailedReplication Sum akidb-us-east-1 akidb-us-west-2 to-usw2",
            ]
        );
        assert_eq!(
            data("us-west-2"),
            [
                "AuroraGlobalDBRPOLag Maximum akidb-usw2",
                "AuroraGlobalDBReplicationLag Maximum akidb-usw2",
                "ReplicationLatency Maximum akidb-us-east-1 akidb-us-west-2 to-usw2",
                "BytesPendingReplication Maximum akidb-us-east-1 akidb-us-west-2 to-usw2",
                "OperationsPendingReplication Maximum akidb-us-east-1 akidb-us-west-2 to-usw2",
            ]
        );
        assert_eq!(data("eu-west-1"), [""; 0], "a region without a member or a rule publishes nothing");
    }

    #[test]
    fn health_checkers_are_asked_in_us_east_1_only() {
        let stack = stack();
        let checkers = |region: &str| names(&of_checkers(&stack, &region.parse().unwrap()), region);
        assert_eq!(
            checkers("us-east-1"),
            [
                "HealthCheckStatus Minimum hc-use1",
                "HealthCheckPercentageHealthy Average hc-use1",
                "HealthCheckStatus Minimum hc-usw2",
                "HealthCheckPercentageHealthy Average hc-usw2",
            ]
        );
        assert_eq!(checkers("us-west-2"), [""; 0]);
    }
}

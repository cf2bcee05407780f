//! What is asked, and where: each source in each region is asked, fails and heals by itself.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::{
    ids::RegionId,
    stack::{Period, Polling, Stack, scale},
};

/// A kind of thing that is asked. Each is asked in one region at a time, and fails alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// The region's public endpoint, asked over HTTP by evac itself.
    Probe,
    /// RDS DescribeGlobalClusters, asked in every region, for their views can differ.
    GlobalCluster,
    /// RDS DescribeDBClusters and DescribeDBInstances: the region's own member.
    Cluster,
    /// CloudWatch GetMetricData: Aurora lag, replication backlog, and in us-east-1 the health checkers.
    Metrics,
    /// S3 GetBucketReplication and GetBucketVersioning of the region's bucket.
    Replication,
    /// Velero's backups, schedules, restores and storage locations, watched in the region's cluster.
    Backups,
    /// Deployments and nodes, watched in the region's cluster.
    Workloads,
    /// STS GetCallerIdentity in the region, and the expiry of the credentials.
    Identity,
    /// CloudWatch DescribeAlarms.
    Alarms,
    /// RDS DescribeEvents.
    Events,
    /// RDS DescribeDBClusterSnapshots.
    Snapshots,
    /// Route 53 ListResourceRecordSets, whose control plane is in us-east-1.
    Records,
    /// Route 53 ListHealthChecks and GetHealthCheckStatus, whose control plane is in us-east-1.
    HealthChecks,
    /// Cost Explorer, which is in us-east-1.
    Cost,
    /// The canary object, seen in the region's bucket.
    Canary,
    /// ARC's routing controls, asked at whichever of the cluster's regional endpoints answers.
    RoutingControl,
    /// What DNS resolvers answer for the stack's names.
    Answers,
    /// STOP objects, and Terraform's states and locks, in the region's buckets.
    Markers,
    /// The lease table, asked in whichever of its regions answers.
    Lease,
}

impl Source {
    /// Every source, in the order of the screen.
    pub const ALL: [Self; 19] = [
        Self::Probe,
        Self::GlobalCluster,
        Self::Cluster,
        Self::Metrics,
        Self::Replication,
        Self::Backups,
        Self::Workloads,
        Self::Identity,
        Self::Alarms,
        Self::Events,
        Self::Snapshots,
        Self::Records,
        Self::HealthChecks,
        Self::Cost,
        Self::Canary,
        Self::RoutingControl,
        Self::Answers,
        Self::Markers,
        Self::Lease,
    ];

    /// The word of files and screens.
    pub fn word(self) -> &'static str {
        match self {
            Self::Probe => "probe",
            Self::GlobalCluster => "global-cluster",
            Self::Cluster => "cluster",
            Self::Metrics => "metrics",
            Self::Replication => "replication",
            Self::Backups => "backups",
            Self::Workloads => "workloads",
            Self::Identity => "identity",
            Self::Alarms => "alarms",
            Self::Events => "events",
            Self::Snapshots => "snapshots",
            Self::Records => "records",
            Self::HealthChecks => "health-checks",
            Self::Cost => "cost",
            Self::Canary => "canary",
            Self::RoutingControl => "routing-control",
            Self::Answers => "answers",
            Self::Markers => "markers",
            Self::Lease => "lease",
        }
    }

    /// True when a region can be GO only while this source of *that region* is fresh and good. The others warn,
    /// and never clear: a verdict that needed the control plane of us-east-1 would go dark in the very outage
    /// that evac exists for.
    pub fn is_required(self) -> bool {
        matches!(
            self,
            Self::Probe
                | Self::GlobalCluster
                | Self::Cluster
                | Self::Metrics
                | Self::Replication
                | Self::Backups
                | Self::Workloads
                | Self::Identity
        )
    }

    /// True for what stands in us-east-1 whichever region it speaks of.
    pub fn is_global(self) -> bool {
        matches!(self, Self::Records | Self::HealthChecks | Self::Cost)
    }

    /// True for what is asked beside a region without speaking of it.
    pub fn is_about_nowhere(self) -> bool {
        self.is_global() || matches!(self, Self::RoutingControl | Self::Answers | Self::Lease)
    }

    /// How often the source is asked, in this machine's time.
    pub fn interval(self, stack: &Stack) -> Period {
        let Polling { health, metrics, settings, .. } = &stack.polling;
        match self {
            Self::Probe | Self::GlobalCluster | Self::Cluster | Self::Backups | Self::Workloads | Self::Lease => {
                *health
            }
            Self::Metrics => *metrics,
            Self::Cost => stack.cost.refresh,
            Self::Canary => stack.canary.as_ref().map_or(*settings, |canary| canary.every),
            _ => *settings,
        }
    }

    /// How old a reading may be before it counts for nothing, in the source's own time: three of its intervals
    /// and one timeout, so that a single lost answer makes nothing stale.
    pub fn max_age(self, stack: &Stack) -> SignedDuration {
        let here = self.interval(stack).get() * 3 + stack.polling.timeout.get();
        scale(here, stack.clock.rate)
    }

    /// The sources that a stack has in a region.
    pub fn of(stack: &Stack, region: &RegionId) -> Vec<Self> {
        let Some(entry) = stack.regions.get(region) else { return Vec::new() };
        let global_home = stack.control_plane_region() == Some(region);
        let aurora = stack.aurora.as_ref();
        let member = aurora.is_some_and(|aurora| aurora.members.contains_key(region));
        let bucket = stack.buckets.contains_key(region);
        let cluster = entry.kubernetes.is_some();
        Self::ALL
            .into_iter()
            .filter(|source| match source {
                Self::Probe => entry.probe.is_some(),
                Self::GlobalCluster => aurora.is_some(),
                Self::Cluster | Self::Events | Self::Snapshots => member,
                Self::Metrics => member || bucket || global_home,
                Self::Replication => bucket,
                Self::Backups => cluster && stack.velero.is_some(),
                Self::Workloads => cluster,
                Self::Identity | Self::Alarms => true,
                Self::Records => global_home && stack.traffic.is_some(),
                Self::HealthChecks => global_home && stack.regions.values().any(|region| region.health_check.is_some()),
                Self::Cost => global_home && stack.cost.enabled,
                Self::RoutingControl => {
                    global_home && stack.traffic.as_ref().is_some_and(|traffic| traffic.routing_control.is_some())
                }
                Self::Answers => {
                    let asked = |traffic: &crate::stack::Traffic| !traffic.resolvers_beside(|_| false).is_empty();
                    global_home && stack.traffic.as_ref().is_some_and(asked)
                }
                Self::Markers => {
                    let stops = stack.traffic.iter().flat_map(|traffic| traffic.stop.values());
                    let states = stack.freeze.terraform.iter();
                    stops.map(|stop| &stop.region).chain(states.map(|state| &state.region)).any(|home| home == region)
                }
                Self::Lease => global_home && stack.lease.is_some(),
                Self::Canary => stack.canary.as_ref().is_some_and(|canary| {
                    canary.from != *region && stack.replication_into(region).any(|rule| rule.from == canary.from)
                }),
            })
            .collect()
    }
}

/// A source in a region: what is asked, fails and heals by itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SourceId {
    /// What is asked.
    pub source: Source,
    /// Where it is asked.
    pub region: RegionId,
}

impl std::fmt::Display for SourceId {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} {}", self.region, self.source.word())
    }
}

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{ids::HealthCheckId, stack::ReplicationRule};

/// One value of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// The start of the period that the value speaks of, by CloudWatch's clock.
    pub at: Timestamp,
    /// The value, in the unit that the field says.
    pub value: f64,
}

/// What CloudWatch says in one region. Each series holds its newest points, oldest first; an empty one means that
/// this region publishes no such metric, which is right for a writer's lag.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MetricsReading {
    /// The lag of this region's Aurora secondary.
    pub aurora: AuroraLag,
    /// The backlog of each replication rule that leads into this region.
    pub replication: Vec<ReplicationMetrics>,
    /// Operations that failed to replicate out of this region in the window asked for, by rule.
    pub failed_operations: Vec<(ReplicationRule, f64)>,
    /// What the health checkers say; asked in us-east-1 only, for nowhere else has it.
    pub checkers: BTreeMap<HealthCheckId, CheckerMetrics>,
}

/// The lag of an Aurora secondary, in milliseconds.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AuroraLag {
    /// `AuroraGlobalDBRPOLag`: the one to judge by.
    pub rpo: Vec<Point>,
    /// `AuroraGlobalDBReplicationLag`.
    pub replication: Vec<Point>,
}

impl AuroraLag {
    /// The series to judge by: the RPO lag where it is published, else the replication lag.
    pub fn decisive(&self) -> &[Point] {
        if self.rpo.is_empty() { &self.replication } else { &self.rpo }
    }
}

/// The backlog of a replication rule, in the destination's region.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReplicationMetrics {
    /// The rule.
    pub rule: ReplicationRule,
    /// `ReplicationLatency`: the age of the oldest operation that waits, in seconds.
    pub latency: Vec<Point>,
    /// `BytesPendingReplication`.
    pub bytes_pending: Vec<Point>,
    /// `OperationsPendingReplication`.
    pub operations_pending: Vec<Point>,
}

/// What Route 53's health checkers say of one check.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CheckerMetrics {
    /// `HealthCheckStatus`: 1 healthy, 0 not.
    pub status: Vec<Point>,
    /// `HealthCheckPercentageHealthy`: the share of checkers that say healthy, in percent.
    pub percent_healthy: Vec<Point>,
}

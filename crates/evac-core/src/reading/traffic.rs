use serde::{Deserialize, Serialize};

use crate::ids::{DnsName, HealthCheckId, RegionId};

/// The record sets of the hosted zone that the stack names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordsReading {
    /// The records.
    pub records: Vec<Record>,
}

/// A record set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Its name, without the dot at its end.
    pub name: DnsName,
    /// Such as `A`.
    pub kind: String,
    /// What tells it from the others of the same name.
    pub set_identifier: Option<String>,
    /// Its weight, when it answers by weight.
    pub weight: Option<i64>,
    /// Its region, when it answers by latency.
    pub region: Option<RegionId>,
    /// How long resolvers keep it, in seconds; an alias has none of its own.
    pub ttl: Option<i64>,
    /// What it answers: values, or the name that an alias leads to.
    pub values: Vec<String>,
    /// The health check on it.
    pub health_check: Option<HealthCheckId>,
}

/// The health checks that the stack names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HealthChecksReading {
    /// The checks.
    pub checks: Vec<HealthCheck>,
}

/// A health check and what its checkers last reported.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HealthCheck {
    /// Its identifier.
    pub id: HealthCheckId,
    /// What it watches.
    pub target: String,
    /// True when unhealthy counts as healthy.
    pub inverted: bool,
    /// True when it is switched off, and so always healthy.
    pub disabled: bool,
    /// How many checkers report success.
    pub checkers_healthy: u32,
    /// How many checkers report at all. None do for calculated and alarm-based checks.
    pub checkers_total: u32,
}

impl HealthCheck {
    /// The share of checkers that report success, in percent; `None` when no checker reports.
    pub fn percent_healthy(&self) -> Option<f64> {
        (self.checkers_total > 0).then(|| 100.0 * f64::from(self.checkers_healthy) / f64::from(self.checkers_total))
    }
}

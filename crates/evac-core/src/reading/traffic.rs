use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::ids::{Arn, DnsName, HealthCheckId, HostedZoneId, RegionId};

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
    /// Where an alias leads to: all that a change must repeat to keep it.
    #[serde(default)]
    pub alias: Option<AliasTarget>,
}

/// Where an alias record leads to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AliasTarget {
    /// The hosted zone of the target, which is the service's own.
    pub zone: HostedZoneId,
    /// The target's name.
    pub name: DnsName,
    /// Whether the target's health counts.
    pub evaluate_health: bool,
}

/// The states of the routing controls that the stack names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RoutingControlReading {
    /// By routing control: true is On.
    pub states: BTreeMap<Arn, bool>,
    /// The regions of the endpoints that answered.
    pub answered: BTreeSet<RegionId>,
    /// The regions of the endpoints that did not, and why.
    pub silent: BTreeMap<RegionId, String>,
}

/// What resolvers answer for the names of the stack's records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnswersReading {
    /// What each resolver answered for each name: the values, sorted.
    pub answers: Vec<ResolverAnswer>,
}

/// What one resolver answered for one name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResolverAnswer {
    /// The resolver, as `address:port`; `system` for those of this machine.
    pub resolver: String,
    /// The name that was asked for.
    pub name: DnsName,
    /// The values, sorted; or why there are none.
    pub values: Result<BTreeSet<String>, String>,
    /// For how much longer the resolver will give this answer, in seconds.
    pub ttl: Option<u32>,
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

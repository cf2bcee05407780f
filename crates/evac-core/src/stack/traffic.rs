use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{DnsName, HealthCheckId, HostedZoneId, RegionId};

/// The DNS that leads users to a region.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Traffic {
    /// The hosted zone.
    pub hosted_zone: HostedZoneId,
    /// The records: one for each name and region.
    pub records: Vec<TrafficRecord>,
}

/// One record of a set that answers by region.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TrafficRecord {
    /// The DNS name.
    pub name: DnsName,
    /// The region that the record leads to.
    pub region: RegionId,
    /// What tells this record from the others of the same name.
    pub set_identifier: String,
    /// The health check that should be on the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health_check: Option<HealthCheckId>,
}

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{Arn, BucketName, DnsName, HealthCheckId, HostedZoneId, RegionId};

/// The DNS that leads users to a region.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Traffic {
    /// The hosted zone.
    pub hosted_zone: HostedZoneId,
    /// The records: one for each name and region.
    pub records: Vec<TrafficRecord>,
    /// The DNS resolvers that are asked what users are answered, as `address:port`. None named: those of this
    /// machine.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resolvers: Vec<String>,
    /// Resolvers that stand in a region, as those of its VPC do: when the region is lost, a run turns to none of them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub regional_resolvers: BTreeMap<RegionId, Vec<String>>,
    /// The routing controls of ARC, if the records' health checks follow them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub routing_control: Option<RoutingControl>,
    /// For each region the object that takes its traffic away when it exists.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub stop: BTreeMap<RegionId, StopObject>,
}

/// The routing controls of a cluster of Amazon Application Recovery Controller.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoutingControl {
    /// The cluster's regional endpoints by their region: five in reality. They are written here because the call
    /// that lists them needs a region that may be the lost one.
    pub endpoints: BTreeMap<RegionId, String>,
    /// The ARN of each region's routing control.
    pub controls: BTreeMap<RegionId, Arn>,
}

/// An object in a standby region's bucket. An inverted health check watches it: while it exists, the region that it
/// is for gets no traffic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StopObject {
    /// The region of the bucket: never the one whose traffic it takes away.
    pub region: RegionId,
    /// The bucket.
    pub bucket: BucketName,
    /// The key of the object.
    pub key: String,
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
    /// What it answers: addresses, or one name. The record itself tells when it can be asked; written here, resolvers'
    /// answers can be judged although Route 53 could never be asked. Empty for an alias, whose answers change.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// The health check that should be on the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health_check: Option<HealthCheckId>,
}

impl Traffic {
    /// Every resolver that does not stand in a region which counts as lost.
    pub fn resolvers_beside(&self, is_lost: impl Fn(&RegionId) -> bool) -> Vec<String> {
        let regional = self.regional_resolvers.iter().filter(|(region, _)| !is_lost(region));
        self.resolvers.iter().chain(regional.flat_map(|(_, resolvers)| resolvers)).cloned().collect()
    }
}

impl TrafficRecord {
    /// The type of a record that answers with the written values. `None` when none are written, or they are not of one
    /// type.
    pub fn kind(&self) -> Option<&'static str> {
        let of = |value: &String| match value.parse::<core::net::IpAddr>() {
            Ok(address) if address.is_ipv4() => Some("A"),
            Ok(_) => Some("AAAA"),
            Err(_) => DnsName::new(value).ok().map(|_| "CNAME"),
        };
        let kind = of(self.values.first()?)?;
        self.values.iter().all(|value| of(value) == Some(kind)).then_some(kind)
    }
}

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{ContextName, HealthCheckId};

/// What a region is for in peacetime. What it is *now* is observed, never read from here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RegionRole {
    /// Holds the writer of the global cluster.
    Primary,
    /// Serves reads and can take over.
    Secondary,
    /// Holds data, serves nothing, can take over.
    Standby,
}

impl RegionRole {
    /// The word of the file and of the screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Secondary => "secondary",
            Self::Standby => "standby",
        }
    }
}

/// One region of a stack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Region {
    /// What the region is for in peacetime.
    pub role: RegionRole,
    /// A short name for people, such as `Oregon`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The URL that answers 2xx when users are served from this region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probe: Option<String>,
    /// The URL that does a business transaction when it is POSTed to, one that writes, and answers 2xx when it was
    /// committed. It carries an `Idempotency-Key` header: whoever has committed a transaction of that key answers the same
    /// and commits none more. An evacuation shows with it that the new writer serves before it moves any traffic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction: Option<String>,
    /// The kubeconfig context of the region's cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kubernetes: Option<ContextName>,
    /// The kubeconfig file, relative to the stack file; without it, `KUBECONFIG` or `~/.kube/config`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kubeconfig: Option<String>,
    /// The Route 53 health check that watches this region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health_check: Option<HealthCheckId>,
    /// How AWS is reached for this region, where it differs from the stack's `[aws]`.
    #[serde(default, skip_serializing_if = "AwsAccess::is_empty")]
    pub aws: AwsAccess,
}

/// How AWS is reached. Everything is optional: what is absent comes from the AWS SDK's own chain.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AwsAccess {
    /// The profile of the AWS config file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// The AWS config file, relative to the stack file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config_file: Option<String>,
    /// Endpoints to use instead of the regions' own.
    #[serde(default, skip_serializing_if = "Endpoints::is_empty")]
    pub endpoints: Endpoints,
}

impl AwsAccess {
    /// True when nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// This access, completed by another where it says nothing.
    pub fn or(self, other: &Self) -> Self {
        let mut endpoints = other.endpoints.0.clone();
        endpoints.extend(self.endpoints.0);
        Self {
            profile: self.profile.or_else(|| other.profile.clone()),
            config_file: self.config_file.or_else(|| other.config_file.clone()),
            endpoints: Endpoints(endpoints),
        }
    }
}

/// URLs by service: `rds`, `cloudwatch`, `route53`, `s3`, `dynamodb`, `cost-explorer`, `sts`, or `all` for the rest.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Endpoints(pub BTreeMap<String, String>);

impl Endpoints {
    /// The services that an endpoint can be given for.
    pub const SERVICES: [&'static str; 8] =
        ["all", "cloudwatch", "cost-explorer", "dynamodb", "rds", "route53", "s3", "sts"];

    /// True when no endpoint is overridden.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The URL to use for a service, if it is not the service's own.
    pub fn of(&self, service: &str) -> Option<&str> {
        self.0.get(service).or_else(|| self.0.get("all")).map(String::as_str)
    }
}

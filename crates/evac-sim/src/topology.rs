//! The fixed names of the reference stack: its regions, clusters, buckets, records and services.

mod levers;
mod place;

use std::{fmt, ops};

pub use levers::{CheckKind, control_panel, safety_rule};
pub use place::Place;
use serde::{Deserialize, Serialize};

/// The account that everything belongs to: the one that AWS uses in its documentation.
pub const ACCOUNT: &str = "123456789012";
/// The Aurora global cluster.
pub const GLOBAL_CLUSTER: &str = "akidb-global";
/// The database engine of every member cluster.
pub const ENGINE: &str = "aurora-postgresql";
/// The version of that engine.
pub const ENGINE_VERSION: &str = "16.8";
/// The public hosted zone.
pub const ZONE_ID: &str = "Z04AKIDB3REGIONS20XY";
/// The name of that zone, without the root's dot.
pub const ZONE_NAME: &str = "akidb.example";
/// The name that clients of the stack resolve.
pub const RECORD_NAME: &str = "api.akidb.example";
/// The bucket that holds Terraform's state, with the lock objects beside it.
pub const TERRAFORM_BUCKET: &str = "akidb-terraform";
/// The region of that bucket.
pub const TERRAFORM_REGION: Region = Region::UsWest2;
/// The state object in it.
pub const TERRAFORM_KEY: &str = "akidb/terraform.tfstate";
/// Time to live of the latency records, in seconds.
pub const RECORD_TTL: i64 = 60;

/// A region of the reference stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Region {
    /// Northern Virginia: the primary, and home of the global control planes.
    #[serde(rename = "us-east-1")]
    UsEast1,
    /// Oregon: the secondary.
    #[serde(rename = "us-west-2")]
    UsWest2,
    /// Ireland: primary for the European Union, a secondary of the global cluster.
    #[serde(rename = "eu-west-1")]
    EuWest1,
}

impl Region {
    /// Every region, primary first.
    pub const ALL: [Self; 3] = [Self::UsEast1, Self::UsWest2, Self::EuWest1];

    /// The name that AWS gives it.
    pub fn name(self) -> &'static str {
        match self {
            Self::UsEast1 => "us-east-1",
            Self::UsWest2 => "us-west-2",
            Self::EuWest1 => "eu-west-1",
        }
    }

    /// The short form in the names of clusters and buckets.
    pub fn short(self) -> &'static str {
        match self {
            Self::UsEast1 => "use1",
            Self::UsWest2 => "usw2",
            Self::EuWest1 => "euw1",
        }
    }

    /// Its place in [`Region::ALL`].
    pub fn index(self) -> usize {
        match self {
            Self::UsEast1 => 0,
            Self::UsWest2 => 1,
            Self::EuWest1 => 2,
        }
    }

    /// The region of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|region| region.name() == name)
    }

    /// The region whose backup store this one can read: the next one round the ring.
    pub fn neighbour(self) -> Self {
        match self {
            Self::UsEast1 | Self::EuWest1 => Self::UsWest2,
            Self::UsWest2 => Self::UsEast1,
        }
    }

    /// The Aurora cluster there.
    pub fn cluster(self) -> String {
        format!("akidb-{}", self.short())
    }

    /// The ARN of the Aurora cluster there.
    pub fn cluster_arn(self) -> String {
        format!("arn:aws:rds:{self}:{ACCOUNT}:cluster:{}", self.cluster())
    }

    /// The data bucket there.
    pub fn bucket(self) -> String {
        format!("akidb-data-{}", self.short())
    }

    /// The bucket there that evac's journals are mirrored to.
    pub fn journal_bucket(self) -> String {
        format!("akidb-evac-journal-{}", self.short())
    }

    /// The Route 53 health check that watches this region.
    pub fn health_check(self) -> &'static str {
        match self {
            Self::UsEast1 => "5f1c1e0a-0001-4a1d-9b7e-6d2f0a2c1001",
            Self::UsWest2 => "5f1c1e0a-0002-4a1d-9b7e-6d2f0a2c1002",
            Self::EuWest1 => "5f1c1e0a-0003-4a1d-9b7e-6d2f0a2c1003",
        }
    }

    /// The address that the region's latency record answers with: a documentation address (RFC 5737).
    pub fn address(self) -> &'static str {
        match self {
            Self::UsEast1 => "192.0.2.10",
            Self::UsWest2 => "198.51.100.10",
            Self::EuWest1 => "203.0.113.10",
        }
    }

    /// The public name of the region alone, which its health check asks.
    pub fn host(self) -> String {
        format!("{self}.api.{ZONE_NAME}")
    }

    /// The replication rule from this region's bucket to that of `destination`.
    pub fn rule_to(self, destination: Self) -> String {
        format!("{}-to-{}", self.short(), destination.short())
    }
}

impl fmt::Display for Region {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

/// One value a region.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct PerRegion<T>(pub [T; 3]);

impl<T> PerRegion<T> {
    /// Makes the value of each region.
    pub fn from_fn(mut make: impl FnMut(Region) -> T) -> Self {
        Self(Region::ALL.map(&mut make))
    }
}

impl<T> ops::Index<Region> for PerRegion<T> {
    type Output = T;
    fn index(&self, region: Region) -> &T {
        &self.0[region.index()]
    }
}

impl<T> ops::IndexMut<Region> for PerRegion<T> {
    fn index_mut(&mut self, region: Region) -> &mut T {
        &mut self.0[region.index()]
    }
}

/// A service with endpoints of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Service {
    /// Aurora's control plane.
    Rds,
    /// The security token service, regional.
    Sts,
    /// Metrics and alarms.
    #[serde(rename = "cloudwatch")]
    CloudWatch,
    /// Object storage.
    S3,
    /// Tables.
    #[serde(rename = "dynamodb")]
    DynamoDb,
    /// DNS and health checks: one endpoint, in us-east-1.
    #[serde(rename = "route53")]
    Route53,
    /// Costs: one endpoint, in us-east-1.
    CostExplorer,
    /// The Kubernetes API server of the region's cluster.
    Kubernetes,
    /// The stack's own public endpoint in the region.
    Probe,
    /// The data plane of ARC routing control: one endpoint in each of five places.
    RoutingControl,
    /// A DNS resolver that users of the region ask. It speaks DNS, not HTTP.
    Resolver,
}

impl Service {
    /// Every service.
    pub const ALL: [Self; 11] = [
        Self::Rds,
        Self::Sts,
        Self::CloudWatch,
        Self::S3,
        Self::DynamoDb,
        Self::Route53,
        Self::CostExplorer,
        Self::Kubernetes,
        Self::Probe,
        Self::RoutingControl,
        Self::Resolver,
    ];

    /// The name in scenarios, in control requests and in control.json.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rds => "rds",
            Self::Sts => "sts",
            Self::CloudWatch => "cloudwatch",
            Self::S3 => "s3",
            Self::DynamoDb => "dynamodb",
            Self::Route53 => "route53",
            Self::CostExplorer => "cost-explorer",
            Self::Kubernetes => "kubernetes",
            Self::Probe => "probe",
            Self::RoutingControl => "routing-control",
            Self::Resolver => "resolver",
        }
    }

    /// Whether its control plane lives in us-east-1 alone.
    pub fn is_global(self) -> bool {
        matches!(self, Self::Route53 | Self::CostExplorer)
    }

    /// The region whose endpoint serves `region`.
    pub fn home(self, region: Region) -> Region {
        if self.is_global() { Region::UsEast1 } else { region }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

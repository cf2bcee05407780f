use serde::{Deserialize, Serialize};

/// How traffic is moved. The order is the order of preference: what depends on least comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lever {
    /// Health checks have moved it already: nothing is done but to see that it is so.
    HealthChecks,
    /// ARC routing controls: a data plane with five regional endpoints.
    RoutingControl,
    /// A STOP object in a standby region: the data plane of S3 there.
    StopObject,
    /// Records in Route 53, whose control plane is in us-east-1: the last resort.
    Records,
}

impl Lever {
    /// Every lever, best first.
    pub const ALL: [Self; 4] = [Self::HealthChecks, Self::RoutingControl, Self::StopObject, Self::Records];

    /// The words of the screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::HealthChecks => "health checks",
            Self::RoutingControl => "routing control",
            Self::StopObject => "STOP object",
            Self::Records => "DNS records",
        }
    }
}

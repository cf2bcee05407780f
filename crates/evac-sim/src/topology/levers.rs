//! The levers on the traffic of each region: health checks, routing controls and STOP objects.

use super::{ACCOUNT, Region};

/// What a health check goes by. Each region has one of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckKind {
    /// What the region's public endpoint answers.
    Endpoint,
    /// Whether all of the others are healthy: the one on the region's record.
    Calculated,
    /// The state of the region's routing control.
    RoutingControl,
    /// The absence of the region's STOP object: an HTTP check on it, inverted.
    Stop,
}

impl CheckKind {
    /// Every kind, in the order of the lists.
    pub const ALL: [Self; 4] = [Self::Endpoint, Self::Calculated, Self::RoutingControl, Self::Stop];
    /// The kinds that a calculated check looks at.
    pub const CHILDREN: [Self; 3] = [Self::Endpoint, Self::RoutingControl, Self::Stop];

    /// Its place in [`CheckKind::ALL`].
    pub fn index(self) -> usize {
        match self {
            Self::Endpoint => 0,
            Self::Calculated => 1,
            Self::RoutingControl => 2,
            Self::Stop => 3,
        }
    }
}

/// The control panel of the routing controls.
pub fn control_panel() -> String {
    format!("arn:aws:route53-recovery-control::{ACCOUNT}:controlpanel/6f2d0c7ab1e84d5f9a3b7c1e5d8f2a40")
}

/// The safety rule that wants one routing control to stay On.
pub fn safety_rule() -> String {
    format!("{}/safetyrule/3f8e1a9c5b7d2e60", control_panel())
}

impl Region {
    /// The identifier of the region's health check of a kind.
    pub fn check(self, kind: CheckKind) -> String {
        let (number, kind) = (self.index() + 1, kind.index() + 1);
        format!("5f1c1e0a-000{number}-4a1d-9b7e-6d2f0a2c{kind}00{number}")
    }

    /// The region and the kind of the health check of that identifier.
    pub fn of_check(id: &str) -> Option<(Self, CheckKind)> {
        let pairs = Self::ALL.into_iter().flat_map(|region| CheckKind::ALL.map(|kind| (region, kind)));
        pairs.into_iter().find(|(region, kind)| region.check(*kind) == id)
    }

    /// The ARN of the region's routing control.
    pub fn routing_control(self) -> String {
        format!("{}/routingcontrol/8d41c6e2f7a3500{}", control_panel(), self.index() + 1)
    }

    /// The region whose bucket holds the STOP object of this one: never the region itself.
    pub fn standby(self) -> Self {
        match self {
            Self::UsEast1 | Self::EuWest1 => Self::UsWest2,
            Self::UsWest2 => Self::EuWest1,
        }
    }

    /// The key of the object that takes the region's traffic away while it exists.
    pub fn stop_key(self) -> String {
        format!("evac/stop/{self}")
    }
}

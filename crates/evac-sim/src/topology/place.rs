use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::{Region, Service};

/// Where an endpoint is: in a region of the stack, or in one of the two others that its routing-control cluster
/// spans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// A region of the stack.
    Stack(Region),
    /// Tokyo.
    ApNortheast1,
    /// Sydney.
    ApSoutheast2,
}

impl Place {
    /// Every place, the stack's regions first.
    pub const ALL: [Self; 5] = [
        Self::Stack(Region::UsEast1),
        Self::Stack(Region::UsWest2),
        Self::Stack(Region::EuWest1),
        Self::ApNortheast1,
        Self::ApSoutheast2,
    ];

    /// The name that AWS gives it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Stack(region) => region.name(),
            Self::ApNortheast1 => "ap-northeast-1",
            Self::ApSoutheast2 => "ap-southeast-2",
        }
    }

    /// The place of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|place| place.name() == name)
    }

    /// The stack's region, if it is one.
    pub fn region(self) -> Option<Region> {
        match self {
            Self::Stack(region) => Some(region),
            Self::ApNortheast1 | Self::ApSoutheast2 => None,
        }
    }

    /// Whether a service has an endpoint there.
    pub fn has(self, service: Service) -> bool {
        match self.region() {
            Some(region) => service.home(region) == region,
            None => service == Service::RoutingControl,
        }
    }
}

impl From<Region> for Place {
    fn from(region: Region) -> Self {
        Self::Stack(region)
    }
}

impl PartialEq<Region> for Place {
    fn eq(&self, region: &Region) -> bool {
        self.region() == Some(*region)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

impl Serialize for Place {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Place {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::parse(&name).ok_or_else(|| D::Error::custom(format!("there is no place `{name}`")))
    }
}

//! What can be wrong with an endpoint, as a client sees it.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

use crate::topology::{Place, Service};

/// A fault at the wire. It reaches connections that stand already as well as new ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Fault {
    /// Nothing listens: `ECONNREFUSED`. Connections that stand are reset.
    Refuse,
    /// Connections are accepted, and nothing is ever answered. Answers under way stop where they are.
    Hang,
    /// The answer breaks off in the middle with a reset.
    Reset,
    /// The service's own internal error, HTTP 500.
    Http500,
    /// The service's own "unavailable", HTTP 503.
    Http503,
    /// The service's own throttling error.
    Throttle,
    /// Half of the body, then an orderly close.
    Truncate,
    /// The right answer, late by real (not virtual) time.
    Delay {
        /// How late, in milliseconds.
        milliseconds: u64,
    },
    /// Valid HTTP with a body that is no document at all.
    Garbage,
    /// A well-formed document whose members are missing, of the wrong type, huge, or hold control characters.
    WrongType,
    /// A call that changes something is carried out, and never answered. Reads are served as ever.
    LostAnswer,
    /// A call that changes something is not carried out, and never answered. Reads are served as ever.
    LostRequest,
    /// A call that changes something is carried out, and its connection is reset before the first byte of the answer.
    /// Reads are served as ever.
    CutAnswer,
}

impl Fault {
    /// The fault of that name. `milliseconds` matters to `delay` only.
    pub fn parse(name: &str, milliseconds: u64) -> Option<Self> {
        Some(match name {
            "refuse" => Self::Refuse,
            "hang" => Self::Hang,
            "reset" => Self::Reset,
            "http-500" => Self::Http500,
            "http-503" => Self::Http503,
            "throttle" => Self::Throttle,
            "truncate" => Self::Truncate,
            "delay" => Self::Delay { milliseconds },
            "garbage" => Self::Garbage,
            "wrong-type" => Self::WrongType,
            "lost-answer" => Self::LostAnswer,
            "lost-request" => Self::LostRequest,
            "cut-answer" => Self::CutAnswer,
            _ => return None,
        })
    }

    /// Its name in scenarios and control requests.
    pub fn name(self) -> &'static str {
        match self {
            Self::Refuse => "refuse",
            Self::Hang => "hang",
            Self::Reset => "reset",
            Self::Http500 => "http-500",
            Self::Http503 => "http-503",
            Self::Throttle => "throttle",
            Self::Truncate => "truncate",
            Self::Delay { .. } => "delay",
            Self::Garbage => "garbage",
            Self::WrongType => "wrong-type",
            Self::LostAnswer => "lost-answer",
            Self::LostRequest => "lost-request",
            Self::CutAnswer => "cut-answer",
        }
    }

    /// Whether it concerns only calls that change something, and leaves reads alone.
    pub fn spares_reads(self) -> bool {
        matches!(self, Self::LostAnswer | Self::LostRequest | Self::CutAnswer)
    }

    /// How late the answer comes.
    pub fn delay(self) -> Option<Duration> {
        match self {
            Self::Delay { milliseconds } => Some(Duration::from_millis(milliseconds)),
            _ => None,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Delay { milliseconds } => write!(formatter, "delay {milliseconds} ms"),
            _ => formatter.pad(self.name()),
        }
    }
}

/// Which endpoints a fault is for. A member that is `None` means every one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FaultTarget {
    /// The region of the endpoint, or another place that has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Place>,
    /// The service of the endpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<Service>,
}

impl FaultTarget {
    /// Whether the endpoint of `service` at `place` is meant.
    pub fn covers(&self, place: Place, service: Service) -> bool {
        self.region.is_none_or(|wanted| wanted == place) && self.service.is_none_or(|wanted| wanted == service)
    }
}

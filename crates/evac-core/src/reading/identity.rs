use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::ids::{AccountId, Arn};

/// Who evac is in a region, and for how long.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IdentityReading {
    /// The account.
    pub account: AccountId,
    /// The user or role.
    pub arn: Arn,
    /// When the credentials end; `None` for ones that do not.
    pub expires_at: Option<Timestamp>,
}

/// The alarms of a region that are not at rest, and how many there are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlarmsReading {
    /// All alarms, those in ALARM first.
    pub alarms: Vec<Alarm>,
}

/// A CloudWatch alarm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alarm {
    /// Its name.
    pub name: String,
    /// What it says.
    pub state: AlarmState,
    /// Since when.
    pub since: Option<Timestamp>,
    /// Why, in CloudWatch's words.
    pub reason: Option<String>,
}

/// What an alarm says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AlarmState {
    /// The threshold is crossed.
    Alarm,
    /// Too few points to say.
    InsufficientData,
    /// All is well.
    Ok,
}

/// What the region's public endpoint answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProbeReading {
    /// The HTTP status.
    pub status: u16,
    /// From the first byte sent to the last byte of the head received.
    pub latency: SignedDuration,
}

impl ProbeReading {
    /// True for 2xx, and for 3xx as Route 53 counts them.
    pub fn is_healthy(&self) -> bool {
        (200..400).contains(&self.status)
    }
}

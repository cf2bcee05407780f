use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Period;

/// What the stack promises.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Objectives {
    /// The longest that the stack may be down.
    pub rto: Period,
    /// The most data, in time, that may be lost.
    pub rpo: Period,
    /// The share of time that the stack must be up, in percent.
    pub availability: f64,
    /// The lag that an Aurora secondary should stay under.
    pub aurora_lag: Period,
    /// The age that the oldest object waiting for replication should stay under.
    pub replication_latency: Period,
}

impl Default for Objectives {
    fn default() -> Self {
        Self {
            rto: Period::from_mins(30),
            rpo: Period::from_mins(15),
            availability: 99.99,
            aurora_lag: Period::from_secs(1),
            replication_latency: Period::from_mins(15),
        }
    }
}

/// Where a measure stops being healthy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Thresholds {
    /// Route 53 calls an endpoint healthy when more than this share of checkers does, in percent.
    pub checkers_healthy: f64,
    /// A probe slower than this is a finding.
    pub probe_latency: Period,
    /// The share of nodes that must be ready for a region to be a target, in percent.
    pub nodes_ready: f64,
    /// A clock that differs by more than this is a finding.
    pub clock_skew: Period,
    /// Credentials that end sooner than this are a finding.
    pub credential_expiry: Period,
    /// A schedule whose newest restorable backup is older than this many of its intervals is a finding.
    pub missed_backups: u32,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            checkers_healthy: 18.0,
            probe_latency: Period::from_secs(2),
            nodes_ready: 80.0,
            clock_skew: Period::from_secs(5),
            credential_expiry: Period::from_hours(1),
            missed_backups: 2,
        }
    }
}

/// How long each part of an evacuation takes. Promotion and scaling run side by side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct StepTimes {
    /// From the fault to the first finding.
    pub detect: Period,
    /// From the finding to the consent.
    pub decide: Period,
    /// Fencing the old writer.
    pub fence: Period,
    /// Promoting the Aurora secondary.
    pub promote: Period,
    /// Scaling the target up.
    pub scale: Period,
    /// Verifying a business transaction.
    pub verify: Period,
    /// Shifting the traffic, to the end of the records' TTL.
    pub traffic: Period,
}

impl Default for StepTimes {
    fn default() -> Self {
        Self {
            detect: Period::from_secs(90),
            decide: Period::from_mins(10),
            fence: Period::from_secs(30),
            promote: Period::from_mins(3),
            scale: Period::from_mins(2),
            verify: Period::from_secs(30),
            traffic: Period::from_mins(3),
        }
    }
}

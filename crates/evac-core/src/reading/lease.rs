use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Who may act on the stack, by the lease table.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LeaseReading {
    /// The epoch of the newest holder; 0 when there was none yet.
    pub epoch: u64,
    /// The run that holds it; `None` when nobody does.
    pub holder: Option<LeaseHolder>,
    /// The last run that moved something and has ended, or that fell silent and lost the lease to another.
    pub last: Option<LastRun>,
}

/// A run that holds the lease.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaseHolder {
    /// The run.
    pub run: String,
    /// Whose it is: person and machine.
    pub holder: String,
    /// What it does: `failover us-east-1 to us-west-2`.
    pub purpose: String,
    /// When it took the lease, by its own clock.
    pub since: Timestamp,
    /// Counts up with each renewal. A holder whose count stands still for the time to live has fallen silent; no
    /// clock is compared with another's.
    pub renewals: u64,
    /// How long it keeps the lease without a renewal, in seconds.
    pub ttl: u64,
    /// True when another run has held the lease since the newest record that this one went on from: what it was to do
    /// is void, also when its runner ended before it could record so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub displaced: bool,
}

/// The last run that moved something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastRun {
    /// The run.
    pub run: String,
    /// How it ended.
    pub outcome: String,
    /// When it ended, by its own clock.
    pub ended_at: Timestamp,
    /// Who acknowledged it.
    pub acknowledged_by: Option<String>,
}

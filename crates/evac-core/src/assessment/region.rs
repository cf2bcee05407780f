use serde::Serialize;

use super::{
    BacklogSummary, BackupSummary, CapacitySummary, DataLoss, Finding, HealthSummary, LagSummary, Reason,
    SignalSummary, Verdict, Writers, backups, database,
    scope::{Context, RegionContext},
    sources, storage, traffic, workloads,
};
use crate::ids::RegionId;

/// What a region is in the global cluster now, as far as it is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ObservedRole {
    /// It takes the writes.
    Writer,
    /// It follows.
    Secondary,
    /// More than one region claims to be the writer, this one among them.
    Contested,
    /// It is no member of the global cluster.
    Outside,
    /// Nobody has said.
    Unknown,
}

impl ObservedRole {
    /// The word of the screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Writer => "WRITER",
            Self::Secondary => "SECONDARY",
            Self::Contested => "CONTESTED",
            Self::Outside => "OUTSIDE",
            Self::Unknown => "UNKNOWN",
        }
    }
}

/// Everything that follows for one region.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RegionAssessment {
    /// Whether it may be evacuated to. For the region that writes: whether it is fit to go on.
    pub verdict: Verdict,
    /// Why it is not GO; empty when it is.
    pub reasons: Vec<Reason>,
    /// What it is now.
    pub role: ObservedRole,
    /// Its endpoint and its checkers.
    pub health: HealthSummary,
    /// Its Aurora lag; `None` for the writer and where nothing is known.
    pub lag: Option<LagSummary>,
    /// What waits to be replicated into it; `None` where nothing is known.
    pub backlog: Option<BacklogSummary>,
    /// What could be restored in it.
    pub backups: BackupSummary,
    /// What its cluster can carry; `None` where nothing is known.
    pub capacity: Option<CapacitySummary>,
    /// What a failover to it would lose. `None` for the region that writes.
    pub loss: Option<DataLoss>,
    /// Each of its sources.
    pub signals: Vec<SignalSummary>,
}

impl RegionAssessment {
    pub(super) fn of(context: &Context<'_>, region: &RegionId, writers: &Writers, findings: &mut Vec<Finding>) -> Self {
        let mut scope = RegionContext { context, region, writers, reasons: Vec::new(), findings };
        sources::require(&mut scope);
        writers.judge(&mut scope);
        let health = traffic::health(&mut scope);
        let lag = database::judge(&mut scope);
        let backlog = storage::judge(&mut scope);
        let capacity = workloads::judge(&mut scope);
        let backups = backups::judge(&mut scope);
        let loss = (!scope.is_writer()).then(|| DataLoss::of(lag.as_ref(), backlog.as_ref(), &backups));
        let reasons = scope.reasons;
        Self {
            verdict: Verdict::of(&reasons),
            reasons,
            role: writers.role(context, region),
            health,
            lag,
            backlog,
            backups,
            capacity,
            loss,
            signals: sources::summaries(context, region),
        }
    }
}

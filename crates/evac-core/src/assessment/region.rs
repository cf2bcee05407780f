use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::{
    BacklogSummary, BackupSummary, CapacitySummary, Code, Context, DataLoss, Finding, HealthSummary, LagSummary,
    Reason, Severity, SignalSummary, Verdict, Writers, backups, database, sources, storage, traffic, workloads,
};
use crate::{ids::RegionId, observation::Source};

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

/// What the parts of a region's assessment add to.
pub(super) struct RegionContext<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) region: &'a RegionId,
    pub(super) writers: &'a Writers,
    pub(super) reasons: Vec<Reason>,
    pub(super) findings: &'a mut Vec<Finding>,
}

impl RegionContext<'_> {
    /// True when this region is the one that writes, and no other claims to.
    pub(super) fn is_writer(&self) -> bool {
        self.writers.single() == Some(self.region)
    }

    /// The clock of a source in this region.
    pub(super) fn source_now(&self, source: Source) -> Timestamp {
        let Context { stack, snapshot, now, .. } = self.context;
        snapshot.signal(source, self.region).map_or(*now, |signal| signal.source_now(*now, stack.clock.rate))
    }

    /// How long ago something was measured that a source in this region told of, by the source's own clock. A
    /// measurement from the future shows that this clock is behind its own data, and then nobody can say how old
    /// the data is.
    pub(super) fn measured_ago(&mut self, source: Source, at: Timestamp) -> SignedDuration {
        let ago = self.source_now(source).duration_since(at);
        if ago < -self.context.stack.thresholds.clock_skew.get() {
            let text = format!("the clock of {} is behind its own data: no age can be told", source.word());
            if !self.reasons.iter().any(|reason| reason.code == Code::ClockSkew && reason.text == text) {
                self.doubt(Code::ClockSkew, source, text);
            }
        }
        ago.max(SignedDuration::ZERO)
    }

    /// Something is known to be bad, and the region cannot be a target.
    pub(super) fn block(&mut self, code: Code, source: Source, text: String) {
        self.reasons.push(Reason { code, verdict: Verdict::NoGo, text: text.clone() });
        self.find(code, Severity::Critical, source, text);
    }

    /// Something that is required is not known.
    pub(super) fn doubt(&mut self, code: Code, source: Source, text: String) {
        self.reasons.push(Reason { code, verdict: Verdict::Unknown, text: text.clone() });
        self.find(code, Severity::Warning, source, text);
    }

    /// Something that does not change the verdict.
    pub(super) fn find(&mut self, code: Code, severity: Severity, source: Source, text: String) {
        let evidence = sources::evidence(self.context, source, self.region);
        self.findings.push(Finding { code, severity, region: Some(self.region.clone()), text, evidence });
    }
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

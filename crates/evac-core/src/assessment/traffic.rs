use jiff::SignedDuration;
use serde::Serialize;

use super::{
    Code, Finding, Severity,
    scope::{Context, RegionContext, evidence},
};
use crate::{source::Source, text::age};

/// What a region's users meet.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HealthSummary {
    /// True when evac's own probe was answered well, false when it was answered badly or not at all; `None` when
    /// the region has no probe, or it has not been asked yet.
    pub probe: Option<bool>,
    /// The HTTP status that the probe last got.
    pub status: Option<u16>,
    /// How long the probe last took.
    pub latency: Option<SignedDuration>,
    /// The share of Route 53's checkers that call the region healthy, in percent.
    pub checkers: Option<f64>,
}

/// The region's endpoint judges its verdict; the checkers, whose control plane and metrics are in us-east-1, warn.
pub(super) fn health(scope: &mut RegionContext<'_>) -> HealthSummary {
    let snapshot = scope.context.snapshot;
    let thresholds = &scope.context.stack.thresholds;
    let probe = snapshot.probe(scope.region);
    let failed = snapshot.signal(Source::Probe, scope.region).is_some_and(|signal| signal.failure.is_some());
    if let Some(probe) = probe {
        if !probe.is_healthy() {
            let text = match failed {
                true => format!("the public endpoint answered HTTP {} when last seen", probe.status),
                false => format!("the public endpoint answers HTTP {}", probe.status),
            };
            scope.block(Code::ProbeFailed, Source::Probe, text);
        } else if probe.latency > thresholds.probe_latency.get() {
            let text = format!("the public endpoint took {} to answer", age(probe.latency));
            scope.find(Code::ProbeSlow, Severity::Warning, Source::Probe, text);
        }
    }
    let checkers = checkers(scope);
    if let Some(share) = checkers.filter(|share| *share <= thresholds.checkers_healthy) {
        let text = format!("{share:.0} % of Route 53's checkers call the region healthy");
        let region = scope.region.clone();
        let home = scope.context.stack.control_plane_region().unwrap_or(scope.region);
        let evidence = evidence(scope.context, Source::Metrics, home);
        let finding =
            Finding { code: Code::Checkers, severity: Severity::Critical, region: Some(region), text, evidence };
        scope.findings.push(finding);
    }
    HealthSummary {
        probe: if failed { Some(false) } else { probe.map(crate::reading::ProbeReading::is_healthy) },
        status: probe.map(|probe| probe.status),
        latency: probe.map(|probe| probe.latency),
        checkers,
    }
}

/// What the checkers say: their own count where Route 53 tells it, else the newest metric.
fn checkers(scope: &RegionContext<'_>) -> Option<f64> {
    let Context { stack, snapshot, .. } = scope.context;
    let home = stack.control_plane_region()?;
    let id = stack.regions.get(scope.region)?.health_check.as_ref()?;
    let counted = snapshot.health_checks(home).and_then(|reading| {
        reading.checks.iter().find(|check| check.id == *id).and_then(crate::reading::HealthCheck::percent_healthy)
    });
    counted.or_else(|| snapshot.metrics(home)?.checkers.get(id)?.percent_healthy.last().map(|point| point.value))
}

/// The records, the health checks on them, the alarms and the credentials.
pub(super) fn findings(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let Some(home) = context.stack.control_plane_region() else { return };
    records(context, home, findings);
    for check in context.snapshot.health_checks(home).into_iter().flat_map(|reading| &reading.checks) {
        let word = match (check.disabled, check.inverted) {
            (true, _) => "disabled",
            (_, true) => "inverted",
            _ => continue,
        };
        findings.push(Finding {
            code: Code::CheckDisabled,
            severity: Severity::Warning,
            region: region_of_check(context, check.id.as_str()),
            text: format!("health check {} is {word}", check.id),
            evidence: evidence(context, Source::HealthChecks, home),
        });
    }
    for region in context.stack.regions.keys() {
        alarms(context, region, findings);
        expiry(context, region, findings);
    }
}

fn region_of_check(context: &Context<'_>, id: &str) -> Option<crate::RegionId> {
    let mut regions = context.stack.regions.iter();
    regions
        .find(|(_, region)| region.health_check.as_ref().is_some_and(|own| own.as_str() == id))
        .map(|(id, _)| id.clone())
}

fn records(context: &Context<'_>, home: &crate::RegionId, findings: &mut Vec<Finding>) {
    let (Some(traffic), Some(reading)) = (&context.stack.traffic, context.snapshot.records(home)) else { return };
    for wanted in &traffic.records {
        let found = reading.records.iter().find(|record| {
            record.name == wanted.name && record.set_identifier.as_deref() == Some(wanted.set_identifier.as_str())
        });
        let (code, severity, text) = match found {
            None => {
                let text = format!("record {} ({}) does not exist", wanted.name, wanted.set_identifier);
                (Code::RecordMissing, Severity::Critical, text)
            }
            Some(record) if wanted.health_check.is_some() && record.health_check != wanted.health_check => {
                let text = format!("record {} ({}) lacks its health check", wanted.name, wanted.set_identifier);
                (Code::RecordHealthCheck, Severity::Warning, text)
            }
            Some(_) => continue,
        };
        let evidence = evidence(context, Source::Records, home);
        findings.push(Finding { code, severity, region: Some(wanted.region.clone()), text, evidence });
    }
}

fn alarms(context: &Context<'_>, region: &crate::RegionId, findings: &mut Vec<Finding>) {
    let raised = context.snapshot.alarms(region).into_iter().flat_map(|reading| &reading.alarms);
    for alarm in raised.filter(|alarm| alarm.state == crate::reading::AlarmState::Alarm) {
        findings.push(Finding {
            code: Code::AlarmRaised,
            severity: Severity::Warning,
            region: Some(region.clone()),
            text: format!("alarm {} is raised", alarm.name),
            evidence: evidence(context, Source::Alarms, region),
        });
    }
}

fn expiry(context: &Context<'_>, region: &crate::RegionId, findings: &mut Vec<Finding>) {
    let Some(expires_at) = context.snapshot.identity(region).and_then(|identity| identity.expires_at) else { return };
    // Credentials end by AWS's clock, not by this machine's.
    let signal = context.snapshot.signal(Source::Identity, region);
    let now = signal.map_or(context.now, |signal| signal.source_now(context.now, context.stack.clock.rate));
    let left = expires_at.duration_since(now);
    let limit = context.stack.thresholds.credential_expiry.get();
    if left >= limit {
        return;
    }
    let (severity, text) = if left <= SignedDuration::ZERO {
        (Severity::Critical, format!("the credentials ended {} ago", age(left.abs())))
    } else {
        (Severity::Warning, format!("the credentials end in {}", age(left)))
    };
    let evidence = evidence(context, Source::Identity, region);
    findings.push(Finding { code: Code::IdentityExpiry, severity, region: Some(region.clone()), text, evidence });
}

use jiff::SignedDuration;
use serde::Serialize;

use super::{Code, Severity, scope::RegionContext};
use crate::{
    reading::{Point, ReplicationMetrics},
    source::Source,
    stack::ReplicationRule,
    text::{age, bytes, coarse_age},
};

/// What waits to be replicated into a region from the region that writes, over all rules.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BacklogSummary {
    /// The age of the oldest operation that waits, when last measured.
    pub oldest: SignedDuration,
    /// Bytes that wait.
    pub bytes: f64,
    /// Operations that wait.
    pub operations: f64,
    /// How long ago the oldest of these was measured.
    pub measured_ago: SignedDuration,
    /// The oldest and the time since: whatever was written in it may not have arrived.
    pub exposure: SignedDuration,
}

pub(super) fn judge(scope: &mut RegionContext<'_>) -> Option<BacklogSummary> {
    settings(scope);
    failures(scope);
    canary(scope);
    if scope.is_writer() { None } else { backlog(scope) }
}

fn backlog(scope: &mut RegionContext<'_>) -> Option<BacklogSummary> {
    let context = scope.context;
    let writer = scope.writers.single();
    // Without a known writer every rule counts: the region is UNKNOWN already, and the figures err upwards.
    let rules: Vec<_> = context
        .stack
        .replication_into(scope.region)
        .filter(|rule| writer.is_none_or(|writer| rule.from == *writer))
        .collect();
    let metrics = context.snapshot.metrics(scope.region)?;
    let objectives = &context.stack.objectives;
    let (rpo, objective) = (objectives.rpo.get(), objectives.replication_latency.get());
    let mut summary: Option<BacklogSummary> = None;
    for rule in rules {
        let entry = metrics.replication.iter().find(|entry| entry.rule == *rule);
        let Some(newest) = entry.and_then(newest_points) else {
            let text = format!("rule {} from {} publishes no metrics", rule.rule, rule.from);
            scope.doubt(Code::ReplicationUnknown, Source::Metrics, text);
            continue;
        };
        let measured_ago =
            scope.measured_ago(Source::Metrics, newest.map(|point| point.at).into_iter().min().unwrap_or_default());
        let one = measure(newest, measured_ago);
        complain(scope, rule, &one, rpo, objective);
        summary = Some(match summary {
            None => one,
            Some(all) => BacklogSummary {
                oldest: all.oldest.max(one.oldest),
                bytes: all.bytes + one.bytes,
                operations: all.operations + one.operations,
                measured_ago: all.measured_ago.max(one.measured_ago),
                exposure: all.exposure.max(one.exposure),
            },
        });
    }
    summary
}

/// The newest latency, bytes and operations of a rule: only all three tell what waits.
fn newest_points(entry: &ReplicationMetrics) -> Option<[Point; 3]> {
    Some([*entry.latency.last()?, *entry.bytes_pending.last()?, *entry.operations_pending.last()?])
}

fn measure(newest: [Point; 3], measured_ago: SignedDuration) -> BacklogSummary {
    let [latency, bytes, operations] = newest.map(|point| point.value.max(0.0));
    let oldest = SignedDuration::try_from_secs_f64(latency).unwrap_or(SignedDuration::MAX);
    BacklogSummary { oldest, bytes, operations, measured_ago, exposure: oldest.saturating_add(measured_ago) }
}

fn complain(
    scope: &mut RegionContext<'_>,
    rule: &ReplicationRule,
    one: &BacklogSummary,
    rpo: SignedDuration,
    objective: SignedDuration,
) {
    let waiting = || format!("{} from {}, the oldest {}", bytes(one.bytes), rule.from, age(one.oldest));
    if one.oldest > rpo {
        let text = format!("{} waits: over the RPO of {}", waiting(), age(rpo));
        scope.block(Code::ReplicationBacklog, Source::Metrics, text);
    } else if one.exposure > rpo {
        let text = format!(
            "{}, and {} have passed since that was measured: together over the RPO of {}",
            waiting(),
            coarse_age(one.measured_ago),
            age(rpo)
        );
        scope.doubt(Code::ReplicationBacklog, Source::Metrics, text);
    } else if one.oldest > objective {
        let text = format!("{} waits: over the objective of {}", waiting(), age(objective));
        scope.find(Code::ReplicationBacklog, Severity::Warning, Source::Metrics, text);
    }
}

fn settings(scope: &mut RegionContext<'_>) {
    let context = scope.context;
    for rule in context.stack.replication_into(scope.region) {
        let back = context.stack.replication.iter().any(|other| other.from == rule.to && other.to == rule.from);
        if !back {
            let text = format!("nothing replicates back to {}", rule.from);
            scope.find(Code::ReplicationOneWay, Severity::Warning, Source::Replication, text);
        }
    }
    let Some(reading) = context.snapshot.replication(scope.region) else { return };
    if !reading.versioned {
        let text = format!("bucket {} is not versioned, so nothing replicates from it or to it", reading.bucket);
        scope.find(Code::ReplicationRule, Severity::Critical, Source::Replication, text);
    }
    for rule in context.stack.replication_out_of(scope.region) {
        let found = reading.rules.iter().find(|state| state.rule == rule.rule);
        let wrong = match found {
            None => "does not exist",
            Some(state) if !state.enabled => "is disabled",
            Some(state) if state.destination != rule.destination => "leads to another bucket",
            Some(_) => continue,
        };
        let text = format!("rule {} from {} to {} {wrong}", rule.rule, rule.source, rule.destination);
        scope.find(Code::ReplicationRule, Severity::Critical, Source::Replication, text);
    }
}

fn failures(scope: &mut RegionContext<'_>) {
    let Some(metrics) = scope.context.snapshot.metrics(scope.region) else { return };
    for (rule, count) in metrics.failed_operations.iter().filter(|(_, count)| *count > 0.0) {
        let text = format!("{count:.0} operations of rule {} failed, and S3 will not try them again", rule.rule);
        scope.find(Code::ReplicationFailed, Severity::Warning, Source::Metrics, text);
    }
}

fn canary(scope: &mut RegionContext<'_>) {
    let Some(canary) = scope.context.snapshot.canary(scope.region) else { return };
    let objective = scope.context.stack.objectives.replication_latency.get();
    let waited = canary.took.unwrap_or_else(|| scope.source_now(Source::Canary).duration_since(canary.written_at));
    if waited > objective {
        let word = if canary.took.is_some() { "took" } else { "has been under way for" };
        let text = format!("the canary object {word} {}, over the objective of {}", age(waited), age(objective));
        scope.find(Code::CanaryLate, Severity::Warning, Source::Canary, text);
    }
}

//! A picture in sentences, one below the other: no columns, no lines, no colour. It reads well aloud.

use std::fmt::Write as _;

use evac_core::text::{age, bytes};

use super::{Picture, overview::regions, words};
use crate::causes;

/// Writes a picture for ears.
pub fn write(picture: &Picture) -> String {
    let Picture { stack, assessment, now, .. } = picture;
    let mut text = format!("Stack {}, environment {}.\n", stack.name, stack.environment);
    let _ = writeln!(text, "Verdict: {}.", assessment.verdict);
    let _ = writeln!(text, "Time: {}.", now.strftime("%Y-%m-%d %H:%M:%S UTC"));
    let _ = writeln!(text, "Writer: {}.", words::writers(&assessment.writers));
    for (id, region) in regions(picture) {
        let _ = writeln!(text, "\nRegion {id}: {}.", region.verdict);
        let _ = writeln!(text, "Role: {}.", region.role.word().to_lowercase());
        for reason in causes::reasons(region).iter() {
            let _ = writeln!(text, "Reason for {}: {} {}.", reason.verdict, reason.code, reason.text);
        }
        let probe = match (region.health.probe, region.health.status, region.health.latency) {
            (Some(true), Some(status), Some(latency)) => format!("answers HTTP {status} in {}", age(latency)),
            (Some(true), ..) => "answers".to_owned(),
            (Some(false), Some(status), _) => format!("answers HTTP {status}, which is bad"),
            (Some(false), None, _) => "does not answer".to_owned(),
            (None, ..) => "not known".to_owned(),
        };
        let _ = writeln!(text, "Public endpoint: {probe}.");
        if let Some(share) = region.health.checkers {
            let _ = writeln!(text, "Route 53 checkers that call it healthy: {share:.0} percent.");
        }
        if let Some(lag) = &region.lag {
            let _ = writeln!(text, "Aurora lag: {}, measured {} ago.", age(lag.lag), age(lag.measured_ago));
        }
        if let Some(backlog) = &region.backlog {
            let (operations, size, oldest) = (backlog.operations, bytes(backlog.bytes), age(backlog.oldest));
            let _ = writeln!(text, "Replication backlog: {operations:.0} operations, {size}, the oldest {oldest} old.");
        }
        match &region.backups.newest {
            Some((name, _, old)) => {
                let _ =
                    writeln!(text, "Newest restorable backup: {}, {} old.", evac_core::text::clean(name), age(*old));
            }
            None if region.backups.known => text.push_str("Newest restorable backup: none.\n"),
            None => {}
        }
        if let Some(capacity) = &region.capacity {
            let _ = writeln!(
                text,
                "Workloads: {} of {} replicas ready, on {} of {} nodes.",
                capacity.ready, capacity.desired, capacity.nodes_ready, capacity.nodes_total
            );
        }
        if let Some(loss) = &region.loss {
            let _ = writeln!(text, "Failing over to it now loses {}.", words::loss(stack, loss));
        }
    }
    let _ = writeln!(text, "\nRecovery point: {}.", words::recovery_point(&assessment.recovery_point));
    let _ = writeln!(text, "Recovery time: {}.", words::recovery_time(&assessment.recovery_time));
    let _ = writeln!(text, "Error budget over 30 days: {}.", words::budget(&assessment.budgets.month));
    let _ = writeln!(text, "Error budget over 365 days: {}.", words::budget(&assessment.budgets.year));
    let findings = causes::findings(assessment);
    let _ = writeln!(text, "\nFindings: {}.", findings.len());
    for finding in findings.iter() {
        let region = finding.region.as_ref().map_or_else(String::new, |region| format!(" in {region}"));
        let severity = finding.severity.word().to_lowercase();
        let _ =
            writeln!(text, "{severity}{region}, {}: {}. Known from {}.", finding.code, finding.text, finding.evidence);
    }
    text
}

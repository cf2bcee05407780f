//! A picture in columns.

use std::fmt::Write as _;

use evac_core::{
    RegionId,
    assessment::RegionAssessment,
    text::{age, bytes},
};

use super::{Picture, words};
use crate::{causes, cli::table::Table};

/// Writes a picture for eyes: 80 columns wide where its words let it.
pub fn write(picture: &Picture) -> String {
    let Picture { stack, assessment, now, .. } = picture;
    let mut text = format!(
        "{} {}  {}  {}\n{}\n\n",
        stack.name,
        stack.environment,
        assessment.verdict,
        now.strftime("%Y-%m-%d %H:%M:%S UTC"),
        words::writers(&assessment.writers)
    );
    let heading = ["REGION", "ROLE", "VERDICT", "HEALTH", "LAG", "BACKLOG", "BACKUP", "WORKLOADS"];
    let rows = regions(picture).map(|(id, region)| row(id, region));
    let table = Table::new(std::iter::once(heading.map(str::to_owned).to_vec()).chain(rows));
    let _ = writeln!(text, "{table}");
    for (id, region) in regions(picture) {
        for reason in causes::reasons(region).iter() {
            let _ = writeln!(text, "{id} {}: {} {}", reason.verdict, reason.code, reason.text);
        }
        if let Some(loss) = &region.loss {
            let _ = writeln!(text, "Failing over to {id} now loses {}.", words::loss(stack, loss));
        }
    }
    let _ = write!(
        text,
        "\nRPO    {}\nRTO    {}\nBudget {} (30 d)\n       {} (365 d)\n",
        words::recovery_point(&assessment.recovery_point),
        words::recovery_time(&assessment.recovery_time),
        words::budget(&assessment.budgets.month),
        words::budget(&assessment.budgets.year),
    );
    let findings = causes::findings(assessment);
    if findings.is_empty() {
        text.push_str("\nNo findings.\n");
    } else {
        let _ = writeln!(text, "\nFindings ({})", findings.len());
        let rows = findings.iter().map(|finding| {
            let region = finding.region.as_ref().map_or("-", RegionId::as_str);
            let code = finding.code.name();
            vec![finding.severity.word().to_owned(), code.to_owned(), region.to_owned(), finding.text.clone()]
        });
        let _ = write!(text, "{}", Table::new(rows));
    }
    text
}

/// The regions in the order of the screen.
pub fn regions(picture: &Picture) -> impl Iterator<Item = (&RegionId, &RegionAssessment)> {
    let of = |(id, _)| picture.assessment.regions.get_key_value(id);
    picture.stack.ordered_regions().filter_map(of)
}

fn row(id: &RegionId, region: &RegionAssessment) -> Vec<String> {
    let none = || "-".to_owned();
    let health = match (region.health.probe, region.health.status, region.health.latency) {
        (Some(true), Some(status), Some(latency)) => format!("{status} in {}", age(latency)),
        (Some(false), Some(status), _) => format!("BAD {status}"),
        (Some(false), None, _) => "BAD".to_owned(),
        (Some(true), ..) => "ok".to_owned(),
        (None, ..) => none(),
    };
    let backlog =
        region.backlog.as_ref().map(|backlog| format!("{:.0} / {}", backlog.operations, bytes(backlog.bytes)));
    let backup = region.backups.newest.as_ref().map(|(_, _, old)| format!("{} old", age(*old)));
    let capacity = region.capacity.as_ref().map(|capacity| format!("{}/{}", capacity.ready, capacity.desired));
    vec![
        id.to_string(),
        region.role.word().to_owned(),
        region.verdict.word().to_owned(),
        health,
        region.lag.as_ref().map_or_else(none, |lag| age(lag.lag)),
        backlog.unwrap_or_else(none),
        backup.unwrap_or_else(none),
        capacity.unwrap_or_else(none),
    ]
}

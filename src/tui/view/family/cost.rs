use evac_core::{Source, reading::CostReading};
use jiff::{SignedDuration, tz::TimeZone};
use ratatui::text::Line;

use super::{Family, Room, judge};
use crate::tui::view::{
    canvas::{figures, worded},
    format,
    scope::Scope,
};

const SOURCES: [Source; 1] = [Source::Cost];

/// What the region costs.
pub(super) fn family(scope: &Scope<'_>, room: Room) -> Family {
    let columns = room.columns;
    if scope.signal(Source::Cost).is_none() {
        return Family::absent("COST");
    }
    let evidence = scope.evidence(&SOURCES);
    let state = judge(scope, &evidence, |_| false);
    let reading = scope.model.stack.control_plane_region().and_then(|home| scope.model.snapshot.cost(home));
    let mut lines = Vec::new();
    if let Some(reading) = reading {
        lines.push(spent(scope, reading, columns));
        lines.extend(largest(scope, reading, columns));
    }
    Family { title: "COST", state, age: evidence.age, fresh: evidence.is_fresh(), lines }.settled(scope, &evidence)
}

/// Month to date of a region, or of all.
pub(in crate::tui::view) fn month_to_date(reading: &CostReading, region: Option<&str>) -> f64 {
    f64::try_from(reading.month_to_date(region)).unwrap_or_default()
}

/// Dollars a day so far this month.
pub(in crate::tui::view) fn run_rate(reading: &CostReading, month_to_date: f64) -> Option<f64> {
    let begin = reading.month.to_zoned(TimeZone::UTC).ok()?.timestamp();
    let passed = reading.asked_at.duration_since(begin);
    // In the first hours of a month a rate would be noise.
    (passed >= SignedDuration::from_hours(6)).then(|| month_to_date / (passed.as_secs_f64() / 86_400.0))
}

fn spent(scope: &Scope<'_>, reading: &CostReading, columns: usize) -> Line<'static> {
    let spent = month_to_date(reading, Some(scope.region.as_str()));
    let parts = |wide| {
        let (month, day) = if wide { (" this month", " a day") } else { (" mtd", "/d") };
        let rate = run_rate(reading, spent).map(|rate| vec![scope.text(format::money(rate)), scope.dim(day)]);
        let spent = vec![scope.text(format::money(spent)), scope.dim(month)];
        std::iter::once(spent).chain(rate).map(Line::from).collect()
    };
    worded(parts, columns, scope.look)
}

fn largest(scope: &Scope<'_>, reading: &CostReading, columns: usize) -> Option<Line<'static>> {
    let mut lines: Vec<_> = reading.lines.iter().filter(|line| line.region == scope.region.as_str()).collect();
    lines.sort_by_key(|line| std::cmp::Reverse(line.amount));
    let parts = lines.iter().take(3).map(|line| {
        let amount = format::money(f64::try_from(line.amount).unwrap_or_default());
        Line::from(vec![scope.dim(format!("{} ", service(&line.service))), scope.text(amount)])
    });
    let line = figures(parts.collect(), columns, scope.look);
    (line.width() > 0).then_some(line)
}

/// The service by the name that people use, or without the words that all of them have.
pub(in crate::tui::view) fn service(name: &str) -> &str {
    match name {
        "Amazon Elastic Compute Cloud - Compute" => "EC2",
        "EC2 - Other" => "EC2 other",
        "Amazon Relational Database Service" => "RDS",
        "Amazon Simple Storage Service" => "S3",
        "AmazonCloudWatch" => "CloudWatch",
        "Amazon Elastic Container Service for Kubernetes" => "EKS",
        "Amazon Elastic Load Balancing" | "Elastic Load Balancing" => "ELB",
        "Amazon Virtual Private Cloud" => "VPC",
        other => other.trim_start_matches("Amazon ").trim_start_matches("AWS "),
    }
}

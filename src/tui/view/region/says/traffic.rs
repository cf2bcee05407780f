use evac_core::history::Measure;
use ratatui::text::Line;

use super::row;
use crate::tui::{
    theme::Role,
    view::{format, scope::Scope, spark, state::State},
};

/// What the region's endpoint answered, with its latency of the last two hours.
pub(super) fn probe(scope: &Scope<'_>, columns: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    if let Some(url) = &scope.entry.probe {
        lines.push(Line::from(scope.dim(evac_core::text::clean(url))));
    }
    if let Some(probe) = scope.model.snapshot.probe(scope.region) {
        let role = if probe.is_healthy() { Role::Text } else { Role::Critical };
        let left = vec![scope.span(role, format!("HTTP {}", probe.status))];
        lines.push(row(scope, columns, left, &format::latency(probe.latency)));
    }
    let points = spark::points(scope.model, Measure::ProbeLatency, scope.region);
    if points.len() > 1 {
        let top = scope.model.stack.thresholds.probe_latency.get().as_secs_f64() * 1_000.0 / 10.0;
        lines.extend(spark::chart(&points, columns, 3, top, scope.look));
    }
    lines
}

/// The records that lead to this region first, and all others of the stack's names.
pub(super) fn records(scope: &Scope<'_>, columns: usize) -> Vec<Line<'static>> {
    let home = scope.model.stack.control_plane_region();
    let Some(reading) = home.and_then(|home| scope.model.snapshot.records(home)) else { return Vec::new() };
    let line = |record: &evac_core::reading::Record| {
        let mut left = vec![scope.text(format!("{} {}", record.name, record.kind))];
        left.extend(record.region.as_ref().map(|region| scope.dim(format!(" {region}"))));
        left.extend(record.weight.map(|weight| scope.dim(format!(" weight {weight}"))));
        row(scope, columns, left, &record.ttl.map_or(String::new(), |ttl| format!("{ttl} s")))
    };
    reading.records.iter().take(60).map(line).collect()
}

/// The health checks, with what their checkers say.
pub(super) fn health_checks(scope: &Scope<'_>, columns: usize) -> Vec<Line<'static>> {
    let home = scope.model.stack.control_plane_region();
    let Some(reading) = home.and_then(|home| scope.model.snapshot.health_checks(home)) else { return Vec::new() };
    let limit = scope.model.stack.thresholds.checkers_healthy;
    let line = |check: &evac_core::reading::HealthCheck| {
        let state = match check.percent_healthy() {
            _ if check.disabled => State::warning("OFF"),
            _ if check.inverted => State::warning("INVERTED"),
            None => State::unknown("NO DATA"),
            Some(share) if share <= limit => State::bad("UNFIT"),
            Some(_) => State::OK,
        };
        let share = check.percent_healthy().map_or(String::new(), format::percent);
        let left = vec![state.span(scope.look), scope.text(format!(" {}", scope.checked_by(&check.id)))];
        row(scope, columns, left, &share)
    };
    reading.checks.iter().take(60).map(line).collect()
}

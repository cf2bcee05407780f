use evac_core::{reading::Instance, text};
use jiff::SignedDuration;
use ratatui::text::Line;

use super::row;
use crate::tui::{
    theme::Role,
    view::{format, scope::Scope, state::State},
};

fn serving(scope: &Scope<'_>, status: &str) -> ratatui::text::Span<'static> {
    let fine = matches!(status, "available" | "backing-up");
    scope.span(if fine { Role::Text } else { Role::Critical }, status.to_owned())
}

/// The global cluster, as this region sees it.
pub(super) fn global_cluster(scope: &Scope<'_>, columns: usize) -> Vec<Line<'static>> {
    let Some(view) = scope.model.snapshot.global_cluster(scope.region) else { return Vec::new() };
    let engine = [view.engine.as_deref(), view.engine_version.as_deref()].into_iter().flatten().collect::<Vec<_>>();
    let mut lines = vec![Line::from(vec![serving(scope, &view.status), scope.dim(format!(" {}", engine.join(" ")))])];
    if let Some(failover) = &view.failover {
        lines.push(Line::from(scope.span(Role::Critical, format!("under way: {}", failover.status))));
    }
    lines.extend(view.members.iter().map(|member| {
        let (role, word) = if member.is_writer { (Role::Writer, "WRITER") } else { (Role::Dim, "reader") };
        let mut left = vec![scope.text(format!("{} ", member.region)), scope.span(role, word)];
        left.extend((columns > 44).then(|| scope.dim(format!(" {}", member.cluster))));
        row(scope, columns, left, member.synchronization.as_deref().unwrap_or_default())
    }));
    lines
}

/// The region's member and its instances.
pub(super) fn cluster(scope: &Scope<'_>, columns: usize) -> Vec<Line<'static>> {
    let Some(cluster) = scope.model.snapshot.cluster(scope.region) else { return Vec::new() };
    let mut head = vec![scope.text(format!("{} ", cluster.cluster)), serving(scope, &cluster.status)];
    head.extend(cluster.engine_version.as_ref().map(|version| scope.dim(format!(" {version}"))));
    let mut lines = vec![Line::from(head)];
    lines.extend(cluster.instances.iter().map(|instance| one(scope, instance, columns)));
    if let Some(at) = cluster.latest_restorable {
        let at = format::when(at, scope.world_now());
        lines.push(row(scope, columns, vec![scope.dim("restorable up to")], &at));
    }
    if let Some(days) = cluster.backup_retention_days {
        lines.push(row(scope, columns, vec![scope.dim("backups kept")], &format!("{days} d")));
    }
    lines
}

fn one(scope: &Scope<'_>, instance: &Instance, columns: usize) -> Line<'static> {
    let fine = instance.status == "available";
    let state = if fine { State::OK } else { State::warning("") };
    let mut left = vec![state.mark(scope.look), scope.text(format!(" {}", instance.name))];
    if !fine {
        left.extend([scope.text(" "), serving(scope, &instance.status)]);
    }
    if instance.is_writer {
        left.push(scope.span(Role::Writer, " writer"));
    }
    row(scope, columns, left, instance.class.as_deref().unwrap_or_default())
}

/// The newest points of the metrics, with when they are of.
pub(super) fn metrics(scope: &Scope<'_>, columns: usize) -> Vec<Line<'static>> {
    let Some(metrics) = scope.model.snapshot.metrics(scope.region) else { return Vec::new() };
    let now = scope.world_now();
    let mut lines = Vec::new();
    for (name, series) in [("RPO lag", &metrics.aurora.rpo), ("replication lag", &metrics.aurora.replication)] {
        if let Some(point) = series.last() {
            let at = scope.dim(format!(" at {}", format::when(point.at, now)));
            lines.push(row(scope, columns, vec![scope.text(name), at], &length(point.value / 1_000.0)));
        }
    }
    for entry in &metrics.replication {
        let newest = |points: &[evac_core::reading::Point]| points.last().map(|point| point.value);
        let oldest = newest(&entry.latency).map_or_else(|| "no metrics".to_owned(), length);
        let left = vec![scope.dim("from "), scope.text(format!("{} oldest", entry.rule.from))];
        lines.push(row(scope, columns, left, &oldest));
        if let (Some(count), Some(bytes)) = (newest(&entry.operations_pending), newest(&entry.bytes_pending)) {
            let figures = format!("{} / {}", format::count(count), format::size(bytes));
            lines.push(row(scope, columns, vec![scope.dim("  objects / bytes")], &figures));
        }
    }
    for (rule, count) in metrics.failed_operations.iter().filter(|(_, count)| *count > 0.0) {
        let left = vec![scope.span(Role::Warning, format!("failed to {}", rule.to))];
        lines.push(row(scope, columns, left, &format::count(*count)));
    }
    for (check, checkers) in &metrics.checkers {
        if let Some(point) = checkers.percent_healthy.last() {
            let left = vec![scope.dim("checkers "), scope.text(scope.checked_by(check).to_owned())];
            lines.push(row(scope, columns, left, &format::percent(point.value)));
        }
    }
    lines
}

fn length(seconds: f64) -> String {
    text::age(SignedDuration::try_from_secs_f64(seconds).unwrap_or(SignedDuration::MAX))
}

/// What RDS reported here.
pub(super) fn events(scope: &Scope<'_>, _columns: usize) -> Vec<Line<'static>> {
    let events = scope.model.snapshot.events(scope.region).into_iter().flat_map(|reading| &reading.events);
    let now = scope.world_now();
    let line = |event: &evac_core::reading::DatabaseEvent| {
        Line::from(vec![
            scope.dim(format!("{:>6} ", format::time_or_day(event.at, now))),
            scope.text(event.message.clone()),
            scope.dim(format!(" {}", event.subject)),
        ])
    };
    events.take(60).map(line).collect()
}

/// The snapshots of the region's member.
pub(super) fn snapshots(scope: &Scope<'_>) -> Vec<Line<'static>> {
    let snapshots = scope.model.snapshot.snapshots(scope.region).into_iter().flat_map(|reading| &reading.snapshots);
    let now = scope.world_now();
    let line = |snapshot: &evac_core::reading::SnapshotEntry| {
        let at = snapshot.created.map_or(String::new(), |at| format::time_or_day(at, now));
        let state = if snapshot.status == "available" { State::OK } else { State::warning("WAIT") };
        Line::from(vec![
            scope.dim(format!("{at:>6} ")),
            state.mark(scope.look),
            scope.text(format!(" {}", snapshot.name)),
            scope.dim(format!(" {}", snapshot.kind)),
        ])
    };
    snapshots.take(60).map(line).collect()
}

//! What each source said, in lines.

mod backups;
mod cluster;
mod cost;
mod database;
mod levers;
mod storage;
mod traffic;

use evac_core::Source;
use ratatui::text::Line;

use super::panel::Panel;
use crate::tui::{
    theme::Role,
    view::{scope::Scope, sources, text},
};

/// What a source said, for a place of so many columns; first of all how it failed, if it did.
pub(super) fn panel(scope: &Scope<'_>, source: Source, columns: usize) -> Panel {
    let mut lines = Vec::new();
    if let Some(failure) = scope.signal(source).and_then(|signal| signal.failure.as_ref()) {
        let wrapped = text::wrap(&failure.to_string(), columns, 3, scope.look.glyphs);
        lines.extend(wrapped.into_iter().map(|line| Line::from(scope.span(Role::Critical, line))));
    }
    let said = said(scope, source, columns);
    if said.is_empty() && lines.is_empty() {
        let state = scope.signal(source).map_or("not asked", |signal| sources::state(signal).word);
        let text = if state == "OK" { "it has nothing to tell".to_owned() } else { state.to_lowercase() };
        lines.push(Line::from(scope.dim(text)));
    }
    lines.extend(said);
    Panel { title: title(source).to_owned(), lines }
}

fn title(source: Source) -> &'static str {
    match source {
        Source::Probe => "ENDPOINT",
        Source::GlobalCluster => "GLOBAL CLUSTER, SEEN FROM HERE",
        Source::Cluster => "CLUSTER AND INSTANCES",
        Source::Metrics => "METRICS",
        Source::Replication => "REPLICATION RULES",
        Source::Backups => "BACKUPS",
        Source::Workloads => "WORKLOADS",
        Source::Identity => "IDENTITY",
        Source::Alarms => "ALARMS",
        Source::Events => "EVENTS",
        Source::Snapshots => "SNAPSHOTS",
        Source::Records => "RECORDS",
        Source::HealthChecks => "HEALTH CHECKS",
        Source::Cost => "COST BY SERVICE",
        Source::Canary => "CANARY",
        Source::RoutingControl => "ROUTING CONTROLS",
        Source::Answers => "ANSWERS OF RESOLVERS",
        Source::Markers => "STOP OBJECTS AND TERRAFORM",
        Source::Lease => "LEASE",
    }
}

fn said(scope: &Scope<'_>, source: Source, columns: usize) -> Vec<Line<'static>> {
    match source {
        Source::Probe => traffic::probe(scope, columns),
        Source::GlobalCluster => database::global_cluster(scope, columns),
        Source::Cluster => database::cluster(scope, columns),
        Source::Metrics => database::metrics(scope, columns),
        Source::Replication => storage::rules(scope, columns),
        Source::Backups => backups::backups(scope, columns),
        Source::Workloads => cluster::workloads(scope, columns),
        Source::Identity => cluster::identity(scope, columns),
        Source::Alarms => cluster::alarms(scope, columns),
        Source::Events => database::events(scope, columns),
        Source::Snapshots => database::snapshots(scope),
        Source::Records => traffic::records(scope, columns),
        Source::HealthChecks => traffic::health_checks(scope, columns),
        Source::Cost => cost::services(scope, columns),
        Source::Canary => storage::canary(scope),
        Source::RoutingControl => levers::routing_controls(scope, columns),
        Source::Answers => levers::answers(scope, columns),
        Source::Markers => levers::markers(scope, columns),
        Source::Lease => levers::lease(scope),
    }
}

/// A name at the left and a figure at the right of so many columns.
fn row(scope: &Scope<'_>, columns: usize, left: Vec<ratatui::text::Span<'static>>, right: &str) -> Line<'static> {
    let room = columns.saturating_sub(text::width(right) + 1);
    let mut line = crate::tui::view::canvas::fit(Line::from(left), room, scope.look);
    line.spans.push(scope.dim(" ".repeat(columns.saturating_sub(line.width() + text::width(right)))));
    line.spans.push(scope.text(right.to_owned()));
    line
}

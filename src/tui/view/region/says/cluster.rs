use evac_core::reading::AlarmState;
use ratatui::text::Line;

use super::row;
use crate::tui::{
    theme::Role,
    view::{format, scope::Scope, state::State},
};

/// The Deployments and the nodes.
pub(super) fn workloads(scope: &Scope<'_>, columns: usize) -> Vec<Line<'static>> {
    let Some(reading) = scope.model.snapshot.workloads(scope.region) else { return Vec::new() };
    let mut lines: Vec<_> = reading
        .deployments
        .iter()
        .map(|found| {
            let state = if found.ready < found.desired { State::warning("SHORT") } else { State::OK };
            let left = vec![state.mark(scope.look), scope.text(format!(" {}/{}", found.namespace, found.name))];
            row(scope, columns, left, &format!("{}/{} ready", found.ready, found.desired))
        })
        .collect();
    let state = if reading.nodes_ready < reading.nodes_total { State::warning("SHORT") } else { State::OK };
    let left = vec![state.mark(scope.look), scope.text(" nodes")];
    lines.push(row(scope, columns, left, &format!("{}/{} ready", reading.nodes_ready, reading.nodes_total)));
    let room = format!("{} cores, {} GiB", reading.cpu_millis / 1_000, reading.memory_mib / 1_024);
    lines.push(row(scope, columns, vec![scope.dim("room for pods")], &room));
    if let Some(version) = &reading.version {
        lines.push(row(scope, columns, vec![scope.dim("Kubernetes")], version));
    }
    lines
}

/// Who evac is here, and for how long.
pub(super) fn identity(scope: &Scope<'_>, columns: usize) -> Vec<Line<'static>> {
    let Some(reading) = scope.model.snapshot.identity(scope.region) else { return Vec::new() };
    let ends = reading.expires_at.map_or_else(|| "never".to_owned(), |at| format::when(at, scope.world_now()));
    vec![
        row(scope, columns, vec![scope.dim("account")], reading.account.as_str()),
        Line::from(vec![scope.dim("as "), scope.text(reading.arn.resource().to_owned())]),
        row(scope, columns, vec![scope.dim("credentials end")], &ends),
    ]
}

/// The alarms, those that are raised first.
pub(super) fn alarms(scope: &Scope<'_>, columns: usize) -> Vec<Line<'static>> {
    let alarms = scope.model.snapshot.alarms(scope.region).map(|reading| reading.alarms.as_slice()).unwrap_or_default();
    let lines = alarms.iter().flat_map(|alarm| {
        let state = match alarm.state {
            AlarmState::Alarm => State::bad("ALARM"),
            AlarmState::InsufficientData => State::unknown("NO DATA"),
            AlarmState::Ok => State::OK,
        };
        let since = alarm.since.map_or(String::new(), |at| format::when(at, scope.world_now()));
        let left = vec![state.span(scope.look), scope.text(format!(" {}", alarm.name))];
        let reason = alarm.reason.as_ref().filter(|_| alarm.state == AlarmState::Alarm);
        let reason = reason.map(|reason| Line::from(scope.span(Role::Dim, format!("  {reason}"))));
        [Some(row(scope, columns, left, &since)), reason]
    });
    lines.flatten().collect()
}

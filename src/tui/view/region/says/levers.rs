use std::collections::BTreeSet;

use ratatui::text::Line;

use super::row;
use crate::tui::{
    theme::Role,
    view::{scope::Scope, state::State},
};

/// The routing control of each region, and the endpoints that did not answer.
pub(super) fn routing_controls(scope: &Scope<'_>, columns: usize) -> Vec<Line<'static>> {
    let stack = &scope.model.stack;
    let home = stack.control_plane_region();
    let Some(reading) = home.and_then(|home| scope.model.snapshot.routing_control(home)) else { return Vec::new() };
    let controls = stack.traffic.iter().flat_map(|traffic| &traffic.routing_control);
    let controls = controls.flat_map(|control| &control.controls);
    let mut lines: Vec<_> = controls
        .map(|(region, control)| {
            let state = match reading.states.get(control) {
                Some(true) => State::OK,
                Some(false) => State::warning("OFF"),
                None => State::unknown("NO DATA"),
            };
            row(scope, columns, vec![state.span(scope.look), scope.text(format!(" {region}"))], "")
        })
        .collect();
    let silent = reading.silent.keys().map(|region| region.as_str()).collect::<Vec<_>>().join(", ");
    if !silent.is_empty() {
        lines.push(Line::from(scope.span(Role::Warning, format!("silent: {silent}"))));
    }
    lines
}

/// What each resolver answers.
pub(super) fn answers(scope: &Scope<'_>, columns: usize) -> Vec<Line<'static>> {
    let home = scope.model.stack.control_plane_region();
    let Some(reading) = home.and_then(|home| scope.model.snapshot.answers(home)) else { return Vec::new() };
    let line = |answer: &evac_core::reading::ResolverAnswer| {
        let said = match &answer.values {
            Ok(values) => scope.text(joined(values)),
            Err(why) => scope.span(Role::Warning, why.clone()),
        };
        let left = vec![scope.dim(format!("{} ", answer.name)), said];
        row(scope, columns, left, &answer.ttl.map_or(String::new(), |ttl| format!("{ttl} s")))
    };
    reading.answers.iter().take(60).map(line).collect()
}

fn joined(values: &BTreeSet<String>) -> String {
    values.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// STOP objects, and who holds Terraform's locks.
pub(super) fn markers(scope: &Scope<'_>, columns: usize) -> Vec<Line<'static>> {
    let Some(reading) = scope.model.snapshot.markers(scope.region) else { return Vec::new() };
    let stop = |(region, exists): (&evac_core::RegionId, &bool)| {
        let state = if *exists { State::warning("STOP") } else { State::OK };
        row(scope, columns, vec![state.span(scope.look), scope.text(format!(" traffic of {region}"))], "")
    };
    let lock = |state: &evac_core::reading::TerraformStateReading| {
        let (shown, who) = match &state.lock {
            Some(lock) => (State::warning("LOCKED"), lock.who.clone()),
            None => (State::OK, "unlocked".to_owned()),
        };
        row(scope, columns, vec![shown.span(scope.look), scope.text(format!(" {}", state.key))], &who)
    };
    reading.stops.iter().map(stop).chain(reading.states.iter().map(lock)).collect()
}

/// Who may act.
pub(super) fn lease(scope: &Scope<'_>) -> Vec<Line<'static>> {
    let home = scope.model.stack.control_plane_region();
    let Some(reading) = home.and_then(|home| scope.model.snapshot.lease(home)) else { return Vec::new() };
    let mut lines = Vec::new();
    match &reading.holder {
        Some(holder) => {
            lines.push(Line::from(scope.span(Role::Warning, format!("{}: {}", holder.holder, holder.purpose))));
            lines.push(Line::from(scope.dim(holder.run.clone())));
        }
        None => lines.push(Line::from(scope.text("nobody acts".to_owned()))),
    }
    if let Some(last) = &reading.last {
        lines.push(Line::from(scope.dim(format!("last: {} {}", last.run, last.outcome))));
    }
    lines
}

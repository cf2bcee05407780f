use evac_core::text;
use ratatui::text::Line;

use crate::tui::{
    theme::Role,
    view::{format, scope::Scope, state::State},
};

/// How the region's bucket is set to replicate, and which rules lead here.
pub(super) fn rules(scope: &Scope<'_>, _columns: usize) -> Vec<Line<'static>> {
    let Some(reading) = scope.model.snapshot.replication(scope.region) else { return Vec::new() };
    let versioned =
        if reading.versioned { scope.dim(" versioned") } else { scope.span(Role::Critical, " NOT VERSIONED") };
    let mut lines = vec![Line::from(vec![scope.text(reading.bucket.as_str()), versioned])];
    for wanted in scope.model.stack.replication_out_of(scope.region) {
        let found = reading.rules.iter().find(|rule| rule.rule == wanted.rule);
        let state = match found {
            None => State::bad("ABSENT"),
            Some(rule) if !rule.enabled => State::bad("OFF"),
            Some(rule) if rule.destination != wanted.destination => State::bad("ASTRAY"),
            Some(_) => State::OK,
        };
        let deletes = if found.is_some_and(|rule| rule.delete_markers) { " with deletes" } else { "" };
        lines.push(Line::from(vec![
            state.span(scope.look),
            scope.dim(" to "),
            scope.text(wanted.to.as_str()),
            scope.dim(format!(" {}{deletes}", wanted.rule)),
        ]));
    }
    for rule in scope.model.stack.replication_into(scope.region) {
        lines.push(Line::from(vec![
            scope.dim("from "),
            scope.text(rule.from.as_str()),
            scope.dim(format!(" {}", rule.rule)),
        ]));
    }
    lines
}

/// What became of the canary object.
pub(super) fn canary(scope: &Scope<'_>) -> Vec<Line<'static>> {
    let Some(canary) = scope.model.snapshot.canary(scope.region) else { return Vec::new() };
    let written = format::when(canary.written_at, scope.world_now());
    let took = canary.took.map_or_else(|| "has not arrived".to_owned(), |took| format!("took {}", text::age(took)));
    vec![Line::from(vec![scope.dim("written "), scope.text(format!("{written}, {took}"))])]
}

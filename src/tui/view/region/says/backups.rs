use evac_core::{assessment::restorability, reading::Backup};
use ratatui::text::Line;

use crate::tui::{
    theme::{Role, Shape},
    view::{format, scope::Scope, state::State},
};

/// More than any screen has rows for: of 100,000 backups no more are looked at.
const MOST: usize = 120;

/// The storage locations, and the backups, newest first, each with why it could not be restored here.
pub(super) fn backups(scope: &Scope<'_>, _columns: usize) -> Vec<Line<'static>> {
    let Some(reading) = scope.model.snapshot.backups(scope.region) else { return Vec::new() };
    let summary = &scope.assessed.backups;
    let now = scope.world_now();
    let mut lines = vec![Line::from(vec![
        scope.text(format!("{} of {}", summary.restorable, summary.total)),
        scope.dim(" can be restored here now"),
    ])];
    for location in &reading.locations {
        let state = if location.available { State::OK } else { State::bad("DOWN") };
        lines.push(Line::from(vec![
            scope.dim("store "),
            scope.text(format!("{} ", location.name)),
            state.span(scope.look),
            scope.dim(format!(" {}", location.bucket)),
            scope.dim(if location.read_only { " read-only" } else { "" }),
        ]));
    }
    let minor =
        scope.model.snapshot.workloads(scope.region).and_then(|workloads| {
            workloads.version.as_deref()?.trim_start_matches('v').split('.').nth(1)?.parse().ok()
        });
    for backup in reading.backups.iter().take(MOST) {
        let fit = restorability(backup, reading, scope.region, minor, now);
        lines.push(one(scope, backup, fit.err()));
    }
    for restore in reading.restores.iter().take(MOST) {
        let at = restore.started.map_or_else(|| "     ".to_owned(), |at| format::time_or_day(at, now));
        lines.push(Line::from(vec![
            scope.dim(format!("{at:>6} restore ")),
            scope.text(restore.name.clone()),
            scope.dim(format!(" {}", restore.phase.word())),
        ]));
    }
    lines
}

fn one(scope: &Scope<'_>, backup: &Backup, against: Option<String>) -> Line<'static> {
    let at = backup.started.map_or_else(|| "     ".to_owned(), |at| format::time_or_day(at, scope.world_now()));
    let (shape, role) = match &against {
        None => (Shape::Good, Role::Go),
        Some(_) => (Shape::Warning, Role::Warning),
    };
    let mut spans = vec![
        scope.dim(format!("{at:>6} ")),
        scope.span(role, scope.look.glyphs.shape(shape)),
        scope.text(format!(" {}", backup.name)),
    ];
    if let Some(against) = against {
        spans.push(scope.span(Role::Warning, format!(": {against}")));
    }
    Line::from(spans)
}

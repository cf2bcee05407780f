//! Everything of one region: why it is what it is, what each source says, and its families.
//!
//! The list is that of its sources. What the chosen one says stands beside it, so that on a small screen too
//! everything can be read; on a large one what the others say stands there as well.

mod panel;
mod says;

use evac_core::{Source, Verdict};
use ratatui::{layout::Rect, text::Line};

use super::{
    canvas::Canvas,
    family::{Family, Room},
    scope::Scope,
    sources,
    state::{State, role_style},
    table::{Column, Table},
    text,
};
use crate::causes;
use crate::tui::{model::Model, theme::Role};
use panel::{Panel, flow};

/// The least columns of a panel.
const NARROWEST: u16 = 40;

/// Draws the screen.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, model: &Model) {
    let scopes = Scope::all(model, canvas.look);
    let Some(scope) = scopes.get(model.region.min(scopes.len().saturating_sub(1))) else { return };
    let head = head(canvas, area, scope);
    let body = Rect { y: area.y + head, height: area.height.saturating_sub(head), ..area };
    let count = ((body.width + 1) / NARROWEST).clamp(1, 4);
    let width = (body.width - (count - 1)) / count;
    let column = |index: u16| {
        let x = body.x + index * (width + 1);
        Rect { x, width: if index + 1 == count { body.right() - x } else { width }, ..body }
    };
    let signals = model.region_sources();
    let chosen = model.row.min(signals.len().saturating_sub(1));
    let source = signals.get(chosen).map(|signal| signal.source);
    let room = usize::from(width.saturating_sub(3));

    let first = column(0);
    let wanted = u16::try_from(signals.len() + 2).unwrap_or(u16::MAX);
    let list = Rect { height: wanted.min(first.height), ..first };
    list_of_sources(canvas, list, scope, chosen);
    let mut places = vec![Rect { y: list.bottom(), height: first.height - list.height, ..first }];
    places.extend((1..count).map(column));

    let mut panels: Vec<_> = source.map(|source| says::panel(scope, source, room)).into_iter().collect();
    // On one column the list is all there is room for, and what the chosen source says goes below it.
    places.rotate_left(usize::from(count > 1));
    panels.push(families(scope, room));
    if count > 2 {
        let others = Source::ALL.into_iter().filter(|other| Some(*other) != source && scope.signal(*other).is_some());
        panels.extend(others.map(|other| says::panel(scope, other, room)));
    }
    flow(canvas, &places, panels);
    for index in 1..count {
        canvas.down(column(index).x - 1, body);
    }
}

/// Draws the verdict and all that is against it; how many rows that takes.
fn head(canvas: &mut Canvas<'_>, area: Rect, scope: &Scope<'_>) -> u16 {
    let look = canvas.look;
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let mut left = vec![scope.span(Role::Title, format!("{} ", scope.region))];
    if let Some(label) = &scope.entry.label {
        left.push(scope.dim(format!("{} ", text::cut(label, 20, look.glyphs))));
    }
    left.push(State::verdict(scope.assessed.verdict).span(look));
    let role = scope.assessed.role;
    let role = vec![
        scope.dim(format!("{} in peacetime, now ", scope.entry.role.word())),
        scope.span(role_style(role), role.word()),
    ];
    canvas.split(inner, 0, Line::from(left), Line::from(role));
    let reasons = causes::reasons(scope.assessed);
    let room = usize::from((area.height / 5).max(1));
    let shown = reasons.len().min(room);
    let (no_go, doubts): (Vec<_>, Vec<_>) = reasons.iter().partition(|reason| reason.verdict == Verdict::NoGo);
    for (row, reason) in (1..).zip(no_go.into_iter().chain(doubts).take(shown)) {
        let state = State::verdict(reason.verdict);
        let role = if reason.verdict == Verdict::NoGo { Role::Critical } else { Role::Warning };
        let mut line = vec![
            scope.span(role, look.glyphs.shape(state.shape)),
            scope.span(role, format!(" {:<14} ", reason.code.name())),
            scope.text(reason.text.clone()),
        ];
        let more = reasons.len() - shown;
        if usize::from(row) == shown && more > 0 {
            line.push(scope.dim(format!("  and {more} more")));
        }
        canvas.line(inner, row, Line::from(line));
    }
    1 + u16::try_from(shown).unwrap_or(0)
}

/// Draws the region's sources, each with its state, its age and how long it took.
fn list_of_sources(canvas: &mut Canvas<'_>, area: Rect, scope: &Scope<'_>, chosen: usize) {
    let look = canvas.look;
    let signals = &scope.assessed.signals;
    canvas.rule(area, 0, Line::from(look.span(Role::Title, "SOURCES")), &[]);
    let state = u16::try_from(text::width(look.glyphs.shape(crate::tui::theme::Shape::Good))).unwrap_or(1) + 8;
    let columns = [Column::left("", 14), Column::left("", state), Column::right("age", 6), Column::right("took", 5)];
    // How long it took is left out where it would be cut.
    let taken = columns.iter().map(|column| column.width + 1).sum::<u16>() + 1;
    let columns = columns.get(..if taken <= area.width { 4 } else { 3 }).unwrap_or_default();
    let row = |index: usize| {
        let Some(signal) = signals.get(index) else { return Vec::new() };
        let [name, state, age, _, took, _] = sources::figures(signal, look);
        vec![name, state, age, took]
    };
    let place = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    Table { columns, count: signals.len(), chosen: Some(chosen), row: &row }.draw(canvas, place);
}

/// The families, one after the other.
fn families(scope: &Scope<'_>, columns: usize) -> Panel {
    let mut lines = Vec::new();
    for family in Family::all(scope, Room { columns: columns.saturating_sub(1), chart: 0 }) {
        lines.push(family.headline(scope, columns));
        for mut line in family.lines {
            line.spans.insert(0, scope.text(" "));
            lines.push(line);
        }
    }
    Panel { title: "SUMMARY".to_owned(), lines }
}

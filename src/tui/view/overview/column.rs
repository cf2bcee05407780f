//! One region's column.

use ratatui::{layout::Rect, text::Line};

use super::rows::{Part, Rows};
use crate::causes;
use crate::tui::{
    theme::Role,
    view::{
        big::{self, Size},
        canvas::Canvas,
        family::{self, Family},
        scope::Scope,
        state::{State, role_style},
        text,
    },
};

/// The columns by which the figures of a family stand in from its name.
pub(super) const INDENT: u16 = 1;

/// Where so many columns stand, with a line down between them.
pub(in crate::tui::view) fn places(area: Rect, count: usize) -> Vec<Rect> {
    let count = u16::try_from(count).unwrap_or(u16::MAX).max(1);
    let room = area.width.saturating_sub(count - 1);
    let mut x = area.x;
    (0..count)
        .map(|index| {
            let width = room / count + u16::from(index < room % count);
            let place = Rect { x, width, ..area };
            x = x.saturating_add(width + 1);
            place
        })
        .collect()
}

/// The rows of the columns.
pub(super) fn height(rows: &Rows) -> u16 {
    let of_family =
        |family: u8| rows.of(Part::State(family)) + rows.of(Part::Detail(family)) + rows.of(Part::Gap(family));
    let families: u16 = (0..family::COUNT as u8).map(of_family).sum();
    rows.of(Part::Name) + rows.of(Part::Verdict) + rows.of(Part::Reasons) + families
}

/// How many rows the reasons of a region take in so many columns.
pub(super) fn reason_rows(scope: &Scope<'_>, columns: u16) -> usize {
    reasons(scope, columns, usize::MAX).len()
}

/// The first reason, as long as it is, and then as many more as there are rows for.
fn reasons(scope: &Scope<'_>, columns: u16, rows: usize) -> Vec<Line<'static>> {
    let role = match scope.assessed.verdict {
        evac_core::Verdict::NoGo => Role::Critical,
        _ => Role::Warning,
    };
    let verdict = scope.assessed.verdict;
    // What makes the verdict what it is comes before what would only doubt it.
    let reasons = causes::reasons(scope.assessed);
    let (first, rest): (Vec<_>, Vec<_>) = reasons.iter().partition(|reason| reason.verdict == verdict);
    let mut lines = Vec::new();
    for reason in first.into_iter().chain(rest) {
        let room = rows.saturating_sub(lines.len()).min(2);
        let wrapped = text::wrap(&reason.text, usize::from(columns), room, scope.look.glyphs);
        lines.extend(wrapped.into_iter().map(|line| Line::from(scope.span(role, line))));
        if lines.len() >= rows.min(8) {
            break;
        }
    }
    lines
}

/// Draws the column.
pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    area: Rect,
    scope: &Scope<'_>,
    families: &[Family; family::COUNT],
    rows: &Rows,
    chosen: bool,
) {
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let mut row = 0;
    if rows.of(Part::Name) > 0 {
        name(canvas, area, inner, scope, chosen);
        row += 1;
    }
    if rows.of(Part::Verdict) > 0 {
        let role = scope.assessed.role;
        let state = State::verdict(scope.assessed.verdict);
        let height = rows.of(Part::Verdict);
        let small = if height > 1 { Line::default() } else { Line::from(state.span(scope.look)) };
        if state.role == Role::NoGo && height == 1 {
            canvas.paint_row(area, row, Role::NoGo);
        }
        let style = if state.role == Role::NoGo && height == 1 { Role::NoGo } else { role_style(role) };
        canvas.split(inner, row, small, Line::from(scope.span(style, role.word())));
        if height > 1 {
            let place = Rect { y: inner.y + row, height, ..inner };
            big::draw(canvas, place, state.word, state.role, Size::Big);
        }
        row += height;
    }
    let room = rows.of(Part::Reasons);
    for (index, line) in (0..).zip(reasons(scope, inner.width, usize::from(room))) {
        canvas.line(inner, row + index, line);
    }
    row += room;
    for (index, family) in (0..).zip(families) {
        row += rows.of(Part::Gap(index));
        if rows.of(Part::State(index)) > 0 {
            family.draw_state(scope, canvas, inner, row);
            row += 1;
        }
        let room = rows.of(Part::Detail(index));
        for (offset, line) in (0..room).zip(&family.lines) {
            let place = Rect { x: inner.x + INDENT, width: inner.width.saturating_sub(INDENT), ..inner };
            canvas.line(place, row + offset, line.clone());
        }
        row += room;
    }
}

fn name(canvas: &mut Canvas<'_>, area: Rect, inner: Rect, scope: &Scope<'_>, chosen: bool) {
    let role = if chosen { Role::Selected } else { Role::Title };
    let style = scope.look.style(role);
    if chosen {
        canvas.paint_row(area, 0, Role::Selected);
    }
    let mut spans = vec![scope.span(role, scope.region.as_str())];
    if let Some(label) = &scope.entry.label {
        let dim = if chosen { Role::Selected } else { Role::Dim };
        spans.push(scope.span(dim, format!(" {}", evac_core::text::clean(label))));
    }
    canvas.line(inner, 0, Line::from(spans).patch_style(style));
}

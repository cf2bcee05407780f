use evac_core::text;
use ratatui::{layout::Rect, text::Line};

use crate::causes;
use crate::tui::{
    theme::Role,
    view::{
        big,
        canvas::{Canvas, figures},
        family::{Family, Room},
        format,
        scope::Scope,
        state::{State, role_style},
        text::wrap,
    },
};

/// The rows that are kept for why a region is not GO.
const REASONS: u16 = 2;

/// A region as a column: its name, its verdict as big as it can be, why, and what each family says.
pub(super) fn column(canvas: &mut Canvas<'_>, area: Rect, scope: &Scope<'_>) {
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    canvas.line(inner, 0, Line::from(title(scope)));
    let state = State::verdict(scope.assessed.verdict);
    // All verdicts are of one size, whatever they are: a letter count must not make one louder.
    let size = big::fitting(7, inner.width, inner.height.saturating_sub(6 + REASONS), scope.look.glyphs);
    let (_, height) = big::letter(size, scope.look.glyphs);
    let place = Rect { y: inner.y + 2, height: inner.height.saturating_sub(2), ..inner };
    verdict(canvas, place, state, size);
    // What follows stands at the same height in every column, whether or not there are reasons above it.
    let mut row = 3 + height;
    for (offset, reason) in (0..).zip(reasons(scope, usize::from(inner.width), usize::from(REASONS))) {
        canvas.line(inner, row + offset, reason);
    }
    row += REASONS + 1;
    let room = Room { columns: usize::from(inner.width.saturating_sub(1)), chart: 0 };
    let each = (inner.height.saturating_sub(row) / 5).clamp(1, 6);
    let figures = Rect { x: inner.x + 1, width: inner.width.saturating_sub(1), ..inner };
    for family in Family::all(scope, room) {
        family.draw_state(scope, canvas, inner, row);
        for (offset, line) in (1..each.saturating_sub(u16::from(each > 2))).zip(family.lines) {
            canvas.line(figures, row + offset, line);
        }
        row += each;
    }
}

/// A region as a row: its verdict at the left, all else beside it.
pub(super) fn row(canvas: &mut Canvas<'_>, area: Rect, scope: &Scope<'_>) {
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let state = State::verdict(scope.assessed.verdict);
    let size = big::fitting(7, inner.width * 2 / 3, inner.height, scope.look.glyphs);
    let (width, _) = big::letter(size, scope.look.glyphs);
    verdict(canvas, inner, state, size);
    let taken = if size == big::Size::Plain { 12 } else { 7 * width + 2 };
    let beside = Rect { x: inner.x + taken.min(inner.width), width: inner.width.saturating_sub(taken), ..inner };
    let mut lines = vec![Line::from(title(scope)), paths(scope, usize::from(beside.width))];
    let room = usize::from(beside.height.saturating_sub(2)).min(3);
    lines.extend(reasons(scope, usize::from(beside.width), room));
    for (row, line) in (0..beside.height).zip(lines) {
        canvas.line(beside, row, line);
    }
}

fn verdict(canvas: &mut Canvas<'_>, area: Rect, state: State, size: big::Size) {
    if size == big::Size::Plain {
        return canvas.line(area, 0, Line::from(state.span(canvas.look)));
    }
    big::draw(canvas, area, state.word, state.role, size);
}

fn title(scope: &Scope<'_>) -> Vec<ratatui::text::Span<'static>> {
    let role = scope.assessed.role;
    vec![
        scope.span(Role::Title, format!("{} ", scope.region)),
        scope.span(role_style(role), role.word()),
        scope.dim(scope.entry.label.as_deref().map_or(String::new(), |label| format!(" {}", text::clean(label)))),
    ]
}

/// How far the region's data is behind.
fn paths(scope: &Scope<'_>, columns: usize) -> Line<'static> {
    let mut parts = Vec::new();
    if let Some(lag) = &scope.assessed.lag {
        // From across a room nobody can ask how old a figure is.
        let old = format!(", {} ago", format::coarse(lag.measured_ago));
        parts.push(Line::from(vec![scope.dim("lag "), scope.text(text::age(lag.lag)), scope.dim(old)]));
    }
    if let Some(backlog) = &scope.assessed.backlog {
        parts.push(Line::from(vec![scope.dim("backlog "), scope.text(format::size(backlog.bytes))]));
    }
    if scope.is_writer() {
        parts.push(Line::from(scope.writes()));
    }
    figures(parts, columns, scope.look)
}

fn reasons(scope: &Scope<'_>, columns: usize, rows: usize) -> Vec<Line<'static>> {
    let verdict = scope.assessed.verdict;
    let reasons = causes::reasons(scope.assessed);
    let Some(reason) = reasons.iter().find(|reason| reason.verdict == verdict) else {
        return Vec::new();
    };
    let role = if verdict == evac_core::Verdict::NoGo { Role::Critical } else { Role::Warning };
    let lines = wrap(&reason.text, columns, rows, scope.look.glyphs);
    lines.into_iter().map(|line| Line::from(scope.span(role, line))).collect()
}

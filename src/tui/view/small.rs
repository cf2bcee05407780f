//! What is left on a screen that is too small for anything else: the verdicts, and the size that is needed.

use ratatui::{layout::Rect, text::Line};

use super::{SMALLEST, canvas::Canvas, scope::Scope, state::State};
use crate::tui::{model::Model, theme::Role};

/// Draws the verdicts: a row a region where there are rows enough, else all in one.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, model: &Model) {
    let look = canvas.look;
    let scopes = Scope::all(model, look);
    let needed = || Line::from(look.span(Role::Dim, format!("evac needs {}x{}", SMALLEST.0, SMALLEST.1)));
    if usize::from(area.height) > scopes.len() {
        for (row, scope) in (0..).zip(&scopes) {
            let state = State::verdict(scope.assessed.verdict).span(look);
            canvas.line(area, row, Line::from(vec![state, scope.text(format!(" {}", scope.region))]));
        }
        return canvas.line(area, area.height - 1, needed());
    }
    let mut line = Line::default();
    for scope in &scopes {
        line.spans.extend([State::verdict(scope.assessed.verdict).span(look), scope.text(" ")]);
    }
    canvas.line(area, 0, line);
    if area.height > 1 {
        canvas.line(area, area.height - 1, needed());
    }
}

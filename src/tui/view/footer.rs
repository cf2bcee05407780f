//! The last line of every screen: what came of the last key, or else what keys there are.

use ratatui::{layout::Rect, text::Line};

use super::canvas::Canvas;
use crate::tui::{hints, model::Model, theme::Role};

/// Draws the footer.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, model: &Model) {
    let look = canvas.look;
    canvas.paint_row(area, 0, Role::Bar);
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    if let Some(notice) = &model.notice {
        return canvas.line(inner, 0, Line::from(look.span(Role::Notice, evac_core::text::clean(notice))));
    }
    let mut line = Line::default();
    for hint in hints::footer(model) {
        let gap = if line.spans.is_empty() { "" } else { "  " };
        let part = [
            look.span(Role::Bar, gap),
            look.span(Role::Key, hint.key),
            look.span(Role::Bar, format!(" {}", hint.word)),
        ];
        let taken: usize = part.iter().map(|span| span.width()).sum();
        if line.width() + taken > usize::from(inner.width) {
            break;
        }
        line.spans.extend(part);
    }
    canvas.line(inner, 0, line);
}

use ratatui::{layout::Rect, text::Line};

use super::window;
use crate::tui::{
    detail::{self, Detail},
    model::Model,
    theme::{Look, Role},
    view::{canvas::Canvas, text},
};

/// The columns of the words at the left.
const WORD: usize = 10;

/// More lines than any text here has.
const MOST: usize = 500;

/// Draws the row under the cursor in full, over the screen.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, model: &Model, from: usize) {
    let Some(detail) = detail::of(model) else { return };
    let width = area.width.saturating_sub(4).clamp(20, 140).min(area.width);
    let lines = lines(&detail, usize::from(width.saturating_sub(4)), canvas.look);
    let height = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX);
    let title = text::cut(&detail.title, usize::from(width.saturating_sub(8)), canvas.look.glyphs);
    let inner = window(canvas, area, (width, height), &title);
    let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    let last = lines.len().saturating_sub(usize::from(inner.height));
    for (row, line) in (0..inner.height).zip(lines.into_iter().skip(from.min(last))) {
        canvas.line(inner, row, line);
    }
}

/// Draws the row under the cursor beside the list, as far as there is room.
pub(in crate::tui::view) fn panel(canvas: &mut Canvas<'_>, area: Rect, model: &Model) {
    if area.height < 2 {
        return;
    }
    let Some(detail) = detail::of(model) else { return };
    let look = canvas.look;
    canvas.rule(area, 0, Line::from(look.span(Role::Title, detail.title.clone())), &[]);
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let room = usize::from(area.height - 1);
    let mut lines = lines(&detail, usize::from(inner.width), look);
    if lines.len() > room {
        let key = model.keys.first(crate::tui::action::Action::Open).unwrap_or("open").to_owned();
        let more = format!("{} {key} shows {} lines more", look.glyphs.ellipsis(), lines.len() + 1 - room);
        lines.truncate(room.saturating_sub(1));
        lines.push(Line::from(look.span(Role::Dim, more)));
    }
    for (row, line) in (1..area.height).zip(lines) {
        canvas.line(inner, row, line);
    }
}

fn lines(detail: &Detail, columns: usize, look: &Look) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for (word, text) in &detail.parts {
        let mut word = *word;
        for part in text::wrap(text, columns.saturating_sub(WORD), MOST, look.glyphs) {
            let word = look.span(Role::Dim, format!("{:<WORD$}", std::mem::take(&mut word)));
            lines.push(Line::from(vec![word, look.span(Role::Text, part)]));
        }
    }
    lines
}

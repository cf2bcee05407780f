use ratatui::{layout::Rect, text::Line};

use super::window;
use crate::tui::{
    theme::Role,
    view::{canvas::Canvas, table::restyled, text},
};

/// Draws a list to choose one thing from. It stands low and to the side of the middle of things: a theme is looked
/// at while it is chosen.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, title: &str, lines: &[(String, String)], chosen: usize) {
    let look = canvas.look;
    let names = lines.iter().map(|(name, _)| text::width(name)).max().unwrap_or(0).min(30);
    let longest = lines.iter().map(|(_, meaning)| text::width(meaning)).max().unwrap_or(0);
    let width = u16::try_from((names + longest + 6).max(24)).unwrap_or(u16::MAX);
    let height = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX).max(3);
    let inner = window(canvas, area, (width, height), &evac_core::text::clean(title).to_uppercase());
    let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    let first = chosen.saturating_add(1).saturating_sub(usize::from(inner.height.max(1)));
    for (row, (index, (name, meaning))) in (0..inner.height).zip(lines.iter().enumerate().skip(first)) {
        let name = text::cut(&evac_core::text::clean(name), names, look.glyphs);
        let name = format!("{name}{} ", " ".repeat(names.saturating_sub(text::width(&name)) + 1));
        let mut line =
            Line::from(vec![look.span(Role::Key, name), look.span(Role::Dim, evac_core::text::clean(meaning))]);
        if index == chosen {
            canvas.paint_row(inner, row, Role::Selected);
            line = restyled(line, look.style(Role::Selected));
        }
        canvas.line(inner, row, line);
    }
}

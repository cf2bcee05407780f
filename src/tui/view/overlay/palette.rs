use ratatui::{layout::Rect, text::Line};

use super::window;
use crate::tui::{
    model::Model,
    palette,
    theme::Role,
    view::{canvas::Canvas, table::restyled, text},
};

/// Draws what has been typed, and the lines that match.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, model: &Model, query: &str, chosen: usize) {
    let look = canvas.look;
    let rows = palette::rows(model);
    let wanted = u16::try_from(rows.len() + 4).unwrap_or(u16::MAX).max(6);
    let inner = window(canvas, area, (72, wanted), "COMMANDS");
    let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    // The end of what is typed is what is being typed.
    let mut typed = evac_core::text::clean(query);
    while text::width(&typed) > usize::from(inner.width.saturating_sub(4)) && !typed.is_empty() {
        typed.remove(0);
    }
    let prompt = vec![look.span(Role::Key, ": "), look.span(Role::Text, typed), look.span(Role::Selected, " ")];
    canvas.line(inner, 0, Line::from(prompt));
    let list = Rect { y: inner.y + 2, height: inner.height.saturating_sub(2), ..inner };
    if rows.is_empty() {
        return canvas.line(list, 0, Line::from(look.span(Role::Dim, "nothing is called so")));
    }
    let first = chosen.saturating_add(1).saturating_sub(usize::from(list.height.max(1)));
    for (place, (index, row)) in (0..list.height).zip(rows.iter().enumerate().skip(first)) {
        let role = if row.unavailable.is_some() { Role::Dim } else { Role::Text };
        let why = row.unavailable.as_ref().map_or(String::new(), |why| format!(": {why}"));
        let mut left = Line::from(vec![look.span(role, row.line), look.span(Role::Dim, why)]);
        let mut right = Line::from(look.span(Role::Key, row.key.clone()));
        if index == chosen {
            canvas.paint_row(list, place, Role::Selected);
            let style = look.style(Role::Selected);
            (left, right) = (restyled(left, style), restyled(right, style));
        }
        canvas.split(list, place, left, right);
    }
}

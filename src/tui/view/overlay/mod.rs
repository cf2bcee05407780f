//! What lies over the screen: the keys, the palette, a choice.

mod choice;
pub(super) mod detail;
mod form;
mod help;
mod palette;

use ratatui::{layout::Rect, text::Line};

use super::canvas::Canvas;
use crate::tui::{
    model::{Model, Overlay},
    theme::Role,
};

/// Draws what lies over the screen, if anything does.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, model: &Model) {
    match &model.overlay {
        None => {}
        Some(Overlay::Help { from }) => help::draw(canvas, area, model, *from),
        Some(Overlay::Palette { query, chosen }) => palette::draw(canvas, area, model, query, *chosen),
        Some(Overlay::Form(form)) => form::draw(canvas, area, model, form),
        Some(Overlay::Detail { from }) => detail::draw(canvas, area, model, *from),
        Some(Overlay::Choice { title, lines, chosen, .. }) => choice::draw(canvas, area, title, lines, *chosen),
    }
}

/// An empty frame in the middle of an area, as large as is wanted where that fits; what is inside of it.
fn window(canvas: &mut Canvas<'_>, area: Rect, wanted: (u16, u16), title: &str) -> Rect {
    let (width, height) = (wanted.0.min(area.width), wanted.1.min(area.height));
    let x = area.x + (area.width - width) / 2;
    let y = area.y + (area.height - height) / 2;
    let frame = Rect { x, y, width, height };
    canvas.clear(frame);
    canvas.paint(frame, Role::Overlay);
    canvas.frame(frame, Line::from(canvas.look.span(Role::Title, title.to_owned())));
    Rect { x: x + 1, y: y + 1, width: width.saturating_sub(2), height: height.saturating_sub(2) }
}

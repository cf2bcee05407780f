//! The drawing: a pure function of the model and the look.
//!
//! Nothing here asks for the time, for what changed or for anything else outside of the model, and nothing fails:
//! a screen that is too small shows the verdicts and says what size is needed.

mod big;
mod canvas;
mod family;
mod findings;
mod footer;
mod format;
mod header;
mod overlay;
mod overview;
mod plan;
mod region;
mod run;
mod runs;
mod scope;
mod sections;
mod small;
mod sources;
mod spark;
mod starting;
mod state;
mod table;
#[cfg(test)]
mod tests;
mod text;
mod wallboard;

use ratatui::{Frame, buffer::Buffer, layout::Rect};

use super::{
    model::{Model, Screen},
    theme::{Look, Role},
};
use canvas::Canvas;

/// The smallest screen that anything but the verdicts is drawn on.
pub const SMALLEST: (u16, u16) = (40, 10);

/// Draws the whole screen. It never fails and never panics, whatever the size.
pub fn draw(frame: &mut Frame<'_>, model: &Model, look: &Look) {
    render(frame.area(), frame.buffer_mut(), model, look);
}

fn render(area: Rect, buffer: &mut Buffer, model: &Model, look: &Look) {
    let area = area.intersection(buffer.area);
    let canvas = &mut Canvas { buffer, look };
    canvas.paint(area, Role::Background);
    if area.is_empty() {
        return;
    }
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        return small::draw(canvas, area, model);
    }
    let body = Rect { y: area.y + 1, height: area.height - 2, ..area };
    header::draw(canvas, Rect { height: 1, ..area }, model);
    match model.screen {
        Screen::Overview => overview::draw(canvas, body, model),
        Screen::Region => region::draw(canvas, body, model),
        Screen::Findings => findings::draw(canvas, body, model),
        Screen::Sources => sources::draw(canvas, body, model),
        Screen::Wallboard => wallboard::draw(canvas, body, model),
        Screen::Plan => plan::draw(canvas, body, model),
        Screen::Run => run::draw(canvas, body, model),
        Screen::Runs => runs::draw(canvas, body, model),
    }
    footer::draw(canvas, Rect { y: area.bottom() - 1, height: 1, ..area }, model);
    overlay::draw(canvas, body, model);
}

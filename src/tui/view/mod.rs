//! The drawing: a pure function of the model and the look.

use ratatui::Frame;

use super::{
    model::Model,
    theme::{Look, Role},
};

/// Draws the whole screen. It never fails and never panics, whatever the size.
pub fn draw(frame: &mut Frame<'_>, model: &Model, look: &Look) {
    let area = frame.area();
    frame.buffer_mut().set_style(area, look.style(Role::Background));
    for (row, region) in model.assessment.regions.values().enumerate() {
        let Ok(row) = u16::try_from(row) else { break };
        if row >= area.height {
            break;
        }
        frame.buffer_mut().set_stringn(
            area.x,
            area.y + row,
            region.verdict.word(),
            usize::from(area.width),
            look.style(Role::Go),
        );
    }
}

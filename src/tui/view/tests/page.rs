//! A drawn screen.

use ratatui::{Terminal, backend::TestBackend, buffer::Buffer};

use crate::tui::{
    model::Model,
    theme::{Glyphs, Level, Look, Themes},
    view,
};

pub use crate::tui::theme::dump::{stream, styles, text};

pub fn look(theme: &str, level: Level, glyphs: Glyphs) -> Look {
    Look::new(&Themes::built_in().get_or_default(theme), level, glyphs)
}

pub fn draw(model: &Model, look: &Look, width: u16, height: u16) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| view::draw(frame, model, look)).unwrap();
    terminal.backend().buffer().clone()
}

//! Turns changed cells into the bytes for a terminal, as few as it takes: an idle session over a slow line should
//! cost next to nothing. The pen remembers where it stands and in which style, from frame to frame.

use std::convert::Infallible;

use crossterm::{
    cursor::{MoveRight, MoveTo, MoveToColumn},
    style::{Attribute, SetAttribute},
    terminal::Clear,
};
use ratatui::{
    backend::{Backend, ClearType, WindowSize},
    buffer::Cell,
    layout::{Position, Size},
};
use unicode_width::UnicodeWidthStr;

use super::{terminal::sequence, theme::sgr::Ink};

/// Writes into memory, for a terminal of a size that it is told.
#[derive(Debug)]
pub(super) struct Pen {
    bytes: String,
    size: Size,
    /// The cell that the next character goes to, and whether that is certain: characters whose width terminals
    /// disagree about leave it in doubt.
    at: Option<(Position, bool)>,
    ink: Ink,
}

impl Pen {
    /// A pen over a screen that was just cleared, in the terminal's own style.
    pub(super) fn new(size: Size) -> Self {
        Self { bytes: String::new(), size, at: None, ink: Ink::PLAIN }
    }

    /// What was written since this was last asked.
    pub(super) fn take(&mut self) -> String {
        std::mem::take(&mut self.bytes)
    }

    fn go(&mut self, to: Position) {
        match self.at {
            Some((at, _)) if at == to => {}
            Some((at, true)) if at.y == to.y && at.x < to.x && to.x - at.x < 10 => {
                sequence(&mut self.bytes, MoveRight(to.x - at.x));
            }
            Some((at, _)) if at.y == to.y => sequence(&mut self.bytes, MoveToColumn(to.x)),
            _ => sequence(&mut self.bytes, MoveTo(to.x, to.y)),
        }
    }

    fn dip(&mut self, ink: Ink) {
        self.ink.change(ink, &mut self.bytes);
        self.ink = ink;
    }
}

impl Backend for Pen {
    type Error = Infallible;

    fn draw<'a, I: Iterator<Item = (u16, u16, &'a Cell)>>(&mut self, content: I) -> Result<(), Infallible> {
        for (x, y, cell) in content {
            // The last guard before the terminal: whatever slipped into a cell, it moves nothing.
            let hostile = cell.symbol().is_empty() || cell.symbol().chars().any(char::is_control);
            let symbol = if hostile { " " } else { cell.symbol() };
            self.go(Position { x, y });
            self.dip(Ink { foreground: cell.fg, background: cell.bg, modifier: cell.modifier });
            self.bytes.push_str(symbol);
            let next = x.saturating_add(u16::try_from(symbol.width()).unwrap_or(1));
            // After the last column terminals wait at different places.
            self.at = (next < self.size.width).then_some((Position { x: next, y }, symbol.is_ascii()));
        }
        Ok(())
    }

    fn clear(&mut self) -> Result<(), Infallible> {
        (self.ink, self.at) = (Ink::PLAIN, None);
        sequence(&mut self.bytes, SetAttribute(Attribute::Reset));
        sequence(&mut self.bytes, Clear(crossterm::terminal::ClearType::All));
        Ok(())
    }

    fn clear_region(&mut self, _: ClearType) -> Result<(), Infallible> {
        self.clear()
    }

    fn size(&self) -> Result<Size, Infallible> {
        Ok(self.size)
    }

    fn window_size(&mut self) -> Result<WindowSize, Infallible> {
        Ok(WindowSize { columns_rows: self.size, pixels: Size::default() })
    }

    // The cursor is hidden from the terminal guard's entry to its end, and never asked for its place.
    fn hide_cursor(&mut self) -> Result<(), Infallible> {
        Ok(())
    }

    fn show_cursor(&mut self) -> Result<(), Infallible> {
        Ok(())
    }

    fn get_cursor_position(&mut self) -> Result<Position, Infallible> {
        Ok(Position::ORIGIN)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, _: P) -> Result<(), Infallible> {
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;

//! Turns changed cells into the bytes for a terminal, as few as it takes: an idle session over a slow line should
//! cost next to nothing. The pen remembers where it stands and in which style, from frame to frame.

use std::{convert::Infallible, fmt::Write};

use ratatui::{
    backend::{Backend, ClearType, WindowSize},
    buffer::Cell,
    layout::{Position, Size},
    style::{Color, Modifier},
};
use unicode_width::UnicodeWidthStr;

/// The modifiers and their numbers in an SGR sequence.
const MODIFIERS: [(Modifier, u8); 9] = [
    (Modifier::BOLD, 1),
    (Modifier::DIM, 2),
    (Modifier::ITALIC, 3),
    (Modifier::UNDERLINED, 4),
    (Modifier::SLOW_BLINK, 5),
    (Modifier::RAPID_BLINK, 6),
    (Modifier::REVERSED, 7),
    (Modifier::HIDDEN, 8),
    (Modifier::CROSSED_OUT, 9),
];

/// Writes into memory, for a terminal of a size that it is told.
#[derive(Debug)]
pub(super) struct Pen {
    bytes: String,
    size: Size,
    /// The cell that the next character goes to, and whether that is certain: characters whose width terminals
    /// disagree about leave it in doubt.
    at: Option<(Position, bool)>,
    ink: (Color, Color, Modifier),
}

impl Pen {
    /// A pen over a screen that was just cleared, in the terminal's own style.
    pub(super) fn new(size: Size) -> Self {
        Self { bytes: String::new(), size, at: None, ink: (Color::Reset, Color::Reset, Modifier::empty()) }
    }

    /// What was written since this was last asked.
    pub(super) fn take(&mut self) -> String {
        std::mem::take(&mut self.bytes)
    }

    fn go(&mut self, to: Position) {
        let text = match self.at {
            Some((at, _)) if at == to => return,
            Some((at, true)) if at.y == to.y && at.x < to.x && to.x - at.x < 10 => format!("\x1b[{}C", to.x - at.x),
            Some((at, _)) if at.y == to.y => format!("\x1b[{}G", to.x + 1),
            _ => format!("\x1b[{};{}H", to.y + 1, to.x + 1),
        };
        self.bytes.push_str(&text);
    }

    fn dip(&mut self, ink: (Color, Color, Modifier)) {
        let (before, codes) = (self.ink, &mut String::new());
        if before == ink {
            return;
        }
        let (mut foreground, mut background, mut modifier) = before;
        if !ink.2.contains(modifier) {
            // There is no common way to take back one modifier alone: bold and dim share theirs.
            codes.push_str("0;");
            (foreground, background, modifier) = (Color::Reset, Color::Reset, Modifier::empty());
        }
        for (one, number) in MODIFIERS {
            if ink.2.contains(one) && !modifier.contains(one) {
                let _ = write!(codes, "{number};");
            }
        }
        if ink.0 != foreground {
            colour(codes, ink.0, 30);
        }
        if ink.1 != background {
            colour(codes, ink.1, 40);
        }
        codes.pop();
        self.ink = ink;
        let _ = write!(self.bytes, "\x1b[{codes}m");
    }
}

/// The codes of a colour; `base` is 30 for the foreground and 40 for the background. The first sixteen have codes
/// of their own, which every terminal knows.
fn colour(codes: &mut String, colour: Color, base: u8) {
    let _ = match colour {
        Color::Reset => write!(codes, "{};", base + 9),
        Color::Indexed(index @ 0..8) => write!(codes, "{};", base + index),
        Color::Indexed(index @ 8..16) => write!(codes, "{};", base + 60 + index - 8),
        Color::Indexed(index) => write!(codes, "{};5;{index};", base + 8),
        Color::Rgb(red, green, blue) => write!(codes, "{};2;{red};{green};{blue};", base + 8),
        // Themes have no others. The terminal's own is never unreadable.
        _ => write!(codes, "{};", base + 9),
    };
}

impl Backend for Pen {
    type Error = Infallible;

    fn draw<'a, I: Iterator<Item = (u16, u16, &'a Cell)>>(&mut self, content: I) -> Result<(), Infallible> {
        for (x, y, cell) in content {
            // The last guard before the terminal: whatever slipped into a cell, it moves nothing.
            let hostile = cell.symbol().is_empty() || cell.symbol().chars().any(char::is_control);
            let symbol = if hostile { " " } else { cell.symbol() };
            self.go(Position { x, y });
            self.dip((cell.fg, cell.bg, cell.modifier));
            self.bytes.push_str(symbol);
            let next = x.saturating_add(u16::try_from(symbol.width()).unwrap_or(1));
            // After the last column terminals wait at different places.
            self.at = (next < self.size.width).then_some((Position { x: next, y }, symbol.is_ascii()));
        }
        Ok(())
    }

    fn clear(&mut self) -> Result<(), Infallible> {
        self.ink = (Color::Reset, Color::Reset, Modifier::empty());
        self.at = None;
        self.bytes.push_str("\x1b[0m\x1b[2J");
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
#[path = "pen_tests.rs"]
mod tests;

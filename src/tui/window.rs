//! The picture on the terminal: when it is painted, how it looks, and what is on its way there.

use std::{io, time::Duration};

use ratatui::layout::Size;
use tokio::time::Instant;

use super::{
    clipboard,
    model::Model,
    pace::Pace,
    painter::Painter,
    theme::{Glyphs, Level, Look, Themes},
    writer::Writer,
};

/// The size of a terminal that does not tell its own.
const CUSTOMARY: Size = Size { width: 80, height: 24 };

/// The largest picture that is drawn. A terminal may claim 65,535 × 65,535 cells, which no memory holds; on one that
/// is larger than this the rest stays blank.
const LARGEST: Size = Size { width: 1_000, height: 500 };

/// How much the picture needs to be painted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Dirt {
    /// It shows what is known.
    Clean,
    /// There is news.
    News,
    /// Somebody pressed a key and waits for an answer.
    Key,
}

/// The picture on the terminal.
pub(super) struct Window {
    painter: Painter,
    writer: Writer,
    pace: Pace,
    dirt: Dirt,
    themes: Themes,
    theme: String,
    level: Level,
    glyphs: Glyphs,
    look: Look,
    /// What goes to the terminal with the next frame, beside the picture.
    beside: String,
}

impl Window {
    /// A window that shows nothing yet.
    ///
    /// # Errors
    /// There is no thread for the writing.
    pub(super) fn open(
        themes: Themes,
        theme: String,
        level: Level,
        glyphs: Glyphs,
        frame: Duration,
    ) -> io::Result<Self> {
        let look = Look::new(&themes.get_or_default(&theme), level, glyphs);
        let (painter, writer, pace) = (Painter::new(), Writer::start()?, Pace::new(frame));
        let (dirt, beside) = (Dirt::News, String::new());
        Ok(Self { painter, writer, pace, dirt, themes, theme, level, glyphs, look, beside })
    }

    /// The themes, each with the line that describes it.
    pub(super) fn theme_names(&self) -> Vec<(String, String)> {
        self.themes.all().map(|theme| (theme.name.clone(), theme.description.clone())).collect()
    }

    /// The themes as they are now.
    pub(super) fn use_themes(&mut self, themes: Themes) {
        self.themes = themes;
        self.use_theme(self.theme.clone());
    }

    /// From now on this theme.
    pub(super) fn use_theme(&mut self, name: String) {
        self.look = Look::new(&self.themes.get_or_default(&name), self.level, self.glyphs);
        self.theme = name;
        self.soil(true);
    }

    /// Puts a text on the clipboard, with the next frame, and says so.
    pub(super) fn copy(&mut self, text: &str) -> String {
        self.beside.push_str(&clipboard::sequence(text, std::env::var_os("TMUX").is_some()));
        let kept = clipboard::clean(text);
        let cut = if kept.len() < text.len() && kept.len() + 4 > clipboard::MAX_LENGTH { " (cut)" } else { "" };
        let first = kept.lines().next().unwrap_or_default();
        format!("copied{cut}: {first}")
    }

    /// The picture is out of date; `urgent` when somebody waits for it.
    pub(super) fn soil(&mut self, urgent: bool) {
        self.dirt = self.dirt.max(if urgent { Dirt::Key } else { Dirt::News });
    }

    /// Nothing is known of what the terminal shows.
    pub(super) fn forget(&mut self) {
        self.painter.forget();
        self.soil(true);
    }

    /// When to paint; `None` while there is nothing to paint, or the last frame is still on its way.
    pub(super) fn due(&self) -> Option<Instant> {
        let dirty = self.dirt != Dirt::Clean && !self.writer.is_busy();
        dirty.then(|| self.pace.due(std::time::Instant::now(), self.dirt == Dirt::Key).into())
    }

    /// Paints when it is time.
    pub(super) fn paint_if_due(&mut self, model: &Model) {
        if self.due().is_some_and(|due| due <= Instant::now()) {
            self.paint(model);
        }
    }

    /// Paints. When the picture is what the terminal shows already, nothing is written at all.
    pub(super) fn paint(&mut self, model: &Model) {
        self.dirt = Dirt::Clean;
        let mut frame = std::mem::take(&mut self.beside);
        frame.push_str(&self.painter.paint(model, &self.look, size()));
        if !frame.is_empty() {
            self.pace.painted(std::time::Instant::now());
            self.writer.write(frame);
        }
    }

    /// What came of the frame on its way; never while there is none.
    ///
    /// # Errors
    /// The terminal is gone.
    pub(super) async fn written(&mut self) -> io::Result<()> {
        self.writer.written().await
    }
}

fn size() -> Size {
    let told = rustix::termios::tcgetwinsize(io::stdout());
    told.map_or(CUSTOMARY, |told| sized(told.ws_col, told.ws_row))
}

/// The size of the picture on a terminal that says so of itself.
fn sized(columns: u16, rows: u16) -> Size {
    match (columns, rows) {
        (0, _) | (_, 0) => CUSTOMARY,
        _ => Size { width: columns.min(LARGEST.width), height: rows.min(LARGEST.height) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_drawn_as_large_as_it_says_within_reason() {
        assert_eq!(sized(132, 43), Size { width: 132, height: 43 });
        assert_eq!(sized(1, 1), Size { width: 1, height: 1 });
        assert_eq!((sized(0, 24), sized(80, 0)), (CUSTOMARY, CUSTOMARY));
        assert_eq!(sized(u16::MAX, u16::MAX), LARGEST);
        assert_eq!(sized(80, u16::MAX), Size { width: 80, height: 500 });
    }
}

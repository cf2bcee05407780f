//! How everything looks: one object that panels ask for styles and marks. No colour stands anywhere else.

mod colour;
#[cfg(test)]
pub(in crate::tui) mod dump;
mod glyphs;
mod level;
mod library;
mod parse;
mod role;
pub(in crate::tui) mod sgr;

pub use colour::Colour;
pub use glyphs::{Bar, Glyphs, Shape};
pub use level::Level;
pub use library::{DEFAULT_THEME, Theme, Themes};
pub use parse::ThemeProblem;
pub use role::Role;

use ratatui::{style::Style, text::Span};

/// A theme, made fit for one terminal: its colours for how many it can show, and the marks that it can draw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    styles: Vec<Style>,
    /// How many colours there are.
    pub level: Level,
    /// The marks.
    pub glyphs: Glyphs,
}

impl Look {
    /// A theme for a terminal.
    pub fn new(theme: &Theme, level: Level, glyphs: Glyphs) -> Self {
        let styles = Role::ALL.iter().map(|role| theme.style(*role, level)).collect();
        Self { styles, level, glyphs }
    }

    /// What a role looks like here.
    pub fn style(&self, role: Role) -> Style {
        self.styles.get(role as usize).copied().unwrap_or_default()
    }

    /// A text in the style of a role.
    pub fn span(&self, role: Role, text: impl Into<String>) -> Span<'static> {
        Span::styled(text.into(), self.style(role))
    }
}

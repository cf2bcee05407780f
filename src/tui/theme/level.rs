//! How many colours a terminal can show.

use std::{fmt, str::FromStr};

/// How many colours a terminal can show. It is found or told once at the start, and all styles follow from it:
/// `NO_COLOR` is [`Level::None`] here and is never left to crossterm, which would then also drop bold and reverse,
/// and with them the selection and the word PROD.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// None: bold, reverse and underline only.
    None,
    /// The sixteen that every terminal has, in whatever shade its user chose.
    Sixteen,
    /// The 256 of xterm.
    Many,
    /// Any.
    True,
}

impl Level {
    /// Every level, poorest first.
    pub const ALL: [Self; 4] = [Self::None, Self::Sixteen, Self::Many, Self::True];

    /// The word of flags and files.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Sixteen => "16",
            Self::Many => "256",
            Self::True => "true",
        }
    }

    /// What the terminal is taken for, from the guess of `supports-color`. It is only a hint, for SSH drops
    /// `COLORTERM`: a flag overrides it.
    pub fn from_support(support: Option<supports_color::ColorLevel>) -> Self {
        match support {
            None => Self::None,
            Some(level) if level.has_16m => Self::True,
            Some(level) if level.has_256 => Self::Many,
            Some(_) => Self::Sixteen,
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.word())
    }
}

impl FromStr for Level {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|level| level.word() == text);
        found.ok_or_else(|| "the colours are `none`, `16`, `256` or `true`".to_owned())
    }
}

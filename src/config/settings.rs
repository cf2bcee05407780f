use std::{collections::BTreeMap, path::PathBuf};

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// How many colours the screen may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
pub enum ColourChoice {
    /// As many as the terminal says that it has, and none when `NO_COLOR` is set.
    #[serde(rename = "auto")]
    Auto,
    /// None: words, shapes and attributes alone.
    #[serde(rename = "none")]
    None,
    /// The 16 of the terminal's own palette.
    #[serde(rename = "16")]
    #[value(name = "16")]
    Ansi16,
    /// 256.
    #[serde(rename = "256")]
    #[value(name = "256")]
    Ansi256,
    /// 24 bits.
    #[serde(rename = "true")]
    #[value(name = "true")]
    TrueColour,
}

/// How much goes into the log file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the words say it")]
pub enum LogLevel {
    Off,
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

impl LogLevel {
    /// The word of files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

/// The settings in force.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The stack file, if any layer names one.
    pub stack: Option<PathBuf>,
    /// The theme, by name; `None` for the one that suits the palette.
    pub theme: Option<String>,
    /// How many colours to use.
    pub colour: ColourChoice,
    /// True draws with ASCII characters only.
    pub ascii: bool,
    /// True draws at most 5 frames a second instead of 20. It is so anyway in an SSH session.
    pub slow: bool,
    /// How much goes into the log file.
    pub log_level: LogLevel,
    /// Keys by the action that they do.
    pub keys: BTreeMap<String, Vec<String>>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            stack: None,
            theme: None,
            colour: ColourChoice::Auto,
            ascii: false,
            slow: false,
            log_level: LogLevel::Info,
            keys: BTreeMap::new(),
        }
    }
}

//! What ends a command early, in words for people.

use std::fmt;

use evac_core::{Verdict, text};

/// How the process ends. Scripts depend on these numbers: they never change their meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// What was asked for was done; for `evac status`, the verdict is GO.
    Success,
    /// It was not.
    Error,
    /// The command line makes no sense.
    Usage,
    /// The verdict is NO-GO.
    NoGo,
    /// The verdict is UNKNOWN.
    Unknown,
    /// A signal ended it: 128 and its number, as a shell says it.
    Signal(u8),
}

impl Exit {
    /// Nobody reads any more what is not at its end: as a process ends that the signal for it ends, SIGPIPE.
    pub const READER_GONE: Self = Self::Signal(128 + 13);

    /// The number that the shell sees.
    pub fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Error => 1,
            Self::Usage => 2,
            Self::NoGo => 3,
            Self::Unknown => 4,
            Self::Signal(status) => status,
        }
    }
}

impl From<Verdict> for Exit {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Go => Self::Success,
            Verdict::NoGo => Self::NoGo,
            Verdict::Unknown => Self::Unknown,
        }
    }
}

/// A failure: what went wrong, and what to do about it. Its words are fit for a terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// How the process ends.
    pub exit: Exit,
    words: Words,
    hints: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Words {
    /// A sentence, which gets `error:` in front.
    Message(String),
    /// Several lines that were laid out already, with their own `error:`.
    Report(String),
}

impl Failure {
    /// A failure of what was asked for.
    pub fn new(message: impl AsRef<str>) -> Self {
        Self { exit: Exit::Error, words: Words::Message(text::clean(message.as_ref())), hints: Vec::new() }
    }

    /// A failure of the command line.
    pub fn usage(message: impl AsRef<str>) -> Self {
        Self { exit: Exit::Usage, ..Self::new(message) }
    }

    /// A failure whose report was laid out, and cleaned, by [`crate::config::report`].
    pub fn report(report: String) -> Self {
        Self { exit: Exit::Error, words: Words::Report(report), hints: Vec::new() }
    }

    /// The same, with one more thing to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl AsRef<str>) -> Self {
        self.hints.push(text::clean(hint.as_ref()));
        self
    }

    /// A failure of an error whose own words may hold `hint:` lines, as those of evac's crates do.
    pub fn from_error(error: &dyn std::error::Error) -> Self {
        let words = error.to_string();
        let mut lines = words.lines();
        let mut failure = Self::new(lines.next().unwrap_or_default());
        for line in lines.filter(|line| !line.trim().is_empty()) {
            failure = failure.hint(line.trim().trim_start_matches("hint:"));
        }
        failure
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.words {
            Words::Message(message) => write!(formatter, "error: {message}")?,
            Words::Report(report) => formatter.write_str(report.trim_end())?,
        }
        self.hints.iter().try_for_each(|hint| write!(formatter, "\nhint: {hint}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_says_what_to_do_and_cannot_disturb_a_terminal() {
        let failure = Failure::new("no \u{1b}[2Jstack").hint("try\n`evac demo`");
        assert_eq!(failure.to_string(), "error: no \u{FFFD}[2Jstack\nhint: try `evac demo`");
    }
}

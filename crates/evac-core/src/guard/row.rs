use super::{GuardCode, NoteSeverity};

/// One row for each code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GuardRow {
    /// The code.
    pub code: GuardCode,
    /// Its name.
    pub name: &'static str,
    /// What it means and what to do.
    pub meaning: &'static str,
    /// How it can stand against a plan, worst first; which of these it is depends on the verb and the world.
    pub severities: &'static [NoteSeverity],
    /// Whether an operator can override it, by name and with a reason.
    pub overridable: bool,
}

impl GuardRow {
    /// The words of [`Self::severities`].
    pub fn stands_as(&self) -> String {
        self.severities.iter().map(|severity| severity.word()).collect::<Vec<_>>().join(", ")
    }

    /// Whether an override is taken, in a word: `-` for what never blocks.
    pub fn override_word(&self) -> &'static str {
        match (self.severities.contains(&NoteSeverity::Block), self.overridable) {
            (false, _) => "-",
            (true, true) => "yes",
            (true, false) => "never",
        }
    }
}

use serde::{Deserialize, Serialize};

use super::GuardCode;

/// True for a text with a letter or a digit in it: blanks, dots and what cannot be shown give no reason and no name.
pub(super) fn says_something(text: &str) -> bool {
    text.contains(char::is_alphanumeric)
}

/// An operator's word against a guard: by name, with a reason, and recorded with who and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Override {
    /// What is overridden.
    pub code: GuardCode,
    /// Why: never empty.
    pub reason: String,
}

impl Override {
    /// The override with its words made fit for a terminal and a journal.
    pub(super) fn cleaned(&self) -> Self {
        Self { code: self.code, reason: crate::text::clean(&self.reason) }
    }

    /// True when it counts: for what can be overridden, with a reason.
    pub(super) fn is_good(&self) -> bool {
        self.code.row().overridable && says_something(&self.reason)
    }
}

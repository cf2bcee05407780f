use serde::{Deserialize, Serialize};

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Outcome {
    /// Its verification was observed to hold.
    Done {
        /// What was observed.
        evidence: String,
    },
    /// It is known not to have been done, or to have failed for good.
    Failed {
        /// Why.
        why: String,
    },
    /// It may have been done: nothing that was observed settles it. It is neither repeated nor undone until an
    /// observation does.
    Unknown {
        /// What is not known, and why.
        why: String,
    },
    /// It was left out.
    Skipped {
        /// Why.
        why: String,
    },
}

impl Outcome {
    /// The word of the screen.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Done { .. } => "DONE",
            Self::Failed { .. } => "FAILED",
            Self::Unknown { .. } => "UNKNOWN",
            Self::Skipped { .. } => "SKIPPED",
        }
    }

    /// What was observed, or why.
    pub fn text(&self) -> &str {
        match self {
            Self::Done { evidence } => evidence,
            Self::Failed { why } | Self::Unknown { why } | Self::Skipped { why } => why,
        }
    }
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunOutcome {
    /// Every step is done.
    Done,
    /// A step failed; what was begun is told.
    Failed,
    /// A step's outcome is not known: `evac resume` observes again.
    Unknown,
    /// It was stopped by a person at a safe point.
    Aborted,
}

impl RunOutcome {
    /// The word of the screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Done => "DONE",
            Self::Failed => "FAILED",
            Self::Unknown => "UNKNOWN",
            Self::Aborted => "ABORTED",
        }
    }
}

use serde::{Deserialize, Serialize};

use super::GuardCode;

/// An operator's word against a guard: by name, with a reason, and recorded with who and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Override {
    /// What is overridden.
    pub code: GuardCode,
    /// Why: never empty.
    pub reason: String,
}

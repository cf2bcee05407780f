use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Plan;

/// The SHA-256 of a plan, in lower-case hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct PlanHash(String);

impl PlanHash {
    /// The hash of everything in a plan. Its JSON form is canonical: fields in the order of the types, maps by key.
    pub(super) fn of(plan: &Plan) -> Self {
        // Every part of a plan is plain data with text keys, which serialises always; were it not so, the empty text
        // would match no plan that somebody consented to.
        let text = serde_json::to_vec(plan).unwrap_or_default();
        Self(hexadecimal(&Sha256::digest(&text)))
    }

    /// The hash in full.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first 12 digits: what people copy.
    pub fn short(&self) -> &str {
        self.0.get(..12).unwrap_or(&self.0)
    }

    /// Whether a text of at least 8 digits is the beginning of this hash.
    pub fn matches(&self, text: &str) -> bool {
        text.len() >= 8 && self.0.starts_with(&text.to_ascii_lowercase())
    }
}

impl fmt::Display for PlanHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

/// Bytes as lower-case hexadecimal.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    use fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

use jiff::{Timestamp, tz::Offset};
use sha2::{Digest, Sha256};

use crate::{
    ids::StackName,
    plan::{Intent, hexadecimal},
};

/// What the names that a plan makes up are told apart by: the moment that it was made, and a word of its intent. A plan
/// that is made from the same world at another moment differs in nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark {
    /// Such as `20261125t031204`.
    pub(crate) stamp: String,
    /// The stamp and six digits that follow from stack and intent.
    pub(crate) word: String,
}

impl Mark {
    pub(crate) fn new(at: Timestamp, stack: &StackName, intent: &Intent) -> Self {
        let time = Offset::UTC.to_datetime(at);
        let stamp = format!(
            "{:04}{:02}{:02}t{:02}{:02}{:02}",
            time.year(),
            time.month(),
            time.day(),
            time.hour(),
            time.minute(),
            time.second()
        );
        // An intent is plain data, which serialises always.
        let text = serde_json::to_string(&(stack, intent)).unwrap_or_default();
        let digits = hexadecimal(&Sha256::digest(text.as_bytes()));
        let word = format!("{stamp}-{}", digits.get(..6).unwrap_or_default());
        Self { stamp, word }
    }
}

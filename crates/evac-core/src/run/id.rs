use std::fmt;

use jiff::{Timestamp, tz::Offset};
use serde::{Deserialize, Deserializer, Serialize};

use crate::{
    ids::NameError,
    plan::{PlanHash, Verb},
};

/// The name of a run: when it began, what it does, and the beginning of its plan's hash, such as
/// `20261125-031204-failover-5f1c1e`. Runs sort by it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct RunId(String);

impl RunId {
    /// The name of a run that begins now.
    pub fn new(at: Timestamp, verb: Verb, plan: &PlanHash) -> Self {
        let time = Offset::UTC.to_datetime(at);
        let stamp = format!(
            "{:04}{:02}{:02}-{:02}{:02}{:02}",
            time.year(),
            time.month(),
            time.day(),
            time.hour(),
            time.minute(),
            time.second()
        );
        Self(format!("{stamp}-{}-{}", verb.word(), plan.as_str().get(..6).unwrap_or_default()))
    }

    /// A name from outside: lower-case letters, digits and `-`, so that it is safe as a file's name and in a key.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let kind = "run";
        if text.is_empty() {
            return Err(NameError::Empty { kind });
        }
        if text.len() > 80 {
            return Err(NameError::TooLong { kind, length: text.len() });
        }
        let allowed =
            |character: &char| character.is_ascii_lowercase() || character.is_ascii_digit() || *character == '-';
        match text.chars().find(|character| !allowed(character)) {
            Some(character) => Err(NameError::Character { kind, character }),
            None => Ok(Self(text.to_owned())),
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

impl<'de> Deserialize<'de> for RunId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

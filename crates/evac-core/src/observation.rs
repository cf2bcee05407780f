//! What a source said, when, and how long it took to say it. An error is an observation too.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{reading::Reading, source::SourceId};

/// One answer of one source, or its failure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// Who was asked.
    pub id: SourceId,
    /// When the answer came, by this machine's clock.
    pub received_at: Timestamp,
    /// What time it was at the source when it answered: the HTTP `Date` of the answer, which a failure may carry
    /// too. `None` when nothing came.
    pub source_clock: Option<Timestamp>,
    /// How long the question took.
    pub took: SignedDuration,
    /// What was said.
    pub result: Result<Sampled, SourceError>,
}

/// A reading and the moment that it speaks of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sampled {
    /// When it was true, by the source's own clock: for a live answer the `Date` of the answer.
    pub sampled_at: Timestamp,
    /// What was true.
    pub reading: Reading,
}

/// Why a source said nothing useful.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{kind}: {message}", kind = kind.word())]
pub struct SourceError {
    /// What kind of failure it was.
    pub kind: SourceErrorKind,
    /// The failure in words, already made fit for a terminal.
    pub message: String,
}

impl SourceError {
    /// A failure, its words made fit for a terminal.
    pub fn new(kind: SourceErrorKind, message: impl AsRef<str>) -> Self {
        Self { kind, message: crate::text::clean(message.as_ref()) }
    }
}

/// The kinds of failure that call for different deeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SourceErrorKind {
    /// Nothing came in time.
    Timeout,
    /// No connection, or it broke.
    Unreachable,
    /// The service asked for fewer questions.
    Throttled,
    /// The credentials are missing, expired or not allowed to ask.
    Denied,
    /// What was asked for does not exist.
    NotFound,
    /// The service said that it failed.
    Service,
    /// The answer made no sense.
    Malformed,
    /// evac is not set up to ask.
    Setup,
}

impl SourceErrorKind {
    /// The word of files and screens.
    pub fn word(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Unreachable => "unreachable",
            Self::Throttled => "throttled",
            Self::Denied => "denied",
            Self::NotFound => "not found",
            Self::Service => "service error",
            Self::Malformed => "malformed answer",
            Self::Setup => "not set up",
        }
    }
}

//! From the fields of answers to the core's types. Nothing a server sends is kept unchecked: names pass their
//! newtype, texts are cleaned, times must exist.

use aws_smithy_types::DateTime;
use evac_core::{SourceError, ids::NameError, text};
use jiff::Timestamp;

use crate::error::malformed;

/// The most items kept of one answer: far more than any account has, and little memory.
pub(crate) const MAX_ITEMS: usize = 10_000;

/// The moment; `None` for one that no calendar knows.
pub(crate) fn timestamp(time: &DateTime) -> Option<Timestamp> {
    Timestamp::new(time.secs(), i32::try_from(time.subsec_nanos()).ok()?).ok()
}

/// The moment for a request.
pub(crate) fn date_time(time: Timestamp) -> DateTime {
    DateTime::from_secs(time.as_second())
}

/// A name that the reading cannot do without.
pub(crate) fn name<T>(
    operation: &str,
    field: &str,
    text: Option<&str>,
    new: impl FnOnce(String) -> Result<T, NameError>,
) -> Result<T, SourceError> {
    let text = text.ok_or_else(|| malformed(operation, field, "missing"))?;
    new(text.to_owned()).map_err(|error| malformed(operation, field, error))
}

/// A text that the reading cannot do without, made fit for a terminal.
pub(crate) fn words(operation: &str, field: &str, text: Option<&str>) -> Result<String, SourceError> {
    match text.map(text::clean) {
        Some(text) if !text.is_empty() => Ok(text),
        _ => Err(malformed(operation, field, "missing")),
    }
}

/// A text that may be absent, made fit for a terminal.
pub(crate) fn optional(text: Option<&str>) -> Option<String> {
    text.map(text::clean).filter(|text| !text.is_empty())
}

/// An item of a list, or `None` with a warning in the log: one broken alarm or record hides no other.
pub(crate) fn keep<T>(item: Result<T, SourceError>) -> Option<T> {
    item.inspect_err(|error| tracing::warn!(%error, "an item of an answer is left out")).ok()
}

//! Fields out of objects that may hold anything. A field of the wrong type is a field that is not there, so that
//! one broken object does not take a list with it.

use evac_core::text;
use jiff::Timestamp;
use serde_json::Value;

/// A text that is not empty, made fit for a terminal.
pub(crate) fn text(object: &Value, pointer: &str) -> Option<String> {
    object.pointer(pointer)?.as_str().map(text::clean).filter(|text| !text.is_empty())
}

/// The texts of an array, the others left out.
pub(crate) fn texts(object: &Value, pointer: &str) -> Vec<String> {
    let items = object.pointer(pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    items.iter().filter_map(Value::as_str).map(text::clean).collect()
}

/// A count, 0 where there is none: Velero leaves out what is 0.
pub(crate) fn count(object: &Value, pointer: &str) -> u32 {
    let count = object.pointer(pointer).and_then(Value::as_u64).unwrap_or_default();
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// True only for `true`.
pub(crate) fn is_true(object: &Value, pointer: &str) -> bool {
    object.pointer(pointer).and_then(Value::as_bool).unwrap_or_default()
}

/// A moment, as Kubernetes writes it.
pub(crate) fn time(object: &Value, pointer: &str) -> Option<Timestamp> {
    object.pointer(pointer)?.as_str()?.parse().ok()
}

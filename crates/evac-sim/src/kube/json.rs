//! Reading and writing fields of objects that are kept as plain JSON.
//!
//! A missing or wrongly typed field reads as empty: the API has already refused what a schema forbids, and what no
//! schema covers must never stop a controller.

use jiff::Timestamp;
use serde_json::{Map, Value};

/// The value at a JSON pointer. Unlike `Value::pointer` it allocates nothing, and controllers read much.
pub fn at<'a>(object: &'a Value, pointer: &str) -> Option<&'a Value> {
    let mut place = object;
    for step in pointer.split('/').skip(1) {
        place = match place {
            Value::Object(fields) if step.contains('~') => fields.get(&step.replace("~1", "/").replace("~0", "~"))?,
            Value::Object(fields) => fields.get(step)?,
            Value::Array(items) => items.get(step.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    Some(place)
}

/// The text at a JSON pointer, or "".
pub fn text<'a>(object: &'a Value, pointer: &str) -> &'a str {
    at(object, pointer).and_then(Value::as_str).unwrap_or_default()
}

/// The whole number at a JSON pointer.
pub fn integer(object: &Value, pointer: &str) -> Option<i64> {
    at(object, pointer).and_then(Value::as_i64)
}

/// Whether the boolean at a JSON pointer is there and true.
pub fn flag(object: &Value, pointer: &str) -> bool {
    at(object, pointer).and_then(Value::as_bool).unwrap_or_default()
}

/// The RFC 3339 time at a JSON pointer.
pub fn instant(object: &Value, pointer: &str) -> Option<Timestamp> {
    text(object, pointer).parse().ok()
}

/// The list at a JSON pointer, or an empty one.
pub fn list<'a>(object: &'a Value, pointer: &str) -> &'a [Value] {
    at(object, pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// The texts of the list at a JSON pointer.
pub fn texts<'a>(object: &'a Value, pointer: &str) -> Vec<&'a str> {
    list(object, pointer).iter().filter_map(Value::as_str).collect()
}

/// Sets a field, making the objects on the way. Whatever stands there that is not an object gives way.
pub fn put(object: &mut Value, path: &[&str], value: impl Into<Value>) {
    let mut place = object;
    for step in path {
        if !place.is_object() {
            *place = Value::Object(Map::new());
        }
        place = &mut place[*step];
    }
    *place = value.into();
}

/// Takes a field out, and says what it was.
pub fn take(object: &mut Value, path: &[&str]) -> Option<Value> {
    let (last, way) = path.split_last()?;
    let mut place = object;
    for step in way {
        place = place.get_mut(*step)?;
    }
    place.as_object_mut()?.remove(*last)
}

/// A time as the API writes it: UTC, whole seconds.
pub fn written(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

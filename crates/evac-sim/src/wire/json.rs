//! Documents as JSON, for awsJson 1.0 and 1.1.

use serde_json::{Map, Number, Value};

use super::document::Document;

/// The JSON of a document.
pub fn to_value(document: &Document) -> Value {
    match document {
        Document::Structure(members) => {
            let members = members.iter().map(|(name, value)| (name.to_string(), to_value(value)));
            Value::Object(members.collect::<Map<_, _>>())
        }
        Document::List { items, .. } | Document::Flat(items) => Value::Array(items.iter().map(to_value).collect()),
        Document::Text(text) => Value::String(text.clone()),
        Document::Integer(number) => Value::from(*number),
        Document::Double(number) => Number::from_f64(*number).map_or(Value::Null, Value::Number),
        Document::Boolean(flag) => Value::Bool(*flag),
        Document::Time(time) => Value::from(time.as_millisecond() as f64 / 1000.0),
    }
}

/// The document of a JSON value. Members that are null are left out.
pub fn from_value(value: Value) -> Document {
    match value {
        Value::Null => Document::Text(String::new()),
        Value::Bool(flag) => Document::Boolean(flag),
        Value::Number(number) => match number.as_i64() {
            Some(number) => Document::Integer(number),
            None => Document::Double(number.as_f64().unwrap_or_default()),
        },
        Value::String(text) => Document::Text(text),
        Value::Array(items) => Document::members(items.into_iter().map(from_value)),
        Value::Object(members) => {
            let members = members.into_iter().filter(|(_, value)| !value.is_null());
            Document::Structure(members.map(|(name, value)| (name.into(), from_value(value))).collect())
        }
    }
}

/// The document of a JSON text; an empty text is an empty structure.
pub fn read(body: &[u8]) -> Result<Document, String> {
    if body.is_empty() {
        return Ok(Document::EMPTY);
    }
    serde_json::from_slice(body).map(from_value).map_err(|error| error.to_string())
}

/// The JSON text of a document.
pub fn write(document: &Document) -> Vec<u8> {
    to_value(document).to_string().into_bytes()
}

//! What a CustomResourceDefinition does to an object before it is stored: prune, default, validate.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use super::status_error::FieldError;

/// The fields of a kind beside `apiVersion`, `kind` and `metadata`.
#[derive(Debug, Default)]
pub struct Schema {
    /// By name.
    pub fields: BTreeMap<&'static str, Field>,
}

/// One field.
#[derive(Debug, Default)]
pub struct Field {
    /// What may stand in it.
    pub shape: Shape,
    /// Whether its parent is invalid without it.
    pub required: bool,
    /// Whether null may stand in it.
    pub nullable: bool,
    /// The only texts allowed, if any are listed.
    pub allowed: Vec<&'static str>,
    /// What stands in it when the writer left it out.
    pub default: Option<&'static str>,
    /// The smallest number allowed.
    pub minimum: Option<i64>,
}

/// The type of a value.
#[derive(Debug, Default)]
pub enum Shape {
    /// Anything.
    #[default]
    Any,
    /// A string.
    Text,
    /// A string that is an RFC 3339 time.
    Time,
    /// A whole number.
    Integer,
    /// A boolean.
    Boolean,
    /// An object with these fields and no others.
    Object(BTreeMap<&'static str, Field>),
    /// An object with any fields.
    Open,
    /// A list of one shape.
    List(Box<Shape>),
    /// An object whose values all have one shape.
    Map(Box<Shape>),
}

impl Schema {
    /// Drops what the schema does not know, fills in defaults, and says which fields were dropped.
    pub fn prune(&self, object: &mut Value) -> Vec<String> {
        let mut dropped = Vec::new();
        if let Some(fields) = object.as_object_mut() {
            fields.retain(|name, _| {
                let known = matches!(name.as_str(), "apiVersion" | "kind" | "metadata")
                    || self.fields.contains_key(name.as_str());
                if !known {
                    dropped.push(name.clone());
                }
                known
            });
        }
        for (name, field) in &self.fields {
            if let Some(value) = object.get_mut(*name) {
                field.shape.prune(value, name, &mut dropped);
            }
        }
        dropped
    }

    /// What is wrong with an object; nothing when it may be stored.
    pub fn validate(&self, object: &Value) -> Vec<FieldError> {
        let mut errors = Vec::new();
        check_fields(&self.fields, object, "", &mut errors);
        errors
    }
}

impl Field {
    /// The field of that name inside an object field.
    #[cfg(test)]
    pub fn child(&self, name: &str) -> Option<&Field> {
        match &self.shape {
            Shape::Object(fields) => fields.get(name),
            _ => None,
        }
    }
}

impl Shape {
    fn prune(&self, value: &mut Value, path: &str, dropped: &mut Vec<String>) {
        match (self, value) {
            (Shape::Object(fields), Value::Object(object)) => {
                object.retain(|name, _| {
                    let known = fields.contains_key(name.as_str());
                    if !known {
                        dropped.push(format!("{path}.{name}"));
                    }
                    known
                });
                for (name, field) in fields {
                    match (object.get_mut(*name), field.default) {
                        (Some(inner), _) => field.shape.prune(inner, &format!("{path}.{name}"), dropped),
                        (None, Some(default)) => {
                            object.insert((*name).to_owned(), default.into());
                        }
                        (None, None) => {}
                    }
                }
            }
            (Shape::List(item), Value::Array(items)) => {
                for (index, inner) in items.iter_mut().enumerate() {
                    item.prune(inner, &format!("{path}[{index}]"), dropped);
                }
            }
            _ => {}
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Shape::Any => "any",
            Shape::Text | Shape::Time => "string",
            Shape::Integer => "integer",
            Shape::Boolean => "boolean",
            Shape::Object(_) | Shape::Open | Shape::Map(_) => "object",
            Shape::List(_) => "array",
        }
    }

    fn fits(&self, value: &Value) -> bool {
        match self {
            Shape::Any => true,
            Shape::Text | Shape::Time => value.is_string(),
            Shape::Integer => value.is_i64() || value.is_u64(),
            Shape::Boolean => value.is_boolean(),
            Shape::Object(_) | Shape::Open | Shape::Map(_) => value.is_object(),
            Shape::List(_) => value.is_array(),
        }
    }

    fn check(&self, value: &Value, path: &str, errors: &mut Vec<FieldError>) {
        if !self.fits(value) {
            errors.push(wrong_type(path, self.name(), value));
            return;
        }
        match (self, value) {
            (Shape::Time, Value::String(time)) if time.parse::<Timestamp>().is_err() => {
                errors.push(wrong_type(path, "date-time", value));
            }
            (Shape::Object(fields), _) => check_fields(fields, value, path, errors),
            (Shape::List(item), Value::Array(items)) => {
                for (index, inner) in items.iter().enumerate() {
                    item.check(inner, &format!("{path}[{index}]"), errors);
                }
            }
            (Shape::Map(item), Value::Object(entries)) => {
                for (name, inner) in entries {
                    item.check(inner, &format!("{path}.{name}"), errors);
                }
            }
            _ => {}
        }
    }
}

fn check_fields(fields: &BTreeMap<&'static str, Field>, object: &Value, path: &str, errors: &mut Vec<FieldError>) {
    for (name, field) in fields {
        let path = if path.is_empty() { (*name).to_owned() } else { format!("{path}.{name}") };
        match object.get(*name) {
            None if field.required => errors.push(FieldError {
                field: path,
                reason: "FieldValueRequired",
                message: "Required value".to_owned(),
            }),
            None => {}
            Some(Value::Null) if field.nullable => {}
            Some(value) => {
                field.shape.check(value, &path, errors);
                field.check_value(value, &path, errors);
            }
        }
    }
}

impl Field {
    fn check_value(&self, value: &Value, path: &str, errors: &mut Vec<FieldError>) {
        if let Some(text) = value.as_str()
            && !self.allowed.is_empty()
            && !self.allowed.contains(&text)
        {
            let supported: Vec<String> = self.allowed.iter().map(|value| format!("\"{value}\"")).collect();
            errors.push(FieldError {
                field: path.to_owned(),
                reason: "FieldValueNotSupported",
                message: format!("Unsupported value: \"{text}\": supported values: {}", supported.join(", ")),
            });
        }
        if let (Some(number), Some(minimum)) = (value.as_i64(), self.minimum)
            && number < minimum
        {
            errors.push(FieldError {
                field: path.to_owned(),
                reason: "FieldValueInvalid",
                message: format!(
                    "Invalid value: {number}: {path} in body should be greater than or equal to {minimum}"
                ),
            });
        }
    }
}

fn wrong_type(path: &str, expected: &str, value: &Value) -> FieldError {
    let found = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let shown = match value {
        Value::String(text) if expected == "date-time" => format!("\"{text}\""),
        _ => format!("\"{found}\""),
    };
    FieldError {
        field: path.to_owned(),
        reason: "FieldValueTypeInvalid",
        message: format!("Invalid value: {shown}: {path} in body must be of type {expected}: {shown}"),
    }
}

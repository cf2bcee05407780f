//! Attribute values, as items hold them and as the wire writes them: `{"S": "text"}`.

use std::collections::{BTreeMap, BTreeSet};

use aws_smithy_types::base64;
use rust_decimal::Decimal;
use serde_json::{Map, Value as Json, json};

/// An item: its attributes by name.
pub type Item = BTreeMap<String, Value>;

/// The value of an attribute.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// `S`.
    Text(String),
    /// `N`, with 28 digits where DynamoDB has 38.
    Number(Decimal),
    /// `B`.
    Bytes(Vec<u8>),
    /// `BOOL`.
    Boolean(bool),
    /// `NULL`.
    Null,
    /// `SS`.
    Texts(BTreeSet<String>),
    /// `NS`.
    Numbers(BTreeSet<Decimal>),
    /// `BS`.
    ManyBytes(BTreeSet<Vec<u8>>),
    /// `L`.
    List(Vec<Value>),
    /// `M`.
    Map(Item),
}

impl Value {
    /// The name of its type on the wire.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "S",
            Self::Number(_) => "N",
            Self::Bytes(_) => "B",
            Self::Boolean(_) => "BOOL",
            Self::Null => "NULL",
            Self::Texts(_) => "SS",
            Self::Numbers(_) => "NS",
            Self::ManyBytes(_) => "BS",
            Self::List(_) => "L",
            Self::Map(_) => "M",
        }
    }

    /// Reads a value from the wire.
    ///
    /// # Errors
    /// In DynamoDB's words, when it is none.
    pub fn read(json: &Json) -> Result<Self, String> {
        let only = json.as_object().filter(|members| members.len() == 1).and_then(|members| members.iter().next());
        let (kind, inner) =
            only.ok_or("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")?;
        let text = || inner.as_str().ok_or_else(|| format!("The value of {kind} must be a string"));
        Ok(match kind.as_str() {
            "S" => Self::Text(text()?.to_owned()),
            "N" => Self::Number(number(text()?)?),
            "B" => Self::Bytes(bytes(text()?)?),
            "BOOL" => Self::Boolean(inner.as_bool().ok_or("The value of BOOL must be true or false")?),
            "NULL" if inner == &json!(true) => Self::Null,
            "NULL" => return Err("Null attribute value types must have the value of true".to_owned()),
            "SS" => Self::Texts(set(inner, |text| Ok(text.to_owned()))?),
            "NS" => Self::Numbers(set(inner, number)?),
            "BS" => Self::ManyBytes(set(inner, bytes)?),
            "L" => {
                let items = inner.as_array().ok_or("The value of L must be a list")?;
                Self::List(items.iter().map(Self::read).collect::<Result<_, _>>()?)
            }
            "M" => Self::Map(read_item(inner)?),
            other => return Err(format!("{other} is not one of the supported datatypes")),
        })
    }

    /// The value as the wire has it.
    pub fn write(&self) -> Json {
        let inner = match self {
            Self::Text(text) => json!(text),
            Self::Number(number) => json!(written(number)),
            Self::Bytes(bytes) => json!(base64::encode(bytes)),
            Self::Boolean(flag) => json!(flag),
            Self::Null => json!(true),
            Self::Texts(texts) => json!(texts),
            Self::Numbers(numbers) => Json::Array(numbers.iter().map(|number| json!(written(number))).collect()),
            Self::ManyBytes(many) => Json::Array(many.iter().map(|bytes| json!(base64::encode(bytes))).collect()),
            Self::List(items) => Json::Array(items.iter().map(Self::write).collect()),
            Self::Map(members) => write_item(members),
        };
        json!({ self.kind(): inner })
    }
}

fn number(text: &str) -> Result<Decimal, String> {
    let parsed = text.parse::<Decimal>().or_else(|_| Decimal::from_scientific(text));
    parsed.map_err(|_| format!("The parameter cannot be converted to a numeric value: {text}"))
}

fn written(number: &Decimal) -> String {
    number.normalize().to_string()
}

fn bytes(text: &str) -> Result<Vec<u8>, String> {
    base64::decode(text).map_err(|_| "A value of B must be base64".to_owned())
}

fn set<T: Ord>(json: &Json, read: impl Fn(&str) -> Result<T, String>) -> Result<BTreeSet<T>, String> {
    let items = json.as_array().ok_or("The value of a set must be a list")?;
    let mut found = BTreeSet::new();
    for item in items {
        let text = item.as_str().ok_or("The members of a set must be strings")?;
        if !found.insert(read(text)?) {
            return Err("One or more parameter values were invalid: Input collection contains duplicates".to_owned());
        }
    }
    if found.is_empty() {
        return Err("One or more parameter values were invalid: An string set  may not be empty".to_owned());
    }
    Ok(found)
}

/// Reads an item from the wire.
///
/// # Errors
/// In DynamoDB's words, when it is none.
pub fn read_item(json: &Json) -> Result<Item, String> {
    let members = json.as_object().ok_or("An item must be a map of attributes")?;
    members.iter().map(|(name, value)| Ok((name.clone(), Value::read(value)?))).collect()
}

/// An item as the wire has it.
pub fn write_item(item: &Item) -> Json {
    Json::Object(item.iter().map(|(name, value)| (name.clone(), value.write())).collect::<Map<_, _>>())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn what_is_read_is_written_again() {
        for json in [
            json!({"S": ""}),
            json!({"N": "-12.5"}),
            json!({"B": "aGVsbG8="}),
            json!({"BOOL": false}),
            json!({"NULL": true}),
            json!({"SS": ["a", "b"]}),
            json!({"NS": ["1", "20"]}),
            json!({"L": [{"S": "x"}, {"L": []}]}),
            json!({"M": {"a": {"N": "1"}}}),
        ] {
            assert_eq!(Value::read(&json).unwrap().write(), json);
        }
        for (given, kept) in [("1.500", "1.5"), ("007", "7"), ("1E3", "1000"), ("-0", "0")] {
            assert_eq!(Value::read(&json!({"N": given})).unwrap().write(), json!({"N": kept}));
        }
    }

    #[test]
    fn what_is_no_value_is_refused() {
        for json in [
            json!({}),
            json!({"S": "a", "N": "1"}),
            json!({"X": "a"}),
            json!({"N": "one"}),
            json!({"N": 1}),
            json!({"SS": []}),
            json!({"SS": ["a", "a"]}),
            json!({"NULL": false}),
            json!("text"),
        ] {
            assert!(Value::read(&json).is_err(), "{json}");
        }
    }
}

//! The lease's item as attributes: its JSON, with DynamoDB's types.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use evac_core::{SourceError, text};
use evac_engine::run::LeaseItem;
use serde_json::{Map, Number, Value};

use crate::error::malformed;

/// The attributes of an item.
pub(super) type Attributes = HashMap<String, AttributeValue>;

/// The partition key of the table: the stack's name.
pub(super) const KEY: &str = "stack";

/// The attributes of an item. What is absent has none.
pub(super) fn attributes(stack: &str, item: &LeaseItem) -> Result<Attributes, serde_json::Error> {
    let mut attributes = match attribute(serde_json::to_value(item)?) {
        Some(AttributeValue::M(attributes)) => attributes,
        _ => Attributes::new(),
    };
    attributes.insert(KEY.to_owned(), AttributeValue::S(stack.to_owned()));
    Ok(attributes)
}

/// The item of attributes; its texts are made fit for a terminal.
pub(super) fn item(operation: &str, attributes: &Attributes) -> Result<LeaseItem, SourceError> {
    let json = json(&AttributeValue::M(attributes.clone()));
    serde_json::from_value(json).map_err(|error| malformed(operation, "Item", error))
}

fn attribute(json: Value) -> Option<AttributeValue> {
    Some(match json {
        Value::Null => return None,
        Value::Bool(truth) => AttributeValue::Bool(truth),
        Value::Number(number) => AttributeValue::N(number.to_string()),
        Value::String(text) => AttributeValue::S(text),
        Value::Array(list) => AttributeValue::L(list.into_iter().filter_map(attribute).collect()),
        Value::Object(map) => {
            AttributeValue::M(map.into_iter().filter_map(|(name, value)| Some((name, attribute(value)?))).collect())
        }
    })
}

fn json(attribute: &AttributeValue) -> Value {
    match attribute {
        AttributeValue::Bool(truth) => Value::Bool(*truth),
        AttributeValue::N(number) => number.parse().map_or(Value::Null, |number: Number| Value::Number(number)),
        AttributeValue::S(text) => Value::String(text::clean(text)),
        AttributeValue::L(list) => Value::Array(list.iter().map(json).collect()),
        AttributeValue::M(map) => {
            Value::Object(map.iter().map(|(name, value)| (name.clone(), json(value))).collect::<Map<_, _>>())
        }
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use evac_core::{
        SourceErrorKind,
        reading::{LastRun, LeaseHolder, LeaseReading},
    };
    use evac_engine::run::JournalHead;

    use super::*;

    fn full() -> LeaseItem {
        let holder = LeaseHolder {
            run: "20260304T050607Z-4f0c".to_owned(),
            holder: "ada@desk".to_owned(),
            purpose: "failover us-east-1 to us-west-2".to_owned(),
            since: "2026-03-04T05:06:07.5Z".parse().unwrap(),
            renewals: 12,
            ttl: 20,
            displaced: true,
        };
        let last = LastRun {
            run: "20260303T050607Z-77aa".to_owned(),
            outcome: "done".to_owned(),
            ended_at: "2026-03-03T06:00:00Z".parse().unwrap(),
            acknowledged_by: None,
        };
        let run = "20260304T050607Z-4f0c".to_owned();
        LeaseItem {
            version: 41,
            token: "00ff00ff00ff00ff".to_owned(),
            lease: LeaseReading { epoch: 7, holder: Some(holder), last: Some(last) },
            head: Some(JournalHead { run, number: 3, hash: "ab".repeat(32), epoch: 7, displaced: true }),
        }
    }

    #[test]
    fn an_item_comes_back_as_it_was() {
        for item in [full(), LeaseItem::default()] {
            let attributes = attributes("akidb", &item).unwrap();
            assert_eq!(attributes[KEY], AttributeValue::S("akidb".to_owned()));
            assert_eq!(attributes["version"], AttributeValue::N(item.version.to_string()));
            assert_eq!(super::item("read", &attributes).unwrap(), item);
        }
    }

    #[test]
    fn texts_of_others_are_cleaned_and_what_is_no_lease_is_malformed() {
        let mut hostile = attributes("akidb", &full()).unwrap();
        let Some(AttributeValue::M(holder)) = hostile.get_mut("holder") else { unreachable!() };
        holder.insert("holder".to_owned(), AttributeValue::S("\u{1b}[2Jada".to_owned()));
        let read = item("read", &hostile).unwrap();
        assert!(!read.lease.holder.unwrap().holder.contains('\u{1b}'));
        hostile.insert("epoch".to_owned(), AttributeValue::S("seven".to_owned()));
        assert_eq!(item("read", &hostile).unwrap_err().kind, SourceErrorKind::Malformed);
    }
}

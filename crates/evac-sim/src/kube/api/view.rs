//! The form in which objects are answered: whole, as a table, or as metadata alone.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{super::kinds::Kind, table};

/// The wanted form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// The objects themselves.
    Whole,
    /// Rows for people, with what of each object comes along.
    Table(RowObject),
    /// Their metadata.
    Metadata,
}

/// What of its object a row carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowObject {
    /// Nothing.
    None,
    /// Its metadata.
    Metadata,
    /// All of it.
    Object,
}

/// What goes around the objects of a list.
#[derive(Debug, Clone, Default)]
pub struct ListMeta {
    /// The version that the list shows.
    pub version: u64,
    /// Where the next page starts.
    pub next: Option<String>,
    /// How many objects are left after this page, when that is known.
    pub remaining: Option<usize>,
}

impl ListMeta {
    pub(super) fn document(&self) -> Value {
        let mut meta = json!({"resourceVersion": self.version.to_string()});
        if let Some(next) = &self.next {
            meta["continue"] = next.as_str().into();
        }
        if let Some(remaining) = self.remaining {
            meta["remainingItemCount"] = remaining.into();
        }
        meta
    }
}

impl View {
    /// The first form in an `Accept` header that is known here.
    pub fn negotiate(accept: &str, include_object: &str) -> View {
        for wanted in accept.split(',') {
            let mut parts = wanted.split(';').map(str::trim);
            if !matches!(parts.next(), Some("application/json" | "*/*" | "")) {
                continue;
            }
            return match parts.find_map(|part| part.strip_prefix("as=")) {
                Some("Table") => View::Table(match include_object {
                    "None" => RowObject::None,
                    "Object" => RowObject::Object,
                    _ => RowObject::Metadata,
                }),
                Some("PartialObjectMetadata" | "PartialObjectMetadataList") => View::Metadata,
                Some(_) => continue,
                None => View::Whole,
            };
        }
        View::Whole
    }

    /// One object.
    pub fn one(self, kind: &Kind, object: &Value, now: Timestamp) -> Value {
        match self {
            View::Whole => object.clone(),
            View::Metadata => metadata_of(object),
            View::Table(row_object) => {
                let meta = json!({"resourceVersion": object["metadata"]["resourceVersion"]});
                table::table(kind, [object], meta, row_object, now)
            }
        }
    }

    /// A list, written.
    pub fn list(self, kind: &Kind, objects: &[Arc<Value>], meta: &ListMeta, now: Timestamp) -> String {
        let items = match self {
            View::Table(row_object) => {
                let objects = objects.iter().map(AsRef::as_ref);
                return table::table(kind, objects, meta.document(), row_object, now).to_string();
            }
            View::Whole => objects.iter().map(|object| object.to_string()).collect::<Vec<_>>().join(","),
            View::Metadata => {
                objects.iter().map(|object| metadata_of(object).to_string()).collect::<Vec<_>>().join(",")
            }
        };
        let (list, version) = match self {
            View::Metadata => ("PartialObjectMetadataList".to_owned(), "meta.k8s.io/v1".to_owned()),
            _ => (format!("{}List", kind.kind), kind.api_version()),
        };
        let meta = meta.document();
        format!(r#"{{"kind":"{list}","apiVersion":"{version}","metadata":{meta},"items":[{items}]}}"#)
    }
}

/// An object's metadata in its own envelope.
pub fn metadata_of(object: &Value) -> Value {
    json!({"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": object["metadata"]})
}

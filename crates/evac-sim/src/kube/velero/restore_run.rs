//! One running restore: the objects that it brings back, in Velero's order, and how far it is.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde_json::Value;

use super::{contents::Contents, filters::Filters};
use crate::kube::{json, kinds, store::ObjectKey};

/// What comes first, because others need it. The rest follows by group and name.
const FIRST: [&str; 8] = [
    "Namespace",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "ServiceAccount",
    "Secret",
    "ConfigMap",
    "Pod",
    "ReplicaSet",
];

/// How a backup's volumes were saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VolumeData {
    /// File by file: a new volume is filled again.
    Files,
    /// As a snapshot that was moved to the bucket.
    MovedSnapshot,
    /// As a snapshot that can be read in this region.
    Snapshot,
    /// As a snapshot of another region.
    ForeignSnapshot,
    /// Not at all.
    None,
}

/// A restore at work.
#[derive(Debug)]
pub struct RestoreRun {
    /// The objects, in order.
    pub items: Vec<Arc<Value>>,
    /// How many of them have had their turn.
    pub done: usize,
    /// How many objects the backup holds: the first guess at the total.
    pub estimate: usize,
    /// The namespaces as they were, to be made again for the objects in them.
    pub namespaces: BTreeMap<String, Arc<Value>>,
    /// How the volumes come back.
    pub volume_data: VolumeData,
    /// The names of restored volumes, by those in the backup.
    pub volumes: BTreeMap<String, String>,
    /// The claims that this restore has made and whose data is to come.
    pub empty_claims: BTreeSet<(String, String)>,
    /// The objects that bring data back.
    pub transfers: Vec<ObjectKey>,
    /// What could not be done and did no harm.
    pub warnings: i64,
    /// What could not be done.
    pub errors: i64,
}

impl RestoreRun {
    /// The run of a restore from what a backup holds.
    pub fn new(restore: &Value, contents: &Contents, volume_data: VolumeData) -> RestoreRun {
        let filters = Filters::of(restore);
        let mut items: Vec<Arc<Value>> =
            contents.iter().filter(|object| is_wanted(&filters, object)).cloned().collect();
        let claims: BTreeSet<(String, String)> = items
            .iter()
            .filter(|object| object["kind"] == "PersistentVolumeClaim")
            .map(|claim| place(claim, "/metadata"))
            .collect();
        let keep = volume_data != VolumeData::Files
            && volume_data != VolumeData::None
            && restore.pointer("/spec/restorePVs") != Some(&Value::Bool(false));
        items.retain(|object| {
            object["kind"] != "PersistentVolume" || (keep && claims.contains(&place(object, "/spec/claimRef")))
        });
        items.sort_by_key(|object| order(object));
        let namespaces = contents.iter().filter(|object| object["kind"] == "Namespace");
        RestoreRun {
            done: 0,
            estimate: contents.len().max(items.len()),
            namespaces: namespaces
                .map(|object| (json::text(object, "/metadata/name").to_owned(), object.clone()))
                .collect(),
            items,
            volume_data,
            volumes: BTreeMap::new(),
            empty_claims: BTreeSet::new(),
            transfers: Vec::new(),
            warnings: 0,
            errors: 0,
        }
    }

    /// The next few objects, and how many have had their turn after them.
    pub fn next_batch(&mut self) -> Vec<Arc<Value>> {
        let size = (self.items.len() / 4).max(10);
        let batch: Vec<Arc<Value>> = self.items.iter().skip(self.done).take(size).cloned().collect();
        self.done += batch.len();
        batch
    }

    /// Whether every object has had its turn.
    pub fn is_through(&self) -> bool {
        self.done >= self.items.len()
    }
}

fn is_wanted(filters: &Filters<'_>, object: &Value) -> bool {
    let ended_job = object["kind"] == "Job" && object.pointer("/status/completionTime").is_some();
    let ended_pod = object["kind"] == "Pod" && matches!(json::text(object, "/status/phase"), "Succeeded" | "Failed");
    !ended_job && !ended_pod && kinds::of_object(object).is_some_and(|kind| filters.take(kind, object))
}

/// A namespace and a name, as metadata or a reference has them.
fn place(object: &Value, pointer: &str) -> (String, String) {
    let part = |name: &str| json::text(object, &format!("{pointer}/{name}")).to_owned();
    (part("namespace"), part("name"))
}

fn order(object: &Value) -> (usize, String, String, (String, String)) {
    let kind = json::text(object, "/kind");
    let rank = FIRST.iter().position(|first| *first == kind).unwrap_or(FIRST.len());
    (rank, json::text(object, "/apiVersion").to_owned(), kind.to_owned(), place(object, "/metadata"))
}

/// The namespace that a restore puts the objects of a namespace into.
pub fn target_namespace<'a>(restore: &'a Value, namespace: &'a str) -> &'a str {
    let mapping = restore.pointer("/spec/namespaceMapping");
    mapping.and_then(|mapping| mapping.get(namespace)).and_then(Value::as_str).unwrap_or(namespace)
}

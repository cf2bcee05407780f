//! The object store: every object of the cluster, one resource version for all, and the log of changes.
//!
//! Guarantees: each stored change raises the version by exactly one and is logged; a write that changes nothing stores
//! nothing; `generation` moves as the real server moves it.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use serde_json::Value;

use super::{
    event_log::{Change, EventLog},
    json,
    kinds::{self, Resource},
};

/// Which object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectKey {
    /// The resource.
    pub resource: Resource,
    /// The namespace; "" for what lives in none.
    pub namespace: String,
    /// The name.
    pub name: String,
}

impl ObjectKey {
    /// A key.
    pub fn new(resource: Resource, namespace: &str, name: &str) -> ObjectKey {
        ObjectKey { resource, namespace: namespace.to_owned(), name: name.to_owned() }
    }

    /// The key of another resource's object in the same namespace.
    pub fn sibling(&self, resource: Resource, name: &str) -> ObjectKey {
        ObjectKey::new(resource, &self.namespace, name)
    }
}

type Objects = BTreeMap<(String, String), Arc<Value>>;

/// The objects.
#[derive(Debug, Default)]
pub struct Store {
    objects: BTreeMap<Resource, Objects>,
    version: u64,
    log: EventLog,
    /// Changes that the controllers have not looked at yet: the key and the newest state.
    unseen: VecDeque<(ObjectKey, Arc<Value>)>,
}

impl Store {
    /// An empty store whose versions go on from a number.
    pub fn starting_at(version: u64) -> Store {
        Store { version, ..Store::default() }
    }

    /// The newest version.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The log of changes.
    pub fn log(&self) -> &EventLog {
        &self.log
    }

    /// Forgets the changes so far, for watches.
    pub fn compact(&mut self) {
        self.log.compact(self.version);
    }

    /// The next change that the controllers have not seen.
    pub fn next_unseen(&mut self) -> Option<(ObjectKey, Arc<Value>)> {
        self.unseen.pop_front()
    }

    /// One object.
    pub fn get(&self, key: &ObjectKey) -> Option<&Arc<Value>> {
        self.objects.get(&key.resource)?.get(&(key.namespace.clone(), key.name.clone()))
    }

    /// The objects of a resource in one namespace or in all, by namespace and name.
    pub fn list<'a>(&'a self, resource: Resource, namespace: Option<&'a str>) -> impl Iterator<Item = &'a Arc<Value>> {
        self.list_after(resource, namespace, None).map(|(_, object)| object)
    }

    /// The same with their names, from after a name on.
    pub fn list_after<'a>(
        &'a self,
        resource: Resource,
        namespace: Option<&'a str>,
        after: Option<&(String, String)>,
    ) -> impl Iterator<Item = (&'a (String, String), &'a Arc<Value>)> {
        use std::ops::Bound;
        let start = match (after, namespace) {
            (Some(after), _) => Bound::Excluded(after.clone()),
            (None, Some(namespace)) => Bound::Included((namespace.to_owned(), String::new())),
            (None, None) => Bound::Unbounded,
        };
        self.objects
            .get(&resource)
            .into_iter()
            .flat_map(move |objects| objects.range((start.clone(), Bound::Unbounded)))
            .take_while(move |((own, _), _)| namespace.is_none_or(|namespace| namespace == own))
    }

    /// Stores a new object.
    pub fn insert(&mut self, key: &ObjectKey, mut object: Value) -> Arc<Value> {
        if kinds::of(key.resource)
            .is_some_and(|kind| kind.is_custom() || kind.resource.group == "apps" || kind.kind == "Job")
        {
            json::put(&mut object, &["metadata", "generation"], 1);
        }
        self.commit(key, None, object)
    }

    /// Stores a new state of an object; what is there stays if nothing changed.
    pub fn replace(&mut self, key: &ObjectKey, mut object: Value) -> Arc<Value> {
        let before = self.get(key).cloned();
        if let Some(before) = &before {
            if let Some(version) = before.pointer("/metadata/resourceVersion") {
                json::put(&mut object, &["metadata", "resourceVersion"], version.clone());
            }
            if object == **before {
                return before.clone();
            }
            if let Some(generation) = json::integer(before, "/metadata/generation") {
                let moved = i64::from(is_new_generation(key.resource, before, &object));
                json::put(&mut object, &["metadata", "generation"], generation + moved);
            }
        }
        self.commit(key, before, object)
    }

    /// Reads, changes and stores an object; `None` if it is not there.
    pub fn update(&mut self, key: &ObjectKey, change: impl FnOnce(&mut Value)) -> Option<Arc<Value>> {
        let mut object = Value::clone(self.get(key)?);
        change(&mut object);
        Some(self.replace(key, object))
    }

    /// Removes an object, and returns its last state.
    pub fn remove(&mut self, key: &ObjectKey) -> Option<Arc<Value>> {
        let place = (key.namespace.clone(), key.name.clone());
        let before = self.objects.get_mut(&key.resource)?.remove(&place)?;
        self.version += 1;
        let mut last = Value::clone(&before);
        json::put(&mut last, &["metadata", "resourceVersion"], self.version.to_string());
        let last = Arc::new(last);
        self.log.push(Change {
            version: self.version,
            resource: key.resource,
            before: Some(before),
            after: last.clone(),
            deleted: true,
        });
        self.unseen.push_back((key.clone(), last.clone()));
        Some(last)
    }

    fn commit(&mut self, key: &ObjectKey, before: Option<Arc<Value>>, mut object: Value) -> Arc<Value> {
        self.version += 1;
        json::put(&mut object, &["metadata", "resourceVersion"], self.version.to_string());
        let after = Arc::new(object);
        let place = (key.namespace.clone(), key.name.clone());
        self.objects.entry(key.resource).or_default().insert(place, after.clone());
        self.log.push(Change {
            version: self.version,
            resource: key.resource,
            before,
            after: after.clone(),
            deleted: false,
        });
        self.unseen.push_back((key.clone(), after.clone()));
        after
    }
}

/// A status subresource keeps status out of the generation; without one, every change outside the metadata counts.
fn is_new_generation(resource: Resource, before: &Value, after: &Value) -> bool {
    let has_status = kinds::of(resource).is_some_and(|kind| kind.has_status);
    let counted = |object: &Value| -> Vec<(String, Value)> {
        object
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(name, _)| *name != "metadata" && !(has_status && *name == "status"))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    };
    counted(before) != counted(after)
}

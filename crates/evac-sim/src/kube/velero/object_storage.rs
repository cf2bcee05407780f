//! What lies in the buckets: it outlives the API objects, and they come back from it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::contents::Contents;

/// One backup in a bucket.
#[derive(Debug, Clone)]
pub struct StoredBackup {
    /// Labels and annotations, spec and status, as uploaded when it ended.
    pub description: Value,
    /// The objects in it.
    pub contents: Contents,
    /// Whether the contents are gone while the description is still there: Completed, and not restorable.
    pub contents_missing: bool,
}

/// The backups in every bucket and prefix.
#[derive(Debug, Default)]
pub struct ObjectStorage {
    places: BTreeMap<String, BTreeMap<String, StoredBackup>>,
}

impl ObjectStorage {
    /// Uploads a backup.
    pub fn upload(&mut self, place: &str, name: &str, backup: &Value, contents: Contents) {
        let description = json!({
            "metadata": {
                "name": name,
                "labels": backup["metadata"]["labels"],
                "annotations": backup["metadata"]["annotations"],
            },
            "spec": backup["spec"],
            "status": backup["status"],
        });
        let stored = StoredBackup { description, contents, contents_missing: false };
        self.places.entry(place.to_owned()).or_default().insert(name.to_owned(), stored);
    }

    /// The backups at a place, by name.
    pub fn at(&self, place: &str) -> impl Iterator<Item = (&String, &StoredBackup)> {
        self.places.get(place).into_iter().flatten()
    }

    /// One backup.
    pub fn get(&self, place: &str, name: &str) -> Option<&StoredBackup> {
        self.places.get(place)?.get(name)
    }

    /// Removes a backup's data for good.
    pub fn remove(&mut self, place: &str, name: &str) {
        if let Some(backups) = self.places.get_mut(place) {
            backups.remove(name);
        }
    }

    /// Adds backups that are not there yet.
    pub fn copy_in(&mut self, place: &str, backups: Vec<(String, StoredBackup)>) {
        let here = self.places.entry(place.to_owned()).or_default();
        for (name, backup) in backups {
            here.entry(name).or_insert(backup);
        }
    }

    /// Takes the contents of all backups with a prefix away, in every place, and leaves the descriptions.
    pub fn hide_contents(&mut self, prefix: &str) {
        self.set_contents_missing(prefix, true);
    }

    /// Brings hidden contents back.
    pub fn show_contents(&mut self, prefix: &str) {
        self.set_contents_missing(prefix, false);
    }

    fn set_contents_missing(&mut self, prefix: &str, missing: bool) {
        let backups = self.places.values_mut().flatten();
        for (_, backup) in backups.filter(|(name, _)| name.starts_with(prefix)) {
            backup.contents_missing = missing;
        }
    }
}

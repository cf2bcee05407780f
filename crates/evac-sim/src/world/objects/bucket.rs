//! A bucket: keys in order, and under each its versions, oldest first.

use std::collections::BTreeMap;

use super::{Content, Version};
use crate::topology::Region;

/// The most keys that a bucket keeps. Beyond it the one that was written least recently is forgotten.
const MOST_KEYS: usize = 50_000;
/// How many versions that are not locked a key keeps, as by a lifecycle rule for noncurrent versions.
const MOST_VERSIONS: usize = 100;

/// A versioned bucket.
#[derive(Debug, Clone)]
pub struct Bucket {
    /// Its name, which no other bucket in any region has.
    pub name: String,
    /// Where it is.
    pub region: Region,
    /// Whether Object Lock is enabled.
    pub locks: bool,
    /// Whether what is written here is copied to the data buckets of the other regions.
    pub replicates: bool,
    keys: BTreeMap<String, Vec<Version>>,
}

impl Bucket {
    pub(super) fn new(name: String, region: Region, locks: bool, replicates: bool) -> Self {
        Self { name, region, locks, replicates, keys: BTreeMap::new() }
    }

    /// The newest version of a key, which may be a delete marker.
    pub fn newest(&self, key: &str) -> Option<&Version> {
        self.keys.get(key)?.last()
    }

    /// The object that a key shows: its newest version, unless that is a delete marker.
    pub fn object(&self, key: &str) -> Option<(&Version, &Content)> {
        let version = self.newest(key)?;
        version.content.as_ref().map(|content| (version, content))
    }

    /// A version of a key by its id.
    pub fn version(&self, key: &str, id: &str) -> Option<&Version> {
        self.keys.get(key)?.iter().find(|version| version.id == id)
    }

    /// Keys in order, each with its versions, the newest first.
    pub fn keys(&self) -> impl Iterator<Item = (&str, impl Iterator<Item = &Version>)> {
        self.keys.iter().map(|(key, versions)| (key.as_str(), versions.iter().rev()))
    }

    pub(super) fn version_mut(&mut self, key: &str, id: &str) -> Option<&mut Version> {
        self.keys.get_mut(key)?.iter_mut().find(|version| version.id == id)
    }

    pub(super) fn numbered_mut(&mut self, key: &str, number: u64) -> Option<&mut Version> {
        self.keys.get_mut(key)?.iter_mut().find(|version| version.number == number)
    }

    pub(super) fn insert(&mut self, key: &str, version: Version) {
        let now = version.modified;
        let versions = self.keys.entry(key.to_owned()).or_default();
        // A copy may come later than what was written here meanwhile.
        let place = versions.partition_point(|held| held.number < version.number);
        versions.insert(place, version);
        let removable =
            |version: &Version| version.content.as_ref().is_none_or(|content| content.lock.allows_removal(now, false));
        if versions.len() > MOST_VERSIONS
            && let Some(oldest) = versions.iter().position(removable)
        {
            versions.remove(oldest);
        }
        if self.keys.len() > MOST_KEYS {
            let free = self.keys.iter().filter(|(_, versions)| versions.iter().all(removable));
            let oldest = free.min_by_key(|(_, versions)| versions.last().map(|version| version.number));
            if let Some(oldest) = oldest.map(|(key, _)| key.clone()) {
                self.keys.remove(&oldest);
            }
        }
    }

    pub(super) fn remove(&mut self, key: &str, id: &str) -> Option<Version> {
        let versions = self.keys.get_mut(key)?;
        let place = versions.iter().position(|version| version.id == id)?;
        let removed = versions.remove(place);
        if versions.is_empty() {
            self.keys.remove(key);
        }
        Some(removed)
    }
}

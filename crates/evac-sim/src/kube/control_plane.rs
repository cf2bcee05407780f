//! One cluster's state behind its lock: the store, the virtual clock, the timers, and what the world imposes.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{
    config::RestoreOutcome,
    controllers, json,
    kinds::{self, resource},
    store::{ObjectKey, Store},
    timers::{Timers, Wake},
    velero::{contents::Contents, object_storage::ObjectStorage, queue, restore_run::RestoreRun},
};

/// Everything that changes under one lock. Time moves only in [`ControlPlane::advance`].
#[derive(Debug)]
pub struct ControlPlane {
    /// The objects.
    pub store: Store,
    /// Virtual now.
    pub clock: Timestamp,
    /// What is put off.
    pub timers: Timers,
    /// The region, for names and labels.
    pub region: String,
    /// What the buckets hold, beside the API objects.
    pub object_storage: ObjectStorage,
    /// Backup locations that the world holds unavailable, with the message.
    pub unavailable_locations: BTreeMap<String, String>,
    /// How many pods of a deployment may be ready, where the world limits it.
    pub ready_limits: BTreeMap<(String, String), i32>,
    /// Whether Velero's controllers run.
    pub velero_runs: bool,
    /// What they are to do when they run again.
    pub put_off: BTreeSet<Wake>,
    /// How restores end, as the world has it.
    pub restore_outcome: RestoreOutcome,
    /// The restores at work, by name.
    pub restore_runs: BTreeMap<String, RestoreRun>,
    /// What the running backups have taken, by name.
    pub captured: BTreeMap<String, Contents>,
    /// The spec of each backup location when it was validated at last.
    pub validated: BTreeMap<String, Value>,
    /// Whether the queue of backups must be looked at: once for any number of changes, since it looks at them all.
    pub queue_moved: bool,
    /// The backups that have not ended: the queue and the schedules ask for them at every turn.
    pub unfinished_backups: BTreeSet<String>,
    /// Counts what may make a sync of backups necessary: removals, ends, and changes of what the buckets hold.
    pub backup_changes: u64,
    /// What each location was synced at last: its place, and the count then.
    pub synced: BTreeMap<String, (String, u64)>,
    seed: u64,
    rng: Rng,
}

impl ControlPlane {
    /// An empty cluster at a time.
    pub fn new(region: &str, seed: u64, clock: Timestamp) -> ControlPlane {
        ControlPlane {
            // A fresh server does not start at version 1, and no client should be used to that.
            store: Store::starting_at(1000),
            clock,
            timers: Timers::default(),
            region: region.to_owned(),
            object_storage: ObjectStorage::default(),
            unavailable_locations: BTreeMap::new(),
            ready_limits: BTreeMap::new(),
            velero_runs: false,
            put_off: BTreeSet::new(),
            restore_outcome: RestoreOutcome::Normal,
            restore_runs: BTreeMap::new(),
            captured: BTreeMap::new(),
            validated: BTreeMap::new(),
            queue_moved: false,
            unfinished_backups: BTreeSet::new(),
            backup_changes: 0,
            synced: BTreeMap::new(),
            seed: seed ^ hash(region),
            rng: Rng::with_seed(seed ^ hash(region)),
        }
    }

    /// Moves the controllers to a time, one due wake after the other at its own time. Going back does nothing.
    pub fn advance(&mut self, now: Timestamp) {
        self.settle();
        while let Some((at, wake)) = self.timers.next_due(now) {
            self.clock = self.clock.max(at);
            controllers::wake(self, &wake);
            self.settle();
        }
        self.clock = self.clock.max(now);
    }

    /// Shows the controllers what has changed since they last looked.
    pub fn settle(&mut self) {
        loop {
            while let Some((key, last)) = self.store.next_unseen() {
                controllers::changed(self, &key, &last);
            }
            if !std::mem::take(&mut self.queue_moved) {
                break;
            }
            queue::settle(self);
        }
    }

    /// Wakes the controller of an object after a while.
    pub fn wake_after(&mut self, key: &ObjectKey, wait: SignedDuration) {
        self.wake_at(key, self.clock + wait);
    }

    /// Wakes the controller of an object at a time.
    pub fn wake_at(&mut self, key: &ObjectKey, at: Timestamp) {
        self.timers.set(Wake::Object(key.clone()), at);
    }

    /// Whether an object's controller is to be woken.
    pub fn is_waiting(&self, key: &ObjectKey) -> bool {
        self.timers.is_set(&Wake::Object(key.clone()))
    }

    /// Creates an object as a controller does, with its metadata filled in. What is there already stays.
    pub fn create(&mut self, key: &ObjectKey, mut object: Value) -> Arc<Value> {
        if let Some(existing) = self.store.get(key) {
            return existing.clone();
        }
        if let Some(kind) = kinds::of(key.resource) {
            json::put(&mut object, &["apiVersion"], kind.api_version());
            json::put(&mut object, &["kind"], kind.kind);
        }
        json::put(&mut object, &["metadata", "name"], key.name.as_str());
        if !key.namespace.is_empty() {
            json::put(&mut object, &["metadata", "namespace"], key.namespace.as_str());
        }
        self.stamp(&mut object);
        self.store.insert(key, object)
    }

    /// Gives a new object its identity: uid and creation time.
    pub fn stamp(&mut self, object: &mut Value) {
        let (high, low) = (self.rng.u64(..), self.rng.u64(..));
        let uid = format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            high >> 16 & 0xffff,
            high & 0xfff,
            low >> 48 & 0x3fff | 0x8000,
            low & 0xffff_ffff_ffff
        );
        json::put(object, &["metadata", "uid"], uid);
        json::put(object, &["metadata", "creationTimestamp"], json::written(self.clock));
    }

    /// Five letters for a generated name, of the alphabet that the real server uses.
    pub fn name_suffix(&mut self) -> String {
        (0..5).map(|_| suffix_letter(self.rng.u64(..))).collect()
    }

    /// A number in a range that depends on the seed and the words alone, so that runs do not depend on call order.
    pub fn vary(&self, words: &str, range: std::ops::Range<u64>) -> u64 {
        let span = range.end.saturating_sub(range.start).max(1);
        range.start + (hash(words) ^ self.seed).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29) % span
    }

    /// The first backup location marked as the default one.
    pub fn default_backup_location(&self) -> Option<String> {
        let mut locations = self.store.list(resource::BACKUP_LOCATIONS, Some(VELERO_NAMESPACE));
        let default = locations.find(|location| json::flag(location, "/spec/default"))?;
        Some(json::text(default, "/metadata/name").to_owned())
    }

    /// Records a core event about an object, as `kubectl describe` shows it.
    pub fn record(&mut self, about: &Value, warning: bool, reason: &str, message: &str) {
        let namespace = match json::text(about, "/metadata/namespace") {
            "" => "default",
            namespace => namespace,
        };
        let subject = json::text(about, "/metadata/name");
        let name = format!("{subject}.{:016x}", self.rng.u64(..));
        let now = json::written(self.clock);
        let event = json!({
            "involvedObject": {
                "kind": about["kind"], "apiVersion": about["apiVersion"], "name": subject,
                "namespace": about["metadata"]["namespace"], "uid": about["metadata"]["uid"],
            },
            "reason": reason, "message": message, "type": if warning { "Warning" } else { "Normal" },
            "firstTimestamp": now, "lastTimestamp": now, "count": 1,
            "source": {"component": "controller-manager"}, "reportingComponent": "controller-manager",
            "reportingInstance": "",
        });
        self.create(&ObjectKey::new(resource::EVENTS, namespace, &name), event);
    }
}

/// The namespace that Velero runs in and keeps its objects in.
pub const VELERO_NAMESPACE: &str = "velero";

/// A stable hash of words (FNV-1a with a final mix): the standard hasher may change between releases.
pub fn hash(words: &str) -> u64 {
    let folded = words
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    (folded ^ folded >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93)
}

/// Five letters that depend on words alone.
pub fn stable_suffix(words: &str) -> String {
    let hash = hash(words);
    (0..5).map(|place| suffix_letter(hash >> (place * 8))).collect()
}

fn suffix_letter(number: u64) -> char {
    const LETTERS: &[u8; 27] = b"bcdfghjklmnpqrstvwxz2456789";
    char::from(LETTERS[(number % LETTERS.len() as u64) as usize])
}

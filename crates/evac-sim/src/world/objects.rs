//! The objects in the buckets: a few that were always there, and those that clients write, which replicate.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::{
    topology::{PerRegion, Region},
    world::{noise, replication::Replication},
};

/// The most objects that clients may leave in a bucket before the oldest is forgotten.
const MOST_OBJECTS: usize = 2000;
/// The largest body that is kept.
pub const LARGEST_BODY: usize = 8 << 20;

/// One version of an object.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    /// Its content.
    pub body: Vec<u8>,
    /// Its media type.
    pub content_type: String,
    /// Its checksum header, as it was given: name and value.
    pub checksum: Option<(String, String)>,
    /// Headers that begin with `x-amz-meta-`, whole.
    pub metadata: Vec<(String, String)>,
    /// When it was written.
    pub modified: Timestamp,
    /// The version, the same in every bucket that it replicates to.
    pub version: String,
    /// The entity tag, without quotes.
    pub tag: String,
    /// Where it was written by a client.
    pub origin: Region,
    /// Whether its replication failed for good.
    pub failed: bool,
}

/// How far replication of an object is, in the bucket where one looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplicationStatus {
    /// Not everywhere yet.
    Pending,
    /// Everywhere.
    Completed,
    /// Never, by itself.
    Failed,
    /// This is the copy.
    Replica,
}

impl ReplicationStatus {
    /// The value of `x-amz-replication-status`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
            Self::Replica => "REPLICA",
        }
    }
}

/// Every bucket's objects.
#[derive(Debug, Clone)]
pub struct Objects {
    /// Objects by the region that they were written in and by key. Replicas are not stored: where a write has
    /// arrived follows from its time and the link's progress.
    written: PerRegion<BTreeMap<String, Object>>,
    count: u64,
}

impl Objects {
    /// Buckets with a few objects in them.
    pub fn new(start: Timestamp) -> Self {
        let mut objects = Self { written: PerRegion::default(), count: 0 };
        for number in 0..24 {
            let at = start - SignedDuration::from_hours(number * 7 + 1);
            let key = format!("segments/{number:06}.akidb");
            objects.put(Region::UsEast1, &key, vec![b'a'; 512], at);
        }
        objects
    }

    fn put(&mut self, region: Region, key: &str, body: Vec<u8>, at: Timestamp) {
        let object = Object {
            body,
            content_type: "application/octet-stream".to_owned(),
            checksum: None,
            metadata: Vec::new(),
            modified: at,
            version: String::new(),
            tag: String::new(),
            origin: region,
            failed: false,
        };
        self.write(region, key, object);
    }

    /// Writes an object to a region's bucket, gives it a version and a tag, and returns both.
    pub fn write(&mut self, region: Region, key: &str, mut object: Object) -> (String, String) {
        self.count += 1;
        let hash = object.body.iter().fold(noise::stream(key), |hash, byte| noise::mix(hash ^ u64::from(*byte)));
        object.tag = format!("{:016x}{:016x}", hash, noise::mix(hash));
        object.version = format!("{:016x}{:016x}", noise::mix(self.count), noise::mix(hash ^ self.count));
        object.origin = region;
        let given = (object.version.clone(), object.tag.clone());
        let bucket = &mut self.written[region];
        bucket.insert(key.to_owned(), object);
        if bucket.len() > MOST_OBJECTS {
            let oldest = bucket.iter().min_by_key(|(_, object)| object.modified).map(|(key, _)| key.clone());
            if let Some(oldest) = oldest {
                bucket.remove(&oldest);
            }
        }
        given
    }

    /// Removes what was written under a key, with its copies: only originals are stored. (In S3 the copies would
    /// stay, as delete markers do not replicate under these rules.)
    pub fn remove(&mut self, key: &str) {
        for bucket in &mut self.written.0 {
            bucket.remove(key);
        }
    }

    /// The object that a region's bucket shows under a key: the newest that was written there or has arrived.
    pub fn get(&self, region: Region, key: &str, replication: &Replication) -> Option<(&Object, ReplicationStatus)> {
        Region::ALL
            .into_iter()
            .filter_map(|origin| self.written[origin].get(key))
            .filter(|object| object.origin == region || has_arrived(object, region, replication))
            .max_by_key(|object| object.modified)
            .map(|object| (object, status(object, region, replication)))
    }

    /// Keys that a region's bucket shows, in order, with their objects.
    pub fn list(&self, region: Region, replication: &Replication) -> BTreeMap<&str, &Object> {
        let mut keys = BTreeMap::new();
        for key in self.written.0.iter().flat_map(|bucket| bucket.keys()) {
            if let Some((object, _)) = self.get(region, key, replication) {
                keys.insert(key.as_str(), object);
            }
        }
        keys
    }
}

fn has_arrived(object: &Object, region: Region, replication: &Replication) -> bool {
    !object.failed
        && replication.link(object.origin, region).is_some_and(|link| link.has_replicated(object.modified.as_second()))
}

fn status(object: &Object, region: Region, replication: &Replication) -> ReplicationStatus {
    if object.origin != region {
        return ReplicationStatus::Replica;
    }
    if object.failed {
        return ReplicationStatus::Failed;
    }
    let mut others = Region::ALL.into_iter().filter(|other| *other != region);
    let everywhere = others.all(|other| has_arrived(object, other, replication));
    if everywhere { ReplicationStatus::Completed } else { ReplicationStatus::Pending }
}

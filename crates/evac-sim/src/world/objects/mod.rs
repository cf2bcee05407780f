//! S3's buckets and the versions in them, of which those in the data buckets are copied to the other regions.
//!
//! Within a region a write is seen by the next read. To another region a version travels with the link's progress: it
//! is `PENDING` at its source until every other bucket has it. Delete markers and deletions stay where they are made,
//! as the replication rules say.

mod bucket;
mod lock;
mod version;

use jiff::{SignedDuration, Timestamp};
use md5::{Digest as _, Md5};

pub use bucket::Bucket;
pub use lock::{Lock, LockMode, Retention};
use version::Replication as State;
pub use version::{Content, ReplicationStatus, Version};

use crate::{
    topology::{Region, TERRAFORM_BUCKET, TERRAFORM_KEY, TERRAFORM_REGION},
    world::{noise, replication::Replication},
};

/// The largest body that is kept.
pub const LARGEST_BODY: usize = 8 << 20;

/// A version on its way to another region's data bucket.
#[derive(Debug, Clone)]
struct Copy {
    from: Region,
    to: Region,
    key: String,
    number: u64,
    /// When it set out, in seconds since 1970.
    at: i64,
}

/// Every bucket.
#[derive(Debug, Clone)]
pub struct Objects {
    buckets: Vec<Bucket>,
    /// How many versions were ever made: the last one's number.
    count: u64,
    under_way: Vec<Copy>,
}

impl Objects {
    /// Buckets with what was always there: some segments of the database, and the state of Terraform.
    pub fn new(start: Timestamp) -> Self {
        let mut buckets = Vec::new();
        for region in Region::ALL {
            buckets.push(Bucket::new(region.bucket(), region, true, true));
            buckets.push(Bucket::new(region.journal_bucket(), region, true, false));
        }
        buckets.push(Bucket::new(TERRAFORM_BUCKET.to_owned(), TERRAFORM_REGION, false, false));
        buckets.sort_by(|one, other| one.name.cmp(&other.name));
        let mut objects = Self { buckets, count: 0, under_way: Vec::new() };
        // The oldest first, as versions are numbered in the order in which they were made.
        for number in (0..24).rev() {
            let at = start - SignedDuration::from_hours(number * 7 + 1);
            let (key, body) = (format!("segments/{number:06}.akidb"), vec![b'a'; 512]);
            objects.count += 1;
            let content = Content::new(body, "application/octet-stream");
            let version = objects.version(Some(content), at, State::Done);
            for region in Region::ALL {
                let replication = if region == Region::UsEast1 { State::Done } else { State::Replica };
                let version = Version { replication, ..version.clone() };
                if let Some(bucket) = objects.bucket_mut(&region.bucket()) {
                    bucket.insert(&key, version);
                }
            }
        }
        let state =
            br#"{"version":4,"terraform_version":"1.13.0","serial":41,"lineage":"akidb","outputs":{},"resources":[]}"#;
        let content = Content::new(state.to_vec(), "application/json");
        objects.write(TERRAFORM_BUCKET, TERRAFORM_KEY, content, start - SignedDuration::from_hours(9), &[]);
        objects
    }

    /// Every bucket, by name.
    pub fn buckets(&self) -> &[Bucket] {
        &self.buckets
    }

    /// The bucket of that name, wherever it is.
    pub fn bucket(&self, name: &str) -> Option<&Bucket> {
        self.buckets.iter().find(|bucket| bucket.name == name)
    }

    fn bucket_mut(&mut self, name: &str) -> Option<&mut Bucket> {
        self.buckets.iter_mut().find(|bucket| bucket.name == name)
    }

    /// Writes an object, and returns its version. It is copied to the other regions if the bucket replicates, but
    /// never to those in `failing`.
    pub fn write(
        &mut self,
        bucket: &str,
        key: &str,
        content: Content,
        at: Timestamp,
        failing: &[Region],
    ) -> Option<Version> {
        let (home, replicates) = self.bucket(bucket).map(|bucket| (bucket.region, bucket.replicates))?;
        self.count += 1;
        let number = self.count;
        let waiting: Vec<Region> = Region::ALL.into_iter().filter(|to| replicates && *to != home).collect();
        for to in waiting.iter().copied().filter(|to| !failing.contains(to)) {
            self.under_way.push(Copy { from: home, to, key: key.to_owned(), number, at: at.as_second() });
        }
        let replication = match replicates {
            true => State::Waiting { on: waiting, failed: !failing.is_empty() },
            false => State::None,
        };
        let version = self.version(Some(content), at, replication);
        self.bucket_mut(bucket)?.insert(key, version.clone());
        Some(version)
    }

    /// Hides an object behind a delete marker, and returns the marker.
    pub fn mark_deleted(&mut self, bucket: &str, key: &str, at: Timestamp) -> Option<Version> {
        self.count += 1;
        let marker = self.version(None, at, State::None);
        self.bucket_mut(bucket)?.insert(key, marker.clone());
        Some(marker)
    }

    /// Removes a version for good, and returns it if it was there. Whether it is locked is for the caller to ask.
    pub fn remove(&mut self, bucket: &str, key: &str, id: &str) -> Option<Version> {
        self.bucket_mut(bucket)?.remove(key, id)
    }

    /// Changes the lock of a version. The change travels to the version's copies as the version itself did.
    pub fn set_lock(&mut self, bucket: &str, key: &str, id: &str, lock: Lock, at: Timestamp) {
        let Some(bucket) = self.bucket_mut(bucket) else { return };
        let (from, replicates) = (bucket.region, bucket.replicates);
        let Some(version) = bucket.version_mut(key, id) else { return };
        let number = version.number;
        if let Some(content) = &mut version.content {
            content.lock = lock;
        }
        let copied = replicates && version.replication != State::Replica;
        for to in Region::ALL.into_iter().filter(|to| copied && *to != from) {
            self.under_way.push(Copy { from, to, key: key.to_owned(), number, at: at.as_second() });
        }
    }

    /// Lets everything arrive that the links have carried by now.
    pub fn step(&mut self, replication: &Replication) {
        if self.under_way.is_empty() {
            return;
        }
        let arrived =
            |copy: &Copy| replication.link(copy.from, copy.to).is_some_and(|link| link.has_replicated(copy.at));
        let (arrived, under_way) = std::mem::take(&mut self.under_way).into_iter().partition(arrived);
        self.under_way = under_way;
        for copy in arrived {
            self.arrive(&copy);
        }
    }

    fn arrive(&mut self, copy: &Copy) {
        let source = self.bucket_mut(&copy.from.bucket());
        // What was removed at its source before it could set out is never copied.
        let Some(version) = source.and_then(|bucket| bucket.numbered_mut(&copy.key, copy.number)) else { return };
        let first = version.replication.arrived(copy.to);
        let replica = Version { replication: State::Replica, ..version.clone() };
        let Some(bucket) = self.bucket_mut(&copy.to.bucket()) else { return };
        match bucket.numbered_mut(&copy.key, copy.number) {
            Some(held) => held.content = replica.content,
            // A copy that was removed there does not come back because its original's lock has changed.
            None if first => bucket.insert(&copy.key, replica),
            None => {}
        }
    }

    fn version(&self, content: Option<Content>, modified: Timestamp, replication: State) -> Version {
        let (number, low) = (self.count, noise::mix(!self.count));
        let id = format!("{:016x}{low:016x}", noise::mix(number));
        Version { number, id, modified, content, replication }
    }
}

/// The entity tag of a body that came in one piece: its MD5.
pub fn tag(body: &[u8]) -> String {
    Md5::digest(body).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;

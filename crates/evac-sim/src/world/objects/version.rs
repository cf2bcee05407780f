//! One version of an object, or the marker that it was deleted.

use std::sync::Arc;

use jiff::Timestamp;

use super::{Lock, tag};
use crate::topology::Region;

/// What an object is.
#[derive(Debug, Clone, PartialEq)]
pub struct Content {
    /// Its bytes.
    pub body: Arc<[u8]>,
    /// Its media type.
    pub content_type: String,
    /// Its checksum header, as it was given: name and value.
    pub checksum: Option<(String, String)>,
    /// Headers that begin with `x-amz-meta-`, whole.
    pub metadata: Vec<(String, String)>,
    /// The entity tag, without quotes: the MD5 of the body.
    pub tag: String,
    /// What keeps it from being removed.
    pub lock: Lock,
}

impl Content {
    /// Bytes of a media type, and nothing more.
    pub fn new(body: Vec<u8>, content_type: &str) -> Self {
        Self {
            tag: tag(&body),
            body: body.into(),
            content_type: content_type.to_owned(),
            checksum: None,
            metadata: Vec::new(),
            lock: Lock::default(),
        }
    }
}

/// A version in a bucket.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    /// Its place in the order of everything that was ever written: of two versions of a key the higher is newer.
    pub number: u64,
    /// What clients call it. Its copies in other regions have the same.
    pub id: String,
    /// When it was made. Its copies have the same.
    pub modified: Timestamp,
    /// The object; `None` is a delete marker.
    pub content: Option<Content>,
    /// How far its replication is.
    pub(super) replication: Replication,
}

impl Version {
    /// The value that clients see of how far replication is; `None` where nothing is replicated.
    pub fn status(&self) -> Option<ReplicationStatus> {
        match &self.replication {
            Replication::None => None,
            Replication::Replica => Some(ReplicationStatus::Replica),
            Replication::Done => Some(ReplicationStatus::Completed),
            Replication::Waiting { failed: true, .. } => Some(ReplicationStatus::Failed),
            Replication::Waiting { .. } => Some(ReplicationStatus::Pending),
        }
    }
}

/// How far the replication of a version is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Replication {
    /// It has none.
    None,
    /// Some regions have not got it yet; with `failed`, some never will.
    Waiting { on: Vec<Region>, failed: bool },
    /// Every other region has it.
    Done,
    /// This is a copy.
    Replica,
}

impl Replication {
    /// Notes that a copy has arrived in a region, and says whether it was the first that did.
    pub fn arrived(&mut self, region: Region) -> bool {
        let Self::Waiting { on, failed } = self else { return false };
        let before = on.len();
        on.retain(|waiting| *waiting != region);
        let first = on.len() < before;
        if on.is_empty() && !*failed {
            *self = Self::Done;
        }
        first
    }
}

/// How far replication of an object is, in the bucket where one looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplicationStatus {
    /// Not everywhere yet.
    Pending,
    /// Everywhere.
    Completed,
    /// Never everywhere, by itself.
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

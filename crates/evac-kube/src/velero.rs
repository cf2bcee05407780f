//! What is kept of Velero's objects. No Velero kind has a status subresource, and every field of a status can be
//! missing: it is written bit by bit.

use evac_core::{
    RegionId,
    reading::{Backup, BackupLocation, BackupPhase, Restore, Schedule},
};
use jiff::Timestamp;
use serde_json::Value;

use crate::{
    json::{count, is_true, text, texts, time},
    watched::Kept,
};

/// A backup, and what tells where its volume snapshots are.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StoredBackup {
    backup: Backup,
    snapshot_locations: Vec<String>,
    /// True when this cluster made it: it was here before it began. One that another cluster made is created here
    /// once it has ended, when Velero finds it in the store.
    made_here: bool,
}

impl Kept for StoredBackup {
    const MOST: usize = 5_000;

    fn keep(name: String, object: &Value) -> Self {
        let started = time(object, "/status/startTimestamp");
        let created = time(object, "/metadata/creationTimestamp");
        // A native snapshot is of a cloud's disk, and stays with it. A CSI snapshot does so too, unless it is moved.
        let native = count(object, "/status/volumeSnapshotsCompleted");
        let csi = count(object, "/status/csiVolumeSnapshotsCompleted");
        let moved = is_true(object, "/spec/snapshotMoveData");
        let files = ["/spec/defaultVolumesToFsBackup", "/spec/defaultVolumesToRestic"];
        let copied = moved || files.iter().any(|field| is_true(object, field));
        let backup = Backup {
            schedule: text(object, "/metadata/labels/velero.io~1schedule-name"),
            location: text(object, "/spec/storageLocation")
                .or_else(|| text(object, "/metadata/labels/velero.io~1storage-location")),
            phase: phase(object),
            started,
            completed: time(object, "/status/completionTimestamp"),
            expires: time(object, "/status/expiration"),
            errors: count(object, "/status/errors"),
            warnings: count(object, "/status/warnings"),
            volume_snapshots: native.saturating_add(csi),
            volume_region: None,
            volumes_in_store: copied && native == 0 && (moved || csi == 0),
            source_minor_version: text(object, "/metadata/annotations/velero.io~1source-cluster-k8s-minor-version")
                .and_then(|minor| leading_number(&minor)),
            name,
        };
        Self {
            backup,
            snapshot_locations: texts(object, "/spec/volumeSnapshotLocations"),
            made_here: created.is_some_and(|created| started.is_none_or(|started| created <= started)),
        }
    }

    fn dated(&self) -> Option<Timestamp> {
        self.backup.started
    }

    fn series(&self) -> Option<&str> {
        self.backup.schedule.as_deref()
    }
}

impl StoredBackup {
    /// The backup, with the region of its volume snapshots as far as it is known: where a snapshot location that it
    /// names is elsewhere, there; where this cluster made it, here. The snapshots of a backup that came from
    /// another cluster are nobody knows where: its locations are that cluster's, and only bear the same names.
    pub(crate) fn in_region(self, region: &RegionId, locations: &[SnapshotLocation]) -> Backup {
        let mut backup = self.backup;
        if backup.volume_snapshots > 0 {
            let named = locations.iter().filter(|location| self.snapshot_locations.contains(&location.name));
            let elsewhere =
                named.filter_map(|location| location.region.as_deref()).find(|home| *home != region.as_str());
            let here = self.made_here.then_some(region.as_str());
            backup.volume_region = elsewhere.or(here).map(str::to_owned);
        }
        backup
    }
}

/// Where volume snapshots are made.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SnapshotLocation {
    name: String,
    region: Option<String>,
}

impl Kept for SnapshotLocation {
    fn keep(name: String, object: &Value) -> Self {
        Self { name, region: text(object, "/spec/config/region") }
    }
}

impl Kept for Schedule {
    fn keep(name: String, object: &Value) -> Self {
        Self {
            name,
            cron: text(object, "/spec/schedule").unwrap_or_default(),
            paused: is_true(object, "/spec/paused"),
            enabled: text(object, "/status/phase").as_deref() == Some("Enabled"),
            last_backup: time(object, "/status/lastBackup"),
        }
    }
}

impl Kept for BackupLocation {
    fn keep(name: String, object: &Value) -> Self {
        Self {
            name,
            bucket: text(object, "/spec/objectStorage/bucket").unwrap_or_default(),
            region: text(object, "/spec/config/region"),
            available: text(object, "/status/phase").as_deref() == Some("Available"),
            read_only: text(object, "/spec/accessMode").as_deref() == Some("ReadOnly"),
            default: is_true(object, "/spec/default"),
            validated: time(object, "/status/lastValidationTime"),
            message: text(object, "/status/message"),
        }
    }
}

impl Kept for Restore {
    const MOST: usize = 1_000;

    fn keep(name: String, object: &Value) -> Self {
        Self {
            name,
            backup: text(object, "/spec/backupName"),
            phase: phase(object),
            started: time(object, "/status/startTimestamp"),
            completed: time(object, "/status/completionTimestamp"),
        }
    }

    fn dated(&self) -> Option<Timestamp> {
        self.started
    }
}

/// The phase; one of the wrong type is unknown, not the first one.
fn phase(object: &Value) -> BackupPhase {
    match object.pointer("/status/phase") {
        None | Some(Value::Null) => BackupPhase::from_velero(None),
        Some(Value::String(phase)) => BackupPhase::from_velero(Some(phase)),
        Some(_) => BackupPhase::Other("not a phase".to_owned()),
    }
}

/// `33` of `33+`, as EKS writes it.
fn leading_number(text: &str) -> Option<u32> {
    let end = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    text.get(..end)?.parse().ok()
}

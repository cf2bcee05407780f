//! Backups that are not what they seem: the ways in which a Completed backup is not a restorable one.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::key;
use crate::kube::{
    config::BackupDegradation,
    control_plane::{ControlPlane, VELERO_NAMESPACE},
    json,
    kinds::resource,
    store::ObjectKey,
    timers::Wake,
};

/// Degrades every ended backup whose name starts with a prefix; a stalled run is only ever the newest of them.
pub fn degrade(plane: &mut ControlPlane, prefix: &str, kind: BackupDegradation) {
    let mut names: Vec<(String, String)> = plane
        .store
        .list(resource::BACKUPS, Some(VELERO_NAMESPACE))
        .filter(|backup| json::text(backup, "/metadata/name").starts_with(prefix))
        .filter(|backup| matches!(json::text(backup, "/status/phase"), "Completed" | "PartiallyFailed"))
        .map(|backup| {
            let started = json::text(backup, "/status/startTimestamp").to_owned();
            (started, json::text(backup, "/metadata/name").to_owned())
        })
        .collect();
    names.sort();
    if kind == BackupDegradation::StalledInProgress {
        names = names.pop().into_iter().collect();
    }
    if kind == BackupDegradation::VolumeSnapshotsInOtherRegion {
        create_foreign_snapshot_location(plane);
    }
    let past = json::written(plane.clock - SignedDuration::from_mins(5));
    for (_, name) in names {
        let backup_key = key(resource::BACKUPS, &name);
        plane.store.update(&backup_key, |backup| write(backup, kind, &past));
        // What stalls takes no further step.
        plane.timers.cancel(&Wake::Object(backup_key));
    }
}

/// The snapshot location that no other region can read.
const FOREIGN: &str = "other-region";

fn create_foreign_snapshot_location(plane: &mut ControlPlane) {
    let region = if plane.region == "us-east-1" { "us-west-2" } else { "us-east-1" };
    let location = json!({"spec": {"provider": "aws", "config": {"region": region}}});
    plane.create(&key(resource::SNAPSHOT_LOCATIONS, FOREIGN), location);
}

fn write(backup: &mut Value, kind: BackupDegradation, past: &str) {
    match kind {
        BackupDegradation::LocationGone => {
            let gone = format!("{}-retired", json::text(backup, "/spec/storageLocation"));
            json::put(backup, &["metadata", "labels", "velero.io/storage-location"], gone.as_str());
            json::put(backup, &["spec", "storageLocation"], gone);
        }
        BackupDegradation::Expired => {
            json::put(backup, &["status", "expiration"], past);
            json::put(backup, &["metadata", "labels", "velero.io/gc-failure"], "BSLCannotGet");
        }
        BackupDegradation::StalledInProgress => {
            let total = json::integer(backup, "/status/progress/totalItems").unwrap_or(100);
            json::put(backup, &["status", "phase"], "InProgress");
            json::put(backup, &["status", "progress", "itemsBackedUp"], total * 2 / 5);
            for field in ["completionTimestamp", "hookStatus", "volumeSnapshotsAttempted", "volumeSnapshotsCompleted"] {
                json::take(backup, &["status", field]);
            }
        }
        BackupDegradation::VolumeSnapshotsInOtherRegion => {
            json::put(backup, &["spec", "snapshotVolumes"], true);
            json::put(backup, &["spec", "snapshotMoveData"], false);
            json::put(backup, &["spec", "defaultVolumesToFsBackup"], false);
            json::put(backup, &["spec", "volumeSnapshotLocations"], json!([FOREIGN]));
            json::put(backup, &["status", "volumeSnapshotsAttempted"], 2);
            json::put(backup, &["status", "volumeSnapshotsCompleted"], 2);
        }
        BackupDegradation::PartiallyFailed => {
            let total = json::integer(backup, "/status/progress/totalItems").unwrap_or(100);
            json::put(backup, &["status", "phase"], "PartiallyFailed");
            json::put(backup, &["status", "errors"], 2);
            json::put(backup, &["status", "warnings"], 3);
            json::put(backup, &["status", "progress", "itemsBackedUp"], (total - 2).max(0));
        }
    }
}

/// Puts degraded backups back to what the bucket says of them.
pub fn heal(plane: &mut ControlPlane, prefix: &str) {
    let places: Vec<String> = plane
        .store
        .list(resource::BACKUP_LOCATIONS, Some(VELERO_NAMESPACE))
        .map(|location| super::locations::place(location))
        .collect();
    let mut stored: Vec<(ObjectKey, Value)> = Vec::new();
    for place in places {
        let found = plane.object_storage.at(&place).filter(|(name, _)| name.starts_with(prefix));
        stored.extend(found.map(|(name, backup)| (key(resource::BACKUPS, name), backup.description.clone())));
    }
    for (backup_key, description) in stored {
        plane.store.update(&backup_key, |backup| {
            for part in ["spec", "status"] {
                json::put(backup, &[part], description[part].clone());
            }
            json::put(backup, &["metadata", "labels"], description["metadata"]["labels"].clone());
        });
    }
    plane.object_storage.show_contents(prefix);
}

//! The life of a backup: no status, Queued, ReadyToStart, InProgress, Finalizing, Completed.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{
    contents::{self, Contents},
    locations, queue, validation,
};
use crate::kube::{
    control_plane::{ControlPlane, VELERO_NAMESPACE},
    go_duration, json,
    store::ObjectKey,
};

/// How long a backup lives that does not say.
pub const DEFAULT_TTL: SignedDuration = SignedDuration::from_hours(720);
/// How long the item phase goes between two reports of progress.
const REPORT: SignedDuration = SignedDuration::from_secs(5);
const SECOND: SignedDuration = SignedDuration::from_secs(1);

/// A backup changed.
pub fn changed(plane: &mut ControlPlane, key: &ObjectKey) {
    if key.namespace != VELERO_NAMESPACE {
        return;
    }
    let Some(backup) = plane.store.get(key) else { return };
    let phase = json::text(backup, "/status/phase");
    let is_new = matches!(phase, "" | "New");
    let has_ended = matches!(phase, "Completed" | "PartiallyFailed" | "Failed" | "FailedValidation" | "Deleting");
    if has_ended {
        plane.unfinished_backups.remove(&key.name);
        plane.backup_changes += 1;
    } else {
        plane.unfinished_backups.insert(key.name.clone());
    }
    plane.queue_moved = true;
    if is_new && !plane.is_waiting(key) {
        plane.wake_after(key, SECOND);
    }
}

/// A backup is gone: the next one may have its place, and the next sync may bring it back.
pub fn removed(plane: &mut ControlPlane, key: &ObjectKey) {
    if key.namespace == VELERO_NAMESPACE {
        plane.unfinished_backups.remove(&key.name);
        plane.captured.remove(&key.name);
        plane.backup_changes += 1;
        plane.queue_moved = true;
    }
}

/// The next step of a backup's life.
pub fn step(plane: &mut ControlPlane, key: &ObjectKey) {
    let Some(backup) = plane.store.get(key).cloned() else { return };
    match json::text(&backup, "/status/phase") {
        "" | "New" => join_queue(plane, key),
        "Queued" if queue::is_free(plane) => leave_queue(plane, key, &backup),
        "ReadyToStart" => start(plane, key, &backup),
        "InProgress" => make_progress(plane, key, &backup),
        "Finalizing" => complete(plane, key),
        _ => {}
    }
}

fn join_queue(plane: &mut ControlPlane, key: &ObjectKey) {
    let position = queue::next_position(plane);
    plane.store.update(key, |backup| {
        json::put(backup, &["status"], json!({"phase": "Queued", "queuePosition": position}));
    });
}

fn leave_queue(plane: &mut ControlPlane, key: &ObjectKey, backup: &Value) {
    let errors = validation::backup_errors(plane, backup);
    if !errors.is_empty() {
        plane.store.update(key, |backup| {
            json::put(backup, &["status"], json!({"phase": "FailedValidation", "validationErrors": errors}));
        });
        return;
    }
    let location = plane.default_backup_location().unwrap_or_default();
    plane.wake_after(key, SECOND);
    plane.store.update(key, |backup| {
        complete_spec(backup, &location);
        json::put(backup, &["status"], json!({"phase": "ReadyToStart"}));
    });
}

/// Fills in what the writer left to Velero.
pub fn complete_spec(backup: &mut Value, default_location: &str) {
    if json::text(backup, "/spec/storageLocation").is_empty() {
        json::put(backup, &["spec", "storageLocation"], default_location);
    }
    let defaults = json!({
        "ttl": go_duration::write(DEFAULT_TTL), "csiSnapshotTimeout": "10m0s", "itemOperationTimeout": "4h0m0s",
        "snapshotMoveData": false, "defaultVolumesToFsBackup": false, "hooks": {}, "metadata": {},
    });
    for (name, value) in defaults.as_object().into_iter().flatten() {
        if backup.pointer(&format!("/spec/{name}")).is_none_or(Value::is_null) {
            json::put(backup, &["spec", name], value.clone());
        }
    }
    let location = json::text(backup, "/spec/storageLocation").to_owned();
    json::put(backup, &["metadata", "labels", "velero.io/storage-location"], location);
    for (name, value) in [
        ("velero.io/source-cluster-k8s-gitversion", "v1.33.1-eks-1fbb135"),
        ("velero.io/source-cluster-k8s-major-version", "1"),
        ("velero.io/source-cluster-k8s-minor-version", "33"),
        ("velero.io/resource-timeout", "10m0s"),
    ] {
        json::put(backup, &["metadata", "annotations", name], value);
    }
}

fn start(plane: &mut ControlPlane, key: &ObjectKey, backup: &Value) {
    let now = plane.clock;
    plane.captured.insert(key.name.clone(), contents::capture(plane, backup));
    plane.wake_after(key, SignedDuration::from_secs(2));
    plane.store.update(key, |backup| {
        let ttl = go_duration::parse(json::text(backup, "/spec/ttl")).unwrap_or(DEFAULT_TTL);
        let expiration = now.checked_add(ttl).unwrap_or(now);
        let status = json!({
            "phase": "InProgress", "version": 1, "formatVersion": "1.1.0",
            "startTimestamp": json::written(now), "expiration": json::written(expiration),
        });
        json::put(backup, &["status"], status);
    });
}

fn make_progress(plane: &mut ControlPlane, key: &ObjectKey, backup: &Value) {
    let total = plane.captured.get(&key.name).map_or(0, |contents| contents.len()) as i64;
    let done = json::integer(backup, "/status/progress/itemsBackedUp").unwrap_or(0);
    let counted = backup.pointer("/status/progress").is_some();
    plane.wake_after(key, REPORT);
    let steps = plane.vary(&format!("{} steps", key.name), 5..9) as i64;
    plane.store.update(key, |backup| {
        if !counted {
            // The total is known before the first item is done, and a zero is left out.
            json::put(backup, &["status", "progress"], json!({"totalItems": total}));
        } else if done < total {
            json::put(backup, &["status", "progress", "itemsBackedUp"], (done + total / steps + 1).min(total));
        } else {
            json::put(backup, &["status", "phase"], "Finalizing");
        }
    });
}

fn complete(plane: &mut ControlPlane, key: &ObjectKey) {
    let now = plane.clock;
    let Some(backup) = plane.store.get(key).cloned() else { return };
    let contents = plane.captured.remove(&key.name).unwrap_or_default();
    let location = json::text(&backup, "/spec/storageLocation").to_owned();
    let place = locations::place_of(plane, &location).filter(|_| !plane.unavailable_locations.contains_key(&location));
    let Some(place) = place else {
        plane.store.update(key, |backup| {
            let why = format!("error uploading backup to storage location {location}: rpc error: code = Unknown desc = error putting object");
            json::put(backup, &["status", "phase"], "Failed");
            json::put(backup, &["status", "failureReason"], why);
            json::put(backup, &["status", "completionTimestamp"], json::written(now));
        });
        return;
    };
    let finished = plane.store.update(key, |backup| write_end(backup, &contents, now));
    if let Some(finished) = finished {
        plane.object_storage.upload(&place, &key.name, &finished, contents);
    }
}

/// Writes the status of a backup that ended well.
pub fn write_end(backup: &mut Value, contents: &Contents, at: jiff::Timestamp) {
    json::put(backup, &["status", "phase"], "Completed");
    json::put(backup, &["status", "completionTimestamp"], json::written(at));
    json::put(backup, &["status", "hookStatus"], json!({}));
    if json::flag(backup, "/spec/snapshotVolumes") {
        let volumes = contents::volumes(contents);
        json::put(backup, &["status", "volumeSnapshotsAttempted"], volumes);
        json::put(backup, &["status", "volumeSnapshotsCompleted"], volumes);
    }
}

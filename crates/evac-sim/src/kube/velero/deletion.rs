//! The end of backups: delete requests, and the hourly collection of what has expired.

use jiff::SignedDuration;
use serde_json::json;

use super::{key, locations};
use crate::kube::{
    control_plane::{ControlPlane, VELERO_NAMESPACE},
    json,
    kinds::resource,
    store::ObjectKey,
    timers::Wake,
};

/// How often Velero looks for expired backups.
pub const COLLECTION: SignedDuration = SignedDuration::from_hours(1);
const SECOND: SignedDuration = SignedDuration::from_secs(1);

/// A delete request changed.
pub fn changed(plane: &mut ControlPlane, key: &ObjectKey) {
    if key.namespace == VELERO_NAMESPACE && !plane.is_waiting(key) {
        plane.wake_after(key, SECOND);
    }
}

/// The next step of a delete request: New, InProgress, Processed, and gone with the backup.
pub fn step(plane: &mut ControlPlane, request_key: &ObjectKey) {
    let Some(request) = plane.store.get(request_key).cloned() else { return };
    let name = json::text(&request, "/spec/backupName").to_owned();
    let backup_key = key(resource::BACKUPS, &name);
    let errors = refusals(plane, &backup_key);
    match json::text(&request, "/status/phase") {
        "" | "New" if errors.is_empty() => {
            set_status(plane, request_key, json!({"phase": "InProgress"}));
            plane.store.update(&backup_key, |backup| json::put(backup, &["status", "phase"], "Deleting"));
        }
        "" | "New" | "InProgress" if !errors.is_empty() => {
            set_status(plane, request_key, json!({"phase": "Processed", "errors": errors}));
        }
        "InProgress" => {
            delete_data(plane, &backup_key);
            set_status(plane, request_key, json!({"phase": "Processed"}));
        }
        "Processed" if json::list(&request, "/status/errors").is_empty() => {
            plane.store.remove(request_key);
        }
        // A request that failed stays for a day, to be read.
        _ if plane.store.get(request_key).is_some() => plane.wake_after(request_key, SignedDuration::from_hours(24)),
        _ => {}
    }
}

fn set_status(plane: &mut ControlPlane, key: &ObjectKey, status: serde_json::Value) {
    plane.wake_after(key, SECOND);
    plane.store.update(key, |request| json::put(request, &["status"], status));
}

fn refusals(plane: &ControlPlane, backup_key: &ObjectKey) -> Vec<String> {
    let Some(backup) = plane.store.get(backup_key) else { return vec!["backup not found".to_owned()] };
    let location = json::text(backup, "/spec/storageLocation");
    match plane.store.get(&key(resource::BACKUP_LOCATIONS, location)) {
        None => vec![format!("backup storage location {location} not found")],
        Some(found) if json::text(found, "/spec/accessMode") == "ReadOnly" => {
            vec![format!(
                "cannot delete backup because backup storage location {location} is currently in read-only mode"
            )]
        }
        Some(found) if json::text(found, "/status/phase") == "Unavailable" => {
            vec![format!(
                "cannot delete backup because backup storage location {location} is currently in Unavailable state"
            )]
        }
        Some(_) => Vec::new(),
    }
}

/// Removes a backup, its data, and the restores that were made from it.
fn delete_data(plane: &mut ControlPlane, backup_key: &ObjectKey) {
    if let Some(backup) = plane.store.get(backup_key).cloned()
        && let Some(place) = locations::place_of(plane, json::text(&backup, "/spec/storageLocation"))
    {
        plane.object_storage.remove(&place, &backup_key.name);
    }
    let restores: Vec<String> = plane
        .store
        .list(resource::RESTORES, Some(VELERO_NAMESPACE))
        .filter(|restore| json::text(restore, "/spec/backupName") == backup_key.name)
        .map(|restore| json::text(restore, "/metadata/name").to_owned())
        .collect();
    for restore in restores {
        plane.store.remove(&key(resource::RESTORES, &restore));
    }
    plane.store.remove(backup_key);
}

/// Requests the deletion of every expired backup whose location allows it; the others are labelled with the reason.
pub fn collect_expired(plane: &mut ControlPlane) {
    plane.timers.set(Wake::ExpiredBackups, plane.clock + COLLECTION);
    let expired: Vec<(String, String)> = plane
        .store
        .list(resource::BACKUPS, Some(VELERO_NAMESPACE))
        .filter(|backup| json::instant(backup, "/status/expiration").is_some_and(|end| end < plane.clock))
        .filter(|backup| backup.pointer("/metadata/labels/velero.io~1gc-failure").is_none())
        .filter(|backup| !matches!(json::text(backup, "/status/phase"), "InProgress" | "Deleting"))
        .map(|backup| {
            (json::text(backup, "/metadata/name").to_owned(), json::text(backup, "/spec/storageLocation").to_owned())
        })
        .collect();
    for (name, location) in expired {
        let refusal = match plane.store.get(&key(resource::BACKUP_LOCATIONS, &location)) {
            None => Some("BSLNotFound"),
            Some(found) if json::text(found, "/spec/accessMode") == "ReadOnly" => Some("BSLReadOnly"),
            Some(_) => None,
        };
        match refusal {
            Some(reason) => {
                plane.store.update(&key(resource::BACKUPS, &name), |backup| {
                    json::put(backup, &["metadata", "labels", "velero.io/gc-failure"], reason);
                });
            }
            None => {
                let suffix = plane.name_suffix();
                let request = json!({
                    "metadata": {"labels": {"velero.io/backup-name": name}},
                    "spec": {"backupName": name},
                });
                plane.create(&key(resource::DELETE_REQUESTS, &format!("{name}-{suffix}")), request);
            }
        }
    }
}

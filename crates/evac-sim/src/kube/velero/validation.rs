//! What makes Velero refuse a backup or a restore, in its own words.

use serde_json::Value;

use super::key;
use crate::kube::{control_plane::ControlPlane, json, kinds::resource};

/// Why a backup cannot run; nothing when it can.
pub fn backup_errors(plane: &ControlPlane, backup: &Value) -> Vec<String> {
    let named = json::text(backup, "/spec/storageLocation");
    let location = match named {
        "" => plane.default_backup_location(),
        named => Some(named.to_owned()),
    };
    let found = location.and_then(|name| Some((plane.store.get(&key(resource::BACKUP_LOCATIONS, &name))?, name)));
    let mut errors = Vec::new();
    match found {
        None if named.is_empty() => errors.push(
            "an existing backup storage location was not specified at backup creation time and the default location default was not found"
                .to_owned(),
        ),
        None => errors.push(format!(
            "a BackupStorageLocation CRD with the name specified in the backup spec needs to be created before this backup can be executed. Error: backupstoragelocations.velero.io \"{named}\" not found"
        )),
        Some((location, name)) => {
            if json::text(location, "/spec/accessMode") == "ReadOnly" {
                errors.push(format!(
                    "backup can't be created because backup storage location {name} is currently in read-only mode"
                ));
            }
            if json::text(location, "/status/phase") == "Unavailable" {
                errors.push(format!(
                    "backup can't be created because BackupStorageLocation {name} is in Unavailable status."
                ));
            }
        }
    }
    let excluded = json::texts(backup, "/spec/excludedNamespaces");
    for name in json::texts(backup, "/spec/includedNamespaces") {
        if excluded.contains(&name) {
            errors.push(format!("Invalid included/excluded namespace lists: excludes list cannot contain an item in the includes list: {name}"));
        }
    }
    errors
}

/// The backup that a restore is made from, or why it cannot be.
pub fn restore_source(plane: &ControlPlane, restore: &Value) -> Result<Value, Vec<String>> {
    let name = match (json::text(restore, "/spec/backupName"), json::text(restore, "/spec/scheduleName")) {
        ("", "") | (_, "") if json::text(restore, "/spec/backupName").is_empty() => {
            return Err(vec![
                "Either a backup or schedule must be specified as a source for the restore, but not both".to_owned(),
            ]);
        }
        (backup, "") => backup.to_owned(),
        ("", schedule) => newest_of_schedule(plane, schedule)?,
        (_, _) => {
            return Err(vec![
                "Either a backup or schedule must be specified as a source for the restore, but not both".to_owned(),
            ]);
        }
    };
    let errors = restore_errors(restore);
    if !errors.is_empty() {
        return Err(errors);
    }
    let Some(backup) = plane.store.get(&key(resource::BACKUPS, &name)) else {
        return Err(vec![format!("Error retrieving backup: backups.velero.io \"{name}\" not found")]);
    };
    let location = json::text(backup, "/spec/storageLocation");
    let Some(storage) = plane.store.get(&key(resource::BACKUP_LOCATIONS, location)) else {
        return Err(vec![format!(
            "Error retrieving backup: backupstoragelocations.velero.io \"{location}\" not found"
        )]);
    };
    if json::text(storage, "/status/phase") == "Unavailable" {
        return Err(vec![format!(
            "The BSL {location} is unavailable, cannot retrieve the backup. Please fix the BSL and try again"
        )]);
    }
    match json::text(backup, "/status/phase") {
        "Completed" | "PartiallyFailed" => Ok(Value::clone(backup)),
        phase => Err(vec![format!("the backup {name} is in phase {phase:?}, it cannot be restored")]),
    }
}

/// What is wrong with a restore by itself.
fn restore_errors(restore: &Value) -> Vec<String> {
    let mut errors = Vec::new();
    for (what, included, excluded) in [
        ("namespace", "/spec/includedNamespaces", "/spec/excludedNamespaces"),
        ("resource", "/spec/includedResources", "/spec/excludedResources"),
    ] {
        let excluded = json::texts(restore, excluded);
        for name in json::texts(restore, included) {
            if excluded.contains(&name) {
                errors.push(format!("Invalid included/excluded {what} lists: excludes list cannot contain an item in the includes list: {name}"));
            }
        }
    }
    let policy = json::text(restore, "/spec/existingResourcePolicy");
    if !matches!(policy, "" | "none" | "update") {
        errors.push(format!("Invalid ExistingResourcePolicy: {policy}"));
    }
    let has_one = restore.pointer("/spec/labelSelector").is_some_and(Value::is_object);
    if has_one && !json::list(restore, "/spec/orLabelSelectors").is_empty() {
        errors.push(
            "encountered labelSelector as well as orLabelSelectors in restore spec, only one can be specified"
                .to_owned(),
        );
    }
    errors
}

fn newest_of_schedule(plane: &ControlPlane, schedule: &str) -> Result<String, Vec<String>> {
    plane
        .store
        .list(resource::BACKUPS, Some(crate::kube::control_plane::VELERO_NAMESPACE))
        .filter(|backup| json::text(backup, "/metadata/labels/velero.io~1schedule-name") == schedule)
        .filter(|backup| json::text(backup, "/status/phase") == "Completed")
        .max_by_key(|backup| json::text(backup, "/status/startTimestamp").to_owned())
        .map(|backup| json::text(backup, "/metadata/name").to_owned())
        .ok_or_else(|| vec![format!("No completed backups found for schedule {schedule}")])
}

//! The life of a restore: no status, InProgress, Finalizing, Completed; or why not.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{key, locations, validation};
use crate::kube::{
    control_plane::{ControlPlane, VELERO_NAMESPACE},
    json,
    kinds::resource,
    store::ObjectKey,
};

const SECOND: SignedDuration = SignedDuration::from_secs(1);

/// A restore changed.
pub fn changed(plane: &mut ControlPlane, key: &ObjectKey) {
    if key.namespace != VELERO_NAMESPACE {
        return;
    }
    let Some(restore) = plane.store.get(key) else { return };
    if matches!(json::text(restore, "/status/phase"), "" | "New") && !plane.is_waiting(key) {
        plane.wake_after(key, SECOND);
    }
}

/// The next step of a restore's life.
pub fn step(plane: &mut ControlPlane, key: &ObjectKey) {
    let Some(restore) = plane.store.get(key).cloned() else { return };
    match json::text(&restore, "/status/phase") {
        "" | "New" => start(plane, key, &restore),
        "InProgress" => make_progress(plane, key, &restore),
        "Finalizing" => finish(plane, key, "Completed"),
        "FinalizingPartiallyFailed" => finish(plane, key, "PartiallyFailed"),
        _ => {}
    }
}

fn start(plane: &mut ControlPlane, key: &ObjectKey, restore: &Value) {
    let backup = match validation::restore_source(plane, restore) {
        Ok(backup) => backup,
        Err(errors) => {
            plane.store.update(key, |restore| {
                json::put(restore, &["status"], json!({"phase": "FailedValidation", "validationErrors": errors}));
            });
            return;
        }
    };
    let now = json::written(plane.clock);
    plane.wake_after(key, SECOND * 2);
    plane.store.update(key, |restore| {
        json::put(restore, &["spec", "backupName"], backup["metadata"]["name"].clone());
        let defaults = json!({
            "excludedResources": [
                "nodes", "events", "events.events.k8s.io", "backups.velero.io", "restores.velero.io",
                "resticrepositories.velero.io", "csinodes.storage.k8s.io", "volumeattachments.storage.k8s.io",
                "backuprepositories.velero.io",
            ],
            "itemOperationTimeout": "4h0m0s", "hooks": {},
        });
        for (name, value) in defaults.as_object().into_iter().flatten() {
            if restore.pointer(&format!("/spec/{name}")).is_none() {
                json::put(restore, &["spec", name], value.clone());
            }
        }
        json::put(restore, &["status"], json!({"phase": "InProgress", "startTimestamp": now}));
    });
}

fn make_progress(plane: &mut ControlPlane, restore_key: &ObjectKey, restore: &Value) {
    let name = json::text(restore, "/spec/backupName");
    let Some(backup) = plane.store.get(&key(resource::BACKUPS, name)).cloned() else {
        return fail(plane, restore_key, &format!("error downloading backup: backups.velero.io \"{name}\" not found"));
    };
    let place = locations::place_of(plane, json::text(&backup, "/spec/storageLocation")).unwrap_or_default();
    if plane.object_storage.get(&place, name).is_none_or(|stored| stored.contents_missing) {
        return fail(
            plane,
            restore_key,
            "error downloading backup: rpc error: code = Unknown desc = error getting object: NoSuchKey: The specified key does not exist.",
        );
    }
    let total = json::integer(&backup, "/status/progress/itemsBackedUp").unwrap_or(0);
    let done = json::integer(restore, "/status/progress/itemsRestored").unwrap_or(0);
    if done < total {
        plane.wake_after(restore_key, SECOND * 3);
        plane.store.update(restore_key, |restore| {
            let next = (done + (total / 4).max(10)).min(total);
            json::put(restore, &["status", "progress"], json!({"totalItems": total, "itemsRestored": next}));
        });
        return;
    }
    let (warnings, errors) = restore_items(plane, restore, &backup);
    plane.wake_after(restore_key, SECOND);
    plane.store.update(restore_key, |restore| {
        // Zeros are left out.
        for (field, count) in [("warnings", warnings), ("errors", errors)] {
            if count > 0 {
                json::put(restore, &["status", field], count);
            }
        }
        let phase = if errors > 0 { "FinalizingPartiallyFailed" } else { "Finalizing" };
        json::put(restore, &["status", "phase"], phase);
    });
}

/// Where the restored objects will be created; for now it only counts what would go wrong: a warning for each object
/// that is there already, and an error for each volume whose snapshot is in another region.
fn restore_items(plane: &ControlPlane, restore: &Value, backup: &Value) -> (i64, i64) {
    let included = json::texts(backup, "/spec/includedNamespaces");
    let targets = included.iter().map(|namespace| {
        let mapped = restore.pointer("/spec/namespaceMapping").and_then(|mapping| mapping.get(namespace));
        mapped.and_then(Value::as_str).unwrap_or(namespace)
    });
    let existing: usize = targets
        .map(|namespace| {
            [resource::DEPLOYMENTS, resource::REPLICA_SETS, resource::PODS, resource::SERVICES, resource::CONFIG_MAPS]
                .iter()
                .map(|resource| plane.store.list(*resource, Some(namespace)).count())
                .sum::<usize>()
        })
        .sum();
    let snapshots = json::integer(backup, "/status/volumeSnapshotsCompleted").unwrap_or(0);
    let elsewhere = json::texts(backup, "/spec/volumeSnapshotLocations").iter().any(|name| {
        let location = plane.store.get(&key(resource::SNAPSHOT_LOCATIONS, name));
        location.is_none_or(|location| json::text(location, "/spec/config/region") != plane.region)
    });
    let errors = if elsewhere && json::flag(backup, "/spec/snapshotVolumes") { snapshots } else { 0 };
    (existing as i64, errors)
}

fn fail(plane: &mut ControlPlane, key: &ObjectKey, why: &str) {
    let now = json::written(plane.clock);
    plane.store.update(key, |restore| {
        json::put(restore, &["status", "phase"], "Failed");
        json::put(restore, &["status", "failureReason"], why);
        json::put(restore, &["status", "completionTimestamp"], now);
    });
}

fn finish(plane: &mut ControlPlane, key: &ObjectKey, phase: &str) {
    let now = json::written(plane.clock);
    plane.store.update(key, |restore| {
        json::put(restore, &["status", "phase"], phase);
        json::put(restore, &["status", "completionTimestamp"], now);
        json::put(restore, &["status", "hookStatus"], json!({}));
    });
}

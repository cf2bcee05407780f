//! The life of a restore: no status, InProgress, Finalizing, Completed; or why not.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{
    key, locations, restore_items,
    restore_run::{RestoreRun, VolumeData, target_namespace},
    transfers, validation,
};
use crate::kube::{
    config::RestoreOutcome,
    control_plane::{ControlPlane, VELERO_NAMESPACE},
    json,
    kinds::resource,
    store::ObjectKey,
};

const SECOND: SignedDuration = SignedDuration::from_secs(1);
/// How long a batch of objects takes.
const BATCH: SignedDuration = SignedDuration::from_secs(3);

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

/// A restore is gone: what it has made stays, and no more comes.
pub fn removed(plane: &mut ControlPlane, key: &ObjectKey) {
    plane.restore_runs.remove(&key.name);
}

/// The next step of a restore's life.
pub fn step(plane: &mut ControlPlane, key: &ObjectKey) {
    let Some(restore) = plane.store.get(key).cloned() else { return };
    match json::text(&restore, "/status/phase") {
        "" | "New" => start(plane, key, &restore),
        "InProgress" | "WaitingForPluginOperations" => {
            let run = plane.restore_runs.remove(&key.name);
            match run.map_or_else(|| open(plane, &restore), Ok) {
                Ok(mut run) => {
                    make_progress(plane, key, &restore, &mut run);
                    plane.restore_runs.insert(key.name.clone(), run);
                }
                Err(why) => fail(plane, key, &why),
            }
        }
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

/// Downloads the backup.
fn open(plane: &ControlPlane, restore: &Value) -> Result<RestoreRun, String> {
    let name = json::text(restore, "/spec/backupName");
    let Some(backup) = plane.store.get(&key(resource::BACKUPS, name)) else {
        return Err(format!("error downloading backup: backups.velero.io \"{name}\" not found"));
    };
    let location = json::text(backup, "/spec/storageLocation");
    let place = locations::place_of(plane, location).unwrap_or_default();
    let stored = plane.object_storage.get(&place, name).filter(|_| !plane.unavailable_locations.contains_key(location));
    match stored {
        Some(stored) if !stored.contents_missing => {
            Ok(RestoreRun::new(restore, &stored.contents, volume_data(plane, backup)))
        }
        _ => Err("error downloading backup: rpc error: code = Unknown desc = error getting object: NoSuchKey: The specified key does not exist.".to_owned()),
    }
}

fn volume_data(plane: &ControlPlane, backup: &Value) -> VolumeData {
    if json::flag(backup, "/spec/snapshotMoveData") {
        return VolumeData::MovedSnapshot;
    }
    if json::flag(backup, "/spec/defaultVolumesToFsBackup") {
        return VolumeData::Files;
    }
    if !json::flag(backup, "/spec/snapshotVolumes") {
        return VolumeData::None;
    }
    let is_here = |name: &&str| {
        let location = plane.store.get(&key(resource::SNAPSHOT_LOCATIONS, name));
        location.is_some_and(|location| json::text(location, "/spec/config/region") == plane.region)
    };
    match json::texts(backup, "/spec/volumeSnapshotLocations").iter().all(is_here) {
        true => VolumeData::Snapshot,
        false => VolumeData::ForeignSnapshot,
    }
}

fn make_progress(plane: &mut ControlPlane, restore_key: &ObjectKey, restore: &Value, run: &mut RestoreRun) {
    let is_first = restore.pointer("/status/progress").is_none();
    if plane.restore_outcome == RestoreOutcome::Stalled && !is_first {
        return;
    }
    plane.wake_after(restore_key, BATCH);
    if is_leaving(plane, restore, run) {
        return;
    }
    if is_first || !run.is_through() {
        for item in run.next_batch() {
            if plane.restore_outcome == RestoreOutcome::PartiallyFailed && item["kind"] == "Secret" {
                // As when an admission webhook refuses them.
                run.errors += 1;
            } else {
                restore_items::restore(plane, restore, run, &item);
            }
        }
        // The total is guessed from the whole backup at first, and shrinks to what was selected from it.
        let total = if is_first { run.estimate } else { run.items.len() };
        plane.store.update(restore_key, |restore| {
            json::put(restore, &["status", "progress"], json!({"totalItems": total, "itemsRestored": run.done}));
        });
    } else if transfers::have_ended(plane, run) {
        end_items(plane, restore_key, run);
    } else if run.volume_data == VolumeData::MovedSnapshot {
        let count = run.transfers.len();
        plane.store.update(restore_key, |restore| {
            json::put(restore, &["status", "phase"], "WaitingForPluginOperations");
            json::put(restore, &["status", "restoreItemOperationsAttempted"], count);
        });
    }
}

/// Whether a namespace that is restored into is on its way out: Velero waits until it is gone.
fn is_leaving(plane: &ControlPlane, restore: &Value, run: &RestoreRun) -> bool {
    run.namespaces.keys().any(|namespace| {
        let key = ObjectKey::new(resource::NAMESPACES, "", target_namespace(restore, namespace));
        plane.store.get(&key).is_some_and(|found| found.pointer("/metadata/deletionTimestamp").is_some())
    })
}

fn end_items(plane: &mut ControlPlane, key: &ObjectKey, run: &RestoreRun) {
    plane.wake_after(key, SECOND);
    plane.store.update(key, |restore| {
        // Zeros are left out.
        for (field, count) in [("warnings", run.warnings), ("errors", run.errors)] {
            if count > 0 {
                json::put(restore, &["status", field], count);
            }
        }
        json::put(
            restore,
            &["status", "progress"],
            json!({"totalItems": run.items.len(), "itemsRestored": run.items.len()}),
        );
        if restore.pointer("/status/restoreItemOperationsAttempted").is_some() {
            json::put(restore, &["status", "restoreItemOperationsCompleted"], run.transfers.len());
        }
        let phase = if run.errors > 0 { "FinalizingPartiallyFailed" } else { "Finalizing" };
        json::put(restore, &["status", "phase"], phase);
    });
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
    plane.restore_runs.remove(&key.name);
    plane.store.update(key, |restore| {
        json::put(restore, &["status", "phase"], phase);
        json::put(restore, &["status", "completionTimestamp"], now);
        json::put(restore, &["status", "hookStatus"], json!({}));
    });
}

/// Changes how restores end. Those that stood still go on, unless they are to stand still.
pub fn set_outcome(plane: &mut ControlPlane, outcome: RestoreOutcome) {
    plane.restore_outcome = outcome;
    let running: Vec<String> = plane.restore_runs.keys().cloned().collect();
    for name in running {
        let key = key(resource::RESTORES, &name);
        if !plane.is_waiting(&key) {
            plane.wake_after(&key, SECOND);
        }
    }
}

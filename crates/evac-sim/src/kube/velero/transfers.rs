//! The data of volumes on its way back: a PodVolumeRestore fills a volume file by file, a DataDownload from a snapshot
//! that was moved to the bucket. Only volumes that the restore itself has made are filled: data is never overwritten.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{
    key,
    restore_items::RESTORE_LABEL,
    restore_run::{RestoreRun, VolumeData},
};
use crate::kube::{
    control_plane::{ControlPlane, VELERO_NAMESPACE, hash},
    json,
    kinds::resource,
    store::ObjectKey,
};

/// A restore has made a claim: data from a moved snapshot comes at once, files when a pod mounts it.
pub fn claim_created(plane: &mut ControlPlane, restore: &Value, run: &mut RestoreRun, claim: &ObjectKey) {
    match run.volume_data {
        VolumeData::Files => {
            run.empty_claims.insert((claim.namespace.clone(), claim.name.clone()));
        }
        VolumeData::MovedSnapshot => {
            let spec = json!({
                "backupStorageLocation": location(plane, restore), "operationTimeout": "10m0s",
                "snapshotID": snapshot(&claim.name), "sourceNamespace": claim.namespace,
                "targetVolume": {"namespace": claim.namespace, "pv": "", "pvc": claim.name},
            });
            create(plane, restore, run, resource::DATA_DOWNLOADS, spec);
        }
        _ => {}
    }
}

/// A restore has made a pod: it fills the pod's volumes, each once.
pub fn pod_created(plane: &mut ControlPlane, restore: &Value, run: &mut RestoreRun, pod: &Value, source: &str) {
    let namespace = json::text(pod, "/metadata/namespace").to_owned();
    for volume in json::list(pod, "/spec/volumes") {
        let claim = json::text(volume, "/persistentVolumeClaim/claimName").to_owned();
        if !run.empty_claims.remove(&(namespace.clone(), claim.clone())) {
            continue;
        }
        let spec = json!({
            "backupStorageLocation": location(plane, restore), "repoIdentifier": "", "uploaderType": "kopia",
            "pod": {
                "kind": "Pod", "namespace": namespace, "name": pod["metadata"]["name"], "uid": pod["metadata"]["uid"],
            },
            "snapshotID": snapshot(&claim), "sourceNamespace": source, "volume": volume["name"],
        });
        create(plane, restore, run, resource::POD_VOLUME_RESTORES, spec);
    }
}

fn create(
    plane: &mut ControlPlane,
    restore: &Value,
    run: &mut RestoreRun,
    resource: crate::kube::kinds::Resource,
    spec: Value,
) {
    let name = json::text(restore, "/metadata/name");
    let own = key(resource, &format!("{name}-{}", plane.name_suffix()));
    let object = json!({"metadata": {"labels": {RESTORE_LABEL: name}}, "spec": spec});
    plane.create(&own, object);
    run.transfers.push(own);
}

fn location(plane: &ControlPlane, restore: &Value) -> String {
    let backup = plane.store.get(&key(resource::BACKUPS, json::text(restore, "/spec/backupName")));
    backup.map(|backup| json::text(backup, "/spec/storageLocation").to_owned()).unwrap_or_default()
}

fn snapshot(claim: &str) -> String {
    format!("{:016x}{:016x}", hash(claim), hash(&format!("{claim} ")))
}

/// A transfer changed.
pub fn changed(plane: &mut ControlPlane, key: &ObjectKey) {
    let Some(transfer) = plane.store.get(key) else { return };
    let has_ended = matches!(json::text(transfer, "/status/phase"), "Completed" | "Failed" | "Canceled");
    if key.namespace == VELERO_NAMESPACE && !has_ended && !plane.is_waiting(key) {
        plane.wake_after(key, SignedDuration::from_secs(1));
    }
}

/// The next step of a transfer: New, InProgress, Completed.
pub fn step(plane: &mut ControlPlane, key: &ObjectKey) {
    let Some(transfer) = plane.store.get(key) else { return };
    let now = json::written(plane.clock);
    let bytes = plane.vary(&key.name, 200..4000) << 20;
    match json::text(transfer, "/status/phase") {
        "InProgress" => {
            plane.store.update(key, |transfer| {
                json::put(transfer, &["status", "phase"], "Completed");
                json::put(transfer, &["status", "progress", "bytesDone"], bytes);
                json::put(transfer, &["status", "completionTimestamp"], now);
            });
        }
        "" | "New" => {
            let seconds = plane.vary(&format!("{} time", key.name), 8..25);
            plane.wake_after(key, SignedDuration::from_secs(seconds as i64));
            plane.store.update(key, |transfer| {
                let progress = json!({"totalBytes": bytes});
                let status = json!({"phase": "InProgress", "startTimestamp": now, "progress": progress});
                json::put(transfer, &["status"], status);
            });
        }
        _ => {}
    }
}

/// Whether every transfer of a run has ended. One that somebody deleted has.
pub fn have_ended(plane: &ControlPlane, run: &RestoreRun) -> bool {
    run.transfers.iter().all(|transfer| {
        let transfer = plane.store.get(transfer);
        transfer
            .is_none_or(|transfer| matches!(json::text(transfer, "/status/phase"), "Completed" | "Failed" | "Canceled"))
    })
}

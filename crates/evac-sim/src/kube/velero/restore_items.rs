//! Brings one object of a backup back: creates it, or deals with the one that is there already.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{
    restore_run::{RestoreRun, VolumeData, target_namespace},
    transfers,
};
use crate::kube::{
    control_plane::{ControlPlane, hash},
    json,
    kinds::{self, resource},
    store::ObjectKey,
    workloads::volumes,
};

/// What says which restore made an object, and from what.
pub const RESTORE_LABEL: &str = "velero.io/restore-name";
const BACKUP_LABEL: &str = "velero.io/backup-name";

/// Brings one object back.
pub fn restore(plane: &mut ControlPlane, restore: &Value, run: &mut RestoreRun, item: &Value) {
    let Some(kind) = kinds::of_object(item) else { return };
    let namespace = json::text(item, "/metadata/namespace");
    let mut object = fresh(restore, item);
    let target = target_namespace(restore, namespace);
    let mut key = ObjectKey::new(kind.resource, target, json::text(item, "/metadata/name"));
    match kind.kind {
        "Namespace" => return ensure_namespace(plane, restore, run, &key.name),
        "PersistentVolume" if run.volume_data == VolumeData::ForeignSnapshot => {
            run.errors += 1;
            return;
        }
        "PersistentVolume" => {
            let claimed = json::text(item, "/spec/claimRef/namespace");
            let target = target_namespace(restore, claimed);
            json::put(&mut object, &["spec", "claimRef", "namespace"], target);
            if target != claimed {
                // The volume itself stays with the claim that it was copied from.
                key.name = format!("velero-clone-{:016x}", hash(&format!("{target}/{}", key.name)));
            }
            run.volumes.insert(json::text(item, "/metadata/name").to_owned(), key.name.clone());
        }
        "PersistentVolumeClaim" => prepare_claim(run, &mut object),
        "Pod" => {
            json::take(&mut object, &["spec", "nodeName"]);
            json::put(&mut object, &["status"], json!({"phase": "Pending", "qosClass": "Burstable"}));
        }
        "Service" => {
            for field in ["clusterIP", "clusterIPs"] {
                json::take(&mut object, &["spec", field]);
            }
        }
        _ => {}
    }
    if !namespace.is_empty() {
        ensure_namespace(plane, restore, run, namespace);
    }
    match plane.store.get(&key).cloned() {
        Some(existing) => meet(plane, restore, run, &key, &existing, &object),
        None => {
            let created = plane.create(&key, object);
            match kind.kind {
                "PersistentVolumeClaim" => transfers::claim_created(plane, restore, run, &key),
                "Pod" => transfers::pod_created(plane, restore, run, &created, namespace),
                _ => {}
            }
        }
    }
}

/// An object as it is created again: what the old cluster added is gone, and it says where it comes from.
fn fresh(restore: &Value, item: &Value) -> Value {
    let mut object = item.clone();
    json::take(&mut object, &["status"]);
    let metadata: Map<String, Value> = ["labels", "annotations"]
        .iter()
        .filter_map(|field| Some(((*field).to_owned(), item["metadata"].get(*field)?.clone())))
        .collect();
    json::put(&mut object, &["metadata"], metadata);
    json::put(&mut object, &["metadata", "labels", RESTORE_LABEL], restore["metadata"]["name"].clone());
    json::put(&mut object, &["metadata", "labels", BACKUP_LABEL], restore["spec"]["backupName"].clone());
    object
}

/// A claim is bound to its restored volume, or left to get a new one.
fn prepare_claim(run: &RestoreRun, claim: &mut Value) {
    for annotation in volumes::BINDING_ANNOTATIONS {
        json::take(claim, &["metadata", "annotations", annotation]);
    }
    match run.volumes.get(json::text(claim, "/spec/volumeName")) {
        Some(restored) => json::put(claim, &["spec", "volumeName"], restored.as_str()),
        // It names a volume that nobody could restore, and so it stays Pending.
        None if run.volume_data == VolumeData::ForeignSnapshot => {}
        None => drop(json::take(claim, &["spec", "volumeName"])),
    }
}

fn ensure_namespace(plane: &mut ControlPlane, restore: &Value, run: &RestoreRun, namespace: &str) {
    let target = target_namespace(restore, namespace);
    let key = ObjectKey::new(resource::NAMESPACES, "", target);
    if plane.store.get(&key).is_none() {
        let mut object = run.namespaces.get(namespace).map_or_else(|| json!({}), |before| fresh(restore, before));
        json::put(&mut object, &["spec"], json!({"finalizers": ["kubernetes"]}));
        json::put(&mut object, &["status"], json!({"phase": "Active"}));
        plane.create(&key, object);
    }
}

/// What is there already stays as it is, unless the policy is to update it.
fn meet(
    plane: &mut ControlPlane,
    restore: &Value,
    run: &mut RestoreRun,
    key: &ObjectKey,
    existing: &Arc<Value>,
    object: &Value,
) {
    if json::text(restore, "/spec/existingResourcePolicy") != "update" {
        run.warnings += 1;
        return;
    }
    // The API server lets nobody change these; the labels still say that the restore was here.
    let is_fixed = [resource::PODS, resource::CLAIMS, resource::VOLUMES].contains(&key.resource);
    if is_fixed && existing["spec"] != object["spec"] {
        run.warnings += 1;
    }
    plane.store.update(key, |current| {
        for part in ["labels", "annotations"] {
            for (name, value) in object["metadata"][part].as_object().into_iter().flatten() {
                json::put(current, &["metadata", part, name], value.clone());
            }
        }
        let fields = object.as_object().into_iter().flatten();
        for (name, value) in fields.filter(|(name, _)| !is_fixed && !matches!(name.as_str(), "metadata" | "status")) {
            json_patch::merge(&mut current[name.as_str()], value);
        }
    });
}

//! Volumes: a claim gets one of its own after a few seconds, and takes it along when it goes.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::kube::{control_plane::ControlPlane, json, kinds::resource, store::ObjectKey};

/// What says that a claim is bound.
pub const BINDING_ANNOTATIONS: [&str; 2] = ["pv.kubernetes.io/bind-completed", "pv.kubernetes.io/bound-by-controller"];

/// A claim changed.
pub fn claim_changed(plane: &mut ControlPlane, key: &ObjectKey) {
    let Some(claim) = plane.store.get(key) else { return };
    if json::text(claim, "/status/phase") != "Bound" && !plane.is_waiting(key) {
        let seconds = plane.vary(&key.name, 1..4);
        plane.wake_after(key, SignedDuration::from_secs(seconds as i64));
    }
}

/// Binds a claim to the volume that it names, or to a new one. One that names a volume which is not there waits.
pub fn bind(plane: &mut ControlPlane, key: &ObjectKey) {
    let Some(claim) = plane.store.get(key).cloned() else { return };
    let named = json::text(&claim, "/spec/volumeName");
    let name = match named {
        "" => format!("pvc-{}", json::text(&claim, "/metadata/uid")),
        named => named.to_owned(),
    };
    let volume = ObjectKey::new(resource::VOLUMES, "", &name);
    if named.is_empty() {
        plane.create(&volume, volume_for(&claim, &name));
    }
    let reference = json!({
        "apiVersion": "v1", "kind": "PersistentVolumeClaim", "namespace": key.namespace, "name": key.name,
        "uid": claim["metadata"]["uid"],
    });
    let bound = plane.store.update(&volume, |volume| {
        json::put(volume, &["spec", "claimRef"], reference);
        json::put(volume, &["status", "phase"], "Bound");
    });
    plane.store.update(key, |claim| {
        let Some(volume) = bound else { return json::put(claim, &["status", "phase"], "Pending") };
        json::put(claim, &["spec", "volumeName"], name);
        for annotation in BINDING_ANNOTATIONS {
            json::put(claim, &["metadata", "annotations", annotation], "yes");
        }
        let status = json!({
            "phase": "Bound", "accessModes": volume["spec"]["accessModes"], "capacity": volume["spec"]["capacity"],
        });
        json::put(claim, &["status"], status);
    });
}

fn volume_for(claim: &Value, name: &str) -> Value {
    json!({
        "metadata": {"annotations": {"pv.kubernetes.io/provisioned-by": "efs.csi.aws.com"}},
        "spec": {
            "accessModes": claim["spec"]["accessModes"], "capacity": claim["spec"]["resources"]["requests"],
            "csi": {"driver": "efs.csi.aws.com", "volumeHandle": format!("fs-simulated::{name}")},
            "persistentVolumeReclaimPolicy": "Delete", "storageClassName": claim["spec"]["storageClassName"],
            "volumeMode": "Filesystem",
        },
    })
}

/// A claim is gone, and with it a volume that is not to be kept: this is how data is lost.
pub fn claim_removed(plane: &mut ControlPlane, last: &Value) {
    let volume = ObjectKey::new(resource::VOLUMES, "", json::text(last, "/spec/volumeName"));
    let Some(found) = plane.store.get(&volume) else { return };
    if found["spec"]["claimRef"]["uid"] == last["metadata"]["uid"] {
        if json::text(found, "/spec/persistentVolumeReclaimPolicy") == "Delete" {
            plane.store.remove(&volume);
        } else {
            plane.store.update(&volume, |volume| json::put(volume, &["status", "phase"], "Released"));
        }
    }
}

/// Whether every claim that a pod mounts is bound.
pub fn are_bound(plane: &ControlPlane, pod: &Value) -> bool {
    let names = json::list(pod, "/spec/volumes").iter();
    let claims =
        names.map(|volume| json::text(volume, "/persistentVolumeClaim/claimName")).filter(|name| !name.is_empty());
    let namespace = json::text(pod, "/metadata/namespace");
    claims.into_iter().all(|name| {
        let claim = plane.store.get(&ObjectKey::new(resource::CLAIMS, namespace, name));
        claim.is_some_and(|claim| json::text(claim, "/status/phase") == "Bound")
    })
}

//! Namespaces: Active until deleted, then Terminating, then gone with everything in them.

use jiff::SignedDuration;
use serde_json::json;

use crate::kube::{
    control_plane::ControlPlane,
    json,
    kinds::{self, resource},
    store::ObjectKey,
};

/// Makes a namespace, if it is not there.
pub fn create(plane: &mut ControlPlane, name: &str) {
    let namespace = json!({
        "metadata": {"labels": {"kubernetes.io/metadata.name": name}},
        "spec": {"finalizers": ["kubernetes"]},
        "status": {"phase": "Active"},
    });
    plane.create(&ObjectKey::new(resource::NAMESPACES, "", name), namespace);
}

/// A namespace changed.
pub fn changed(plane: &mut ControlPlane, key: &ObjectKey) {
    let Some(namespace) = plane.store.get(key).cloned() else { return };
    let leaving = namespace.pointer("/metadata/deletionTimestamp").is_some();
    if leaving && !plane.is_waiting(key) {
        plane.wake_after(key, SignedDuration::from_secs(3));
    }
    plane.store.update(key, |namespace| {
        json::put(namespace, &["metadata", "labels", "kubernetes.io/metadata.name"], key.name.as_str());
        json::put(namespace, &["status", "phase"], if leaving { "Terminating" } else { "Active" });
        if !leaving {
            json::put(namespace, &["spec", "finalizers"], json!(["kubernetes"]));
        }
    });
}

/// The time of a deleted namespace has come.
pub fn finish(plane: &mut ControlPlane, key: &ObjectKey) {
    for kind in kinds::all().filter(|kind| kind.namespaced) {
        let names: Vec<String> = plane
            .store
            .list(kind.resource, Some(&key.name))
            .map(|object| json::text(object, "/metadata/name").to_owned())
            .collect();
        for name in names {
            plane.store.remove(&ObjectKey::new(kind.resource, &key.name, &name));
        }
    }
    plane.store.remove(key);
}

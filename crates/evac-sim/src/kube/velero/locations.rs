//! Backup storage locations: validated and synced once a virtual minute.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::key;
use crate::kube::{
    config::BackupLocationSeed,
    control_plane::{ControlPlane, VELERO_NAMESPACE},
    go_duration, json,
    kinds::resource,
    store::ObjectKey,
};

/// How often, unless the location says otherwise.
const PERIOD: SignedDuration = SignedDuration::from_mins(1);

/// Makes a location and its snapshot location from a seed.
pub fn create(plane: &mut ControlPlane, seed: &BackupLocationSeed) {
    let mut storage = json!({"bucket": seed.bucket});
    if !seed.prefix.is_empty() {
        json::put(&mut storage, &["prefix"], seed.prefix.as_str());
    }
    let location = json!({
        "metadata": {"labels": {"component": "velero"}},
        "spec": {
            "provider": "aws", "default": seed.default, "accessMode": "ReadWrite", "objectStorage": storage,
            "config": {"region": seed.region}, "credential": {"name": "cloud-credentials", "key": "cloud"},
            "backupSyncPeriod": "1m0s", "validationFrequency": "1m0s",
        },
    });
    plane.create(&key(resource::BACKUP_LOCATIONS, &seed.name), location);
    let snapshots = json!({
        "metadata": {"labels": {"component": "velero"}},
        "spec": {"provider": "aws", "config": {"region": seed.region}},
    });
    plane.create(&key(resource::SNAPSHOT_LOCATIONS, &seed.name), snapshots);
}

/// A location changed: a new one, and one whose spec is another than the one that was validated, is validated soon.
pub fn changed(plane: &mut ControlPlane, key: &ObjectKey) {
    let Some(location) = plane.store.get(key) else { return };
    let is_known = plane.validated.get(&key.name) == Some(&location["spec"]);
    if key.namespace == VELERO_NAMESPACE && !(is_known && plane.is_waiting(key)) {
        plane.wake_after(key, SignedDuration::from_secs(1));
    }
}

/// Validates a location, syncs the backups in it, and asks to be woken for the next time.
pub fn validate(plane: &mut ControlPlane, key: &ObjectKey) {
    let Some(location) = plane.store.get(key).cloned() else { return };
    plane.validated.insert(key.name.clone(), location["spec"].clone());
    let now = json::written(plane.clock);
    let refusal = plane.unavailable_locations.get(&key.name).cloned();
    let period = go_duration::parse(json::text(&location, "/spec/validationFrequency")).unwrap_or(PERIOD);
    // A period of nothing means never again, to Velero; it must not mean without end here.
    if period >= SignedDuration::from_secs(1) {
        plane.wake_after(key, period);
    }
    if refusal.is_none() {
        sync(plane, key, &location);
    }
    plane.store.update(key, |location| {
        json::put(location, &["status", "lastValidationTime"], now.as_str());
        match refusal {
            None => {
                json::put(location, &["status", "phase"], "Available");
                json::put(location, &["status", "lastSyncedTime"], now.as_str());
                json::take(location, &["status", "message"]);
            }
            Some(message) => {
                json::put(location, &["status", "phase"], "Unavailable");
                json::put(location, &["status", "message"], message);
            }
        }
    });
}

/// Brings the backups that lie in the bucket into the cluster, and takes those out whose data is gone.
fn sync(plane: &mut ControlPlane, location_key: &ObjectKey, location: &Value) {
    let place = place(location);
    let synced = (place.clone(), plane.backup_changes);
    if plane.synced.insert(location_key.name.clone(), synced.clone()) == Some(synced) {
        return;
    }
    let missing: Vec<(String, Value)> = plane
        .object_storage
        .at(&place)
        .filter(|(name, _)| plane.store.get(&key(resource::BACKUPS, name)).is_none())
        .map(|(name, stored)| (name.clone(), stored.description.clone()))
        .collect();
    for (name, mut description) in missing {
        json::put(&mut description, &["spec", "storageLocation"], location_key.name.as_str());
        json::put(&mut description, &["metadata", "labels", "velero.io/storage-location"], location_key.name.as_str());
        plane.create(&key(resource::BACKUPS, &name), description);
    }
    let orphans: Vec<String> = plane
        .store
        .list(resource::BACKUPS, Some(VELERO_NAMESPACE))
        .filter(|backup| json::text(backup, "/metadata/labels/velero.io~1storage-location") == location_key.name)
        .filter(|backup| json::text(backup, "/status/phase") == "Completed")
        .map(|backup| json::text(backup, "/metadata/name").to_owned())
        .filter(|name| plane.object_storage.get(&place, name).is_none())
        .collect();
    for name in orphans {
        plane.store.remove(&key(resource::BACKUPS, &name));
    }
}

/// The bucket and prefix of a location: locations that share them share their backups.
pub fn place(location: &Value) -> String {
    let bucket = json::text(location, "/spec/objectStorage/bucket");
    format!("{bucket}/{}", json::text(location, "/spec/objectStorage/prefix").trim_matches('/'))
}

/// The place of the location of that name.
pub fn place_of(plane: &ControlPlane, name: &str) -> Option<String> {
    plane.store.get(&key(resource::BACKUP_LOCATIONS, name)).map(|location| place(location))
}

/// Holds a location unavailable, or lets it go, and validates it at once.
pub fn set_available(plane: &mut ControlPlane, name: &str, available: bool, message: Option<&str>) {
    if available {
        plane.unavailable_locations.remove(name);
    } else {
        let why = message.map_or_else(
            || {
                format!(
                    "BackupStorageLocation \"{name}\" is unavailable: rpc error: code = Unknown desc = operation error S3: ListObjectsV2, exceeded maximum number of attempts, 3"
                )
            },
            str::to_owned,
        );
        plane.unavailable_locations.insert(name.to_owned(), why);
    }
    validate(plane, &key(resource::BACKUP_LOCATIONS, name));
}

/// Makes a location read-only or writable.
pub fn set_access_mode(plane: &mut ControlPlane, name: &str, read_only: bool) {
    plane.store.update(&key(resource::BACKUP_LOCATIONS, name), |location| {
        json::put(location, &["spec", "accessMode"], if read_only { "ReadOnly" } else { "ReadWrite" });
    });
}

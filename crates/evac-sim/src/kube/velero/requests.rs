//! Requests that are answered in their own status: download URLs, and the server's version.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::key;
use crate::kube::{
    control_plane::{ControlPlane, VELERO_NAMESPACE},
    json,
    kinds::resource,
    store::ObjectKey,
};

/// How long an answered request stays.
const KEPT: SignedDuration = SignedDuration::from_mins(10);

/// A request changed.
pub fn changed(plane: &mut ControlPlane, key: &ObjectKey) {
    if key.namespace == VELERO_NAMESPACE && !plane.is_waiting(key) {
        plane.wake_after(key, SignedDuration::from_secs(1));
    }
}

/// Answers a request, or removes an answered one.
pub fn step(plane: &mut ControlPlane, key: &ObjectKey) {
    let Some(request) = plane.store.get(key).cloned() else { return };
    if json::text(&request, "/status/phase") == "Processed" {
        plane.store.remove(key);
        return;
    }
    let now = json::written(plane.clock);
    let status = if key.resource == resource::DOWNLOAD_REQUESTS {
        let Some(url) = download_url(plane, &request) else { return };
        json!({"phase": "Processed", "downloadURL": url, "expiration": json::written(plane.clock + KEPT)})
    } else {
        let plugin = |kind: &str, name: &str| json!({"kind": kind, "name": name});
        json!({
            "phase": "Processed", "serverVersion": "v1.18.0", "processedTimestamp": now,
            "plugins": [plugin("ObjectStore", "velero.io/aws"), plugin("VolumeSnapshotter", "velero.io/aws")],
        })
    };
    plane.wake_after(key, KEPT);
    plane.store.update(key, |request| json::put(request, &["status"], status));
}

/// The signed URL of a file in the bucket; `None` leaves the request New, as Velero does when it cannot find the backup.
fn download_url(plane: &ControlPlane, request: &Value) -> Option<String> {
    let name = json::text(request, "/spec/target/name");
    let file = match json::text(request, "/spec/target/kind") {
        "BackupLog" => format!("backups/{name}/{name}-logs.gz"),
        "BackupContents" => format!("backups/{name}/{name}.tar.gz"),
        "BackupResults" => format!("backups/{name}/{name}-results.gz"),
        "BackupResourceList" => format!("backups/{name}/{name}-resource-list.json.gz"),
        "RestoreLog" => format!("restores/{name}/restore-{name}-logs.gz"),
        "RestoreResults" => format!("restores/{name}/restore-{name}-results.gz"),
        other => format!("backups/{name}/{name}-{}.json.gz", other.to_lowercase()),
    };
    let backup_name = if file.starts_with("restores/") {
        json::text(plane.store.get(&key(resource::RESTORES, name))?, "/spec/backupName").to_owned()
    } else {
        name.to_owned()
    };
    let backup = plane.store.get(&key(resource::BACKUPS, &backup_name))?;
    let location = plane.store.get(&key(resource::BACKUP_LOCATIONS, json::text(backup, "/spec/storageLocation")))?;
    let bucket = json::text(location, "/spec/objectStorage/bucket");
    let region = json::text(location, "/spec/config/region");
    let prefix = json::text(location, "/spec/objectStorage/prefix").trim_matches('/');
    let slash = if prefix.is_empty() { "" } else { "/" };
    let signed = plane.clock.strftime("%Y%m%dT%H%M%SZ");
    Some(format!(
        "https://{bucket}.s3.{region}.amazonaws.com/{prefix}{slash}{file}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date={signed}&X-Amz-Expires=600"
    ))
}

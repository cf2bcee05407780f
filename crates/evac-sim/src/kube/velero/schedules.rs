//! Schedules: Enabled or FailedValidation, and a backup at each firing unless paused or still busy with the last one.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{key, unfinished};
use crate::kube::{
    config::ScheduleSeed,
    control_plane::{ControlPlane, VELERO_NAMESPACE},
    cron::Cron,
    go_duration, json,
    kinds::resource,
    store::ObjectKey,
};

/// Velero looks at its schedules once a minute.
const LOOK: SignedDuration = SignedDuration::from_mins(1);

/// The schedule object of a seed.
pub fn object(seed: &ScheduleSeed) -> Value {
    let mut template = json!({
        "ttl": go_duration::write(seed.ttl), "storageLocation": seed.storage_location,
        "snapshotVolumes": seed.snapshot_volumes, "defaultVolumesToFsBackup": seed.default_volumes_to_fs_backup,
        "hooks": {}, "metadata": {},
    });
    if !seed.included_namespaces.is_empty() {
        json::put(&mut template, &["includedNamespaces"], seed.included_namespaces.clone());
    }
    json!({
        "spec": {
            "schedule": seed.cron, "paused": false, "skipImmediately": false, "useOwnerReferencesInBackup": false,
            "template": template,
        },
        "status": {"phase": "Enabled"},
    })
}

/// A schedule changed: its phase says whether it can be read, and its next firing may be another.
pub fn changed(plane: &mut ControlPlane, key: &ObjectKey) {
    if key.namespace != VELERO_NAMESPACE {
        return;
    }
    let Some(schedule) = plane.store.get(key).cloned() else { return };
    match Cron::parse(json::text(&schedule, "/spec/schedule")) {
        Ok(cron) => {
            plane.store.update(key, |schedule| {
                json::put(schedule, &["status", "phase"], "Enabled");
                json::take(schedule, &["status", "validationErrors"]);
            });
            plan_next(plane, key, &cron, &schedule);
        }
        Err(why) => {
            plane.timers.cancel(&crate::kube::timers::Wake::Object(key.clone()));
            plane.store.update(key, |schedule| {
                json::put(schedule, &["status", "phase"], "FailedValidation");
                json::put(schedule, &["status", "validationErrors"], json!([format!("invalid schedule: {why}")]));
            });
        }
    }
}

/// Due is counted from the last backup, so a schedule that was paused past its time fires when it is let go.
fn plan_next(plane: &mut ControlPlane, key: &ObjectKey, cron: &Cron, schedule: &Value) {
    if json::flag(schedule, "/spec/paused") {
        plane.timers.cancel(&crate::kube::timers::Wake::Object(key.clone()));
        return;
    }
    let counted_from = ["/status/lastBackup", "/status/lastSkipped", "/metadata/creationTimestamp"]
        .iter()
        .filter_map(|pointer| json::instant(schedule, pointer))
        .max()
        .unwrap_or(plane.clock);
    if let Some(next) = cron.next(counted_from) {
        let at = next.max(plane.clock);
        plane.wake_at(key, at);
    }
}

/// A schedule's time has come.
pub fn fire(plane: &mut ControlPlane, key: &ObjectKey) {
    let Some(schedule) = plane.store.get(key).cloned() else { return };
    if json::flag(&schedule, "/spec/paused") {
        return;
    }
    if is_busy(plane, &key.name) {
        plane.wake_after(key, LOOK);
        return;
    }
    let now = plane.clock;
    let name = backup_name(&key.name, now);
    let backup = backup_of(&key.name, &schedule["spec"]["template"]);
    plane.create(&super::key(resource::BACKUPS, &name), backup);
    plane.store.update(key, |schedule| json::put(schedule, &["status", "lastBackup"], json::written(now)));
}

/// The name of the backup that a schedule makes at a time.
pub fn backup_name(schedule: &str, at: Timestamp) -> String {
    format!("{schedule}-{}", at.strftime("%Y%m%d%H%M%S"))
}

/// The backup that a schedule makes.
pub fn backup_of(schedule: &str, template: &Value) -> Value {
    let mut spec = template.clone();
    let labels = json::take(&mut spec, &["metadata"]).and_then(|metadata| metadata.get("labels").cloned());
    let mut labels = labels.unwrap_or_else(|| json!({}));
    json::put(&mut labels, &["velero.io/schedule-name"], schedule);
    let location = json::text(&spec, "/storageLocation").to_owned();
    if !location.is_empty() {
        json::put(&mut labels, &["velero.io/storage-location"], location);
    }
    json::put(&mut spec, &["metadata"], json!({}));
    json!({"metadata": {"labels": labels}, "spec": spec})
}

/// Whether the schedule's last backup has not ended yet.
fn is_busy(plane: &ControlPlane, schedule: &str) -> bool {
    unfinished(plane).any(|(_, backup)| {
        json::text(backup, "/metadata/labels/velero.io~1schedule-name") == schedule
            && matches!(json::text(backup, "/status/phase"), "" | "New" | "Queued" | "ReadyToStart" | "InProgress")
    })
}

/// Pauses a schedule or lets it go; its phase stays Enabled.
pub fn set_paused(plane: &mut ControlPlane, name: &str, paused: bool) {
    plane.store.update(&key(resource::SCHEDULES, name), |schedule| {
        json::put(schedule, &["spec", "paused"], paused);
    });
}

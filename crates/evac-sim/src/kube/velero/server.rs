//! Whether Velero itself runs: its controllers do nothing while its deployment has no pod that is ready.

use serde_json::json;

use super::key;
use crate::kube::{
    config::DeploymentSeed,
    control_plane::{ControlPlane, VELERO_NAMESPACE},
    controllers, json,
    kinds::{self, resource},
    store::ObjectKey,
    timers::Wake,
    workloads::seeds,
};

/// The name of Velero's deployment.
pub const DEPLOYMENT: &str = "velero";

/// Makes the deployment.
pub fn create(plane: &mut ControlPlane) {
    let seed = DeploymentSeed {
        name: DEPLOYMENT.to_owned(),
        namespace: VELERO_NAMESPACE.to_owned(),
        replicas: 1,
        cpu_millis: 500,
        memory_mib: 128,
        volume_gib: 0,
    };
    let labels = json!({"component": "velero", "app": DEPLOYMENT});
    let key = ObjectKey::new(resource::DEPLOYMENTS, VELERO_NAMESPACE, DEPLOYMENT);
    plane.create(&key, seeds::deployment(&seed, &labels));
}

/// A deployment changed or went: Velero's own says whether it runs.
pub fn deployment_changed(plane: &mut ControlPlane, deployment: &ObjectKey) {
    if deployment.namespace != VELERO_NAMESPACE || deployment.name != DEPLOYMENT {
        return;
    }
    let state = plane.store.get(deployment);
    let runs = state.is_some_and(|found| json::integer(found, "/status/readyReplicas").is_some_and(|ready| ready > 0));
    if std::mem::replace(&mut plane.velero_runs, runs) != runs && runs {
        start(plane);
    }
}

/// Whether a wake is for a controller of Velero that does not run; it is kept until it does.
pub fn puts_off(plane: &mut ControlPlane, wake: &Wake) -> bool {
    let is_own = match wake {
        Wake::Object(key) => key.resource.group == "velero.io",
        Wake::ExpiredBackups => true,
        Wake::NodeHeartbeat => false,
    };
    if !is_own || plane.velero_runs {
        return false;
    }
    plane.put_off.insert(wake.clone());
    true
}

/// Velero starts: what was under way when it stopped has failed, and the rest is looked at anew.
fn start(plane: &mut ControlPlane) {
    for (resource, word) in [(resource::BACKUPS, "backup"), (resource::RESTORES, "restore")] {
        let names: Vec<String> = plane
            .store
            .list(resource, Some(VELERO_NAMESPACE))
            .filter(|object| json::text(object, "/status/phase") == "InProgress")
            .map(|object| json::text(object, "/metadata/name").to_owned())
            .collect();
        let now = json::written(plane.clock);
        for name in names {
            let why =
                format!("found a {word} with status \"InProgress\" during the server starting, mark it as \"Failed\"");
            plane.store.update(&key(resource, &name), |object| {
                json::put(object, &["status", "phase"], "Failed");
                json::put(object, &["status", "failureReason"], why);
                json::put(object, &["status", "completionTimestamp"], json!(now));
            });
        }
    }
    plane.restore_runs.clear();
    for wake in std::mem::take(&mut plane.put_off) {
        plane.timers.set(wake, plane.clock);
    }
    for kind in kinds::all().filter(|kind| kind.resource.group == "velero.io") {
        let objects: Vec<_> = plane.store.list(kind.resource, Some(VELERO_NAMESPACE)).cloned().collect();
        for object in objects {
            controllers::changed(plane, &key(kind.resource, json::text(&object, "/metadata/name")), &object);
        }
    }
}

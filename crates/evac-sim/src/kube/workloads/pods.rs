//! Pods: placed on a node, started after a few seconds, ready or not, and gone two seconds after their deletion.

use std::sync::Arc;

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{deployments, scheduling};
use crate::kube::{
    control_plane::{ControlPlane, hash},
    json,
    kinds::resource,
    store::ObjectKey,
};

/// How long a pod takes to stop.
const STOPPING: SignedDuration = SignedDuration::from_secs(2);
/// How often an unplaceable pod is tried again.
const RETRY: SignedDuration = SignedDuration::from_secs(5);

/// A pod changed.
pub fn changed(plane: &mut ControlPlane, key: &ObjectKey, pod: &Value) {
    if plane.store.get(key).is_some_and(|now| now["metadata"]["resourceVersion"] != pod["metadata"]["resourceVersion"])
    {
        // A newer state is waiting to be looked at.
        return;
    }
    if pod.pointer("/metadata/deletionTimestamp").is_some() {
        if !plane.is_waiting(key) {
            plane.wake_after(key, STOPPING);
        }
    } else if json::text(pod, "/status/phase") != "Running" && !plane.is_waiting(key) {
        plane.wake_after(key, SignedDuration::from_secs(1));
    }
    deployments::pod_changed(plane, pod);
}

/// The next step of a pod's life.
pub fn step(plane: &mut ControlPlane, key: &ObjectKey) {
    let Some(pod) = plane.store.get(key).cloned() else { return };
    if pod.pointer("/metadata/deletionTimestamp").is_some() {
        plane.store.remove(key);
        return;
    }
    if json::text(&pod, "/spec/nodeName").is_empty() {
        place(plane, key, &pod);
    } else if json::text(&pod, "/status/phase") == "Pending" {
        start(plane, key, &pod);
    }
}

fn place(plane: &mut ControlPlane, key: &ObjectKey, pod: &Value) {
    let now = json::written(plane.clock);
    match scheduling::node_for(plane, pod) {
        Ok(node) => {
            let message = format!("Successfully assigned {}/{} to {node}", key.namespace, key.name);
            plane.record(pod, false, "Scheduled", &message);
            let seconds = plane.vary(&key.name, 2..6);
            plane.wake_after(key, SignedDuration::from_secs(seconds as i64));
            plane.store.update(key, |pod| {
                json::put(pod, &["spec", "nodeName"], node);
                let scheduled = json!({"type": "PodScheduled", "status": "True", "lastTransitionTime": now});
                json::put(pod, &["status", "conditions"], json!([scheduled]));
            });
        }
        Err(why) => {
            plane.wake_after(key, RETRY);
            let first = json::list(pod, "/status/conditions").is_empty();
            if first {
                plane.record(pod, true, "FailedScheduling", &why);
                plane.store.update(key, |pod| {
                    let condition = json!({
                        "type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": why,
                        "lastTransitionTime": now,
                    });
                    json::put(pod, &["status", "conditions"], json!([condition]));
                });
            }
        }
    }
}

fn start(plane: &mut ControlPlane, key: &ObjectKey, pod: &Value) {
    let now = json::written(plane.clock);
    let address = hash(&key.name);
    plane.record(pod, false, "Started", "Started container app");
    plane.store.update(key, |pod| {
        json::put(pod, &["status", "phase"], "Running");
        json::put(pod, &["status", "startTime"], now.as_str());
        json::put(
            pod,
            &["status", "podIP"],
            format!("10.{}.{}.{}", address & 63, address >> 8 & 255, address >> 16 & 255),
        );
        // An owner decides at once; a pod of its own just serves.
        let owned = !json::list(pod, "/metadata/ownerReferences").is_empty();
        write_readiness(pod, !owned, &now);
    });
}

/// Whether a pod serves.
pub fn is_ready(pod: &Value) -> bool {
    json::list(pod, "/status/conditions")
        .iter()
        .any(|condition| condition["type"] == "Ready" && condition["status"] == "True")
}

/// Makes a running pod ready or not; nothing is written when it is so already.
pub fn set_ready(plane: &mut ControlPlane, pod: &Arc<Value>, ready: bool) {
    if is_ready(pod) == ready {
        return;
    }
    let key = ObjectKey::new(resource::PODS, json::text(pod, "/metadata/namespace"), json::text(pod, "/metadata/name"));
    if !ready {
        plane.record(pod, true, "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503");
    }
    let now = json::written(plane.clock);
    plane.store.update(&key, |pod| write_readiness(pod, ready, &now));
}

fn write_readiness(pod: &mut Value, ready: bool, now: &str) {
    let status = if ready { "True" } else { "False" };
    let containers: Vec<Value> = json::list(pod, "/spec/containers")
        .iter()
        .map(|container| {
            json!({
                "name": container["name"], "image": container["image"], "imageID": container["image"],
                "ready": ready, "started": true, "restartCount": 0,
                "state": {"running": {"startedAt": json::text(pod, "/status/startTime")}},
            })
        })
        .collect();
    let since = |kind: &str, status: &str| {
        json::list(pod, "/status/conditions")
            .iter()
            .find(|condition| condition["type"] == kind && condition["status"] == status)
            .map_or_else(|| now.to_owned(), |condition| json::text(condition, "/lastTransitionTime").to_owned())
    };
    let conditions: Vec<Value> =
        [("PodScheduled", "True"), ("Initialized", "True"), ("ContainersReady", status), ("Ready", status)]
            .into_iter()
            .map(|(kind, status)| json!({"type": kind, "status": status, "lastTransitionTime": since(kind, status)}))
            .collect();
    json::put(pod, &["status", "conditions"], conditions);
    json::put(pod, &["status", "containerStatuses"], containers);
}

/// Begins a pod's end: marked at once, gone when it has stopped.
pub fn terminate(plane: &mut ControlPlane, pod: &Value) {
    if pod.pointer("/metadata/deletionTimestamp").is_some() {
        return;
    }
    let key = ObjectKey::new(resource::PODS, json::text(pod, "/metadata/namespace"), json::text(pod, "/metadata/name"));
    plane.record(pod, false, "Killing", "Stopping container app");
    plane.wake_after(&key, STOPPING);
    let now = json::written(plane.clock);
    plane.store.update(&key, |pod| {
        json::put(pod, &["metadata", "deletionTimestamp"], now);
        json::put(pod, &["metadata", "deletionGracePeriodSeconds"], 30);
    });
}

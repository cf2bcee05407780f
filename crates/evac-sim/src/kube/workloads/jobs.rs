//! Jobs: active at once, complete after a few seconds. Their pods are not made.

use jiff::SignedDuration;
use serde_json::json;

use crate::kube::{control_plane::ControlPlane, json, store::ObjectKey};

/// A job changed.
pub fn changed(plane: &mut ControlPlane, key: &ObjectKey) {
    let Some(job) = plane.store.get(key).cloned() else { return };
    if job.pointer("/status/startTime").is_none() && !json::flag(&job, "/spec/suspend") {
        let now = json::written(plane.clock);
        let seconds = plane.vary(&key.name, 4..12);
        plane.wake_after(key, SignedDuration::from_secs(seconds as i64));
        plane.store.update(key, |job| {
            json::put(job, &["status"], json!({"startTime": now, "active": 1, "ready": 1}));
        });
    }
}

/// A job ends.
pub fn step(plane: &mut ControlPlane, key: &ObjectKey) {
    let now = json::written(plane.clock);
    plane.store.update(key, |job| {
        let completions = json::integer(job, "/spec/completions").unwrap_or(1);
        let condition = |kind: &str| {
            json!({
                "type": kind, "status": "True", "reason": "CompletionsReached", "lastProbeTime": now,
                "message": "Reached expected number of succeeded pods", "lastTransitionTime": now,
            })
        };
        let started = json::text(job, "/status/startTime").to_owned();
        let status = json!({
            "startTime": started, "completionTime": now, "succeeded": completions, "ready": 0, "terminating": 0,
            "uncountedTerminatedPods": {}, "conditions": [condition("SuccessCriteriaMet"), condition("Complete")],
        });
        json::put(job, &["status"], status);
    });
}

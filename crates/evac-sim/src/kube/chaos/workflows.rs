//! Workflows: scheduled at once, accomplished when the deadlines of the entry's children have passed.
//!
//! The experiments of a workflow's nodes are not made.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::kube::{control_plane::ControlPlane, go_duration, json, store::ObjectKey};

/// A workflow changed.
pub fn changed(plane: &mut ControlPlane, key: &ObjectKey) {
    let Some(workflow) = plane.store.get(key).cloned() else { return };
    if workflow.pointer("/status/startTime").is_some() {
        return;
    }
    let now = json::written(plane.clock);
    plane.wake_after(key, length(&workflow));
    plane.store.update(key, |workflow| {
        let entry = format!("{}-0", json::text(workflow, "/spec/entry"));
        let condition = json!({"type": "Scheduled", "status": "True", "reason": "", "startTime": now});
        json::put(workflow, &["status"], json!({"entryNode": entry, "startTime": now, "conditions": [condition]}));
    });
}

/// Children of a serial node follow each other; those of a parallel one run together.
fn length(workflow: &Value) -> SignedDuration {
    let template =
        |name: &str| json::list(workflow, "/spec/templates").iter().find(|template| template["name"] == name);
    let deadline = |template: &Value| {
        go_duration::parse(json::text(template, "/deadline")).unwrap_or(SignedDuration::from_secs(30))
    };
    let Some(entry) = template(json::text(workflow, "/spec/entry")) else { return SignedDuration::from_secs(1) };
    let children = json::texts(entry, "/children").into_iter().filter_map(template).map(deadline);
    match (json::text(entry, "/templateType"), json::list(entry, "/children").is_empty()) {
        (_, true) => deadline(entry),
        ("Parallel", _) => children.max().unwrap_or_default(),
        _ => children.sum(),
    }
}

/// A workflow ends.
pub fn step(plane: &mut ControlPlane, key: &ObjectKey) {
    let now = json::written(plane.clock);
    plane.store.update(key, |workflow| {
        let mut conditions = json::list(workflow, "/status/conditions").to_vec();
        conditions.push(json!({"type": "Accomplished", "status": "True", "reason": "", "startTime": now}));
        json::put(workflow, &["status", "conditions"], conditions);
        json::put(workflow, &["status", "endTime"], now.as_str());
    });
}

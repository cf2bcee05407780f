//! One experiment: targets selected after a second, injected after another, recovered when paused, over or deleted.
//!
//! An experiment whose selector matches nothing goes through the same conditions, all True: that is what the real
//! controller says, and why a drill has to prove its targets.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::targets;
use crate::kube::{
    control_plane::ControlPlane,
    go_duration, json,
    kinds::resource,
    store::ObjectKey,
    workloads::{deployments, pods},
};

const SECOND: SignedDuration = SignedDuration::from_secs(1);
const FINALIZER: &str = "chaos-mesh/records";
/// Marks a pod that an experiment holds down.
const FAILED: &str = "chaos-mesh.org/failed";

/// Where an experiment is, from its own records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    New,
    Selected,
    Injected,
    Recovered,
}

fn stage(experiment: &Value) -> Stage {
    let holds = |kind: &str| {
        json::list(experiment, "/status/conditions")
            .iter()
            .any(|condition| condition["type"] == kind && condition["status"] == "True")
    };
    match (holds("AllInjected"), holds("Selected"), json::text(experiment, "/status/experiment/desiredPhase")) {
        (_, true, "Stop") => Stage::Recovered,
        (true, ..) => Stage::Injected,
        (_, true, _) => Stage::Selected,
        _ => Stage::New,
    }
}

/// Whether somebody or the clock wants the experiment to stand still.
fn should_stop(experiment: &Value, now: Timestamp) -> bool {
    is_paused(experiment)
        || experiment.pointer("/metadata/deletionTimestamp").is_some()
        || end(experiment).is_some_and(|end| end <= now)
}

fn is_paused(experiment: &Value) -> bool {
    json::text(experiment, "/metadata/annotations/experiment.chaos-mesh.org~1pause") == "true"
}

/// When the experiment's duration is over; one without a duration runs until it is deleted.
fn end(experiment: &Value) -> Option<Timestamp> {
    let duration = go_duration::parse(json::text(experiment, "/spec/duration"))?;
    json::instant(experiment, "/metadata/creationTimestamp")?.checked_add(duration).ok()
}

/// An experiment changed.
pub fn changed(plane: &mut ControlPlane, key: &ObjectKey) {
    let Some(experiment) = plane.store.get(key).cloned() else { return };
    let stop = should_stop(&experiment, plane.clock);
    let settled = match stage(&experiment) {
        Stage::New | Stage::Selected => stop && is_stopped(&experiment),
        Stage::Injected => !stop,
        Stage::Recovered => stop && experiment.pointer("/metadata/deletionTimestamp").is_none(),
    };
    match end(&experiment) {
        _ if !settled => plane.wake_after(key, SECOND),
        Some(end) if !stop => plane.wake_at(key, end),
        _ => {}
    }
}

fn is_stopped(experiment: &Value) -> bool {
    json::text(experiment, "/status/experiment/desiredPhase") == "Stop"
        && experiment.pointer("/metadata/deletionTimestamp").is_none()
}

/// The next step of an experiment.
pub fn step(plane: &mut ControlPlane, key: &ObjectKey) {
    let Some(experiment) = plane.store.get(key).cloned() else { return };
    let stop = should_stop(&experiment, plane.clock);
    match stage(&experiment) {
        Stage::New if !stop => select(plane, key, &experiment),
        Stage::Selected if !stop => inject(plane, key, &experiment),
        Stage::Recovered if !stop => inject(plane, key, &experiment),
        _ if stop => recover(plane, key, &experiment),
        _ => {}
    }
}

fn select(plane: &mut ControlPlane, key: &ObjectKey, experiment: &Value) {
    let records: Vec<Value> = targets::of(plane, key, experiment)
        .iter()
        .map(|pod| {
            let (namespace, name) = (json::text(pod, "/metadata/namespace"), json::text(pod, "/metadata/name"));
            json!({
                "id": format!("{namespace}/{name}"), "selectorKey": ".", "phase": "Not Injected",
                "injectedCount": 0, "recoveredCount": 0, "events": [],
            })
        })
        .collect();
    plane.store.update(key, |experiment| {
        let mut finalizers = json::list(experiment, "/metadata/finalizers").to_vec();
        if !finalizers.contains(&FINALIZER.into()) {
            finalizers.push(FINALIZER.into());
        }
        json::put(experiment, &["metadata", "finalizers"], finalizers);
        json::put(experiment, &["status", "experiment"], json!({"desiredPhase": "Run", "containerRecords": records}));
        write_conditions(experiment, false, false);
    });
}

fn inject(plane: &mut ControlPlane, key: &ObjectKey, experiment: &Value) {
    apply_to_pods(plane, experiment, true);
    let now = json::written(plane.clock);
    plane.store.update(key, |experiment| {
        json::put(experiment, &["status", "experiment", "desiredPhase"], "Run");
        write_records(experiment, "Injected", "Apply", "injectedCount", &now);
        write_conditions(experiment, true, false);
    });
}

fn recover(plane: &mut ControlPlane, key: &ObjectKey, experiment: &Value) {
    apply_to_pods(plane, experiment, false);
    let now = json::written(plane.clock);
    let was_injected = stage(experiment) == Stage::Injected;
    plane.store.update(key, |experiment| {
        json::put(experiment, &["status", "experiment", "desiredPhase"], "Stop");
        if was_injected {
            write_records(experiment, "Not Injected", "Recover", "recoveredCount", &now);
        }
        write_conditions(experiment, false, true);
    });
    if experiment.pointer("/metadata/deletionTimestamp").is_some() {
        plane.store.remove(key);
    }
}

fn write_records(experiment: &mut Value, phase: &str, operation: &str, count: &str, now: &str) {
    let records = experiment.pointer_mut("/status/experiment/containerRecords").and_then(Value::as_array_mut);
    for record in records.into_iter().flatten() {
        let done = json::integer(record, &format!("/{count}")).unwrap_or(0);
        json::put(record, &[count], done + 1);
        json::put(record, &["phase"], phase);
        if let Some(events) = record["events"].as_array_mut() {
            events.push(json!({"type": "Succeeded", "operation": operation, "timestamp": now}));
        }
    }
}

fn write_conditions(experiment: &mut Value, injected: bool, recovered: bool) {
    let paused = is_paused(experiment);
    let conditions: Vec<Value> =
        [("Selected", true), ("AllInjected", injected), ("AllRecovered", recovered), ("Paused", paused)]
            .into_iter()
            .map(|(kind, holds)| json!({"type": kind, "status": if holds { "True" } else { "False" }}))
            .collect();
    json::put(experiment, &["status", "conditions"], conditions);
}

/// What an experiment does to pods here: killing and holding down. What a network fault does to the stack is the
/// world's to decide.
fn apply_to_pods(plane: &mut ControlPlane, experiment: &Value, inject: bool) {
    let action = match json::text(experiment, "/kind") {
        "PodChaos" => json::text(experiment, "/spec/action"),
        _ => return,
    };
    for record in json::list(experiment, "/status/experiment/containerRecords") {
        let Some((namespace, name)) = json::text(record, "/id").split_once('/') else { continue };
        let pod_key = ObjectKey::new(resource::PODS, namespace, name);
        let Some(pod) = plane.store.get(&pod_key).cloned() else { continue };
        match action {
            "pod-kill" if inject => pods::terminate(plane, &pod),
            "pod-failure" | "container-kill" => {
                plane.store.update(&pod_key, |pod| match inject {
                    true => json::put(pod, &["metadata", "annotations", FAILED], "true"),
                    false => drop(json::take(pod, &["metadata", "annotations", FAILED])),
                });
                deployments::pod_changed(plane, &pod);
            }
            _ => {}
        }
    }
}

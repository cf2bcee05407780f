//! Chaos Mesh schedules: a new experiment at each firing, the oldest removed beyond the history limit.

use serde_json::{Value, json};

use crate::kube::{
    control_plane::{ControlPlane, stable_suffix},
    cron::Cron,
    json,
    kinds::{self, Resource, resource},
    store::ObjectKey,
};

/// Which schedule made an experiment.
const MADE_BY: &str = "chaos-mesh.org/schedule";

/// A schedule changed.
pub fn changed(plane: &mut ControlPlane, key: &ObjectKey) {
    if plane.is_waiting(key) {
        return;
    }
    let Some(schedule) = plane.store.get(key) else { return };
    let from = json::instant(schedule, "/status/time").unwrap_or(plane.clock);
    if let Some(next) = Cron::parse(json::text(schedule, "/spec/schedule")).ok().and_then(|cron| cron.next(from)) {
        plane.wake_at(key, next.max(plane.clock));
    }
}

/// The resource and the spec's field of the experiments that a schedule makes.
fn made(schedule: &Value) -> Option<(Resource, &'static str)> {
    match json::text(schedule, "/spec/type") {
        "NetworkChaos" => Some((resource::NETWORK_CHAOS, "networkChaos")),
        "PodChaos" => Some((resource::POD_CHAOS, "podChaos")),
        "Workflow" => Some((resource::WORKFLOWS, "workflow")),
        _ => None,
    }
}

/// A schedule's time has come.
pub fn fire(plane: &mut ControlPlane, key: &ObjectKey) {
    let Some(schedule) = plane.store.get(key).cloned() else { return };
    let Some((made, field)) = made(&schedule) else { return };
    let paused = json::text(&schedule, "/metadata/annotations/experiment.chaos-mesh.org~1pause") == "true";
    let mut children = children(plane, key, made);
    let busy = json::text(&schedule, "/spec/concurrencyPolicy") != "Allow" && children.iter().any(is_active);
    let now = json::written(plane.clock);
    if !paused && !busy {
        let name = format!("{}-{}", key.name, stable_suffix(&format!("{} {now}", key.name)));
        let child = json!({"metadata": {"labels": {MADE_BY: key.name}}, "spec": schedule["spec"][field]});
        children.push(Value::clone(&plane.create(&key.sibling(made, &name), child)));
        let limit = usize::try_from(json::integer(&schedule, "/spec/historyLimit").unwrap_or(1)).unwrap_or(1);
        let beyond = children.len().saturating_sub(limit);
        for old in children.drain(..beyond).filter(|old| !is_active(old)) {
            plane.store.remove(&key.sibling(made, json::text(&old, "/metadata/name")));
        }
    }
    let active: Vec<Value> = children
        .iter()
        .filter(|child| is_active(child))
        .map(|child| {
            json!({
                "apiVersion": child["apiVersion"], "kind": child["kind"], "name": child["metadata"]["name"],
                "namespace": child["metadata"]["namespace"], "uid": child["metadata"]["uid"],
            })
        })
        .collect();
    plane.store.update(key, |schedule| json::put(schedule, &["status"], json!({"time": now, "active": active})));
}

/// The experiments of a schedule, oldest first.
fn children(plane: &ControlPlane, key: &ObjectKey, made: Resource) -> Vec<Value> {
    let mut children: Vec<Value> = plane
        .store
        .list(made, Some(&key.namespace))
        .filter(|child| child["metadata"]["labels"][MADE_BY] == key.name.as_str())
        .map(|child| Value::clone(child))
        .collect();
    children.sort_by_key(|child| json::text(child, "/metadata/creationTimestamp").to_owned());
    debug_assert!(kinds::of(made).is_some());
    children
}

fn is_active(experiment: &Value) -> bool {
    json::text(experiment, "/status/experiment/desiredPhase") != "Stop"
        && experiment.pointer("/status/endTime").is_none()
}

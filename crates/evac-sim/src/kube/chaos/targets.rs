//! Which pods an experiment selects.

use std::sync::Arc;

use serde_json::Value;

use crate::kube::{control_plane::ControlPlane, json, kinds::resource, store::ObjectKey};

/// The pods that an experiment selects, by namespace and name, cut down to what its mode asks for.
pub fn of(plane: &ControlPlane, key: &ObjectKey, experiment: &Value) -> Vec<Arc<Value>> {
    let selector = &experiment["spec"]["selector"];
    let mut namespaces = json::texts(selector, "/namespaces");
    if namespaces.is_empty() {
        namespaces.push(&key.namespace);
    }
    let pods: Vec<Arc<Value>> = plane
        .store
        .list(resource::PODS, None)
        .filter(|pod| namespaces.contains(&json::text(pod, "/metadata/namespace")) && matches(selector, pod))
        .cloned()
        .collect();
    let value: usize = json::text(experiment, "/spec/value").parse().unwrap_or(0);
    let most = match json::text(experiment, "/spec/mode") {
        "one" => 1,
        "fixed" => value,
        "fixed-percent" | "random-max-percent" => pods.len() * value.min(100) / 100,
        _ => pods.len(),
    };
    pods.into_iter().take(most).collect()
}

fn matches(selector: &Value, pod: &Value) -> bool {
    let has_all = |wanted: &str, place: &str| {
        let Some(wanted) = selector.pointer(wanted).and_then(Value::as_object) else { return true };
        let found = pod.pointer(place);
        wanted.iter().all(|(name, value)| found.and_then(|found| found.get(name)) == Some(value))
    };
    let phases = json::texts(selector, "/podPhaseSelectors");
    let nodes = json::texts(selector, "/nodes");
    let named = selector.pointer("/pods").and_then(Value::as_object).is_none_or(|by_namespace| {
        let names = by_namespace.get(json::text(pod, "/metadata/namespace")).and_then(Value::as_array);
        names.is_some_and(|names| names.contains(&pod["metadata"]["name"]))
    });
    named
        && json::text(pod, "/status/phase") == "Running"
        && has_all("/labelSelectors", "/metadata/labels")
        && has_all("/annotationSelectors", "/metadata/annotations")
        && (phases.is_empty() || phases.contains(&json::text(pod, "/status/phase")))
        && (nodes.is_empty() || nodes.contains(&json::text(pod, "/spec/nodeName")))
}

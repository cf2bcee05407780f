//! The scale subresource of deployments.

use http::Method;
use serde_json::{Value, json};

use super::{
    super::{cluster::Cluster, control_plane::ControlPlane, json, status_error::StatusError},
    Answer, Outcome,
    call::Call,
    patch,
    route::Target,
    write,
};

/// Reads, replaces or patches a scale.
pub fn serve(cluster: &Cluster, call: &Call, target: &Target) -> Outcome {
    let body = if call.method == Method::GET { Value::Null } else { call.document()? };
    cluster.change(|plane| {
        let Some(deployment) = plane.store.get(&target.key()).cloned() else {
            return Err(StatusError::not_found(target.kind, &target.name));
        };
        let mut scale = document(&deployment);
        match call.method {
            Method::GET => return Ok(Answer::ok(scale)),
            Method::PUT => scale = body,
            Method::PATCH => patch::apply(call, target, &body, &mut scale)?,
            _ => return Err(StatusError::method_not_allowed()),
        }
        set_replicas(plane, call, target, &deployment, &scale).map(Answer::ok)
    })
}

fn set_replicas(
    plane: &mut ControlPlane,
    call: &Call,
    target: &Target,
    deployment: &Value,
    scale: &Value,
) -> Result<Value, StatusError> {
    let mut wanted = deployment.clone();
    let replicas = match scale.pointer("/spec/replicas") {
        // A scale without replicas says zero, since the field is left out when it is zero.
        None | Some(Value::Null) => 0,
        Some(replicas) => replicas.as_i64().ok_or_else(|| {
            StatusError::bad_request(format!(
                "json: cannot unmarshal {replicas} into Go struct field ScaleSpec.spec.replicas of type int32"
            ))
        })?,
    };
    json::put(&mut wanted, &["spec", "replicas"], replicas);
    if let Some(version) = scale.pointer("/metadata/resourceVersion") {
        json::put(&mut wanted, &["metadata", "resourceVersion"], version.clone());
    }
    let stored = write::store(plane, call, target, wanted)?;
    Ok(document(&stored))
}

fn document(deployment: &Value) -> Value {
    let metadata = &deployment["metadata"];
    let labels = deployment.pointer("/spec/selector/matchLabels").and_then(Value::as_object);
    let selector: Vec<String> = labels
        .into_iter()
        .flatten()
        .map(|(label, value)| format!("{label}={}", value.as_str().unwrap_or_default()))
        .collect();
    json!({
        "kind": "Scale", "apiVersion": "autoscaling/v1",
        "metadata": {
            "name": metadata["name"], "namespace": metadata["namespace"], "uid": metadata["uid"],
            "resourceVersion": metadata["resourceVersion"], "creationTimestamp": metadata["creationTimestamp"],
        },
        "spec": {"replicas": json::integer(deployment, "/spec/replicas").unwrap_or(1)},
        "status": {
            "replicas": json::integer(deployment, "/status/replicas").unwrap_or(0), "selector": selector.join(","),
        },
    })
}

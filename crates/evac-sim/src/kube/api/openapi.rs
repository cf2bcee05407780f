//! OpenAPI, as little as clients need: that writes may be validated by the server, and that kinds are objects.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{
    super::{
        kinds::{self, Kind},
        status_error::StatusError,
    },
    Answer, Outcome,
};

/// `/openapi/v2`.
pub fn version_2() -> Answer {
    let mut definitions = Map::new();
    for kind in kinds::all() {
        definitions.insert(schema_name(kind), schema(kind));
    }
    Answer::ok(json!({
        "swagger": "2.0", "info": {"title": "Kubernetes", "version": "v1.33.1"}, "paths": {},
        "definitions": definitions,
    }))
}

/// `/openapi/v3`.
pub fn index() -> Answer {
    let paths: BTreeSet<String> = kinds::all().map(path).collect();
    let paths: Map<String, Value> = paths
        .into_iter()
        .map(|path| {
            let address = format!("/openapi/v3/{path}");
            (path, json!({"serverRelativeURL": address}))
        })
        .collect();
    Answer::ok(json!({"paths": paths}))
}

/// `/openapi/v3/<path>`.
pub fn group_version(wanted: &str) -> Outcome {
    let mut schemas = Map::new();
    let mut paths = Map::new();
    for kind in kinds::all().filter(|kind| path(kind) == wanted) {
        schemas.insert(schema_name(kind), schema(kind));
        let namespace = if kind.namespaced { "namespaces/{namespace}/" } else { "" };
        let address = format!("/{wanted}/{namespace}{}/{{name}}", kind.resource.plural);
        let parameter =
            |name: &str| json!({"name": name, "in": "query", "schema": {"type": "string", "uniqueItems": true}});
        // kubectl leaves the validation to a server whose patch takes these.
        let operation = json!({
            "operationId": format!("patch{}", kind.kind),
            "parameters": [parameter("dryRun"), parameter("fieldManager"), parameter("fieldValidation")],
            "responses": {"200": {"description": "OK"}},
            "x-kubernetes-action": "patch", "x-kubernetes-group-version-kind": identity(kind),
        });
        paths.insert(address, json!({"patch": operation}));
    }
    if paths.is_empty() {
        return Err(StatusError::no_such_path());
    }
    Ok(Answer::ok(json!({
        "openapi": "3.0.0", "info": {"title": "Kubernetes", "version": "v1.33.1"}, "paths": paths,
        "components": {"schemas": schemas},
    })))
}

fn path(kind: &Kind) -> String {
    match kind.resource.group {
        "" => format!("api/{}", kind.version),
        group => format!("apis/{group}/{}", kind.version),
    }
}

fn schema_name(kind: &Kind) -> String {
    match kind.resource.group {
        "" => format!("io.k8s.api.core.{}.{}", kind.version, kind.kind),
        group => format!("{}.{}.{}", group.split('.').rev().collect::<Vec<_>>().join("."), kind.version, kind.kind),
    }
}

fn identity(kind: &Kind) -> Value {
    json!({"group": kind.resource.group, "version": kind.version, "kind": kind.kind})
}

fn schema(kind: &Kind) -> Value {
    json!({
        "type": "object", "x-kubernetes-preserve-unknown-fields": true,
        "x-kubernetes-group-version-kind": [identity(kind)],
    })
}

//! What every written object goes through: names, metadata that is not the writer's, and its schema.

use serde_json::Value;

use super::{
    super::{
        control_plane::ControlPlane,
        json,
        kinds::{Kind, resource},
        status_error::{FieldError, StatusError},
        store::ObjectKey,
    },
    call::Call,
    described,
    route::Target,
};

/// Refuses a body that is of another kind or for another place than its path; fills in what the path says.
pub fn fit_to_path(object: &mut Value, target: &Target) -> Result<(), StatusError> {
    let kind = target.kind;
    if !object.is_object() {
        return Err(StatusError::bad_request(format!("{}: expected an object", described(kind))));
    }
    for (field, expected) in [("apiVersion", kind.api_version()), ("kind", kind.kind.to_owned())] {
        match json::text(object, &format!("/{field}")) {
            "" => json::put(object, &[field], expected),
            found if found == expected => {}
            found => {
                return Err(StatusError::bad_request(format!(
                    "the {field} in the data ({found}) does not match the expected {field} ({expected})"
                )));
            }
        }
    }
    if !object["metadata"].is_object() {
        json::put(object, &["metadata"], serde_json::json!({}));
    }
    for (field, expected) in [("namespace", &target.namespace), ("name", &target.name)] {
        if expected.is_empty() {
            continue;
        }
        match json::text(object, &format!("/metadata/{field}")) {
            "" => json::put(object, &["metadata", field], expected.as_str()),
            found if found == expected => {}
            found => {
                return Err(StatusError::bad_request(format!(
                    "the {field} of the object ({found}) does not match the {field} on the URL ({expected})"
                )));
            }
        }
    }
    if !kind.namespaced {
        json::take(object, &["metadata", "namespace"]);
    }
    Ok(())
}

/// Prunes and validates an object that is about to be stored.
pub fn check(call: &Call, kind: &Kind, object: &mut Value) -> Result<(), StatusError> {
    let name = json::text(object, "/metadata/name").to_owned();
    let mut errors = Vec::new();
    if !is_name(&name) {
        errors.push(FieldError {
            field: "metadata.name".to_owned(),
            reason: "FieldValueInvalid",
            message: format!(
                "Invalid value: \"{name}\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
            ),
        });
    }
    for pointer in ["labels", "annotations"] {
        for (key, value) in object["metadata"][pointer].as_object().into_iter().flatten() {
            if !value.is_string() {
                return Err(StatusError::bad_request(format!(
                    "{}: json: cannot unmarshal metadata.{pointer}.{key} into Go value of type string",
                    described(kind)
                )));
            }
        }
    }
    if let Some(schema) = &kind.schema {
        let dropped = schema.prune(object);
        if !dropped.is_empty() && call.parameter("fieldValidation") == "Strict" {
            let unknown: Vec<String> = dropped.iter().map(|field| format!("unknown field \"{field}\"")).collect();
            return Err(StatusError::bad_request(format!(
                "{}: strict decoding error: {}",
                described(kind),
                unknown.join(", ")
            )));
        }
        errors.extend(schema.validate(object));
    }
    if kind.has_scale && json::integer(object, "/spec/replicas").is_some_and(|replicas| replicas < 0) {
        errors.push(FieldError {
            field: "spec.replicas".to_owned(),
            reason: "FieldValueInvalid",
            message: format!(
                "Invalid value: {}: must be greater than or equal to 0",
                json::integer(object, "/spec/replicas").unwrap_or_default()
            ),
        });
    }
    if kind.kind == "HorizontalPodAutoscaler" {
        errors.extend(wrong_bounds(object));
    }
    if errors.is_empty() { Ok(()) } else { Err(StatusError::invalid(kind, &name, &errors)) }
}

/// An autoscaler's bounds: at least one, and the most not below the least.
fn wrong_bounds(autoscaler: &Value) -> Option<FieldError> {
    let least = json::integer(autoscaler, "/spec/minReplicas").unwrap_or(1);
    let most = json::integer(autoscaler, "/spec/maxReplicas").unwrap_or(0);
    let (field, value, must) = if most < 1 {
        ("maxReplicas", most, "must be greater than 0")
    } else if least < 1 {
        ("minReplicas", least, "must be greater than or equal to 1")
    } else if most < least {
        ("maxReplicas", most, "must be greater than or equal to `minReplicas`")
    } else {
        return None;
    };
    Some(FieldError {
        field: format!("spec.{field}"),
        reason: "FieldValueInvalid",
        message: format!("Invalid value: {value}: {must}"),
    })
}

/// Refuses a new object in a namespace that is not there or on its way out.
pub fn check_namespace(plane: &ControlPlane, target: &Target, name: &str) -> Result<(), StatusError> {
    if !target.kind.namespaced {
        return Ok(());
    }
    let Some(namespaces) = super::super::kinds::of(resource::NAMESPACES) else { return Ok(()) };
    match plane.store.get(&ObjectKey::new(resource::NAMESPACES, "", &target.namespace)) {
        None => Err(StatusError::not_found(namespaces, &target.namespace)),
        Some(found) if found.pointer("/metadata/deletionTimestamp").is_some() => Err(StatusError::forbidden(
            target.kind,
            name,
            &format!("unable to create new content in namespace {} because it is being terminated", target.namespace),
        )),
        Some(_) => Ok(()),
    }
}

/// What a built-in kind gets that does not say.
pub fn complete(kind: &Kind, object: &mut Value) {
    let mut default = |path: &[&str], value: Value| {
        let pointer = format!("/{}", path.join("/"));
        if object.pointer(&pointer).is_none_or(Value::is_null) {
            json::put(object, path, value);
        }
    };
    match kind.kind {
        "Deployment" => {
            default(&["spec", "replicas"], 1.into());
            default(&["spec", "strategy", "type"], "RollingUpdate".into());
        }
        "Job" => {
            default(&["spec", "completions"], 1.into());
            default(&["spec", "parallelism"], 1.into());
            default(&["spec", "backoffLimit"], 6.into());
        }
        "Pod" => {
            default(&["status", "phase"], "Pending".into());
            default(&["spec", "restartPolicy"], "Always".into());
        }
        "HorizontalPodAutoscaler" => default(&["spec", "minReplicas"], 1.into()),
        "Secret" => default(&["type"], "Opaque".into()),
        "Service" => default(&["spec", "type"], "ClusterIP".into()),
        _ => {}
    }
}

/// Whether a name is a DNS subdomain.
fn is_name(name: &str) -> bool {
    let label = |label: &str| {
        let inner =
            label.bytes().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'-');
        inner && !label.is_empty() && !label.starts_with('-') && !label.ends_with('-')
    };
    name.len() <= 253 && name.split('.').all(label)
}

//! Get, create and replace.

use http::StatusCode;
use serde_json::Value;

use super::{
    super::{
        cluster::Cluster, control_plane::ControlPlane, json, kinds::Kind, status_error::StatusError, store::ObjectKey,
    },
    Answer, Outcome, admission,
    call::Call,
    route::Target,
};

const CHANGED: &str = "the object has been modified; please apply your changes to the latest version and try again";

/// Answers one object.
pub fn get(cluster: &Cluster, call: &Call, target: &Target) -> Outcome {
    cluster.read(|plane| match plane.store.get(&target.key()) {
        Some(object) => Ok(Answer::ok(call.view().one(target.kind, object, plane.clock))),
        None => Err(StatusError::not_found(target.kind, &target.name)),
    })
}

/// Creates an object.
pub fn create(cluster: &Cluster, call: &Call, target: &Target) -> Outcome {
    let object = call.document()?;
    cluster.change(|plane| {
        let created = create_in(plane, call, target, object)?;
        Ok(Answer::Document(StatusCode::CREATED, call.view().one(target.kind, &created, plane.clock)))
    })
}

/// Creates an object in a cluster that is locked already.
pub fn create_in(
    plane: &mut ControlPlane,
    call: &Call,
    target: &Target,
    mut object: Value,
) -> Result<Value, StatusError> {
    let kind = target.kind;
    if kind.namespaced && target.namespace.is_empty() {
        return Err(StatusError::method_not_allowed());
    }
    admission::fit_to_path(&mut object, target)?;
    if json::text(&object, "/metadata/name").is_empty() {
        let prefix = json::text(&object, "/metadata/generateName").to_owned();
        if prefix.is_empty() {
            return Err(StatusError::bad_request("resource name may not be empty"));
        }
        json::put(&mut object, &["metadata", "name"], format!("{prefix}{}", plane.name_suffix()));
    }
    let name = json::text(&object, "/metadata/name").to_owned();
    admission::check_namespace(plane, target, &name)?;
    for field in ["resourceVersion", "deletionTimestamp", "deletionGracePeriodSeconds", "managedFields", "selfLink"] {
        json::take(&mut object, &["metadata", field]);
    }
    if kind.has_status {
        json::take(&mut object, &["status"]);
    }
    admission::check(call, kind, &mut object)?;
    admission::complete(kind, &mut object);
    let key = ObjectKey::new(kind.resource, &target.namespace, &name);
    if plane.store.get(&key).is_some() {
        return Err(StatusError::already_exists(kind, &name));
    }
    plane.stamp(&mut object);
    if call.is_dry_run() {
        return Ok(object);
    }
    let created = plane.store.insert(&key, object);
    Ok(Value::clone(&created))
}

/// Replaces an object, or its status.
pub fn replace(cluster: &Cluster, call: &Call, target: &Target) -> Outcome {
    if call.is_protobuf() {
        // What is read of that form is a part of the object: replacing the whole by it would lose the rest.
        return Err(StatusError::unsupported_media_type("application/json, application/yaml"));
    }
    let mut object = call.document()?;
    admission::fit_to_path(&mut object, target)?;
    cluster.change(|plane| {
        let stored = store(plane, call, target, object)?;
        Ok(Answer::ok(call.view().one(target.kind, &stored, plane.clock)))
    })
}

/// Stores the new state of an object that must exist, if nobody else has written since the writer read it.
pub fn store(plane: &mut ControlPlane, call: &Call, target: &Target, mut object: Value) -> Result<Value, StatusError> {
    let kind = target.kind;
    let key = target.key();
    let Some(current) = plane.store.get(&key).cloned() else {
        return Err(StatusError::not_found(kind, &target.name));
    };
    match json::text(&object, "/metadata/resourceVersion") {
        "" if kind.is_custom() && call.method == http::Method::PUT => {
            let missing = super::super::status_error::FieldError {
                field: "metadata.resourceVersion".to_owned(),
                reason: "FieldValueInvalid",
                message: "Invalid value: 0x0: must be specified for an update".to_owned(),
            };
            return Err(StatusError::invalid(kind, &target.name, &[missing]));
        }
        "" => {}
        version if version == json::text(&current, "/metadata/resourceVersion") => {}
        _ => return Err(StatusError::conflict(kind, &target.name, CHANGED)),
    }
    keep_identity(&mut object, &current, target)?;
    keep_other_part(kind, &target.subresource, &mut object, &current);
    admission::check(call, kind, &mut object)?;
    admission::complete(kind, &mut object);
    if call.is_dry_run() {
        return Ok(object);
    }
    // The last finalizer of an object that is on its way out was its last tie.
    let leaving = object.pointer("/metadata/deletionTimestamp").is_some()
        && !json::list(&current, "/metadata/finalizers").is_empty()
        && json::list(&object, "/metadata/finalizers").is_empty();
    let stored = plane.store.replace(&key, object);
    if leaving && kind.kind != "Namespace" {
        plane.store.remove(&key);
    }
    Ok(Value::clone(&stored))
}

/// What a writer cannot change stays; another uid is another object.
fn keep_identity(object: &mut Value, current: &Value, target: &Target) -> Result<(), StatusError> {
    let (uid, current_uid) = (json::text(object, "/metadata/uid"), json::text(current, "/metadata/uid"));
    if !uid.is_empty() && uid != current_uid {
        let why = format!("Precondition failed: UID in precondition: {uid}, UID in object meta: {current_uid}");
        return Err(StatusError::conflict(target.kind, &target.name, &why));
    }
    for field in
        ["uid", "creationTimestamp", "resourceVersion", "generation", "deletionTimestamp", "deletionGracePeriodSeconds"]
    {
        match current["metadata"].get(field) {
            Some(value) => json::put(object, &["metadata", field], value.clone()),
            None => drop(json::take(object, &["metadata", field])),
        }
    }
    Ok(())
}

/// With a status subresource, one path writes the status and the other all the rest.
fn keep_other_part(kind: &Kind, subresource: &str, object: &mut Value, current: &Value) {
    if !kind.has_status {
        return;
    }
    if subresource == "status" {
        let status = json::take(object, &["status"]);
        *object = current.clone();
        match status {
            Some(status) => json::put(object, &["status"], status),
            None => drop(json::take(object, &["status"])),
        }
    } else {
        match current.get("status") {
            Some(status) => json::put(object, &["status"], status.clone()),
            None => drop(json::take(object, &["status"])),
        }
    }
}

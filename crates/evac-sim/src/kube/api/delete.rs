//! Deletion, of one object or of a collection.

use serde_json::{Value, json};

use super::{
    super::{
        cluster::Cluster, control_plane::ControlPlane, json, kinds::Kind, status_error::StatusError, store::ObjectKey,
    },
    Answer, Outcome,
    call::Call,
    route::Target,
    selector::Selector,
    view::ListMeta,
};

/// What a deletion came to.
enum Deletion {
    /// The object is gone.
    Gone(Value),
    /// The object is marked, and goes when its controller lets it.
    Marked(Value),
}

/// Deletes one object. What takes time is answered as it is, the rest with a Status.
pub fn one(cluster: &Cluster, call: &Call, target: &Target) -> Outcome {
    let options = call.options()?;
    cluster.change(|plane| {
        check_preconditions(plane, target, &options)?;
        match delete(plane, call, target.kind, &target.key(), &options)? {
            Deletion::Marked(object) => Ok(Answer::ok(object)),
            Deletion::Gone(object) => {
                let mut details =
                    json!({"name": target.name, "kind": target.kind.resource.plural, "uid": object["metadata"]["uid"]});
                if !target.kind.resource.group.is_empty() {
                    details["group"] = target.kind.resource.group.into();
                }
                Ok(Answer::ok(json!({
                    "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details,
                })))
            }
        }
    })
}

/// Deletes all that is selected, and answers with what that was.
pub fn collection(cluster: &Cluster, call: &Call, target: &Target) -> Outcome {
    if target.kind.namespaced && target.namespace.is_empty() {
        return Err(StatusError::method_not_allowed());
    }
    let options = call.options()?;
    let selector = Selector::of(call, target)?;
    cluster.change(|plane| {
        let found = plane.store.list(target.kind.resource, target.within());
        let selected: Vec<_> = found.filter(|object| selector.matches(object)).cloned().collect();
        for object in &selected {
            let name = json::text(object, "/metadata/name");
            let key = ObjectKey::new(target.kind.resource, &target.namespace, name);
            delete(plane, call, target.kind, &key, &options)?;
        }
        let meta = ListMeta { version: plane.store.version(), ..ListMeta::default() };
        Ok(Answer::Written(call.view().list(target.kind, &selected, &meta, plane.clock)))
    })
}

fn check_preconditions(plane: &ControlPlane, target: &Target, options: &Value) -> Result<(), StatusError> {
    let Some(object) = plane.store.get(&target.key()) else {
        return Err(StatusError::not_found(target.kind, &target.name));
    };
    for (field, label) in [("uid", "UID"), ("resourceVersion", "ResourceVersion")] {
        let wanted = json::text(options, &format!("/preconditions/{field}"));
        let found = json::text(object, &format!("/metadata/{field}"));
        if !wanted.is_empty() && wanted != found {
            let why =
                format!("Precondition failed: {label} in precondition: {wanted}, {label} in object meta: {found}");
            return Err(StatusError::conflict(target.kind, &target.name, &why));
        }
    }
    Ok(())
}

fn delete(
    plane: &mut ControlPlane,
    call: &Call,
    kind: &Kind,
    key: &ObjectKey,
    options: &Value,
) -> Result<Deletion, StatusError> {
    let Some(object) = plane.store.get(key).cloned() else { return Err(StatusError::not_found(kind, &key.name)) };
    let object = Value::clone(&object);
    let dry_run = call.is_dry_run() || json::texts(options, "/dryRun").contains(&"All");
    let grace = json::integer(options, "/gracePeriodSeconds")
        .or_else(|| call.parameter("gracePeriodSeconds").parse().ok())
        .unwrap_or(30);
    let finalizers = json::list(&object, "/metadata/finalizers");
    let takes_time = match kind.kind {
        "Namespace" => true,
        "Pod" => grace > 0,
        _ => false,
    };
    if dry_run {
        return Ok(Deletion::Gone(object));
    }
    if !takes_time && finalizers.is_empty() {
        plane.store.remove(key);
        return Ok(Deletion::Gone(object));
    }
    let now = json::written(plane.clock);
    let marked = plane.store.update(key, |object| {
        if object.pointer("/metadata/deletionTimestamp").is_none() {
            json::put(object, &["metadata", "deletionTimestamp"], now);
            json::put(object, &["metadata", "deletionGracePeriodSeconds"], if kind.kind == "Pod" { grace } else { 0 });
        }
    });
    Ok(Deletion::Marked(marked.map(|marked| Value::clone(&marked)).unwrap_or(object)))
}

//! Patches: JSON patch, merge patch, strategic merge, and server-side apply.

use http::StatusCode;
use serde_json::Value;

use super::{
    super::{cluster::Cluster, json, status_error::StatusError},
    Answer, Outcome, admission,
    call::Call,
    route::Target,
    strategic_merge, write,
};

const APPLY: [&str; 2] = ["application/apply-patch+yaml", "application/apply-patch+cbor"];

/// Patches an object, or its status.
pub fn patch(cluster: &Cluster, call: &Call, target: &Target) -> Outcome {
    let body = call.document()?;
    cluster.change(|plane| {
        let Some(current) = plane.store.get(&target.key()).cloned() else {
            if APPLY.contains(&call.content_type.as_str()) && target.subresource.is_empty() {
                check_field_manager(call)?;
                let created = write::create_in(plane, call, target, body)?;
                return Ok(Answer::Document(StatusCode::CREATED, call.view().one(target.kind, &created, plane.clock)));
            }
            return Err(StatusError::not_found(target.kind, &target.name));
        };
        let mut object = Value::clone(&current);
        apply(call, target, &body, &mut object)?;
        admission::fit_to_path(&mut object, target)?;
        let version = json::text(&body, "/metadata/resourceVersion");
        if version.is_empty() && call.content_type != "application/json-patch+json" {
            json::put(&mut object, &["metadata", "resourceVersion"], current["metadata"]["resourceVersion"].clone());
        }
        let stored = write::store(plane, call, target, object)?;
        Ok(Answer::ok(call.view().one(target.kind, &stored, plane.clock)))
    })
}

/// Applies a patch by its media type.
pub fn apply(call: &Call, target: &Target, patch: &Value, object: &mut Value) -> Result<(), StatusError> {
    match call.content_type.as_str() {
        "application/json-patch+json" => {
            let patch: json_patch::Patch = serde_json::from_value(patch.clone())
                .map_err(|why| StatusError::bad_request(format!("error decoding patch: {why}")))?;
            json_patch::patch(object, &patch).map_err(|why| {
                let refusal = super::super::status_error::FieldError {
                    field: "patch".to_owned(),
                    reason: "FieldValueInvalid",
                    message: format!("the server rejected our request due to an error in our request: {why}"),
                };
                StatusError::invalid(target.kind, &target.name, &[refusal])
            })
        }
        "application/merge-patch+json" => {
            json_patch::merge(object, patch);
            Ok(())
        }
        "application/strategic-merge-patch+json" if !target.kind.is_custom() => {
            strategic_merge::merge(object, patch);
            Ok(())
        }
        media_type if APPLY.contains(&media_type) => {
            check_field_manager(call)?;
            let mut applied = patch.clone();
            json::take(&mut applied, &["metadata", "managedFields"]);
            // A null in an applied object means nothing; in a merge it would remove the field.
            strategic_merge::without_nulls(&mut applied);
            match target.kind.is_custom() {
                true => json_patch::merge(object, &applied),
                false => strategic_merge::merge(object, &applied),
            }
            Ok(())
        }
        _ if target.kind.is_custom() => Err(StatusError::unsupported_media_type(
            "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml",
        )),
        _ => Err(StatusError::unsupported_media_type(
            "application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml",
        )),
    }
}

fn check_field_manager(call: &Call) -> Result<(), StatusError> {
    if call.parameter("fieldManager").is_empty() {
        return Err(StatusError::bad_request(
            "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch",
        ));
    }
    Ok(())
}

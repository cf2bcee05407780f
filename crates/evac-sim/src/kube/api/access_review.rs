//! Questions about permissions: everybody may do everything here.

use http::{Method, StatusCode};

use super::{
    super::{json, status_error::StatusError},
    Answer, Outcome,
    call::Call,
};

/// Answers a review.
pub fn create(call: &Call, kind: &str) -> Outcome {
    if !matches!(kind, "selfsubjectaccessreviews" | "subjectaccessreviews") {
        return Err(StatusError::no_such_path());
    }
    if call.method != Method::POST {
        return Err(StatusError::method_not_allowed());
    }
    let mut review = call.document()?;
    json::put(&mut review, &["status"], serde_json::json!({"allowed": true}));
    Ok(Answer::Document(StatusCode::CREATED, review))
}

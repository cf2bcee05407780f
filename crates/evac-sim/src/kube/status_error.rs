//! A refusal in the words and the shape of the real API server: a `Status` object.
//!
//! Clients branch on `reason` and `code`, and show `message` as it is, so both are kept to the letter.

use serde_json::{Value, json};

use super::kinds::Kind;

/// Why a call was refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct StatusError {
    /// The HTTP status.
    pub code: u16,
    /// The machine-readable reason, such as `NotFound`.
    pub reason: &'static str,
    /// What a person reads.
    pub message: String,
    /// Which object and which fields, where there is one.
    pub details: Option<Value>,
}

/// One field that made an object invalid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The path of the field, such as `status.phase`.
    pub field: String,
    /// `FieldValueInvalid`, `FieldValueNotSupported`, `FieldValueRequired` or `FieldValueTypeInvalid`.
    pub reason: &'static str,
    /// What is wrong, without the field's name.
    pub message: String,
}

impl StatusError {
    fn new(code: u16, reason: &'static str, message: impl Into<String>) -> StatusError {
        StatusError { code, reason, message: message.into(), details: None }
    }

    fn about(mut self, kind: &Kind, name: &str) -> StatusError {
        let mut details = json!({"name": name, "kind": kind.resource.plural});
        if !kind.resource.group.is_empty() {
            details["group"] = kind.resource.group.into();
        }
        self.details = Some(details);
        self
    }

    /// 404: no such path.
    pub fn no_such_path() -> StatusError {
        let mut error = Self::new(404, "NotFound", "the server could not find the requested resource");
        error.details = Some(json!({}));
        error
    }

    /// 404: no such object.
    pub fn not_found(kind: &Kind, name: &str) -> StatusError {
        Self::new(404, "NotFound", format!("{} \"{name}\" not found", kind.qualified_plural())).about(kind, name)
    }

    /// 409: the name is taken.
    pub fn already_exists(kind: &Kind, name: &str) -> StatusError {
        Self::new(409, "AlreadyExists", format!("{} \"{name}\" already exists", kind.qualified_plural()))
            .about(kind, name)
    }

    /// 409: somebody else has written since.
    pub fn conflict(kind: &Kind, name: &str, why: &str) -> StatusError {
        let message = format!("Operation cannot be fulfilled on {} \"{name}\": {why}", kind.qualified_plural());
        Self::new(409, "Conflict", message).about(kind, name)
    }

    /// 422: the object does not fit its kind.
    pub fn invalid(kind: &Kind, name: &str, errors: &[FieldError]) -> StatusError {
        let each: Vec<String> = errors.iter().map(|error| format!("{}: {}", error.field, error.message)).collect();
        let list = if each.len() == 1 { each.concat() } else { format!("[{}]", each.join(", ")) };
        let message = format!("{} \"{name}\" is invalid: {list}", kind.qualified_kind());
        let causes: Vec<Value> = errors
            .iter()
            .map(|error| json!({"reason": error.reason, "message": error.message, "field": error.field}))
            .collect();
        let mut refusal = Self::new(422, "Invalid", message);
        refusal.details =
            Some(json!({"name": name, "group": kind.resource.group, "kind": kind.kind, "causes": causes}));
        refusal
    }

    /// 400: the call itself makes no sense.
    pub fn bad_request(message: impl Into<String>) -> StatusError {
        Self::new(400, "BadRequest", message)
    }

    /// 403.
    pub fn forbidden(kind: &Kind, name: &str, why: &str) -> StatusError {
        let message = format!("{} \"{name}\" is forbidden: {why}", kind.qualified_plural());
        Self::new(403, "Forbidden", message).about(kind, name)
    }

    /// 405.
    pub fn method_not_allowed() -> StatusError {
        let mut error =
            Self::new(405, "MethodNotAllowed", "the server does not allow this method on the requested resource");
        error.details = Some(json!({}));
        error
    }

    /// 410: the asked version is forgotten.
    pub fn expired(asked: u64, oldest: u64) -> StatusError {
        Self::new(410, "Expired", format!("too old resource version: {asked} ({oldest})"))
    }

    /// 410: a list that took too long to page through.
    pub fn continue_expired() -> StatusError {
        Self::new(
            410,
            "Expired",
            "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.",
        )
    }

    /// 413.
    pub fn too_large() -> StatusError {
        Self::new(413, "RequestEntityTooLarge", "Request entity too large: limit is 3145728")
    }

    /// 415.
    pub fn unsupported_media_type(accepted: &str) -> StatusError {
        let message =
            format!("the body of the request was in an unknown format - accepted media types include: {accepted}");
        Self::new(415, "UnsupportedMediaType", message)
    }

    /// The `Status` object.
    pub fn status(&self) -> Value {
        let mut status = json!({
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
            "message": self.message, "reason": self.reason, "code": self.code,
        });
        if let Some(details) = &self.details {
            status["details"] = details.clone();
        }
        status
    }
}

//! One request, read: method, path, parameters, what it accepts, and its body.

use axum::body::Bytes;
use http::{Method, header, request::Parts};
use serde_json::Value;

use super::{super::status_error::StatusError, protobuf, view::View};

/// One request.
pub struct Call {
    /// The method.
    pub method: Method,
    /// The path, still escaped.
    pub path: String,
    /// The `Accept` header.
    pub accept: String,
    /// The media type of the body, without its parameters.
    pub content_type: String,
    body: Bytes,
    parameters: Vec<(String, String)>,
}

impl Call {
    /// Reads a request.
    pub fn new(parts: &Parts, body: Bytes) -> Call {
        let text = |name| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let content_type = text(header::CONTENT_TYPE).split(';').next().unwrap_or_default().trim().to_owned();
        let query = parts.uri.query().unwrap_or_default();
        Call {
            method: parts.method.clone(),
            path: parts.uri.path().to_owned(),
            accept: text(header::ACCEPT).to_owned(),
            content_type,
            body,
            parameters: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        }
    }

    /// A parameter of the query, or "".
    pub fn parameter(&self, name: &str) -> &str {
        self.parameters.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// Whether a parameter says true.
    pub fn flag(&self, name: &str) -> bool {
        matches!(self.parameter(name), "true" | "1")
    }

    /// Whether a watch is asked for.
    pub fn wants_watch(&self) -> bool {
        self.flag("watch")
    }

    /// Whether nothing may be stored.
    pub fn is_dry_run(&self) -> bool {
        self.parameter("dryRun") == "All"
    }

    /// Whether the body is in protobuf.
    pub fn is_protobuf(&self) -> bool {
        self.content_type == "application/vnd.kubernetes.protobuf"
    }

    /// The form in which objects are wanted.
    pub fn view(&self) -> View {
        View::negotiate(&self.accept, self.parameter("includeObject"))
    }

    /// The body as JSON. YAML is taken where it is JSON as well, which is how clients send applied objects.
    pub fn document(&self) -> Result<Value, StatusError> {
        if self.is_protobuf() {
            return protobuf::decode(&self.body)
                .ok_or_else(|| StatusError::unsupported_media_type("application/json, application/yaml"));
        }
        serde_json::from_slice(&self.body).map_err(|why| {
            StatusError::bad_request(format!("the object provided is unrecognized (must be of type JSON): {why}"))
        })
    }

    /// The body as JSON, or null when there is none.
    pub fn options(&self) -> Result<Value, StatusError> {
        if self.body.is_empty() { Ok(Value::Null) } else { self.document() }
    }
}

//! Label and field selectors.

use serde_json::Value;

use super::{
    super::{json, kinds::Kind, status_error::StatusError},
    call::Call,
    route::Target,
};

/// What a list or a watch is limited to.
#[derive(Debug, Clone, Default)]
pub struct Selector {
    labels: Vec<Requirement>,
    fields: Vec<(String, bool, String)>,
}

#[derive(Debug, Clone)]
enum Requirement {
    In(String, Vec<String>),
    NotIn(String, Vec<String>),
    Exists(String),
    Missing(String),
}

impl Selector {
    /// Reads the selectors of a call. A name in the path selects too.
    pub fn of(call: &Call, target: &Target) -> Result<Selector, StatusError> {
        let mut selector = Selector {
            labels: labels(call.parameter("labelSelector"))?,
            fields: fields(call.parameter("fieldSelector"), target.kind)?,
        };
        if !target.name.is_empty() {
            selector.fields.push(("metadata.name".to_owned(), true, target.name.clone()));
        }
        Ok(selector)
    }

    /// Whether everything is selected.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty() && self.fields.is_empty()
    }

    /// Whether an object is selected.
    pub fn matches(&self, object: &Value) -> bool {
        let labels = &object["metadata"]["labels"];
        self.labels.iter().all(|requirement| requirement.holds(labels))
            && self.fields.iter().all(|(path, equal, value)| {
                let pointer = format!("/{}", path.replace('.', "/"));
                let found = object.pointer(&pointer).and_then(Value::as_str).unwrap_or_default();
                let found = if path == "source" { json::text(object, "/source/component") } else { found };
                (found == value) == *equal
            })
    }
}

impl Requirement {
    fn holds(&self, labels: &Value) -> bool {
        let value = |name: &String| labels.get(name).and_then(Value::as_str);
        match self {
            Requirement::In(name, values) => value(name).is_some_and(|found| values.iter().any(|one| one == found)),
            Requirement::NotIn(name, values) => value(name).is_none_or(|found| values.iter().all(|one| one != found)),
            Requirement::Exists(name) => value(name).is_some(),
            Requirement::Missing(name) => value(name).is_none(),
        }
    }
}

fn labels(written: &str) -> Result<Vec<Requirement>, StatusError> {
    split_outside_parentheses(written).into_iter().map(|part| requirement(part.trim())).collect()
}

fn requirement(part: &str) -> Result<Requirement, StatusError> {
    let refuse = || StatusError::bad_request(format!("unable to parse requirement: invalid selector {part:?}"));
    let name = |name: &str| match name.trim() {
        "" => Err(refuse()),
        name if name.contains(char::is_whitespace) => Err(refuse()),
        name => Ok(name.to_owned()),
    };
    if let Some((left, right)) = part.split_once('(') {
        let values =
            right.strip_suffix(')').ok_or_else(refuse)?.split(',').map(|value| value.trim().to_owned()).collect();
        let mut words = left.split_whitespace();
        return match (words.next(), words.next(), words.next()) {
            (Some(own), Some("in"), None) => Ok(Requirement::In(name(own)?, values)),
            (Some(own), Some("notin"), None) => Ok(Requirement::NotIn(name(own)?, values)),
            _ => Err(refuse()),
        };
    }
    if let Some((own, value)) = part.split_once("!=") {
        return Ok(Requirement::NotIn(name(own)?, vec![value.trim().to_owned()]));
    }
    if let Some((own, value)) = part.split_once('=') {
        let value = value.strip_prefix('=').unwrap_or(value);
        return Ok(Requirement::In(name(own)?, vec![value.trim().to_owned()]));
    }
    match part.strip_prefix('!') {
        Some(own) => Ok(Requirement::Missing(name(own)?)),
        None => Ok(Requirement::Exists(name(part)?)),
    }
}

fn split_outside_parentheses(written: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0_i32, 0);
    for (at, letter) in written.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&written[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&written[start..]);
    parts.retain(|part| !part.trim().is_empty());
    parts
}

fn fields(written: &str, kind: &Kind) -> Result<Vec<(String, bool, String)>, StatusError> {
    let parts = written.split(',').filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let (path, equal, value) = if let Some((path, value)) = part.split_once("!=") {
                (path, false, value)
            } else if let Some((path, value)) = part.split_once('=') {
                (path, true, value.strip_prefix('=').unwrap_or(value))
            } else {
                return Err(StatusError::bad_request(format!("invalid field selector {part:?}")));
            };
            if !matches!(path, "metadata.name" | "metadata.namespace") && !kind.selectable.contains(&path) {
                return Err(StatusError::bad_request(format!("field label not supported: {path}")));
            }
            Ok((path.to_owned(), equal, value.to_owned()))
        })
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn labels_select_as_the_real_server_does() {
        let object = json!({"metadata": {"labels": {"app": "shop", "tier": "web", "empty": ""}}});
        let table = [
            ("", true),
            ("app=shop", true),
            ("app==shop,tier=web", true),
            ("app=shop,tier=db", false),
            ("app!=shop", false),
            ("missing!=x", true),
            ("app in (shop, cart),tier", true),
            ("app notin (shop)", false),
            ("!app", false),
            ("!missing", true),
            ("empty=", true),
        ];
        for (written, expected) in table {
            let selector = Selector { labels: labels(written).unwrap(), fields: Vec::new() };
            assert_eq!(selector.matches(&object), expected, "{written}");
        }
        for refused in ["app in shop", "=x", "app in (a"] {
            assert!(labels(refused).is_err(), "{refused}");
        }
    }
}

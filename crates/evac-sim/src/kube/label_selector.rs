//! Label selectors as they stand in objects: `matchLabels` and `matchExpressions`.

use serde_json::Value;

use super::json;

/// Whether an object has the labels that a selector asks for; one that asks for nothing selects everything.
pub fn matches(selector: &Value, object: &Value) -> bool {
    let label = |name: &str| object["metadata"]["labels"].get(name).and_then(Value::as_str);
    let labels = selector.get("matchLabels").and_then(Value::as_object);
    labels.into_iter().flatten().all(|(name, wanted)| label(name) == wanted.as_str())
        && json::list(selector, "/matchExpressions").iter().all(|expression| {
            let found = label(json::text(expression, "/key"));
            let values = json::texts(expression, "/values");
            match json::text(expression, "/operator") {
                "In" => found.is_some_and(|found| values.contains(&found)),
                "NotIn" => found.is_none_or(|found| !values.contains(&found)),
                "Exists" => found.is_some(),
                "DoesNotExist" => found.is_none(),
                // An operator that does not exist selects nothing: too little is safer than too much.
                _ => false,
            }
        })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn labels_and_expressions_must_all_hold() {
        let object = json!({"metadata": {"labels": {"app": "shop", "tier": "web"}}});
        let expression = |key: &str, operator: &str, values: &[&str]| json!({"matchExpressions": [{"key": key, "operator": operator, "values": values}]});
        for (selector, expected) in [
            (json!({}), true),
            (json!({"matchLabels": {"app": "shop", "tier": "web"}}), true),
            (json!({"matchLabels": {"app": "shop", "tier": "db"}}), false),
            (expression("app", "In", &["cart", "shop"]), true),
            (expression("app", "NotIn", &["shop"]), false),
            (expression("missing", "NotIn", &["shop"]), true),
            (expression("app", "Exists", &[]), true),
            (expression("app", "DoesNotExist", &[]), false),
            (expression("app", "Resembles", &["shop"]), false),
        ] {
            assert_eq!(matches(&selector, &object), expected, "{selector}");
        }
    }
}

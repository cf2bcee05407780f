//! Strategic merge: like a merge patch, but lists of named things are merged by their key.

use serde_json::{Map, Value};

/// The keys by which lists of built-in kinds merge, by the name of the list.
fn merge_key(list: &str, items: &[Value]) -> Option<&'static str> {
    let candidates: &[&'static str] = match list {
        "containers" | "initContainers" | "ephemeralContainers" | "volumes" | "env" | "imagePullSecrets" => &["name"],
        "conditions" => &["type"],
        "ports" => &["containerPort", "port"],
        "volumeMounts" => &["mountPath"],
        "volumeDevices" => &["devicePath"],
        "ownerReferences" => &["uid"],
        "hostAliases" => &["ip"],
        "addresses" => &["type"],
        "taints" => &["key"],
        _ => &[],
    };
    candidates.iter().copied().find(|key| items.iter().all(|item| item.get(key).is_some()))
}

/// Merges a patch into an object.
pub fn merge(target: &mut Value, patch: &Value) {
    let Some(patch) = patch.as_object() else {
        *target = patch.clone();
        return;
    };
    if patch.get("$patch").is_some_and(|directive| directive == "replace") {
        *target = Value::Object(without_directives(patch));
        return;
    }
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Some(fields) = target.as_object_mut() else { return };
    if let Some(kept) = patch.get("$retainKeys").and_then(Value::as_array) {
        fields.retain(|name, _| kept.iter().any(|kept| kept == name.as_str()));
    }
    for (name, value) in patch {
        if let Some(list) = name.strip_prefix("$deleteFromPrimitiveList/") {
            if let (Some(items), Some(removed)) = (fields.get_mut(list).and_then(Value::as_array_mut), value.as_array())
            {
                items.retain(|item| !removed.contains(item));
            }
        } else if name.starts_with('$') {
            // The order of elements carries no meaning here.
        } else if value.is_null() || value.get("$patch").is_some_and(|directive| directive == "delete") {
            fields.remove(name);
        } else {
            merge_field(fields.entry(name.clone()).or_insert(Value::Null), name, value);
        }
    }
}

fn merge_field(place: &mut Value, name: &str, value: &Value) {
    match (place, value) {
        (place, Value::Object(_)) => merge(place, value),
        (Value::Array(items), Value::Array(changes)) if name == "finalizers" => {
            for change in changes.iter().filter(|change| !items.contains(change)).cloned().collect::<Vec<_>>() {
                items.push(change);
            }
        }
        (Value::Array(items), Value::Array(changes)) => merge_list(items, name, changes),
        (place, _) => *place = value.clone(),
    }
}

fn merge_list(items: &mut Vec<Value>, name: &str, changes: &[Value]) {
    let is_replacing = |change: &Value| change.get("$patch").is_some_and(|directive| directive == "replace");
    let elements: Vec<Value> = changes.iter().filter(|change| !is_replacing(change)).cloned().collect();
    let Some(key) = merge_key(name, &elements).filter(|_| elements.len() == changes.len()) else {
        *items = elements;
        return;
    };
    for change in elements {
        let position = items.iter().position(|item| item.get(key) == change.get(key));
        let deletes = change.get("$patch").is_some_and(|directive| directive == "delete");
        match (position, deletes) {
            (Some(position), true) => drop(items.remove(position)),
            (Some(position), false) => merge(&mut items[position], &change),
            (None, true) => {}
            (None, false) => items.push(change),
        }
    }
}

fn without_directives(object: &Map<String, Value>) -> Map<String, Value> {
    object
        .iter()
        .filter(|(name, _)| !name.starts_with('$'))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// Drops every null inside objects.
pub fn without_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, inner| !inner.is_null());
            fields.values_mut().for_each(without_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(without_nulls),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn merges_named_lists_and_replaces_the_others() {
        let mut pod = json!({"spec": {
            "containers": [{"name": "app", "image": "a:1", "args": ["x"]}, {"name": "side", "image": "s:1"}],
            "tolerations": [{"key": "old"}], "nodeName": "n",
        }});
        merge(
            &mut pod,
            &json!({"spec": {
                "$setElementOrder/containers": [{"name": "app"}],
                "containers": [{"name": "app", "image": "a:2"}, {"name": "side", "$patch": "delete"}],
                "tolerations": [{"key": "new"}], "nodeName": null,
            }}),
        );
        let expected = json!({"spec": {
            "containers": [{"name": "app", "image": "a:2", "args": ["x"]}], "tolerations": [{"key": "new"}],
        }});
        assert_eq!(pod, expected);
    }

    #[test]
    fn directives_replace_and_delete() {
        let mut object = json!({"a": {"x": 1, "y": 2}, "b": {"z": 1}, "finalizers": ["one"]});
        merge(
            &mut object,
            &json!({"a": {"$patch": "replace", "w": 3}, "b": {"$patch": "delete"}, "finalizers": ["two"]}),
        );
        assert_eq!(object, json!({"a": {"w": 3}, "finalizers": ["one", "two"]}));
    }
}

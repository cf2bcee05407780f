//! What a backup or a restore takes: by namespace, by resource and by label.

use serde_json::Value;

use crate::kube::{json, kinds::Kind, label_selector};

/// The lists of a spec that say what belongs to it. They read the same in backups and in restores.
pub struct Filters<'a> {
    namespaces: (Vec<&'a str>, Vec<&'a str>),
    resources: (Vec<&'a str>, Vec<&'a str>),
    selectors: Vec<&'a Value>,
    cluster_scoped: Option<bool>,
}

impl<'a> Filters<'a> {
    /// The filters of an object's spec.
    pub fn of(object: &'a Value) -> Filters<'a> {
        let list = |field: &str| json::texts(object, &format!("/spec/{field}"));
        let one = object.pointer("/spec/labelSelector").filter(|selector| selector.is_object());
        Filters {
            namespaces: (list("includedNamespaces"), list("excludedNamespaces")),
            resources: (list("includedResources"), list("excludedResources")),
            selectors: one.into_iter().chain(json::list(object, "/spec/orLabelSelectors")).collect(),
            cluster_scoped: object.pointer("/spec/includeClusterResources").and_then(Value::as_bool),
        }
    }

    /// Whether an object is taken. Its namespace is the one that it had when it was backed up.
    pub fn take(&self, kind: &Kind, object: &Value) -> bool {
        let name = json::text(object, "/metadata/name");
        if kind.kind == "Namespace" {
            return self.take_namespace(name);
        }
        let place = if kind.namespaced {
            self.take_namespace(json::text(object, "/metadata/namespace"))
        } else {
            // Unless it is said, what lives in no namespace comes along with what needs it.
            self.cluster_scoped.unwrap_or(true)
        };
        place && self.take_resource(kind) && self.take_labels(object)
    }

    fn take_namespace(&self, name: &str) -> bool {
        let (included, excluded) = &self.namespaces;
        (included.is_empty() || included.contains(&"*") || included.contains(&name)) && !excluded.contains(&name)
    }

    fn take_resource(&self, kind: &Kind) -> bool {
        let (included, excluded) = &self.resources;
        let among = |names: &[&str]| {
            names.iter().any(|name| {
                let name = name.to_ascii_lowercase();
                name == kind.resource.plural
                    || name == kind.qualified_plural()
                    || name == kind.singular
                    || kind.short_names.contains(&name.as_str())
            })
        };
        (included.is_empty() || included.contains(&"*") || among(included)) && !among(excluded)
    }

    fn take_labels(&self, object: &Value) -> bool {
        self.selectors.is_empty() || self.selectors.iter().any(|selector| label_selector::matches(selector, object))
    }
}

//! Which groups, versions and resources are served, in the plain form and in the aggregated one.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    super::{
        kinds::{self, Kind},
        status_error::StatusError,
    },
    Answer, Outcome,
    call::Call,
};

const VERBS: [&str; 8] = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

/// The versions of each group but the core one, the newest first.
fn versions() -> BTreeMap<&'static str, Vec<&'static str>> {
    let mut groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for kind in kinds::all().filter(|kind| !kind.resource.group.is_empty()) {
        let versions = groups.entry(kind.resource.group).or_default();
        if !versions.contains(&kind.version) {
            versions.push(kind.version);
            // A stable version is preferred: v1 before v2alpha1.
            versions.sort_by_key(|version| (version.len(), *version));
        }
    }
    groups
}

fn wants_aggregated(call: &Call) -> Option<&'static str> {
    call.accept.split(',').find_map(|wanted| {
        let parts: Vec<&str> = wanted.split(';').map(str::trim).collect();
        let asks = parts.contains(&"as=APIGroupDiscoveryList") && parts.contains(&"g=apidiscovery.k8s.io");
        match (asks, parts.contains(&"v=v2"), parts.contains(&"v=v2beta1")) {
            (true, true, _) => Some("v2"),
            (true, _, true) => Some("v2beta1"),
            _ => None,
        }
    })
}

/// `/api`.
pub fn core_versions(call: &Call) -> Answer {
    match wants_aggregated(call) {
        Some(version) => aggregated(version, &BTreeMap::from([("", vec!["v1"])])),
        None => Answer::ok(json!({
            "kind": "APIVersions", "versions": ["v1"],
            "serverAddressByClientCIDRs": [{"clientCIDR": "0.0.0.0/0", "serverAddress": ""}],
        })),
    }
}

/// `/apis`.
pub fn groups(call: &Call) -> Answer {
    match wants_aggregated(call) {
        Some(version) => aggregated(version, &versions()),
        None => {
            let groups: Vec<Value> = versions().iter().map(|(name, versions)| group_document(name, versions)).collect();
            Answer::ok(json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}))
        }
    }
}

/// `/apis/<group>`.
pub fn group(name: &str) -> Outcome {
    let versions = versions();
    let versions = versions.get(name).ok_or_else(StatusError::no_such_path)?;
    let mut document = group_document(name, versions);
    document["kind"] = "APIGroup".into();
    document["apiVersion"] = "v1".into();
    Ok(Answer::ok(document))
}

fn group_document(name: &str, versions: &[&str]) -> Value {
    let versions: Vec<Value> = versions
        .iter()
        .map(|version| json!({"groupVersion": format!("{name}/{version}"), "version": version}))
        .collect();
    json!({"name": name, "versions": versions, "preferredVersion": versions.first()})
}

/// `/api/v1` and `/apis/<group>/<version>`.
pub fn resources(group: &str, version: &str) -> Outcome {
    let served: Vec<&Kind> =
        kinds::all().filter(|kind| kind.resource.group == group && kind.version == version).collect();
    let Some(first) = served.first() else { return Err(StatusError::no_such_path()) };
    let mut resources = Vec::new();
    for kind in &served {
        resources.push(resource(kind));
        for (name, group, version, of_kind) in subresources(kind) {
            let mut subresource = json!({
                "name": format!("{}/{name}", kind.resource.plural), "singularName": "", "namespaced": kind.namespaced,
                "kind": of_kind, "verbs": ["get", "patch", "update"],
            });
            if name == "scale" {
                subresource["group"] = group.into();
                subresource["version"] = version.into();
            }
            resources.push(subresource);
        }
    }
    Ok(Answer::ok(json!({
        "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": first.api_version(), "resources": resources,
    })))
}

fn resource(kind: &Kind) -> Value {
    let mut resource = json!({
        "name": kind.resource.plural, "singularName": kind.singular, "namespaced": kind.namespaced,
        "kind": kind.kind, "verbs": VERBS,
    });
    if !kind.short_names.is_empty() {
        resource["shortNames"] = kind.short_names.clone().into();
    }
    if kind.in_all {
        resource["categories"] = json!(["all"]);
    }
    resource
}

/// The subresources of a kind, each with the group, version and kind of its document.
fn subresources(kind: &Kind) -> Vec<(&'static str, &'static str, &'static str, &'static str)> {
    let mut subresources = Vec::new();
    if kind.has_scale {
        subresources.push(("scale", "autoscaling", "v1", "Scale"));
    }
    if kind.has_status {
        subresources.push(("status", kind.resource.group, kind.version, kind.kind));
    }
    subresources
}

fn aggregated(document_version: &str, groups: &BTreeMap<&str, Vec<&str>>) -> Answer {
    let items: Vec<Value> = groups
        .iter()
        .map(|(group, versions)| {
            let versions: Vec<Value> = versions
                .iter()
                .map(|version| {
                    let served = kinds::all().filter(|kind| kind.resource.group == *group && kind.version == *version);
                    let resources: Vec<Value> = served.map(aggregated_resource).collect();
                    json!({"version": version, "resources": resources, "freshness": "Current"})
                })
                .collect();
            json!({"metadata": {"name": group, "creationTimestamp": null}, "versions": versions})
        })
        .collect();
    Answer::Discovery(json!({
        "kind": "APIGroupDiscoveryList", "apiVersion": format!("apidiscovery.k8s.io/{document_version}"),
        "metadata": {}, "items": items,
    }))
}

fn aggregated_resource(kind: &'static Kind) -> Value {
    let response = |group: &str, version: &str, kind: &str| json!({"group": group, "version": version, "kind": kind});
    let mut resource = json!({
        "resource": kind.resource.plural, "singularResource": kind.singular, "verbs": VERBS,
        "responseKind": response(kind.resource.group, kind.version, kind.kind),
        "scope": if kind.namespaced { "Namespaced" } else { "Cluster" },
    });
    if !kind.short_names.is_empty() {
        resource["shortNames"] = kind.short_names.clone().into();
    }
    if kind.in_all {
        resource["categories"] = json!(["all"]);
    }
    let subresources: Vec<Value> = subresources(kind)
        .into_iter()
        .map(|(name, group, version, of_kind)| {
            json!({
                "subresource": name, "verbs": ["get", "patch", "update"],
                "responseKind": response(group, version, of_kind),
            })
        })
        .collect();
    if !subresources.is_empty() {
        resource["subresources"] = subresources.into();
    }
    resource
}

//! What a Terraform state manages that an evacuation changes. Of a state, which may hold secrets, nothing else is kept.

use std::collections::BTreeMap;

use evac_core::{RegionId, SourceError, ids::Arn, reading::ManagedResource, text};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{error::malformed, field::MAX_ITEMS};

/// The attributes that an evacuation changes and an apply would set back, by the type of their resource. A list of one
/// is how Terraform writes a block: its place in the path is left out.
const CHANGED: [(&str, &[&str]); 9] = [
    ("aws_autoscaling_group", &["desired_capacity", "min_size"]),
    ("aws_eks_node_group", &["scaling_config.desired_size", "scaling_config.min_size"]),
    ("aws_rds_cluster", &["global_cluster_identifier", "replication_source_identifier"]),
    ("aws_rds_global_cluster", &["source_db_cluster_identifier"]),
    ("aws_route53_record", &["alias.name", "records", "weighted_routing_policy.weight"]),
    ("kubernetes_deployment", &["spec.replicas"]),
    ("kubernetes_deployment_v1", &["spec.replicas"]),
    ("kubernetes_horizontal_pod_autoscaler", &["spec.min_replicas"]),
    ("kubernetes_horizontal_pod_autoscaler_v2", &["spec.min_replicas"]),
];

#[derive(Deserialize)]
struct State {
    #[serde(default)]
    resources: Vec<Resource>,
}

#[derive(Deserialize)]
struct Resource {
    #[serde(default)]
    mode: String,
    #[serde(rename = "type")]
    kind: String,
    name: String,
    module: Option<String>,
    #[serde(default)]
    instances: Vec<Instance>,
}

#[derive(Deserialize)]
struct Instance {
    index_key: Option<Value>,
    #[serde(default)]
    attributes: Map<String, Value>,
}

/// The resources of a state that an evacuation changes, sorted.
pub(crate) fn resources(operation: &str, bytes: &[u8]) -> Result<Vec<ManagedResource>, SourceError> {
    // The parser's words may quote what it met, and a state holds secrets: only the place is told.
    let state: State = serde_json::from_slice(bytes)
        .map_err(|error| malformed(operation, "Body", format_args!("no Terraform state, at line {}", error.line())))?;
    let managed = state.resources.iter().filter(|resource| resource.mode == "managed");
    let each = managed.flat_map(|resource| resource.instances.iter().map(move |instance| (resource, instance)));
    let mut found: Vec<_> = each.filter_map(|(resource, instance)| managed_resource(resource, instance)).collect();
    found.sort();
    found.truncate(MAX_ITEMS);
    Ok(found)
}

fn managed_resource(resource: &Resource, instance: &Instance) -> Option<ManagedResource> {
    let (_, names) = CHANGED.iter().find(|(kind, _)| *kind == resource.kind)?;
    let value = |name: &&str| Some(((*name).to_owned(), words(find(&instance.attributes, name)?)?));
    let attributes: BTreeMap<_, _> = names.iter().filter_map(value).collect();
    if attributes.is_empty() {
        return None;
    }
    Some(ManagedResource {
        address: text::clean(&address(resource, instance)),
        kind: text::clean(&resource.kind),
        id: instance.attributes.get("id").and_then(words).unwrap_or_default(),
        region: region(&instance.attributes),
        attributes,
    })
}

fn address(resource: &Resource, instance: &Instance) -> String {
    let module = resource.module.as_ref().map_or_else(String::new, |module| format!("{module}."));
    let index = instance.index_key.as_ref().map_or_else(String::new, |key| format!("[{key}]"));
    format!("{module}{}.{}{index}", resource.kind, resource.name)
}

fn find<'a>(attributes: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    let mut parts = path.split('.');
    let first = attributes.get(parts.next()?)?;
    parts.try_fold(first, |value, part| value.get(0).unwrap_or(value).get(part))
}

/// A value as text; nothing for one that says nothing.
fn words(value: &Value) -> Option<String> {
    let words = match value {
        Value::String(text) => text::clean(text),
        Value::Number(number) => number.to_string(),
        Value::Array(list) => list.iter().take(20).filter_map(words).collect::<Vec<_>>().join(" "),
        _ => String::new(),
    };
    Some(words).filter(|words| !words.is_empty())
}

fn region(attributes: &Map<String, Value>) -> Option<RegionId> {
    let text = |name: &str| attributes.get(name).and_then(Value::as_str);
    let named = text("region").and_then(|region| RegionId::new(region).ok());
    named.or_else(|| Arn::new(text("arn")?).ok()?.region())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    const STATE: &str = r#"{
        "version": 4, "terraform_version": "1.11.0", "serial": 7, "lineage": "0d1e", "outputs": {},
        "resources": [
            {"mode": "data", "type": "aws_rds_cluster", "name": "seen", "instances": [
                {"attributes": {"global_cluster_identifier": "akidb"}}]},
            {"mode": "managed", "type": "aws_rds_cluster", "name": "secondary", "module": "module.db",
             "provider": "provider[\"registry.terraform.io/hashicorp/aws\"].west", "instances": [
                {"index_key": "us-west-2", "schema_version": 0, "attributes": {
                    "arn": "arn:aws:rds:us-west-2:123456789012:cluster:akidb-usw2", "id": "akidb-usw2",
                    "master_password": "secret", "global_cluster_identifier": "akidb",
                    "replication_source_identifier": ""}}]},
            {"mode": "managed", "type": "kubernetes_deployment_v1", "name": "api", "instances": [
                {"index_key": 0, "attributes": {"id": "akidb/api", "spec": [{"replicas": "2"}]}}]},
            {"mode": "managed", "type": "aws_route53_record", "name": "api", "instances": [
                {"attributes": {"id": "Z1_api_A", "records": ["192.0.2.1", "192.0.2.2"], "alias": [],
                    "weighted_routing_policy": [{"weight": 100}]}}]},
            {"mode": "managed", "type": "aws_s3_bucket", "name": "data", "instances": [{"attributes": {"id": "b"}}]}
        ]}"#;

    #[test]
    fn only_what_an_evacuation_changes_is_kept_of_a_state() {
        let found = resources("s3:GetObject", STATE.as_bytes()).unwrap();
        let addresses: Vec<_> = found.iter().map(|resource| resource.address.as_str()).collect();
        let expected = [
            "aws_route53_record.api",
            "kubernetes_deployment_v1.api[0]",
            "module.db.aws_rds_cluster.secondary[\"us-west-2\"]",
        ];
        assert_eq!(addresses, expected);
        let attributes = |index: usize| -> Vec<(&str, &str)> {
            found[index].attributes.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
        };
        assert_eq!(attributes(0), [("records", "192.0.2.1 192.0.2.2"), ("weighted_routing_policy.weight", "100")]);
        assert_eq!(attributes(1), [("spec.replicas", "2")]);
        assert_eq!(attributes(2), [("global_cluster_identifier", "akidb")]);
        assert_eq!((found[2].region.as_ref().unwrap().as_str(), found[2].id.as_str()), ("us-west-2", "akidb-usw2"));
        assert!(!format!("{found:?}").contains("secret"));
    }

    #[test]
    fn what_is_no_state_is_malformed_and_shows_nothing_of_itself() {
        let error = resources("s3:GetObject", br#"{"resources": "secret"}"#).unwrap_err();
        assert!(!error.message.contains("secret"), "{error}");
        assert_eq!(resources("s3:GetObject", br#"{"version": 4}"#).unwrap(), []);
    }
}

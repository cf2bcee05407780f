//! The changing requests, as they go over the wire. Without a consent none can be made.

use evac_core::{
    RegionId,
    guard::Consent,
    plan::{Call, RestoreSpec},
};
use http::{Method, Request, header::CONTENT_TYPE};
use serde_json::{Map, Value, json};

use crate::path::path;

/// How evac signs what it changes.
const MANAGER: &str = "evac";
/// The label that tells which plan a Restore was made by.
pub(crate) const PLAN_LABEL: &str = "evac.dev/plan";

/// A changing request, whole.
#[derive(Debug)]
pub(crate) struct Change<'a> {
    /// The region of the cluster.
    pub(crate) region: &'a RegionId,
    /// What is changed, such as `deployments.apps/web`.
    pub(crate) what: String,
    /// The path of the object.
    pub(crate) path: String,
    method: Method,
    query: &'static str,
    body: Value,
}

impl<'a> Change<'a> {
    /// The request of a call; words where it is none of Kubernetes, or names what cannot exist there.
    pub(crate) fn of(_consent: &Consent, call: &'a Call) -> Result<Change<'a>, String> {
        match call {
            Call::SetArgoSync { region, namespace, application, automated } => {
                let place = Place { group: "argoproj.io/v1alpha1", plural: "applications", namespace };
                let spec = json!({"syncPolicy": {"automated": replaced(automated.as_ref())}});
                place.patch(region, application, "", spec)
            }
            Call::Scale { region, namespace, deployment, replicas } => {
                let place = Place { group: "apps/v1", plural: "deployments", namespace };
                place.patch(region, deployment, "/scale", json!({"replicas": replicas}))
            }
            Call::SetAutoscalerMinimum { region, namespace, autoscaler, minimum } => {
                let place = Place { group: "autoscaling/v2", plural: "horizontalpodautoscalers", namespace };
                place.patch(region, autoscaler, "", json!({"minReplicas": minimum}))
            }
            Call::SetLocationMode { region, namespace, location, mode } => {
                let place = Place { group: "velero.io/v1", plural: "backupstoragelocations", namespace };
                place.patch(region, location, "", json!({"accessMode": mode.word()}))
            }
            Call::CreateRestore { region, namespace, name, spec } => {
                let place = Place { group: "velero.io/v1", plural: "restores", namespace };
                place.create(region, name, restore(namespace, name, spec))
            }
            _ => Err("this call is none of Kubernetes".to_owned()),
        }
    }

    /// The HTTP request.
    pub(crate) fn request(&self) -> Result<Request<Vec<u8>>, http::Error> {
        let media_type = if self.method == Method::PATCH { "application/merge-patch+json" } else { "application/json" };
        // An object is created in its collection, and named in the body.
        let path = match self.path.rsplit_once('/') {
            Some((collection, _)) if self.method == Method::POST => collection,
            _ => &self.path,
        };
        Request::builder()
            .method(&self.method)
            .uri(format!("{path}?fieldManager={MANAGER}{}", self.query))
            .header(CONTENT_TYPE, media_type)
            .body(self.body.to_string().into_bytes())
    }
}

/// Where objects of a kind are.
struct Place<'a> {
    group: &'static str,
    plural: &'static str,
    namespace: &'a str,
}

impl Place<'_> {
    fn patch<'a>(&self, region: &'a RegionId, name: &str, sub: &str, spec: Value) -> Result<Change<'a>, String> {
        let path = format!("{}{sub}", path(self.group, self.namespace, self.plural, name)?);
        let what = format!("{}/{name}", self.plural);
        Ok(Change { region, what, path, method: Method::PATCH, query: "", body: json!({"spec": spec}) })
    }

    fn create<'a>(&self, region: &'a RegionId, name: &str, body: Value) -> Result<Change<'a>, String> {
        let path = path(self.group, self.namespace, self.plural, name)?;
        let what = format!("{}/{name}", self.plural);
        // A field that the server does not know would be dropped in silence, and more restored than was agreed to.
        Ok(Change { region, what, path, method: Method::POST, query: "&fieldValidation=Strict", body })
    }
}

/// A merge patch keeps what it does not name: to become as it was, the field names what it had not.
fn replaced(automated: Option<&Value>) -> Value {
    let Some(Value::Object(wanted)) = automated else { return automated.cloned().unwrap_or_default() };
    let known = ["allowEmpty", "enabled", "prune", "selfHeal"].map(|field| (field.to_owned(), Value::Null));
    let mut fields: Map<String, Value> = known.into_iter().collect();
    fields.extend(wanted.clone());
    Value::Object(fields)
}

fn restore(namespace: &str, name: &str, spec: &RestoreSpec) -> Value {
    let mut body = json!({
        "apiVersion": "velero.io/v1", "kind": "Restore",
        "metadata": {"name": name, "namespace": namespace, "labels": {PLAN_LABEL: spec.label}},
        "spec": {
            "backupName": spec.backup, "includedNamespaces": spec.namespaces,
            "existingResourcePolicy": spec.existing.policy(),
        },
    });
    if !spec.mapping.is_empty() {
        body["spec"]["namespaceMapping"] = json!(spec.mapping);
    }
    body
}

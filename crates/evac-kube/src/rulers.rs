//! What else rules over replicas: autoscalers, and applications of Argo CD.

use evac_core::reading::{ArgoApplication, Autoscaler};
use serde_json::Value;

use crate::{
    json::{count, text},
    watched::Kept,
};

impl Kept for Autoscaler {
    fn keep(name: String, object: &Value) -> Self {
        let unsaid = object.pointer("/spec/minReplicas").is_none_or(Value::is_null);
        Self {
            namespace: text(object, "/metadata/namespace").unwrap_or_default(),
            name,
            deployment: text(object, "/spec/scaleTargetRef/name").unwrap_or_default(),
            // Absent means 1 in Kubernetes.
            minimum: if unsaid { 1 } else { count(object, "/spec/minReplicas") },
            maximum: count(object, "/spec/maxReplicas"),
        }
    }
}

/// The longest setting that is kept, as JSON: a real one is a fifth of it, and it goes into plans and journals.
const LONGEST: usize = 500;

impl Kept for ArgoApplication {
    fn keep(name: String, object: &Value) -> Self {
        let automated = object.pointer("/spec/syncPolicy/automated").filter(|automated| automated.is_object());
        Self {
            namespace: text(object, "/metadata/namespace").unwrap_or_default(),
            name,
            automated: automated.filter(|automated| automated.to_string().len() <= LONGEST).cloned(),
        }
    }
}

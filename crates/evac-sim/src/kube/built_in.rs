//! The kinds that every cluster has, as far as a stack needs them.

use super::kinds::{Kind, Resource};

/// The built-in kinds.
pub fn kinds() -> Vec<Kind> {
    vec![
        Kind { has_status: true, selectable: &["status.phase"], ..cluster("Namespace", "namespaces", &["ns"]) },
        Kind { has_status: true, ..cluster("Node", "nodes", &["no"]) },
        Kind { has_status: true, ..cluster("PersistentVolume", "persistentvolumes", &["pv"]) },
        Kind {
            has_status: true,
            in_all: true,
            selectable: &["status.phase", "spec.nodeName", "spec.restartPolicy"],
            ..namespaced("", "Pod", "pods", &["po"])
        },
        Kind {
            selectable: &[
                "involvedObject.kind",
                "involvedObject.namespace",
                "involvedObject.name",
                "involvedObject.uid",
                "involvedObject.apiVersion",
                "involvedObject.resourceVersion",
                "involvedObject.fieldPath",
                "reason",
                "type",
                "source",
            ],
            ..namespaced("", "Event", "events", &["ev"])
        },
        namespaced("", "ConfigMap", "configmaps", &["cm"]),
        Kind { selectable: &["type"], ..namespaced("", "Secret", "secrets", &[]) },
        Kind { in_all: true, ..namespaced("", "Service", "services", &["svc"]) },
        namespaced("", "ServiceAccount", "serviceaccounts", &["sa"]),
        Kind { has_status: true, ..namespaced("", "PersistentVolumeClaim", "persistentvolumeclaims", &["pvc"]) },
        Kind {
            has_status: true,
            has_scale: true,
            in_all: true,
            ..namespaced("apps", "Deployment", "deployments", &["deploy"])
        },
        Kind { has_status: true, in_all: true, ..namespaced("apps", "ReplicaSet", "replicasets", &["rs"]) },
        Kind { has_status: true, in_all: true, ..namespaced("batch", "Job", "jobs", &[]) },
        Kind {
            version: "v2",
            has_status: true,
            in_all: true,
            ..namespaced("autoscaling", "HorizontalPodAutoscaler", "horizontalpodautoscalers", &["hpa"])
        },
        namespaced("coordination.k8s.io", "Lease", "leases", &[]),
    ]
}

fn namespaced(group: &'static str, kind: &'static str, plural: &'static str, short_names: &[&'static str]) -> Kind {
    Kind {
        resource: Resource { group, plural },
        version: "v1",
        kind,
        singular: kind.to_lowercase(),
        short_names: short_names.to_vec(),
        namespaced: true,
        has_status: false,
        has_scale: false,
        in_all: false,
        selectable: &[],
        schema: None,
        columns: Vec::new(),
    }
}

fn cluster(kind: &'static str, plural: &'static str, short_names: &[&'static str]) -> Kind {
    Kind { namespaced: false, ..namespaced("", kind, plural, short_names) }
}

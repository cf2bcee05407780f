//! What a workload consists of at the start: its deployment, and what that needs.

use serde_json::{Value, json};

use crate::kube::{
    config::{AutoscalerSeed, DeploymentSeed},
    control_plane::ControlPlane,
    json,
    kinds::resource,
    store::ObjectKey,
};

/// Makes a deployment with an account, settings, a secret, a service and, if it has one, a volume.
pub fn create(plane: &mut ControlPlane, seed: &DeploymentSeed) {
    let labels = json!({"app": seed.name, "app.kubernetes.io/name": seed.name});
    let metadata = json!({"labels": labels});
    let settings = json!({"REGION": plane.region, "LOG_LEVEL": "info"});
    let ports = json!([{"name": "http", "port": 80, "targetPort": 8080, "protocol": "TCP"}]);
    let mut parts = vec![
        (resource::SERVICE_ACCOUNTS, seed.name.clone(), json!({"metadata": metadata})),
        (resource::CONFIG_MAPS, format!("{}-settings", seed.name), json!({"metadata": metadata, "data": settings})),
        (
            resource::SECRETS,
            format!("{}-credentials", seed.name),
            // It says "simulated".
            json!({"metadata": metadata, "type": "Opaque", "data": {"password": "c2ltdWxhdGVk"}}),
        ),
        (
            resource::SERVICES,
            seed.name.clone(),
            json!({"metadata": metadata, "spec": {"type": "ClusterIP", "selector": {"app": seed.name}, "ports": ports}}),
        ),
    ];
    if seed.volume_gib > 0 {
        let claim = json!({
            "metadata": metadata,
            "spec": {
                "accessModes": ["ReadWriteMany"], "storageClassName": "efs-sc", "volumeMode": "Filesystem",
                "resources": {"requests": {"storage": format!("{}Gi", seed.volume_gib)}},
            },
        });
        parts.push((resource::CLAIMS, claim_name(seed), claim));
    }
    parts.push((resource::DEPLOYMENTS, seed.name.clone(), deployment(seed, &labels)));
    for (resource, name, object) in parts {
        plane.create(&ObjectKey::new(resource, &seed.namespace, &name), object);
    }
}

fn claim_name(seed: &DeploymentSeed) -> String {
    format!("{}-data", seed.name)
}

/// The deployment of a seed.
pub fn deployment(seed: &DeploymentSeed, labels: &Value) -> Value {
    let requests = json!({"cpu": format!("{}m", seed.cpu_millis), "memory": format!("{}Mi", seed.memory_mib)});
    let mut container =
        json!({"name": "app", "image": format!("{}:1.0.0", seed.name), "resources": {"requests": requests}});
    let mut pod = json!({"restartPolicy": "Always", "serviceAccountName": seed.name});
    if seed.volume_gib > 0 {
        json::put(&mut container, &["volumeMounts"], json!([{"name": "data", "mountPath": "/var/lib/data"}]));
        let claim = json!({"claimName": claim_name(seed)});
        json::put(&mut pod, &["volumes"], json!([{"name": "data", "persistentVolumeClaim": claim}]));
    }
    json::put(&mut pod, &["containers"], json!([container]));
    json!({
        "metadata": {"labels": labels},
        "spec": {
            "replicas": seed.replicas, "selector": {"matchLabels": {"app": seed.name}},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}},
            "revisionHistoryLimit": 10, "progressDeadlineSeconds": 600,
            "template": {"metadata": {"labels": labels}, "spec": pod},
        },
    })
}

/// Makes the autoscaler of a deployment.
pub fn create_autoscaler(plane: &mut ControlPlane, seed: &AutoscalerSeed) {
    let autoscaler = json!({
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": seed.deployment},
            "minReplicas": seed.minimum, "maxReplicas": seed.maximum,
            "metrics": [{"type": "Resource", "resource": {
                "name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70},
            }}],
        },
    });
    plane.create(&ObjectKey::new(resource::AUTOSCALERS, &seed.namespace, &seed.name), autoscaler);
}

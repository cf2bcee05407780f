//! Nodes: their size and zone, whether their kubelet is heard from, and the heartbeat.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::deployments;
use crate::kube::{control_plane::ControlPlane, json, kinds::resource, store::ObjectKey, timers::Wake};

/// How often a healthy kubelet writes its node's status.
const HEARTBEAT: SignedDuration = SignedDuration::from_mins(5);
/// How long core events are kept.
const EVENTS_KEPT: SignedDuration = SignedDuration::from_hours(1);

/// Makes the nodes, spread over the region's three zones.
pub fn create(plane: &mut ControlPlane, count: u32) {
    for index in 0..count {
        let zone = format!("{}{}", plane.region, ["a", "b", "c"][index as usize % 3]);
        let name =
            format!("ip-10-{}-{}-{}.{}.compute.internal", index % 3, index / 200, 10 + index % 200, plane.region);
        let now = json::written(plane.clock);
        let size = json!({"cpu": "8", "memory": "32Gi", "pods": "58", "ephemeral-storage": "100Gi"});
        let allocatable = json!({"cpu": "7910m", "memory": "30Gi", "pods": "58", "ephemeral-storage": "92Gi"});
        let node = json!({
            "metadata": {"labels": {
                "kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64",
                "node.kubernetes.io/instance-type": "m6i.2xlarge", "topology.kubernetes.io/region": plane.region,
                "topology.kubernetes.io/zone": zone,
            }},
            "spec": {"providerID": format!("aws:///{zone}/{name}")},
            "status": {
                "capacity": size, "allocatable": allocatable,
                "addresses": [{"type": "Hostname", "address": name}],
                "conditions": [ready_condition(true, &now, &now)],
                "nodeInfo": {
                    "kubeletVersion": "v1.33.1-eks-1fbb135", "osImage": "Amazon Linux 2023", "architecture": "amd64",
                    "operatingSystem": "linux", "containerRuntimeVersion": "containerd://1.7.27",
                    "kernelVersion": "6.1.134-150.224.amzn2023.x86_64", "kubeProxyVersion": "v1.33.1-eks-1fbb135",
                    "bootID": "", "machineID": "", "systemUUID": "",
                },
            },
        });
        plane.create(&ObjectKey::new(resource::NODES, "", &name), node);
    }
}

fn ready_condition(ready: bool, heartbeat: &str, since: &str) -> Value {
    let (status, reason, message) = if ready {
        ("True", "KubeletReady", "kubelet is posting ready status")
    } else {
        ("Unknown", "NodeStatusUnknown", "Kubelet stopped posting node status.")
    };
    json!({
        "type": "Ready", "status": status, "reason": reason, "message": message,
        "lastHeartbeatTime": heartbeat, "lastTransitionTime": since,
    })
}

/// Whether a node's kubelet is heard from.
pub fn is_ready(plane: &ControlPlane, name: &str) -> bool {
    plane.store.get(&ObjectKey::new(resource::NODES, "", name)).is_some_and(|node| says_ready(node))
}

fn says_ready(node: &Value) -> bool {
    json::list(node, "/status/conditions")
        .iter()
        .any(|condition| condition["type"] == "Ready" && condition["status"] == "True")
}

/// Lets the first nodes be ready and the others silent; pods follow their node. Pods are not moved away.
pub fn set_ready(plane: &mut ControlPlane, ready: u32) {
    let names: Vec<String> =
        plane.store.list(resource::NODES, None).map(|node| json::text(node, "/metadata/name").to_owned()).collect();
    for (index, name) in names.iter().enumerate() {
        let key = ObjectKey::new(resource::NODES, "", name);
        let wanted = index < ready as usize;
        let Some(node) = plane.store.get(&key).cloned() else { continue };
        if says_ready(&node) == wanted {
            continue;
        }
        let (reason, message) = if wanted {
            ("NodeReady", format!("Node {name} status is now: NodeReady"))
        } else {
            ("NodeNotReady", format!("Node {name} status is now: NodeNotReady"))
        };
        plane.record(&node, !wanted, reason, &message);
        let now = json::written(plane.clock);
        plane.store.update(&key, |node| {
            let unreachable =
                json!([{"key": "node.kubernetes.io/unreachable", "effect": "NoExecute", "timeAdded": now}]);
            match wanted {
                true => drop(json::take(node, &["spec", "taints"])),
                false => json::put(node, &["spec", "taints"], unreachable),
            }
            json::put(node, &["status", "conditions"], json!([ready_condition(wanted, &now, &now)]));
        });
    }
    settle_all(plane);
}

/// Cordons all but the first nodes.
pub fn set_schedulable(plane: &mut ControlPlane, count: u32) {
    let names: Vec<String> =
        plane.store.list(resource::NODES, None).map(|node| json::text(node, "/metadata/name").to_owned()).collect();
    for (index, name) in names.iter().enumerate() {
        plane.store.update(&ObjectKey::new(resource::NODES, "", name), |node| match index < count as usize {
            true => drop(json::take(node, &["spec", "unschedulable"])),
            false => json::put(node, &["spec", "unschedulable"], true),
        });
    }
}

fn settle_all(plane: &mut ControlPlane) {
    let deployments: Vec<ObjectKey> = plane
        .store
        .list(resource::DEPLOYMENTS, None)
        .map(|deployment| {
            let (namespace, name) =
                (json::text(deployment, "/metadata/namespace"), json::text(deployment, "/metadata/name"));
            ObjectKey::new(resource::DEPLOYMENTS, namespace, name)
        })
        .collect();
    for key in deployments {
        deployments::reconcile(plane, &key);
    }
}

/// Every few minutes: ready kubelets write their node's status, and old events go.
pub fn heartbeat(plane: &mut ControlPlane) {
    let now = json::written(plane.clock);
    let ready: Vec<ObjectKey> = plane
        .store
        .list(resource::NODES, None)
        .filter(|node| says_ready(node))
        .map(|node| ObjectKey::new(resource::NODES, "", json::text(node, "/metadata/name")))
        .collect();
    for key in ready {
        plane.store.update(&key, |node| {
            let since = json::text(node, "/status/conditions/0/lastTransitionTime").to_owned();
            json::put(node, &["status", "conditions"], json!([ready_condition(true, &now, &since)]));
        });
    }
    let limit = plane.clock - EVENTS_KEPT;
    let old: Vec<ObjectKey> = plane
        .store
        .list(resource::EVENTS, None)
        .filter(|event| json::instant(event, "/lastTimestamp").is_some_and(|last| last < limit))
        .map(|event| {
            let (namespace, name) = (json::text(event, "/metadata/namespace"), json::text(event, "/metadata/name"));
            ObjectKey::new(resource::EVENTS, namespace, name)
        })
        .collect();
    for key in old {
        plane.store.remove(&key);
    }
    plane.timers.set(Wake::NodeHeartbeat, plane.clock + HEARTBEAT);
}

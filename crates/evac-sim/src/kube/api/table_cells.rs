//! The columns of built-in kinds, as the real server prints them.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    super::{json, kinds::Kind},
    table::{age, age_of},
};

/// The columns of a built-in kind with their priorities (above 0: wide output only); `None` for a custom kind.
pub fn columns(kind: &Kind) -> Option<&'static [(&'static str, i32)]> {
    if kind.is_custom() {
        return None;
    }
    Some(match kind.kind {
        "Namespace" => &[("Name", 0), ("Status", 0), ("Age", 0)],
        "Node" => &[("Name", 0), ("Status", 0), ("Roles", 0), ("Age", 0), ("Version", 0), ("Internal-IP", 1)],
        "Pod" => &[("Name", 0), ("Ready", 0), ("Status", 0), ("Restarts", 0), ("Age", 0), ("IP", 1), ("Node", 1)],
        "Deployment" => &[
            ("Name", 0),
            ("Ready", 0),
            ("Up-to-date", 0),
            ("Available", 0),
            ("Age", 0),
            ("Containers", 1),
            ("Images", 1),
            ("Selector", 1),
        ],
        "ReplicaSet" => &[("Name", 0), ("Desired", 0), ("Current", 0), ("Ready", 0), ("Age", 0)],
        "Job" => &[("Name", 0), ("Status", 0), ("Completions", 0), ("Duration", 0), ("Age", 0)],
        "Event" => &[("Last Seen", 0), ("Type", 0), ("Reason", 0), ("Object", 0), ("Message", 0), ("Name", 1)],
        "ConfigMap" => &[("Name", 0), ("Data", 0), ("Age", 0)],
        "Secret" => &[("Name", 0), ("Type", 0), ("Data", 0), ("Age", 0)],
        "Service" => &[("Name", 0), ("Type", 0), ("Cluster-IP", 0), ("Port(s)", 0), ("Age", 0)],
        "ServiceAccount" => &[("Name", 0), ("Secrets", 0), ("Age", 0)],
        "PersistentVolumeClaim" => &[
            ("Name", 0),
            ("Status", 0),
            ("Volume", 0),
            ("Capacity", 0),
            ("Access Modes", 0),
            ("StorageClass", 0),
            ("Age", 0),
        ],
        "PersistentVolume" => &[
            ("Name", 0),
            ("Capacity", 0),
            ("Reclaim Policy", 0),
            ("Status", 0),
            ("Claim", 0),
            ("StorageClass", 0),
            ("Age", 0),
        ],
        "HorizontalPodAutoscaler" => {
            &[("Name", 0), ("Reference", 0), ("MinPods", 0), ("MaxPods", 0), ("Replicas", 0), ("Age", 0)]
        }
        "Lease" => &[("Name", 0), ("Holder", 0), ("Age", 0)],
        _ => &[("Name", 0), ("Age", 0)],
    })
}

/// The cells of an object in those columns.
pub fn cells(kind: &Kind, object: &Value, now: Timestamp) -> Vec<Value> {
    let name = object["metadata"]["name"].clone();
    let own_age = Value::from(age_of(object, now));
    let number = |pointer: &str| json::integer(object, pointer).unwrap_or(0);
    let entries = |pointer: &str| object.pointer(pointer).and_then(Value::as_object).map_or(0, serde_json::Map::len);
    let words = match kind.kind {
        "Namespace" => vec![object["status"]["phase"].clone()],
        "Node" => {
            let version = object["status"]["nodeInfo"]["kubeletVersion"].clone();
            let address = json::text(object, "/status/addresses/0/address");
            return vec![name, node_status(object).into(), "<none>".into(), own_age, version, address.into()];
        }
        "Pod" => return pod(object, name, own_age),
        "Deployment" => {
            let ready = format!("{}/{}", number("/status/readyReplicas"), number("/spec/replicas"));
            let template = |field: &str| {
                let containers = json::list(object, "/spec/template/spec/containers").iter();
                containers.map(|container| json::text(container, field)).collect::<Vec<_>>().join(",")
            };
            let selector = object.pointer("/spec/selector/matchLabels").and_then(Value::as_object);
            let selector: Vec<String> = selector
                .into_iter()
                .flatten()
                .map(|(label, value)| format!("{label}={}", value.as_str().unwrap_or_default()))
                .collect();
            return vec![
                name,
                ready.into(),
                number("/status/updatedReplicas").into(),
                number("/status/availableReplicas").into(),
                own_age,
                template("/name").into(),
                template("/image").into(),
                selector.join(",").into(),
            ];
        }
        "ReplicaSet" => {
            let counts = ["/spec/replicas", "/status/replicas", "/status/readyReplicas"];
            counts.iter().map(|pointer| number(pointer).into()).collect()
        }
        "Job" => job(object, now),
        "Event" => {
            let last =
                json::instant(object, "/lastTimestamp").map_or_else(|| "<unknown>".to_owned(), |last| age(last, now));
            let (subject, subject_kind) =
                (json::text(object, "/involvedObject/name"), json::text(object, "/involvedObject/kind"));
            let subject = format!("{}/{subject}", subject_kind.to_lowercase());
            return vec![
                last.into(),
                object["type"].clone(),
                object["reason"].clone(),
                subject.into(),
                object["message"].clone(),
                name,
            ];
        }
        "ConfigMap" => vec![(entries("/data") + entries("/binaryData")).into()],
        "Secret" => vec![object["type"].clone(), entries("/data").into()],
        "Service" => {
            let ports: Vec<String> = json::list(object, "/spec/ports")
                .iter()
                .map(|port| format!("{}/{}", port["port"], port["protocol"].as_str().unwrap_or("TCP")))
                .collect();
            let address = object.pointer("/spec/clusterIP").cloned().unwrap_or_else(|| json!("<none>"));
            let own_type = object.pointer("/spec/type").cloned().unwrap_or_else(|| json!("ClusterIP"));
            vec![own_type, address, ports.join(",").into()]
        }
        "ServiceAccount" => vec![json::list(object, "/secrets").len().into()],
        "PersistentVolumeClaim" | "PersistentVolume" => volume(kind, object),
        "HorizontalPodAutoscaler" => {
            let target = |field: &str| json::text(object, &format!("/spec/scaleTargetRef/{field}"));
            let reference = format!("{}/{}", target("kind"), target("name"));
            let counts = ["/spec/minReplicas", "/spec/maxReplicas", "/status/currentReplicas"];
            [reference.into()].into_iter().chain(counts.iter().map(|pointer| number(pointer).into())).collect()
        }
        "Lease" => vec![object["spec"]["holderIdentity"].clone()],
        _ => Vec::new(),
    };
    [name].into_iter().chain(words).chain([own_age]).collect()
}

fn volume(kind: &Kind, object: &Value) -> Vec<Value> {
    let text = |pointer: &str| Value::from(json::text(object, pointer));
    let (status, class) = (text("/status/phase"), text("/spec/storageClassName"));
    if kind.namespaced {
        let modes = json::texts(object, "/spec/accessModes").join(",").replace("ReadWriteMany", "RWX");
        return vec![status, text("/spec/volumeName"), text("/status/capacity/storage"), modes.into(), class];
    }
    let claim = ["namespace", "name"].map(|part| json::text(object, &format!("/spec/claimRef/{part}")));
    let policy = text("/spec/persistentVolumeReclaimPolicy");
    vec![text("/spec/capacity/storage"), policy, status, claim.join("/").into(), class]
}

fn pod(object: &Value, name: Value, age: Value) -> Vec<Value> {
    let containers = json::list(object, "/spec/containers").len();
    let states = json::list(object, "/status/containerStatuses");
    let ready = states.iter().filter(|state| json::flag(state, "/ready")).count();
    let restarts: i64 = states.iter().filter_map(|state| json::integer(state, "/restartCount")).sum();
    let status = match object.pointer("/metadata/deletionTimestamp") {
        Some(_) => "Terminating",
        None => json::text(object, "/status/phase"),
    };
    let known = |pointer: &str| match json::text(object, pointer) {
        "" => Value::from("<none>"),
        found => found.into(),
    };
    vec![
        name,
        format!("{ready}/{containers}").into(),
        status.into(),
        restarts.to_string().into(),
        age,
        known("/status/podIP"),
        known("/spec/nodeName"),
    ]
}

fn node_status(object: &Value) -> String {
    let ready = json::list(object, "/status/conditions")
        .iter()
        .any(|condition| condition["type"] == "Ready" && condition["status"] == "True");
    let cordoned = if json::flag(object, "/spec/unschedulable") { ",SchedulingDisabled" } else { "" };
    format!("{}{cordoned}", if ready { "Ready" } else { "NotReady" })
}

fn job(object: &Value, now: Timestamp) -> Vec<Value> {
    let wanted = json::integer(object, "/spec/completions").unwrap_or(1);
    let done = json::integer(object, "/status/succeeded").unwrap_or(0);
    let began = json::instant(object, "/status/startTime");
    let ended = json::instant(object, "/status/completionTime");
    let took = began.map_or_else(String::new, |began| age(began, ended.unwrap_or(now)));
    let status = if ended.is_some() { "Complete" } else { "Running" };
    vec![status.into(), format!("{done}/{wanted}").into(), took.into()]
}

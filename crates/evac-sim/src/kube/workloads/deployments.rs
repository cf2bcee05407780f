//! Deployments: one ReplicaSet each, pods up to `spec.replicas`, and a status that counts them.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{super::control_plane::hash, nodes};
use crate::kube::{
    control_plane::{ControlPlane, stable_suffix},
    json,
    kinds::resource,
    store::ObjectKey,
};

/// Says that every pod of a deployment carries, for the controllers.
const OWNER_LABEL: &str = "/metadata/labels/app.kubernetes.io~1instance";

/// Brings the pods towards the deployment's spec, and its status towards its pods.
pub fn reconcile(plane: &mut ControlPlane, key: &ObjectKey) {
    let Some(deployment) = plane.store.get(key).cloned() else { return };
    if deployment.pointer("/metadata/deletionTimestamp").is_some() {
        return;
    }
    let wanted = usize::try_from(json::integer(&deployment, "/spec/replicas").unwrap_or(1)).unwrap_or(0);
    let replica_set = ensure_replica_set(plane, key, &deployment, wanted);
    let pods: Vec<Arc<Value>> =
        pods_of(plane, key).into_iter().filter(|pod| pod.pointer("/metadata/deletionTimestamp").is_none()).collect();
    if pods.len() < wanted {
        let message = format!("Scaled up replica set {} from {} to {wanted}", name_of(&replica_set), pods.len());
        plane.record(&deployment, false, "ScalingReplicaSet", &message);
        create_pods(plane, key, &deployment, &replica_set, wanted - pods.len());
    } else if pods.len() > wanted {
        let message = format!("Scaled down replica set {} from {} to {wanted}", name_of(&replica_set), pods.len());
        plane.record(&deployment, false, "ScalingReplicaSet", &message);
        remove_pods(plane, pods, wanted);
    }
    settle_readiness(plane, key);
    write_status(plane, key, wanted);
}

/// A pod changed or went: its deployment counts again.
pub fn pod_changed(plane: &mut ControlPlane, pod: &Value) {
    let owner = json::text(pod, OWNER_LABEL);
    if !owner.is_empty() {
        let key = ObjectKey::new(resource::DEPLOYMENTS, json::text(pod, "/metadata/namespace"), owner);
        reconcile(plane, &key);
    }
}

/// A deployment is gone: what it owned goes too.
pub fn removed(plane: &mut ControlPlane, key: &ObjectKey) {
    plane.store.remove(&key.sibling(resource::REPLICA_SETS, &replica_set_name(&key.name)));
    let pods = pods_of(plane, key);
    remove_pods(plane, pods, 0);
}

/// Forgets a limit on readiness that limits nothing, so that a later scale-up comes up whole.
pub fn lift_idle_limit(plane: &mut ControlPlane, key: &ObjectKey) {
    let place = (key.namespace.clone(), key.name.clone());
    let replicas = plane.store.get(key).and_then(|deployment| json::integer(deployment, "/spec/replicas")).unwrap_or(1);
    if plane.ready_limits.get(&place).is_some_and(|limit| i64::from(*limit) >= replicas) {
        plane.ready_limits.remove(&place);
    }
}

/// The pods of a deployment, by name, those on their way out included.
pub fn pods_of(plane: &ControlPlane, key: &ObjectKey) -> Vec<Arc<Value>> {
    let pods = plane.store.list(resource::PODS, Some(&key.namespace));
    pods.filter(|pod| json::text(pod, OWNER_LABEL) == key.name).cloned().collect()
}

fn name_of(object: &Value) -> String {
    json::text(object, "/metadata/name").to_owned()
}

fn replica_set_name(deployment: &str) -> String {
    format!("{deployment}-{:08x}", hash(deployment) & 0xffff_ffff)
}

fn ensure_replica_set(plane: &mut ControlPlane, key: &ObjectKey, deployment: &Value, wanted: usize) -> Arc<Value> {
    let own = key.sibling(resource::REPLICA_SETS, &replica_set_name(&key.name));
    if plane.store.get(&own).is_none() {
        let object = json!({
            "metadata": {
                "labels": deployment["spec"]["template"]["metadata"]["labels"],
                "annotations": {"deployment.kubernetes.io/revision": "1"},
                "ownerReferences": [owner_reference(deployment)],
            },
            "spec": {
                "replicas": wanted,
                "selector": deployment["spec"]["selector"],
                "template": deployment["spec"]["template"],
            },
        });
        return plane.create(&own, object);
    }
    let set = plane.store.update(&own, |set| json::put(set, &["spec", "replicas"], wanted as i64));
    set.unwrap_or_default()
}

fn owner_reference(owner: &Value) -> Value {
    json!({
        "apiVersion": owner["apiVersion"], "kind": owner["kind"], "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"], "controller": true, "blockOwnerDeletion": true,
    })
}

fn create_pods(plane: &mut ControlPlane, key: &ObjectKey, deployment: &Value, replica_set: &Value, missing: usize) {
    let mut made = 0;
    let mut attempt = 0_u64;
    while made < missing {
        let name = format!("{}-{}", name_of(replica_set), stable_suffix(&format!("{} {attempt}", key.name)));
        attempt += 1;
        let pod_key = key.sibling(resource::PODS, &name);
        if plane.store.get(&pod_key).is_some() {
            continue;
        }
        let mut spec = deployment["spec"]["template"]["spec"].clone();
        json::put(&mut spec, &["restartPolicy"], "Always");
        let mut labels = deployment["spec"]["template"]["metadata"]["labels"].clone();
        json::put(&mut labels, &["app.kubernetes.io/instance"], key.name.as_str());
        plane.create(
            &pod_key,
            json!({
                "metadata": {"labels": labels, "ownerReferences": [owner_reference(replica_set)]},
                "spec": spec,
                "status": {"phase": "Pending", "qosClass": "Burstable"},
            }),
        );
        made += 1;
    }
}

/// Takes away all but some pods: those that are not ready first, then the newest.
fn remove_pods(plane: &mut ControlPlane, mut pods: Vec<Arc<Value>>, keep: usize) {
    pods.sort_by_key(|pod| {
        let ready = super::pods::is_ready(pod);
        (!ready, json::text(pod, "/metadata/creationTimestamp").to_owned(), name_of(pod))
    });
    // Unready ones sort last, so they are beyond what is kept.
    for pod in pods.iter().skip(keep) {
        super::pods::terminate(plane, pod);
    }
}

/// Makes each running pod ready or not: its node must be ready, and the world may limit how many are.
pub fn settle_readiness(plane: &mut ControlPlane, key: &ObjectKey) {
    let limit = plane.ready_limits.get(&(key.namespace.clone(), key.name.clone())).copied().unwrap_or(i32::MAX);
    let mut left = limit.max(0);
    for pod in pods_of(plane, key) {
        if json::text(&pod, "/status/phase") != "Running" {
            continue;
        }
        let may = left > 0
            && pod.pointer("/metadata/deletionTimestamp").is_none()
            && nodes::is_ready(plane, json::text(&pod, "/spec/nodeName"))
            && json::text(&pod, "/metadata/annotations/chaos-mesh.org~1failed") != "true";
        if may {
            left -= 1;
        }
        super::pods::set_ready(plane, &pod, may);
    }
}

fn write_status(plane: &mut ControlPlane, key: &ObjectKey, wanted: usize) {
    let alive: Vec<Arc<Value>> =
        pods_of(plane, key).into_iter().filter(|pod| pod.pointer("/metadata/deletionTimestamp").is_none()).collect();
    let replicas = alive.len();
    let ready = alive.iter().filter(|pod| super::pods::is_ready(pod)).count();
    let now = json::written(plane.clock);
    let write_counts = |object: &mut Value| {
        let generation = json::integer(object, "/metadata/generation").unwrap_or(1);
        let counts = [("replicas", replicas), ("readyReplicas", ready), ("availableReplicas", ready)];
        for (name, count) in counts {
            match count {
                // The real server leaves a zero out, except for the total.
                0 if name != "replicas" => drop(json::take(object, &["status", name])),
                count => json::put(object, &["status", name], count as i64),
            }
        }
        json::put(object, &["status", "observedGeneration"], generation);
    };
    plane.store.update(&key.sibling(resource::REPLICA_SETS, &replica_set_name(&key.name)), write_counts);
    plane.store.update(key, |deployment| {
        write_counts(deployment);
        json::put(deployment, &["status", "updatedReplicas"], replicas as i64);
        match wanted.saturating_sub(ready) {
            0 => drop(json::take(deployment, &["status", "unavailableReplicas"])),
            missing => json::put(deployment, &["status", "unavailableReplicas"], missing as i64),
        }
        // At most a quarter may be missing, as the default rolling update has it.
        let available = ready + wanted / 4 >= wanted;
        let (status, reason, message) = if available {
            ("True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
        } else {
            ("False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.")
        };
        let before = json::list(deployment, "/status/conditions");
        let since = before
            .iter()
            .find(|condition| condition["type"] == "Available" && condition["status"] == status)
            .map_or_else(|| now.clone(), |condition| json::text(condition, "/lastTransitionTime").to_owned());
        let progressing =
            before.iter().find(|condition| condition["type"] == "Progressing").cloned().unwrap_or_else(|| {
                json!({
                    "type": "Progressing", "status": "True", "reason": "NewReplicaSetAvailable",
                    "message": format!("ReplicaSet \"{}\" has successfully progressed.", replica_set_name(&key.name)),
                    "lastUpdateTime": now, "lastTransitionTime": now,
                })
            });
        let condition = json!({
            "type": "Available", "status": status, "reason": reason, "message": message,
            "lastUpdateTime": since, "lastTransitionTime": since,
        });
        json::put(deployment, &["status", "conditions"], json!([condition, progressing]));
    });
}

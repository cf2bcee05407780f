//! Horizontal pod autoscalers. Load is not simulated: one keeps its deployment between its bounds, and so undoes a
//! scale that leaves them. A deployment that was scaled to nothing is left alone, as by the real one.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::kube::{control_plane::ControlPlane, json, kinds::resource, store::ObjectKey};

/// How often an autoscaler looks.
const PERIOD: SignedDuration = SignedDuration::from_secs(15);

/// An autoscaler, or what it rules, changed: it will look within its period.
pub fn changed(plane: &mut ControlPlane, key: &ObjectKey) {
    if !plane.is_waiting(key) {
        plane.wake_after(key, PERIOD);
    }
}

/// A deployment changed or went.
pub fn deployment_changed(plane: &mut ControlPlane, deployment: &ObjectKey) {
    if let Some(ruler) = ruler_of(plane, deployment) {
        changed(plane, &ruler);
    }
}

/// The autoscaler that rules a deployment, if one does.
pub fn ruler_of(plane: &ControlPlane, deployment: &ObjectKey) -> Option<ObjectKey> {
    let mut autoscalers = plane.store.list(resource::AUTOSCALERS, Some(&deployment.namespace));
    let ruler = autoscalers.find(|autoscaler| {
        json::text(autoscaler, "/spec/scaleTargetRef/kind") == "Deployment"
            && json::text(autoscaler, "/spec/scaleTargetRef/name") == deployment.name
    })?;
    Some(deployment.sibling(resource::AUTOSCALERS, json::text(ruler, "/metadata/name")))
}

/// Compares a deployment with the bounds, and scales it where it leaves them.
pub fn look(plane: &mut ControlPlane, key: &ObjectKey) {
    let Some(autoscaler) = plane.store.get(key).cloned() else { return };
    let name = json::text(&autoscaler, "/spec/scaleTargetRef/name");
    let target = key.sibling(resource::DEPLOYMENTS, name);
    let Some(deployment) = plane.store.get(&target).cloned() else {
        let why = format!("deployments/scale.apps \"{name}\" not found");
        return write(plane, key, &[("AbleToScale", false, "FailedGetScale", &why)], None);
    };
    let found = json::integer(&deployment, "/spec/replicas").unwrap_or(1);
    let running = json::integer(&deployment, "/status/replicas").unwrap_or(0);
    let able =
        ("AbleToScale", true, "SucceededGetScale", "the HPA controller was able to get the target's current scale");
    if found == 0 {
        let why = "scaling is disabled since the replica count of the target is zero";
        return write(plane, key, &[able, ("ScalingActive", false, "ScalingDisabled", why)], Some((running, 0, false)));
    }
    let least = json::integer(&autoscaler, "/spec/minReplicas").unwrap_or(1);
    let most = json::integer(&autoscaler, "/spec/maxReplicas").unwrap_or(least);
    let wanted = found.max(least).min(most.max(least));
    if wanted != found {
        let bound = if wanted > found { "below Spec.MinReplicas" } else { "above Spec.MaxReplicas" };
        let why = format!("New size: {wanted}; reason: Current number of replicas {bound}");
        plane.record(&autoscaler, false, "SuccessfulRescale", &why);
        plane.store.update(&target, |deployment| json::put(deployment, &["spec", "replicas"], wanted));
    }
    let active = (
        "ScalingActive",
        true,
        "ValidMetricFound",
        "the HPA was able to successfully calculate a replica count from cpu resource utilization",
    );
    write(plane, key, &[able, active], Some((running, wanted, wanted != found)));
}

type Condition<'a> = (&'a str, bool, &'a str, &'a str);

/// Writes the status: the conditions, and how many run, how many shall, and whether that is news.
fn write(plane: &mut ControlPlane, key: &ObjectKey, conditions: &[Condition<'_>], counts: Option<(i64, i64, bool)>) {
    let now = json::written(plane.clock);
    plane.store.update(key, |autoscaler| {
        let before = json::list(autoscaler, "/status/conditions").to_vec();
        let conditions: Vec<Value> = conditions
            .iter()
            .map(|(kind, holds, reason, message)| {
                let status = if *holds { "True" } else { "False" };
                let same = before.iter().find(|old| old["type"] == *kind && old["status"] == status);
                let since = same.map_or_else(|| json!(now), |old| old["lastTransitionTime"].clone());
                json!({
                    "type": kind, "status": status, "reason": reason, "message": message, "lastTransitionTime": since,
                })
            })
            .collect();
        json::put(autoscaler, &["status", "conditions"], conditions);
        if let Some((running, wanted, scaled)) = counts {
            json::put(autoscaler, &["status", "currentReplicas"], running);
            json::put(autoscaler, &["status", "desiredReplicas"], wanted);
            if scaled {
                json::put(autoscaler, &["status", "lastScaleTime"], now.as_str());
            }
        }
    });
}

//! Argo CD, as far as it undoes what others do: an application knows from its git how many replicas its deployments
//! have, says whether that is so, and with self-heal on it puts them back.
//!
//! There is no git here: what would stand in it stands in an annotation of the application.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{
    config::ApplicationSeed,
    control_plane::ControlPlane,
    json,
    kinds::resource,
    store::ObjectKey,
    timers::Wake,
    workloads::{autoscalers, namespaces},
};

/// The namespace that Argo CD keeps its applications in.
pub const NAMESPACE: &str = "argocd";
/// The replicas in git: a JSON object from the name of a deployment.
const GIT: &str = "simulated-git/replicas";
/// How long a difference stands before it is healed.
const HEALING: SignedDuration = SignedDuration::from_mins(3);

/// Makes an application whose git says what runs at the start.
pub fn create(plane: &mut ControlPlane, seed: &ApplicationSeed) {
    namespaces::create(plane, NAMESPACE);
    let replicas: serde_json::Map<String, Value> =
        seed.replicas.iter().map(|(name, replicas)| (name.clone(), (*replicas).into())).collect();
    let application = json!({
        "metadata": {"annotations": {GIT: Value::Object(replicas).to_string()}},
        "spec": {
            "project": "default",
            "destination": {"server": "https://kubernetes.default.svc", "namespace": seed.namespace},
            "source": {
                "repoURL": format!("https://git.akidb.example/{}.git", seed.name), "path": "deploy",
                "targetRevision": "main",
            },
            "syncPolicy": {"automated": {"prune": true, "selfHeal": true}},
        },
    });
    plane.create(&ObjectKey::new(resource::APPLICATIONS, NAMESPACE, &seed.name), application);
}

/// A deployment changed or went: the applications that it belongs to look.
pub fn deployment_changed(plane: &mut ControlPlane, deployment: &ObjectKey) {
    let names: Vec<String> = plane
        .store
        .list(resource::APPLICATIONS, Some(NAMESPACE))
        .filter(|application| json::text(application, "/spec/destination/namespace") == deployment.namespace)
        .map(|application| json::text(application, "/metadata/name").to_owned())
        .collect();
    for name in names {
        changed(plane, &ObjectKey::new(resource::APPLICATIONS, NAMESPACE, &name));
    }
}

/// Compares an application with its git, and says so; a difference that is to be healed is healed a while later.
pub fn changed(plane: &mut ControlPlane, key: &ObjectKey) {
    let Some(application) = plane.store.get(key).cloned() else { return };
    if key.namespace != NAMESPACE {
        return;
    }
    let differences = differences(plane, &application);
    let (sync, health) = (if differences.is_empty() { "Synced" } else { "OutOfSync" }, health(plane, &application));
    plane.store.update(key, |application| {
        json::put(application, &["status", "sync", "status"], sync);
        json::put(application, &["status", "health", "status"], health);
    });
    if differences.is_empty() || !heals(&application) {
        plane.timers.cancel(&Wake::Object(key.clone()));
    } else if !plane.is_waiting(key) {
        plane.wake_after(key, HEALING);
    }
}

/// Puts back what differs, if that is still wanted.
pub fn heal(plane: &mut ControlPlane, key: &ObjectKey) {
    let Some(application) = plane.store.get(key).cloned().filter(|application| heals(application)) else { return };
    for (deployment, replicas) in differences(plane, &application) {
        let what = format!("Partial sync operation to main succeeded: {} to {replicas} replicas", deployment.name);
        if plane.store.update(&deployment, |object| json::put(object, &["spec", "replicas"], replicas)).is_some() {
            plane.record(&application, false, "OperationCompleted", &what);
        }
    }
}

/// Whether an application puts back what others change.
fn heals(application: &Value) -> bool {
    application.pointer("/spec/syncPolicy/automated").is_some_and(|automated| {
        json::flag(automated, "/selfHeal") && automated.get("enabled") != Some(&Value::Bool(false))
    })
}

/// The deployments of an application, with their replicas in git.
fn in_git(application: &Value) -> Vec<(ObjectKey, i64)> {
    let namespace = json::text(application, "/spec/destination/namespace");
    let written = json::text(application, &format!("/metadata/annotations/{}", GIT.replace('/', "~1")));
    let replicas: serde_json::Map<String, Value> = serde_json::from_str(written).unwrap_or_default();
    replicas
        .iter()
        .filter_map(|(name, count)| Some((ObjectKey::new(resource::DEPLOYMENTS, namespace, name), count.as_i64()?)))
        .collect()
}

/// What runs otherwise than git says. The replicas of a deployment that an autoscaler rules are not git's to say.
fn differences(plane: &ControlPlane, application: &Value) -> Vec<(ObjectKey, i64)> {
    let mut all = in_git(application);
    all.retain(|(deployment, replicas)| {
        let found = plane.store.get(deployment).and_then(|found| json::integer(found, "/spec/replicas"));
        match found {
            None => true,
            Some(found) => found != *replicas && autoscalers::ruler_of(plane, deployment).is_none(),
        }
    });
    all
}

fn health(plane: &ControlPlane, application: &Value) -> &'static str {
    let deployments: Vec<_> = in_git(application).into_iter().map(|(key, _)| plane.store.get(&key)).collect();
    if deployments.iter().any(Option::is_none) {
        return "Missing";
    }
    let is_whole = |deployment: &Value| json::integer(deployment, "/status/unavailableReplicas").unwrap_or(0) == 0;
    match deployments.iter().flatten().all(|deployment| is_whole(deployment)) {
        true => "Healthy",
        false => "Progressing",
    }
}

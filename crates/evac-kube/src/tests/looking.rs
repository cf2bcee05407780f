//! What a run sees.

use std::{collections::BTreeMap, sync::Arc};

use evac_core::{
    SourceErrorKind,
    plan::{Check, LocationMode},
};
use evac_engine::{Clock, Look, Observer, Sight, SystemClock};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::timeout;

use super::{
    PATIENCE, Region, pace,
    server::{Mode, Server},
    stack, write_kubeconfig,
};

struct Looking {
    server: Server,
    observer: Arc<dyn Observer>,
    _folder: TempDir,
}

impl Looking {
    async fn start() -> Self {
        let (server, folder) = (Server::start().await, tempfile::tempdir().unwrap());
        write_kubeconfig(folder.path(), "west", &server.url());
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::start());
        let observer = crate::observer(&stack(), folder.path(), &clock);
        Self { server, observer, _folder: folder }
    }

    /// What a path has from now on.
    fn has(&self, path: &str, object: Value) {
        self.server.treat(path, Mode::Answer(200, object));
    }

    async fn look(&self, check: &Check) -> Look {
        timeout(PATIENCE, self.observer.observe(check, &BTreeMap::new())).await.expect("the look hangs")
    }

    async fn sight(&self, check: &Check) -> Sight {
        let look = self.look(check).await;
        assert!(look.source_clock.is_some(), "the server's clock comes along");
        look.sight.unwrap()
    }
}

/// A sight as a word and its text.
fn told(sight: &Sight) -> (&'static str, &str) {
    match sight {
        Sight::Met { evidence } => ("met", evidence),
        Sight::Underway { on } => ("underway", on),
        Sight::Untouched { on } => ("untouched", on),
        Sight::Never { why } => ("never", why),
    }
}

fn replicas(wanted: u32, at_least: bool) -> Check {
    let (namespace, deployment) = ("shop".to_owned(), "web".to_owned());
    Check::Replicas { region: "us-west-2".parse().unwrap(), namespace, deployment, wanted, at_least }
}

fn deployment(wanted: u32, present: u32, ready: u32) -> Value {
    json!({
        "metadata": {"name": "web", "generation": 5}, "spec": {"replicas": wanted},
        "status": {"observedGeneration": 5, "replicas": present, "readyReplicas": ready},
    })
}

#[tokio::test]
async fn replicas_hold_when_they_are_wanted_and_ready_and_none_is_left_over() {
    let looking = Looking::start().await;
    looking.has("/scale", json!({"status": {"selector": "app=web"}}));
    looking.has("/pods", json!({"items": []}));
    looking.has("/horizontalpodautoscalers", json!({"items": []}));
    for (found, wanted, at_least, word) in [
        (deployment(3, 3, 3), 3, false, "met"),
        (deployment(3, 3, 2), 3, false, "underway"),
        (deployment(3, 4, 3), 3, false, "underway"),
        (deployment(4, 4, 4), 3, false, "untouched"),
        (deployment(4, 4, 4), 3, true, "met"),
        (deployment(4, 4, 3), 3, true, "met"),
        (deployment(4, 4, 2), 3, true, "underway"),
        (deployment(2, 2, 2), 3, true, "untouched"),
        (deployment(0, 0, 0), 0, false, "met"),
        (deployment(0, 1, 0), 0, false, "underway"),
        (
            json!({"metadata": {"generation": 6}, "spec": {"replicas": 3},
                "status": {"observedGeneration": 5, "replicas": 3, "readyReplicas": 3}}),
            3,
            false,
            "underway",
        ),
        (json!({"metadata": {}, "status": {"replicas": 1, "readyReplicas": 1}}), 1, false, "met"),
    ] {
        looking.has("/deployments/web", found.clone());
        looking.has("/scale", json!({"status": {"selector": "app=web"}}));
        let sight = looking.sight(&replicas(wanted, at_least)).await;
        assert_eq!(told(&sight).0, word, "{found} for {wanted}: {sight:?}");
    }
}

#[tokio::test]
async fn a_deployment_of_nothing_holds_only_when_its_last_pod_has_ended() {
    let looking = Looking::start().await;
    looking.has("/deployments/web", deployment(0, 0, 0));
    looking.has("/scale", json!({"status": {"selector": "app=web,tier in (a)"}}));
    let ending = json!({"metadata": {"deletionTimestamp": "2026-11-22T10:00:00Z"}, "status": {"phase": "Running"}});
    looking.has("/pods", json!({"items": [ending, {"status": {"phase": "Succeeded"}}]}));
    let sight = looking.sight(&replicas(0, false)).await;
    assert_eq!(told(&sight), ("underway", "the end of 1 pods of Deployment web"));
    let asked = looking.server.requests().pop().unwrap().target;
    assert_eq!(asked, "/api/v1/namespaces/shop/pods?labelSelector=app%3Dweb%2Ctier+in+%28a%29");
    for unseen in [Mode::Refuse(403), Mode::Answer(200, json!({})), Mode::Reset] {
        looking.server.treat("/pods", unseen);
        assert!(looking.look(&replicas(0, false)).await.sight.is_err(), "no pods seen is not no pods");
    }
}

#[tokio::test]
async fn an_autoscaler_at_work_and_a_pod_without_a_place_are_told() {
    let looking = Looking::start().await;
    looking.has("/deployments/web", deployment(3, 3, 3));
    let autoscaler = |minimum: u32, target: &str| {
        let target = json!({"kind": "Deployment", "name": target});
        json!({"spec": {"minReplicas": minimum, "scaleTargetRef": target}})
    };
    let list = "/horizontalpodautoscalers";
    looking.has(list, json!({"items": [autoscaler(9, "other"), autoscaler(8, "web")]}));
    assert_eq!(told(&looking.sight(&replicas(9, true)).await).0, "untouched");
    looking.has(list, json!({"items": [autoscaler(9, "web")]}));
    let sight = looking.sight(&replicas(9, true)).await;
    assert_eq!(told(&sight), ("underway", "its autoscaler: Deployment web wants 3 replicas, not 9"));
    looking.server.treat(list, Mode::Refuse(403));
    assert_eq!(told(&looking.sight(&replicas(9, true)).await).0, "untouched");

    looking.has("/deployments/web", deployment(9, 9, 3));
    looking.has("/scale", json!({"status": {"selector": "app=web"}}));
    let waiting = json!({"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/3 nodes"});
    looking.has("/pods", json!({"items": [{"status": {"conditions": []}}, {"status": {"conditions": [waiting]}}]}));
    let sight = looking.sight(&replicas(9, true)).await;
    assert_eq!(told(&sight), ("underway", "Deployment web has 3 of 9 ready; a pod has no place: 0/3 nodes"));
    looking.server.treat("/pods", Mode::Refuse(403));
    assert_eq!(told(&looking.sight(&replicas(9, true)).await), ("underway", "Deployment web has 3 of 9 ready"));
}

#[tokio::test]
async fn an_application_synchronises_by_itself_unless_it_says_no() {
    let looking = Looking::start().await;
    let check = |automated| {
        let (namespace, application) = ("argocd".to_owned(), "shop".to_owned());
        Check::ArgoSync { region: "us-west-2".parse().unwrap(), namespace, application, automated }
    };
    for (policy, is_on) in [
        (json!({"automated": {}}), true),
        (json!({"automated": {"selfHeal": true}}), true),
        (json!({"automated": {"enabled": true}}), true),
        (json!({"automated": {"enabled": false, "selfHeal": true}}), false),
        (json!({"automated": null}), false),
        (json!({}), false),
        (Value::Null, false),
    ] {
        looking.has("/applications/shop", json!({"spec": {"syncPolicy": policy}}));
        assert_eq!(told(&looking.sight(&check(is_on)).await).0, "met", "{policy}");
        assert_eq!(told(&looking.sight(&check(!is_on)).await).0, "untouched", "{policy}");
    }
}

#[tokio::test]
async fn a_location_is_writable_unless_it_says_otherwise() {
    let looking = Looking::start().await;
    let check = |mode| {
        let (namespace, location) = ("velero".to_owned(), "default".to_owned());
        Check::LocationMode { region: "us-west-2".parse().unwrap(), namespace, location, mode }
    };
    for (spec, mode, other) in [
        (json!({}), LocationMode::ReadWrite, LocationMode::ReadOnly),
        (json!({"accessMode": "ReadWrite"}), LocationMode::ReadWrite, LocationMode::ReadOnly),
        (json!({"accessMode": "ReadOnly"}), LocationMode::ReadOnly, LocationMode::ReadWrite),
    ] {
        looking.has("/backupstoragelocations/default", json!({"spec": spec}));
        assert_eq!(told(&looking.sight(&check(mode)).await).0, "met", "{spec}");
        assert_eq!(told(&looking.sight(&check(other)).await).0, "untouched", "{spec}");
    }
}

fn restored() -> Check {
    Check::Restored { region: "us-west-2".parse().unwrap(), namespace: "velero".to_owned(), name: "r".to_owned() }
}

#[tokio::test]
async fn a_restore_is_followed_to_its_end() {
    let looking = Looking::start().await;
    let progress = json!({"totalItems": 40, "itemsRestored": 10});
    for (status, word, text) in [
        (Value::Null, "underway", "Velero to begin Restore r"),
        (json!({"phase": "New"}), "underway", "Velero to begin Restore r"),
        (json!({"phase": "InProgress", "progress": progress}), "underway", "Restore r: InProgress, 10 of 40 items"),
        (json!({"phase": "Finalizing"}), "underway", "Restore r: Finalizing, 0 of 0 items"),
        (json!({"phase": "Dancing"}), "underway", "Restore r: Dancing"),
        (json!({"phase": 7}), "underway", "Restore r: "),
        (
            json!({"phase": "Completed", "warnings": 1, "progress": progress}),
            "met",
            "Restore r is Completed: 10 of 40 items, 1 warning and 0 errors",
        ),
        (
            json!({"phase": "PartiallyFailed", "errors": 2, "progress": progress}),
            "never",
            "Restore r is PartiallyFailed: 10 of 40 items, 0 warnings and 2 errors",
        ),
        (json!({"phase": "Failed", "failureReason": "gone"}), "never", "Restore r is Failed: gone"),
        (
            json!({"phase": "FailedValidation", "validationErrors": ["one", "two"]}),
            "never",
            "Restore r is FailedValidation: one; two",
        ),
    ] {
        looking.has("/restores/r", json!({"status": status}));
        assert_eq!(told(&looking.sight(&restored()).await), (word, text), "{status}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_told_from_what_cannot_be_seen() {
    let looking = Looking::start().await;
    let missing = |details: Value| json!({"kind": "Status", "code": 404, "reason": "NotFound", "details": details});
    looking.server.treat("/restores/r", Mode::Answer(404, missing(json!({"name": "r", "kind": "restores"}))));
    assert_eq!(told(&looking.sight(&restored()).await), ("untouched", "there is no Restore r"));
    for (mode, kind) in [
        (Mode::Answer(404, missing(json!({}))), SourceErrorKind::NotFound),
        (Mode::Refuse(403), SourceErrorKind::Denied),
        (Mode::Refuse(429), SourceErrorKind::Throttled),
        (Mode::Refuse(500), SourceErrorKind::Service),
        (Mode::BreakOff(200), SourceErrorKind::Malformed),
    ] {
        looking.server.treat("/restores/r", mode);
        let look = looking.look(&restored()).await;
        assert_eq!(look.sight.unwrap_err().kind, kind);
        assert!(look.source_clock.is_some(), "{kind:?}");
    }
    looking.server.treat("/restores/r", Mode::Reset);
    assert_eq!(looking.look(&restored()).await.sight.unwrap_err().kind, SourceErrorKind::Unreachable);
    let foreign = Check::Serving { region: "us-west-2".parse().unwrap(), url: "http://x".to_owned() };
    assert_eq!(looking.look(&foreign).await.sight.unwrap_err().kind, SourceErrorKind::Setup);
    let asked = looking.server.requests();
    assert!(asked.iter().all(|asked| asked.method == "GET"), "an observer only reads");
}

#[tokio::test]
async fn consumers_autoscalers_and_applications_of_the_stack_are_read() {
    let server = Server::start().await;
    let named = |namespace: &str, name: &str, spec: Value| json!({"metadata": {"namespace": namespace, "name": name}, "spec": spec});
    let worker = named("queue", "worker", json!({"replicas": 0}));
    server.hold("deployments", vec![named("shop", "web", json!({"replicas": 3})), worker]);
    let rules = |target: &str, least: Value| json!({"minReplicas": least, "maxReplicas": 12, "scaleTargetRef": {"kind": "Deployment", "name": target}});
    server.hold(
        "horizontalpodautoscalers",
        vec![named("shop", "web", rules("web", json!(3))), named("shop", "other", rules("other", Value::Null))],
    );
    let automated = json!({"automated": {"prune": true, "selfHeal": true}});
    server.hold("applications", vec![named("argocd", "shop", json!({"syncPolicy": automated}))]);
    let reading = Region::of(&server, pace()).workloads().await;
    let names: Vec<_> = reading.deployments.iter().map(|one| (one.name.as_str(), one.desired)).collect();
    assert_eq!(names, [("web", 3), ("worker", 0)]);
    let [autoscaler] = reading.autoscalers.as_slice() else { panic!("{:?}", reading.autoscalers) };
    assert_eq!((autoscaler.name.as_str(), autoscaler.deployment.as_str()), ("web", "web"));
    assert_eq!((autoscaler.minimum, autoscaler.maximum), (3, 12));
    let [application] = reading.applications.as_slice() else { panic!("{:?}", reading.applications) };
    assert_eq!(application.automated, Some(json!({"prune": true, "selfHeal": true})));
}

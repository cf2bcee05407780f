//! Calls as they go over the wire, and what their answers mean.

use std::{collections::BTreeMap, fs, path::Path, sync::Arc, time::Duration};

use evac_core::{
    guard::Consent,
    plan::{Call, ExistingResources, LocationMode, RestoreSpec},
    run::CallAnswer,
};
use evac_engine::{Actor, Clock, Permit, SystemClock};
use evac_model::plans::consent_to_nothing;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::timeout;

use super::{
    PATIENCE,
    server::{Mode, Server},
    stack, write_kubeconfig_for,
};
use crate::{actor::KubeActor, clusters::Clusters};

struct Acting {
    consent: Consent,
    actor: KubeActor,
    folder: TempDir,
}

impl Acting {
    fn on(url: &str) -> Self {
        Self::with(url, |_| String::new())
    }

    /// With credentials as a user has them, given the folder of the kubeconfig.
    fn with(url: &str, user: impl FnOnce(&Path) -> String) -> Self {
        evac_engine::install_crypto();
        let folder = tempfile::tempdir().unwrap();
        write_kubeconfig_for(folder.path(), "west", url, &user(folder.path()));
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::start());
        let clusters = Clusters::of_stack(&stack(), folder.path(), &clock);
        let consent = consent_to_nothing("us-west-2".parse().unwrap()).unwrap();
        Self { actor: KubeActor { plan: consent.plan().clone(), clusters }, consent, folder }
    }

    async fn make(&self, call: &Call) -> CallAnswer {
        timeout(PATIENCE, self.actor.perform(&self.consent, call)).await.expect("the call hangs")
    }
}

fn scale(deployment: &str) -> Call {
    Call::Scale {
        region: "us-west-2".parse().unwrap(),
        namespace: "shop".to_owned(),
        deployment: deployment.to_owned(),
        replicas: 9,
    }
}

fn restore() -> Call {
    Call::CreateRestore {
        region: "us-west-2".parse().unwrap(),
        namespace: "velero".to_owned(),
        name: "evac-1".to_owned(),
        spec: RestoreSpec {
            backup: "nightly-1".to_owned(),
            namespaces: vec!["shop".to_owned()],
            mapping: BTreeMap::from([("shop".to_owned(), "copy".to_owned())]),
            existing: ExistingResources::Update,
            label: "abc".to_owned(),
        },
    }
}

fn argo(automated: Option<Value>) -> Call {
    Call::SetArgoSync {
        region: "us-west-2".parse().unwrap(),
        namespace: "argocd".to_owned(),
        application: "shop".to_owned(),
        automated,
    }
}

#[tokio::test]
async fn nothing_is_sent_by_the_consent_to_another_plan() {
    let server = Server::start().await;
    let acting = Acting::on(&server.url());
    let other = consent_to_nothing("eu-west-1".parse().unwrap()).unwrap();
    for call in [scale("web"), restore(), argo(None)] {
        let answer = timeout(PATIENCE, acting.actor.perform(&other, &call)).await.expect("the call hangs");
        assert!(matches!(answer, CallAnswer::Refused { temporary: false, .. }), "{answer:?}");
    }
    assert_eq!(server.requests(), []);
}

#[tokio::test]
async fn each_call_is_one_request_signed_by_evac() {
    let server = Server::start().await;
    let acting = Acting::on(&server.url());
    let region = || "us-west-2".parse().unwrap();
    let minimum = Call::SetAutoscalerMinimum {
        region: region(),
        namespace: "shop".to_owned(),
        autoscaler: "web".to_owned(),
        minimum: 9,
    };
    let mode = Call::SetLocationMode {
        region: region(),
        namespace: "velero".to_owned(),
        location: "default".to_owned(),
        mode: LocationMode::ReadOnly,
    };
    let created = json!({
        "apiVersion": "velero.io/v1", "kind": "Restore",
        "metadata": {"name": "evac-1", "namespace": "velero", "labels": {"evac.dev/plan": "abc"}},
        "spec": {
            "backupName": "nightly-1", "includedNamespaces": ["shop"], "namespaceMapping": {"shop": "copy"},
            "existingResourcePolicy": "update",
        },
    });
    let exact = json!({"prune": true, "selfHeal": true, "enabled": null, "allowEmpty": null});
    let applications = "/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/shop";
    for (call, method, path, body) in [
        (argo(None), "PATCH", applications, json!({"spec": {"syncPolicy": {"automated": null}}})),
        (
            argo(Some(json!({"prune": true, "selfHeal": true}))),
            "PATCH",
            applications,
            json!({"spec": {"syncPolicy": {"automated": exact}}}),
        ),
        (
            scale("web"),
            "PATCH",
            "/apis/apps/v1/namespaces/shop/deployments/web/scale",
            json!({"spec": {"replicas": 9}}),
        ),
        (
            minimum,
            "PATCH",
            "/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers/web",
            json!({"spec": {"minReplicas": 9}}),
        ),
        (
            mode,
            "PATCH",
            "/apis/velero.io/v1/namespaces/velero/backupstoragelocations/default",
            json!({"spec": {"accessMode": "ReadOnly"}}),
        ),
        (restore(), "POST", "/apis/velero.io/v1/namespaces/velero/restores", created),
    ] {
        assert!(matches!(acting.make(&call).await, CallAnswer::Accepted { .. }), "{call:?}");
        let requests = server.requests();
        assert_eq!(requests.len(), 1, "{requests:?}");
        let asked = &requests[0];
        let (found, query) = asked.target.split_once('?').unwrap();
        assert_eq!((asked.method.as_str(), found, &asked.body), (method, path, &body));
        assert!(query.starts_with("fieldManager=evac"), "{query}");
        assert_eq!(query.contains("fieldValidation=Strict"), method == "POST");
        let media_type = if method == "PATCH" { "application/merge-patch+json" } else { "application/json" };
        assert_eq!(asked.content_type, media_type);
    }
}

#[tokio::test]
async fn nothing_is_sent_once_the_lease_has_run_out() {
    let server = Server::start().await;
    let acting = Acting::on(&server.url());
    let answer = Permit::new(|| false).over(acting.make(&scale("web"))).await;
    let CallAnswer::Refused { why, temporary: true } = answer else { panic!("{answer:?}") };
    assert!(why.ends_with("the lease ran out before it was sent"), "{why}");
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn what_was_certainly_not_done_is_told_from_what_nobody_knows() {
    let server = Server::start().await;
    let acting = Acting::on(&server.url());
    for (code, refused, temporary) in [
        (400, true, false),
        (401, true, true),
        (403, true, false),
        (404, true, false),
        (408, false, false),
        (409, true, true),
        (422, true, false),
        (429, true, true),
        (500, false, false),
        (503, false, false),
        (504, false, false),
    ] {
        server.treat("/scale", Mode::Refuse(code));
        match acting.make(&scale("web")).await {
            CallAnswer::Refused { why, temporary: found } => {
                assert!(refused && why == format!("deployments/web: {code} told to"), "{code}: {why}");
                assert_eq!(found, temporary, "{code}");
            }
            CallAnswer::Unknown { why } => assert!(!refused && why.contains("told to"), "{code}: {why}"),
            other => panic!("{code}: {other:?}"),
        }
        assert_eq!(server.requests().len(), 1, "nothing is repeated");
    }
}

#[tokio::test]
async fn a_request_that_was_sent_and_not_answered_is_unknown() {
    let server = Server::start().await;
    let mut acting = Acting::on(&server.url());
    server.treat("/scale", Mode::Reset);
    let answer = acting.make(&scale("web")).await;
    assert!(matches!(answer, CallAnswer::Unknown { .. }), "{answer:?}");
    assert_eq!(server.requests().len(), 1, "nothing is repeated");
    server.treat("/scale", Mode::Serve);
    assert!(matches!(acting.make(&scale("web")).await, CallAnswer::Accepted { .. }), "it connects anew");
    server.treat("/scale", Mode::BreakOff(200));
    let answer = acting.make(&scale("web")).await;
    assert!(matches!(answer, CallAnswer::Accepted { .. }), "the status was there: {answer:?}");
    server.requests();
    server.treat("/scale", Mode::Silent);
    acting.actor.clusters.limit = Duration::from_millis(300);
    // There is a client already, so that only the answer is waited for.
    assert!(acting.actor.clusters.of(&"us-west-2".parse().unwrap()).unwrap().client().await.is_ok());
    let answer = acting.make(&scale("web")).await;
    assert_eq!(answer, CallAnswer::Unknown { why: "deployments/web: no answer in time".to_owned() });
}

#[tokio::test]
async fn what_was_never_sent_is_refused_for_now() {
    let url = Server::start().await.url();
    let answer = Acting::on(&url).make(&scale("web")).await;
    let CallAnswer::Refused { why, temporary: true } = &answer else { panic!("{answer:?}") };
    assert_eq!(why, "deployments/web: connection refused");
    let answer = Acting::on("not a url").make(&scale("web")).await;
    assert!(matches!(answer, CallAnswer::Refused { temporary: true, .. }), "{answer:?}");
}

/// Tokens run out in the middle of a run, and the plugin that fetches the next one can fail then.
#[cfg(unix)]
#[tokio::test]
async fn a_credential_plugin_that_fails_has_let_nothing_be_sent() {
    let server = Server::start().await;
    let acting = Acting::with(&server.url(), |folder| {
        let credential = folder.join("credential");
        let status = json!({"token": "t", "expirationTimestamp": "2020-01-01T00:00:00Z"});
        let version = "client.authentication.k8s.io/v1";
        let content = json!({"apiVersion": version, "kind": "ExecCredential", "status": status});
        fs::write(&credential, content.to_string()).unwrap();
        let exec = json!({"apiVersion": version, "command": "cat", "args": [credential], "interactiveMode": "Never"});
        format!("exec: {exec}")
    });
    assert!(matches!(acting.make(&scale("web")).await, CallAnswer::Accepted { .. }));
    assert_eq!(server.requests().len(), 1);
    fs::remove_file(acting.folder.path().join("credential")).unwrap();
    let answer = acting.make(&scale("web")).await;
    let CallAnswer::Refused { why, temporary: true } = &answer else { panic!("{answer:?}") };
    assert!(why.starts_with("deployments/web: no credentials: "), "{why}");
    assert_eq!(server.requests(), []);
}

#[tokio::test]
async fn what_cannot_be_a_request_is_refused_before_anything_is_sent() {
    let server = Server::start().await;
    let acting = Acting::on(&server.url());
    let elsewhere = Call::Scale {
        region: "us-east-1".parse().unwrap(),
        namespace: "shop".to_owned(),
        deployment: "web".to_owned(),
        replicas: 1,
    };
    let foreign = Call::Notify { text: "hello".to_owned() };
    let names = ["../secrets", "a/b", "..", "", "web?dryRun=All", "Web", "a b", "%2e"];
    for call in names.map(scale).into_iter().chain([elsewhere, foreign]) {
        let answer = acting.make(&call).await;
        assert!(matches!(answer, CallAnswer::Refused { temporary: false, .. }), "{call:?}: {answer:?}");
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_restore_that_is_there_already_is_ours_by_its_label_alone() {
    let server = Server::start().await;
    let acting = Acting::on(&server.url());
    let exists = json!({"kind": "Status", "code": 409, "reason": "AlreadyExists", "message": "taken"});
    server.treat("POST ", Mode::Answer(409, exists));
    let labelled =
        |label: Value| json!({"metadata": {"name": "evac-1", "uid": "u", "labels": {"evac.dev/plan": label}}});
    server.treat("GET ", Mode::Answer(200, labelled(json!("abc"))));
    let answer = acting.make(&restore()).await;
    let receipt = BTreeMap::from([("uid".to_owned(), "u".to_owned())]);
    assert_eq!(answer, CallAnswer::Accepted { receipt });
    for other in [labelled(json!("xyz")), labelled(Value::Null), json!({"metadata": {"name": "evac-1"}})] {
        server.treat("GET ", Mode::Answer(200, other));
        let answer = acting.make(&restore()).await;
        let CallAnswer::Refused { why, temporary: false } = &answer else { panic!("{answer:?}") };
        assert_eq!(why, "restores/evac-1 is there already, and not of this plan");
    }
    for unseen in [Mode::Refuse(403), Mode::Refuse(404), Mode::Reset, Mode::BreakOff(200)] {
        server.treat("GET ", unseen);
        let answer = acting.make(&restore()).await;
        assert!(matches!(answer, CallAnswer::Unknown { .. }), "{answer:?}");
    }
}

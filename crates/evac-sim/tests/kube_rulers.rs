//! What rules over replicas: who scales, autoscalers, Argo CD, and writers that lose to others.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod kube_client;

use evac_sim::kube::{ApplicationSeed, AutoscalerSeed, ClusterConfig};
use kube_client::{Server, config, names, string};
use serde_json::{Value, json};

const WEB: &str = "/apis/apps/v1/namespaces/shop/deployments/web";
const AUTOSCALER: &str = "/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers/web";
const APPLICATION: &str = "/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/shop";

fn with_autoscaler() -> ClusterConfig {
    let mut config = config();
    config.autoscalers.push(AutoscalerSeed {
        name: "web".into(),
        namespace: "shop".into(),
        deployment: "web".into(),
        minimum: 3,
        maximum: 8,
    });
    config
}

fn with_application(mut config: ClusterConfig) -> ClusterConfig {
    let replicas = vec![("web".into(), 4)];
    config.applications.push(ApplicationSeed { name: "shop".into(), namespace: "shop".into(), replicas });
    config
}

async fn scale(server: &Server, replicas: i64) {
    let scaled = server.merge(&format!("{WEB}/scale"), json!({"spec": {"replicas": replicas}})).await;
    assert_eq!(scaled.status, 200, "{}", scaled.body);
}

async fn replicas(server: &Server) -> Value {
    server.get(WEB).await["spec"]["replicas"].clone()
}

#[tokio::test]
async fn a_scale_is_read_replaced_and_patched_with_its_version() {
    let mut server = Server::start().await;
    let path = format!("{WEB}/scale");
    let mut read = server.get(&path).await;
    assert_eq!((&read["kind"], &read["spec"]["replicas"]), (&json!("Scale"), &json!(4)));
    let old = read["metadata"]["resourceVersion"].clone();
    read["spec"]["replicas"] = 5.into();
    assert_eq!(server.call("PUT", &path, "application/json", &read.to_string()).await.status, 200);
    server.pass(10);
    assert_eq!(server.get(WEB).await["status"]["readyReplicas"], 5);
    read["spec"]["replicas"] = 6.into();
    let stale = server.call("PUT", &path, "application/json", &read.to_string()).await;
    assert_eq!((stale.status, string(&stale.body, "/reason")), (409, "Conflict".into()));
    let stale = json!({"metadata": {"resourceVersion": old}, "spec": {"replicas": 6}});
    assert_eq!(server.merge(&path, stale.clone()).await.status, 409);
    assert_eq!(server.merge(WEB, stale).await.status, 409);
    assert_eq!(replicas(&server).await, 5, "who lost has changed nothing");
    assert_eq!(server.merge(&path, json!({"spec": {"replicas": "five"}})).await.status, 400);
    let patch = r#"[{"op": "test", "path": "/spec/replicas", "value": 5}, {"op": "replace", "path": "/spec/replicas", "value": 6}]"#;
    assert_eq!(server.call("PATCH", &path, "application/json-patch+json", patch).await.status, 200);
    let failed = server.call("PATCH", &path, "application/json-patch+json", patch).await;
    assert_eq!((failed.status, string(&failed.body, "/reason")), (422, "Invalid".into()), "it is 6 by now");
}

#[tokio::test]
async fn an_autoscaler_undoes_a_scale_that_leaves_its_bounds() {
    let mut server = Server::with(with_autoscaler()).await;
    for (asked, settled) in [(2, 3), (7, 7), (20, 8), (0, 0)] {
        scale(&server, asked).await;
        server.pass(30);
        assert_eq!(replicas(&server).await, settled, "asked for {asked}");
    }
    let stopped = server.get(AUTOSCALER).await;
    assert_eq!(string(&stopped, "/status/conditions/1/reason"), "ScalingDisabled");
    scale(&server, 4).await;
    server.merge(AUTOSCALER, json!({"spec": {"minReplicas": 6}})).await;
    server.pass(30);
    let raised = server.get(AUTOSCALER).await;
    assert_eq!((&raised["status"]["desiredReplicas"], replicas(&server).await), (&json!(6), json!(6)));
    assert_eq!(server.get(WEB).await["status"]["readyReplicas"], 6);
    let events = server.get("/api/v1/namespaces/shop/events?fieldSelector=reason%3DSuccessfulRescale").await;
    assert!(!names(&events).is_empty());
    let wrong = server.merge(AUTOSCALER, json!({"spec": {"maxReplicas": 1}})).await;
    assert_eq!(wrong.status, 422, "{}", wrong.body);
}

#[tokio::test]
async fn self_heal_puts_replicas_back_after_three_minutes_unless_it_is_off() {
    let mut server = Server::with(with_application(config())).await;
    assert_eq!(string(&server.get(APPLICATION).await, "/status/sync/status"), "Synced");
    scale(&server, 6).await;
    server.pass(170);
    assert_eq!(string(&server.get(APPLICATION).await, "/status/sync/status"), "OutOfSync");
    assert_eq!(replicas(&server).await, 6);
    server.pass(20);
    assert_eq!(replicas(&server).await, 4, "healed");
    for off in [json!({"automated": {"enabled": false}}), json!({"automated": null})] {
        let patched = server.merge(APPLICATION, json!({"spec": {"syncPolicy": off}})).await;
        assert_eq!(patched.status, 200, "{}", patched.body);
        scale(&server, 6).await;
        server.pass(900);
        assert_eq!(replicas(&server).await, 6, "{off}");
        assert_eq!(string(&server.get(APPLICATION).await, "/status/sync/status"), "OutOfSync");
    }
    let on = json!({"spec": {"syncPolicy": {"automated": {"enabled": true, "prune": true, "selfHeal": true}}}});
    server.merge(APPLICATION, on).await;
    server.pass(200);
    assert_eq!(replicas(&server).await, 4, "a difference that stood is healed when self-heal comes back");
    assert_eq!(string(&server.get(APPLICATION).await, "/status/health/status"), "Healthy");
    let wrong = server.merge(APPLICATION, json!({"spec": {"project": null}})).await;
    assert_eq!(wrong.status, 422, "its schema is real: {}", wrong.body);
}

#[tokio::test]
async fn self_heal_leaves_replicas_to_an_autoscaler() {
    let mut server = Server::with(with_application(with_autoscaler())).await;
    scale(&server, 7).await;
    server.pass(900);
    assert_eq!(replicas(&server).await, 7);
    assert_eq!(string(&server.get(APPLICATION).await, "/status/sync/status"), "Synced");
}

#[tokio::test]
async fn a_scale_up_without_room_leaves_pods_pending() {
    let mut server = Server::start().await;
    server.cluster.set_nodes_schedulable(0);
    scale(&server, 8).await;
    server.pass(300);
    let web = server.get(WEB).await;
    assert_eq!((&web["status"]["replicas"], &web["status"]["readyReplicas"]), (&json!(8), &json!(4)));
    let pending = server.get("/api/v1/namespaces/shop/pods?fieldSelector=status.phase%3DPending").await;
    assert_eq!(names(&pending).len(), 4);
    server.cluster.set_nodes_schedulable(3);
    server.pass(20);
    assert_eq!(server.get(WEB).await["status"]["readyReplicas"], 8);
}

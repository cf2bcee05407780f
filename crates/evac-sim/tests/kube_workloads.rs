//! The simulated workloads and experiments: scaling, readiness, capacity, and what Chaos Mesh reports.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod kube_client;

use kube_client::{Server, names, string};
use serde_json::{Value, json};

const WEB: &str = "/apis/apps/v1/namespaces/shop/deployments/web";
const EXPERIMENTS: &str = "/apis/chaos-mesh.org/v1alpha1/namespaces/shop";

async fn ready(server: &Server) -> Value {
    server.get(WEB).await["status"]["readyReplicas"].clone()
}

#[tokio::test]
async fn scaling_takes_a_few_seconds_and_ends_at_the_wanted_number() {
    let mut server = Server::start().await;
    assert_eq!(ready(&server).await, 4);
    let scaled = server.merge(&format!("{WEB}/scale"), json!({"spec": {"replicas": 7}})).await;
    assert_eq!((scaled.status, &scaled.body["spec"]["replicas"]), (200, &json!(7)));
    server.pass(1);
    assert_eq!(ready(&server).await, 4);
    server.pass(10);
    assert_eq!(ready(&server).await, 7);
    server.merge(&format!("{WEB}/scale"), json!({"spec": {"replicas": 2}})).await;
    server.pass(10);
    assert_eq!(names(&server.get("/api/v1/namespaces/shop/pods").await).len(), 2);
    assert_eq!(ready(&server).await, 2);
    assert_eq!(server.merge(&format!("{WEB}/scale"), json!({"spec": {"replicas": -1}})).await.status, 422);
}

#[tokio::test]
async fn pods_beyond_the_capacity_of_the_nodes_stay_pending() {
    let mut server = Server::start().await;
    server.merge(WEB, json!({"spec": {"replicas": 30}})).await;
    server.pass(60);
    assert_eq!(ready(&server).await, 21, "7 pods of one core on each of 3 nodes");
    let pending = server.get("/api/v1/namespaces/shop/pods?fieldSelector=status.phase%3DPending").await;
    assert_eq!(names(&pending).len(), 9);
    assert_eq!(string(&pending, "/items/0/status/conditions/0/reason"), "Unschedulable");
}

#[tokio::test]
async fn the_world_limits_readiness_and_silences_nodes() {
    let mut server = Server::start().await;
    server.cluster.set_deployment_ready("shop", "web", 1);
    assert_eq!(ready(&server).await, 1);
    assert_eq!(server.get(WEB).await["status"]["unavailableReplicas"], 3);
    server.cluster.set_deployment_ready("shop", "web", 4);
    assert_eq!(ready(&server).await, 4);
    server.cluster.set_nodes_ready(0);
    assert_eq!(ready(&server).await, Value::Null, "a zero is left out");
    let nodes = server.get("/api/v1/nodes").await;
    assert_eq!(string(&nodes, "/items/0/status/conditions/0/status"), "Unknown");
    server.cluster.set_nodes_ready(3);
    server.pass(1);
    assert_eq!(ready(&server).await, 4);
    let zones: Vec<String> = nodes["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| string(node, "/metadata/labels/topology.kubernetes.io~1zone"))
        .collect();
    assert_eq!(zones, ["us-west-2a", "us-west-2b", "us-west-2c"]);
}

#[tokio::test]
async fn a_deleted_pod_is_replaced_and_a_deleted_namespace_takes_everything_along() {
    let mut server = Server::start().await;
    let first = names(&server.get("/api/v1/namespaces/shop/pods").await).remove(0);
    server.delete(&format!("/api/v1/namespaces/shop/pods/{first}")).await;
    server.pass(15);
    let pods = names(&server.get("/api/v1/namespaces/shop/pods").await);
    assert!(pods.len() == 4 && !pods.contains(&first), "{pods:?}");
    server.delete("/api/v1/namespaces/shop").await;
    assert_eq!(string(&server.get("/api/v1/namespaces/shop").await, "/status/phase"), "Terminating");
    server.pass(5);
    assert_eq!(server.call("GET", "/api/v1/namespaces/shop", "", "").await.status, 404);
    assert_eq!(server.call("GET", WEB, "", "").await.status, 404);
}

fn network_delay(name: &str, app: &str, duration: Option<&str>) -> Value {
    let mut experiment = json!({
        "metadata": {"name": name},
        "spec": {"action": "delay", "mode": "all", "selector": {"labelSelectors": {"app": app}}, "delay": {"latency": "1s"}},
    });
    if let Some(duration) = duration {
        experiment["spec"]["duration"] = duration.into();
    }
    experiment
}

async fn holds(server: &Server, name: &str, condition: &str) -> bool {
    let experiment = server.get(&format!("{EXPERIMENTS}/networkchaos/{name}")).await;
    let conditions = experiment["status"]["conditions"].as_array().cloned().unwrap_or_default();
    conditions.iter().any(|found| found["type"] == condition && found["status"] == "True")
}

#[tokio::test]
async fn an_experiment_injects_recovers_and_leaves() {
    let mut server = Server::start().await;
    let path = format!("{EXPERIMENTS}/networkchaos");
    server.post(&path, network_delay("timed", "web", Some("30s"))).await;
    server.post(&path, network_delay("open", "web", None)).await;
    server.post(&path, network_delay("blind", "nothing", None)).await;
    server.pass(3);
    for name in ["timed", "open", "blind"] {
        assert!(holds(&server, name, "AllInjected").await, "{name}");
    }
    let blind = server.get(&format!("{path}/blind")).await;
    assert_eq!(blind["status"]["experiment"]["containerRecords"], json!([]), "nothing was hit, and all of it was");
    server.pass(30);
    assert!(holds(&server, "timed", "AllRecovered").await);
    assert!(holds(&server, "open", "AllInjected").await);
    let pause = json!({"metadata": {"annotations": {"experiment.chaos-mesh.org/pause": "true"}}});
    server.merge(&format!("{path}/open"), pause).await;
    server.pass(2);
    assert!(holds(&server, "open", "AllRecovered").await && holds(&server, "open", "Paused").await);
    let resume = json!({"metadata": {"annotations": {"experiment.chaos-mesh.org/pause": null}}});
    server.merge(&format!("{path}/open"), resume).await;
    server.pass(2);
    assert!(holds(&server, "open", "AllInjected").await);
    server.delete(&format!("{path}/open")).await;
    assert_eq!(server.call("GET", &format!("{path}/open"), "", "").await.status, 200, "its records hold it");
    server.pass(2);
    assert_eq!(server.call("GET", &format!("{path}/open"), "", "").await.status, 404);
}

#[tokio::test]
async fn a_pod_failure_takes_pods_down_and_a_kill_replaces_one() {
    let mut server = Server::start().await;
    let path = format!("{EXPERIMENTS}/podchaos");
    let selector = json!({"labelSelectors": {"app": "web"}});
    let failure = json!({"metadata": {"name": "down"}, "spec": {"action": "pod-failure", "mode": "fixed", "value": "3", "duration": "20s", "selector": selector}});
    server.post(&path, failure).await;
    server.pass(4);
    assert_eq!(ready(&server).await, 1);
    server.pass(20);
    assert_eq!(ready(&server).await, 4);
    let before = names(&server.get("/api/v1/namespaces/shop/pods").await);
    let kill =
        json!({"metadata": {"name": "kill"}, "spec": {"action": "pod-kill", "mode": "one", "selector": selector}});
    server.post(&path, kill).await;
    server.pass(20);
    let after = names(&server.get("/api/v1/namespaces/shop/pods").await);
    assert_eq!(after.iter().filter(|name| before.contains(name)).count(), 3, "{after:?}");
    assert_eq!(ready(&server).await, 4);
}

#[tokio::test]
async fn chaos_schedules_and_workflows_run() {
    let mut server = Server::start().await;
    let spec = network_delay("x", "web", Some("10s"))["spec"].clone();
    let schedule = json!({"metadata": {"name": "hourly"}, "spec": {"schedule": "@every 1h", "type": "NetworkChaos", "historyLimit": 2, "networkChaos": spec}});
    assert_eq!(server.post(&format!("{EXPERIMENTS}/schedules"), schedule).await.status, 201);
    server.pass(4 * 3600 + 60);
    assert_eq!(names(&server.get(&format!("{EXPERIMENTS}/networkchaos")).await).len(), 2);
    let templates = json!([
        {"name": "all", "templateType": "Serial", "children": ["a", "b"]},
        {"name": "a", "templateType": "Suspend", "deadline": "30s"}, {"name": "b", "templateType": "Suspend", "deadline": "1m"},
    ]);
    let workflow = json!({"metadata": {"name": "drill"}, "spec": {"entry": "all", "templates": templates}});
    server.post(&format!("{EXPERIMENTS}/workflows"), workflow).await;
    server.pass(80);
    let path = format!("{EXPERIMENTS}/workflows/drill");
    assert_eq!(server.get(&path).await["status"].get("endTime"), None);
    server.pass(20);
    assert_ne!(server.get(&path).await["status"]["endTime"], Value::Null);
}

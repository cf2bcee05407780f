//! The simulated API server over a real socket: discovery, lists, writes, refusals, tables.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod kube_client;

use kube_client::{Server, VELERO, names, string};
use serde_json::json;

const CONFIG_MAPS: &str = "/api/v1/namespaces/default/configmaps";

#[tokio::test]
async fn discovery_names_every_group_in_both_forms() {
    let server = Server::start().await;
    let groups = server.get("/apis").await;
    let found: Vec<String> = groups["groups"].as_array().unwrap().iter().map(|group| string(group, "/name")).collect();
    assert_eq!(
        found,
        ["apps", "argoproj.io", "autoscaling", "batch", "chaos-mesh.org", "coordination.k8s.io", "velero.io"]
    );
    assert_eq!(string(&server.get("/apis/velero.io").await, "/preferredVersion/version"), "v1");
    let resources = server.get("/apis/apps/v1").await;
    let listed: Vec<String> =
        resources["resources"].as_array().unwrap().iter().map(|resource| string(resource, "/name")).collect();
    assert_eq!(listed, ["deployments", "deployments/scale", "deployments/status", "replicasets", "replicasets/status"]);
    let accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";
    let aggregated = server.call_accepting("GET", "/apis", "", "", accept).await;
    assert!(aggregated.headers.contains("as=apigroupdiscoverylist"), "{}", aggregated.headers);
    assert_eq!(aggregated.body["items"].as_array().unwrap().len(), 7);
    assert_eq!(server.call("GET", "/apis/nope.io", "", "").await.status, 404);
}

#[tokio::test]
async fn every_answer_carries_the_virtual_time() {
    let mut server = Server::start().await;
    let answer = server.call("GET", "/healthz", "", "").await;
    assert!(answer.headers.contains("date: sun, 22 nov 2026 18:02:00 gmt"), "{}", answer.headers);
    server.pass(86_400);
    let answer = server.call("GET", "/api/v1/namespaces/nope", "", "").await;
    assert!(answer.headers.contains("date: mon, 23 nov 2026 18:02:00 gmt"), "{}", answer.headers);
    assert_eq!(answer.headers.matches("date:").count(), 1);
}

#[tokio::test]
async fn lists_page_and_select() {
    let server = Server::start().await;
    let all = names(&server.get(&format!("{VELERO}/backups")).await);
    assert_eq!(all.len(), 302, "300 of one schedule and 2 of the other");
    let mut paged = Vec::new();
    let mut next = String::new();
    loop {
        let page = server.get(&format!("/apis/velero.io/v1/backups?limit=100&continue={next}")).await;
        paged.extend(names(&page));
        next = string(&page, "/metadata/continue");
        if next.is_empty() {
            break;
        }
    }
    assert_eq!(paged, all);
    let daily = server.get(&format!("{VELERO}/backups?labelSelector=velero.io/schedule-name%3Ddaily")).await;
    assert_eq!(names(&daily), ["daily-20261121020000", "daily-20261122020000"]);
    let one = server.get(&format!("{VELERO}/backups?fieldSelector=metadata.name%3Ddaily-20261121020000")).await;
    assert_eq!(names(&one).len(), 1);
    let running = server.get("/api/v1/namespaces/shop/pods?fieldSelector=status.phase%3DRunning").await;
    assert_eq!(names(&running).len(), 4);
    let refused = server.call("GET", &format!("{VELERO}/backups?fieldSelector=status.phase%3DCompleted"), "", "").await;
    assert_eq!(
        (refused.status, string(&refused.body, "/message")),
        (400, "field label not supported: status.phase".into())
    );
}

#[tokio::test]
async fn a_created_object_is_identified_and_its_name_is_taken() {
    let server = Server::start().await;
    let created = server.post(CONFIG_MAPS, json!({"metadata": {"name": "one"}, "data": {"a": "b"}})).await;
    assert_eq!(created.status, 201);
    assert_eq!(string(&created.body, "/metadata/creationTimestamp"), "2026-11-22T18:02:00Z");
    assert_eq!(string(&created.body, "/metadata/uid").len(), 36);
    let again = server.post(CONFIG_MAPS, json!({"metadata": {"name": "one"}})).await;
    assert_eq!((again.status, string(&again.body, "/reason")), (409, "AlreadyExists".into()));
    let generated = server.post(CONFIG_MAPS, json!({"metadata": {"generateName": "x-"}})).await;
    assert_eq!(string(&generated.body, "/metadata/name").len(), 7);
    let homeless = server.post("/api/v1/namespaces/nope/configmaps", json!({"metadata": {"name": "one"}})).await;
    assert_eq!((homeless.status, string(&homeless.body, "/message")), (404, "namespaces \"nope\" not found".into()));
    let misnamed = server.post(CONFIG_MAPS, json!({"metadata": {"name": "Not_A_Name"}})).await;
    assert_eq!((misnamed.status, string(&misnamed.body, "/details/causes/0/field")), (422, "metadata.name".into()));
    let dry = server.post(&format!("{CONFIG_MAPS}?dryRun=All"), json!({"metadata": {"name": "dry"}})).await;
    assert_eq!(dry.status, 201);
    assert_eq!(server.call("GET", &format!("{CONFIG_MAPS}/dry"), "", "").await.status, 404);
    let garbage = server.call("POST", CONFIG_MAPS, "application/json", "{").await;
    assert_eq!(garbage.status, 400);
}

#[tokio::test]
async fn an_update_from_an_old_version_conflicts() {
    let server = Server::start().await;
    let path = format!("{VELERO}/schedules/often");
    let mut schedule = server.get(&path).await;
    let put = |body: &serde_json::Value| body.to_string();
    assert_eq!(server.merge(&path, json!({"metadata": {"labels": {"a": "b"}}})).await.status, 200);
    let stale = server.call("PUT", &path, "application/json", &put(&schedule)).await;
    assert_eq!((stale.status, string(&stale.body, "/reason")), (409, "Conflict".into()));
    schedule["metadata"].as_object_mut().unwrap().remove("resourceVersion");
    assert_eq!(server.call("PUT", &path, "application/json", &put(&schedule)).await.status, 422);
    let stale_patch =
        server.merge(&path, json!({"metadata": {"resourceVersion": "1"}, "spec": {"paused": true}})).await;
    assert_eq!(stale_patch.status, 409);
    let fresh = server.get(&path).await;
    let stored = server.call("PUT", &path, "application/json", &put(&fresh)).await;
    assert_eq!(stored.status, 200);
    assert_eq!(stored.body["metadata"]["resourceVersion"], fresh["metadata"]["resourceVersion"], "nothing changed");
}

#[tokio::test]
async fn patches_of_every_kind_do_what_they_say() {
    let server = Server::start().await;
    let schedule = format!("{VELERO}/schedules/often");
    let merged = server.merge(&schedule, json!({"spec": {"paused": true}})).await;
    assert_eq!((merged.status, &merged.body["spec"]["paused"]), (200, &json!(true)));
    let operations = json!([{"op": "test", "path": "/spec/paused", "value": true}, {"op": "replace", "path": "/spec/paused", "value": false}]);
    let patched = server.call("PATCH", &schedule, "application/json-patch+json", &operations.to_string()).await;
    assert_eq!((patched.status, &patched.body["spec"]["paused"]), (200, &json!(false)));
    let refused = server.call("PATCH", &schedule, "application/json-patch+json", &operations.to_string()).await;
    assert_eq!(refused.status, 422, "the test no longer holds");
    let strategic = "application/strategic-merge-patch+json";
    assert_eq!(server.call("PATCH", &schedule, strategic, "{}").await.status, 415);
    let deployment = "/apis/apps/v1/namespaces/shop/deployments/web";
    let image = json!({"spec": {"template": {"spec": {"containers": [{"name": "app", "image": "web:2"}]}}}});
    let patched = server.call("PATCH", deployment, strategic, &image.to_string()).await;
    let container = &patched.body["spec"]["template"]["spec"]["containers"][0];
    assert_eq!(
        (string(container, "/image"), string(container, "/resources/requests/cpu")),
        ("web:2".into(), "1000m".into())
    );
    let apply = "application/apply-patch+yaml";
    let applied = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "applied"}, "data": {"a": "1"}});
    let path = format!("{CONFIG_MAPS}/applied?fieldManager=test");
    assert_eq!(server.call("PATCH", &path, apply, &applied.to_string()).await.status, 201);
    assert_eq!(server.call("PATCH", &path, apply, &applied.to_string()).await.status, 200);
}

#[tokio::test]
async fn schemas_are_enforced_on_custom_kinds() {
    let server = Server::start().await;
    let schedule = format!("{VELERO}/schedules/often");
    let refused = server.merge(&schedule, json!({"status": {"phase": "Happy"}})).await;
    assert_eq!((refused.status, string(&refused.body, "/reason")), (422, "Invalid".into()));
    assert_eq!(
        string(&refused.body, "/message"),
        "Schedule.velero.io \"often\" is invalid: status.phase: Unsupported value: \"Happy\": supported values: \"New\", \"Enabled\", \"FailedValidation\""
    );
    let backups = format!("{VELERO}/backups");
    let wrong = server.post(&backups, json!({"metadata": {"name": "b"}, "spec": {"includedNamespaces": "shop"}})).await;
    assert_eq!((wrong.status, string(&wrong.body, "/details/causes/0/reason")), (422, "FieldValueTypeInvalid".into()));
    let missing =
        server.post(&format!("{VELERO}/schedules"), json!({"metadata": {"name": "s"}, "spec": {"template": {}}})).await;
    assert_eq!((missing.status, string(&missing.body, "/details/causes/0/field")), (422, "spec.schedule".into()));
    let unknown = json!({"metadata": {"name": "b"}, "spec": {"ttll": "1h"}});
    let strict = server.post(&format!("{backups}?fieldValidation=Strict"), unknown.clone()).await;
    assert_eq!(strict.status, 400);
    let pruned = server.post(&backups, unknown).await;
    assert_eq!((pruned.status, &pruned.body["spec"]), (201, &json!({})));
}

#[tokio::test]
async fn status_is_written_where_the_real_server_has_it_written() {
    let server = Server::start().await;
    let backup = format!("{VELERO}/backups/daily-20261121020000");
    let through_object = server.merge(&backup, json!({"status": {"warnings": 7}})).await;
    assert_eq!(through_object.body["status"]["warnings"], 7);
    assert_eq!(server.merge(&format!("{backup}/status"), json!({"status": {"warnings": 8}})).await.status, 404);
    let deployment = "/apis/apps/v1/namespaces/shop/deployments/web";
    let ignored = server.merge(deployment, json!({"status": {"observedGeneration": 99}})).await;
    assert_eq!(ignored.body["status"]["observedGeneration"], 1);
    let scale = server.get(&format!("{deployment}/scale")).await;
    assert_eq!((&scale["spec"]["replicas"], string(&scale, "/status/selector")), (&json!(4), "app=web".into()));
}

#[tokio::test]
async fn deletion_answers_and_preconditions() {
    let server = Server::start().await;
    let backup = format!("{VELERO}/backups/daily-20261121020000");
    let wrong = json!({"preconditions": {"uid": "another"}}).to_string();
    assert_eq!(server.call("DELETE", &backup, "application/json", &wrong).await.status, 409);
    let gone = server.delete(&backup).await;
    assert_eq!((gone.status, string(&gone.body, "/status")), (200, "Success".into()));
    assert_eq!(server.delete(&backup).await.status, 404);
    let selected = format!("{VELERO}/backups?labelSelector=velero.io/schedule-name%3Doften");
    assert_eq!(names(&server.delete(&selected).await.body).len(), 300);
    assert_eq!(names(&server.get(&format!("{VELERO}/backups")).await), ["daily-20261122020000"]);
}

#[tokio::test]
async fn typed_go_clients_create_and_delete_in_protobuf() {
    let server = Server::start().await;
    let media_type = "application/vnd.kubernetes.protobuf";
    let namespace = "k8s\0\n\u{f}\n\u{2}v1\u{12}\tNamespace\u{12}\u{8}\n\u{6}\n\u{4}made\u{1a}\0\"\0";
    let created = server.call("POST", "/api/v1/namespaces", media_type, namespace).await;
    assert_eq!((created.status, string(&created.body, "/metadata/name")), (201, "made".into()));
    let replaced = server.call("PUT", "/api/v1/namespaces/made", media_type, namespace).await;
    assert_eq!(replaced.status, 415, "a part of an object must not replace the whole");
    let options = "k8s\0\n\u{13}\n\u{2}v1\u{12}\rDeleteOptions\u{12}\u{2}\u{8}\0";
    assert_eq!(server.call("DELETE", "/api/v1/namespaces/made", media_type, options).await.status, 200);
}

#[tokio::test]
async fn tables_have_the_columns_of_the_kind() {
    let server = Server::start().await;
    let accept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
    let table = server.call_accepting("GET", &format!("{VELERO}/schedules"), "", "", accept).await.body;
    let columns: Vec<String> =
        table["columnDefinitions"].as_array().unwrap().iter().map(|column| string(column, "/name")).collect();
    assert_eq!(columns, ["Name", "Status", "Schedule", "LastBackup", "Age", "Paused"]);
    assert_eq!(table["rows"][0]["cells"], json!(["daily", "Enabled", "0 2 * * *", "16h", "89d", false]));
    let table = server.call_accepting("GET", "/apis/apps/v1/deployments", "", "", accept).await.body;
    assert_eq!(table["rows"][0]["cells"][1], "4/4");
    assert_eq!(string(&table, "/rows/0/object/kind"), "PartialObjectMetadata");
}

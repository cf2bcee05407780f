//! Restores that really bring objects back, and what they leave alone.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod kube_client;

use evac_sim::kube::{ClusterConfig, RestoreOutcome};
use kube_client::{Server, VELERO, config, names, string};
use serde_json::{Value, json};

const BACKUP: &str = "often-20261122180000";
const DEPLOYMENTS: &str = "/apis/apps/v1/namespaces/shop/deployments";
const CORE: &str = "/api/v1/namespaces/shop";

/// A cluster whose backups hold the files of volumes, as the reference stack's do.
fn with_files() -> ClusterConfig {
    let mut config = config();
    for schedule in &mut config.schedules {
        schedule.snapshot_volumes = false;
        schedule.default_volumes_to_fs_backup = true;
    }
    config
}

/// Makes a restore and lets time pass until it has ended.
async fn restore(server: &mut Server, name: &str, mut spec: Value) -> Value {
    if spec.get("backupName").is_none() {
        spec["backupName"] = BACKUP.into();
    }
    let body = json!({"metadata": {"name": name}, "spec": spec});
    assert_eq!(server.post(&format!("{VELERO}/restores"), body).await.status, 201);
    for _ in 0..300 {
        server.pass(1);
        let restore = server.get(&format!("{VELERO}/restores/{name}")).await;
        if matches!(
            string(&restore, "/status/phase").as_str(),
            "Completed" | "PartiallyFailed" | "Failed" | "FailedValidation"
        ) {
            return restore;
        }
    }
    panic!("the restore {name} did not end");
}

async fn lose_namespace(server: &mut Server) {
    server.delete(CORE).await;
    server.pass(10);
    assert_eq!(server.call("GET", CORE, "", "").await.status, 404);
    assert!(names(&server.get("/api/v1/persistentvolumes").await).is_empty(), "the volume went with its claim");
}

#[tokio::test]
async fn a_restore_brings_a_deleted_namespace_back_and_its_pods_come_up() {
    let mut server = Server::with(with_files()).await;
    let volume = names(&server.get("/api/v1/persistentvolumes").await);
    lose_namespace(&mut server).await;
    let restored = restore(&mut server, "back", json!({})).await;
    assert_eq!(string(&restored, "/status/phase"), "Completed");
    let progress = &restored["status"]["progress"];
    assert!(progress["totalItems"].as_i64().unwrap() > 8 && progress["totalItems"] == progress["itemsRestored"]);
    assert!(restored["status"].get("warnings").is_none() && restored["status"].get("errors").is_none());
    for path in [
        "configmaps/web-settings",
        "secrets/web-credentials",
        "services/web",
        "serviceaccounts/web",
        "persistentvolumeclaims/web-data",
    ] {
        let object = server.get(&format!("{CORE}/{path}")).await;
        assert_eq!(string(&object, "/metadata/labels/velero.io~1restore-name"), "back", "{path}");
        assert_eq!(string(&object, "/metadata/labels/velero.io~1backup-name"), BACKUP, "{path}");
    }
    let filled = server.get(&format!("{VELERO}/podvolumerestores")).await;
    assert_eq!(names(&filled).len(), 1, "the volume that the pods share is filled once");
    assert_eq!(string(&filled, "/items/0/status/phase"), "Completed");
    let volumes = names(&server.get("/api/v1/persistentvolumes").await);
    assert!(volumes.len() == 1 && volumes != volume, "a new volume: {volumes:?}");
    server.pass(30);
    assert_eq!(server.get(&format!("{DEPLOYMENTS}/web")).await["status"]["readyReplicas"], 4);
    assert_eq!(names(&server.get(&format!("{CORE}/pods")).await).len(), 4);
}

#[tokio::test]
async fn what_exists_is_left_alone_with_a_warning_or_updated_when_asked() {
    let mut server = Server::with(with_files()).await;
    let settings = format!("{CORE}/configmaps/web-settings");
    server.merge(&settings, json!({"data": {"LOG_LEVEL": "debug"}})).await;
    let claim = server.get(&format!("{CORE}/persistentvolumeclaims/web-data")).await;
    let plain = restore(&mut server, "plain", json!({})).await;
    let items = plain["status"]["progress"]["totalItems"].as_i64().unwrap();
    // The namespace itself is no reason to warn.
    assert_eq!(plain["status"]["warnings"].as_i64().unwrap(), items - 1);
    assert_eq!(server.get(&settings).await["data"]["LOG_LEVEL"], "debug");
    let updated = restore(&mut server, "updated", json!({"existingResourcePolicy": "update"})).await;
    assert_eq!(string(&updated, "/status/phase"), "Completed");
    let after = server.get(&settings).await;
    assert_eq!(after["data"]["LOG_LEVEL"], "info");
    assert_eq!(string(&after, "/metadata/labels/velero.io~1restore-name"), "updated");
    let claim_after = server.get(&format!("{CORE}/persistentvolumeclaims/web-data")).await;
    assert_eq!((&claim_after["spec"], &claim_after["metadata"]["uid"]), (&claim["spec"], &claim["metadata"]["uid"]));
    assert!(names(&server.get(&format!("{VELERO}/podvolumerestores")).await).is_empty(), "no data was overwritten");
}

#[tokio::test]
async fn namespaces_resources_and_labels_select_what_is_restored() {
    let mut server = Server::with(with_files()).await;
    let mapped = json!({"namespaceMapping": {"shop": "shop-copy"}, "excludedResources": ["secrets", "svc"]});
    restore(&mut server, "mapped", mapped).await;
    server.pass(30);
    let copy = "/api/v1/namespaces/shop-copy";
    assert_eq!(server.get("/apis/apps/v1/namespaces/shop-copy/deployments/web").await["status"]["readyReplicas"], 4);
    assert_eq!(names(&server.get(&format!("{copy}/configmaps")).await), ["web-settings"]);
    assert!(names(&server.get(&format!("{copy}/secrets")).await).is_empty());
    assert!(names(&server.get(&format!("{copy}/services")).await).is_empty());
    lose_nothing_but(&mut server, "shop-copy").await;
    let selected = json!({
        "namespaceMapping": {"shop": "shop-copy"}, "includedResources": ["configmaps", "deployments.apps"],
        "labelSelector": {"matchLabels": {"app": "other"}},
    });
    let none = restore(&mut server, "none", selected).await;
    assert_eq!(none["status"]["progress"]["totalItems"], 1, "only the namespace");
    let excluded = restore(&mut server, "excluded", json!({"excludedNamespaces": ["shop"]})).await;
    assert_eq!(excluded["status"]["progress"]["totalItems"], 0);
}

async fn lose_nothing_but(server: &mut Server, namespace: &str) {
    server.delete(&format!("/api/v1/namespaces/{namespace}")).await;
    server.pass(10);
    assert_eq!(names(&server.get("/api/v1/persistentvolumes").await).len(), 1, "the other namespace keeps its volume");
}

#[tokio::test]
async fn snapshots_come_back_as_volumes_of_the_same_name_unless_that_is_not_wanted() {
    let mut server = Server::start().await;
    let volume = names(&server.get("/api/v1/persistentvolumes").await);
    lose_namespace(&mut server).await;
    restore(&mut server, "snapshots", json!({})).await;
    assert_eq!(names(&server.get("/api/v1/persistentvolumes").await), volume);
    let mapped = restore(&mut server, "mapped", json!({"namespaceMapping": {"shop": "copy"}})).await;
    assert_eq!(string(&mapped, "/status/phase"), "Completed");
    let volumes = names(&server.get("/api/v1/persistentvolumes").await);
    assert!(volumes.len() == 2 && volumes[1].starts_with("velero-clone-"), "{volumes:?}");
    let empty = json!({"namespaceMapping": {"shop": "empty"}, "restorePVs": false});
    restore(&mut server, "empty", empty).await;
    server.pass(10);
    let claim = server.get("/api/v1/namespaces/empty/persistentvolumeclaims/web-data").await;
    assert_eq!(string(&claim, "/status/phase"), "Bound");
    assert!(string(&claim, "/spec/volumeName").starts_with("pvc-"), "{claim}");
}

#[tokio::test]
async fn a_restore_that_cannot_be_is_refused_in_veleros_words() {
    let mut server = Server::with(with_files()).await;
    let twice = json!({"includedNamespaces": ["shop"], "excludedNamespaces": ["shop"]});
    let refused = restore(&mut server, "twice", twice).await;
    assert!(string(&refused, "/status/validationErrors/0").starts_with("Invalid included/excluded namespace lists"));
    let refused = restore(&mut server, "policy", json!({"existingResourcePolicy": "recreate"})).await;
    assert_eq!(string(&refused, "/status/validationErrors/0"), "Invalid ExistingResourcePolicy: recreate");
    server.cluster.set_backup_location("default", false, None);
    let refused = restore(&mut server, "store", json!({})).await;
    assert!(string(&refused, "/status/validationErrors/0").starts_with("The BSL default is unavailable"));
}

#[tokio::test]
async fn a_read_only_location_is_looked_at_at_once_and_still_restored_from() {
    let mut server = Server::with(with_files()).await;
    let path = format!("{VELERO}/backupstoragelocations/default");
    server.pass(10);
    let before = server.get(&path).await;
    let apply = json!({
        "apiVersion": "velero.io/v1", "kind": "BackupStorageLocation", "metadata": {"name": "default"},
        "spec": {"accessMode": "ReadOnly"},
    });
    let applied = server
        .call("PATCH", &format!("{path}?fieldManager=evac"), "application/apply-patch+yaml", &apply.to_string())
        .await;
    assert_eq!((applied.status, &applied.body["spec"]["accessMode"]), (200, &json!("ReadOnly")));
    assert_eq!(applied.body["spec"]["objectStorage"], before["spec"]["objectStorage"]);
    server.pass(1);
    let after = server.get(&path).await;
    assert_eq!(string(&after, "/status/phase"), "Available");
    assert_eq!(string(&after, "/status/lastValidationTime"), "2026-11-22T18:02:11Z");
    server.post(&format!("{VELERO}/backups"), json!({"metadata": {"name": "refused"}, "spec": {}})).await;
    server.pass(5);
    let refused = server.get(&format!("{VELERO}/backups/refused")).await;
    assert_eq!(string(&refused, "/status/phase"), "FailedValidation");
    assert_eq!(string(&restore(&mut server, "fine", json!({})).await, "/status/phase"), "Completed");
    server.merge(&path, json!({"spec": {"accessMode": "ReadWrite"}})).await;
    server.post(&format!("{VELERO}/backups"), json!({"metadata": {"name": "taken"}, "spec": {}})).await;
    server.pass(120);
    assert_eq!(string(&server.get(&format!("{VELERO}/backups/taken")).await, "/status/phase"), "Completed");
}

#[tokio::test]
async fn a_restore_may_stand_still_fail_in_part_or_find_nobody_at_work() {
    let mut server = Server::with(with_files()).await;
    let create = |name: &str| json!({"metadata": {"name": name}, "spec": {"backupName": BACKUP}});
    let path = format!("{VELERO}/restores");
    server.cluster.set_restore_outcome(RestoreOutcome::Stalled);
    server.post(&path, create("stuck")).await;
    server.pass(6 * 3600);
    let stuck = server.get(&format!("{path}/stuck")).await;
    assert_eq!(string(&stuck, "/status/phase"), "InProgress");
    assert!(stuck["status"]["progress"]["itemsRestored"].as_i64() > Some(0));
    server.cluster.set_restore_outcome(RestoreOutcome::PartiallyFailed);
    let part = restore(&mut server, "part", json!({})).await;
    assert_eq!((string(&part, "/status/phase"), &part["status"]["errors"]), ("PartiallyFailed".into(), &json!(1)));
    server.cluster.set_restore_outcome(RestoreOutcome::Normal);

    server.cluster.set_deployment_ready("velero", "velero", 0);
    server.post(&path, create("waiting")).await;
    server.pass(3600);
    assert!(server.get(&format!("{path}/waiting")).await.get("status").is_none(), "nobody looks at it");
    server.cluster.set_deployment_ready("velero", "velero", 1);
    server.pass(60);
    let waiting = server.get(&format!("{path}/waiting")).await;
    assert_eq!(string(&waiting, "/status/phase"), "Completed");
}

#[tokio::test]
async fn what_was_under_way_when_velero_stopped_has_failed_when_it_starts_again() {
    let mut server = Server::with(with_files()).await;
    let path = format!("{VELERO}/restores");
    server.post(&path, json!({"metadata": {"name": "cut"}, "spec": {"backupName": BACKUP}})).await;
    server.pass(2);
    server.merge("/apis/apps/v1/namespaces/velero/deployments/velero/scale", json!({"spec": {"replicas": 0}})).await;
    server.pass(60);
    assert_eq!(string(&server.get(&format!("{path}/cut")).await, "/status/phase"), "InProgress");
    server.merge("/apis/apps/v1/namespaces/velero/deployments/velero/scale", json!({"spec": {"replicas": 1}})).await;
    server.pass(30);
    let cut = server.get(&format!("{path}/cut")).await;
    assert_eq!(string(&cut, "/status/phase"), "Failed");
    assert!(string(&cut, "/status/failureReason").contains("during the server starting"));
}

#[tokio::test]
async fn a_backup_holds_what_there_was_when_it_was_made() {
    let mut server = Server::with(with_files()).await;
    server.post(&format!("{CORE}/configmaps"), json!({"metadata": {"name": "late"}, "data": {"is": "one"}})).await;
    let spec = json!({"includedNamespaces": ["shop"]});
    server.post(&format!("{VELERO}/backups"), json!({"metadata": {"name": "mine"}, "spec": spec})).await;
    server.pass(120);
    let backup = server.get(&format!("{VELERO}/backups/mine")).await;
    assert_eq!(string(&backup, "/status/phase"), "Completed");
    server.merge(&format!("{CORE}/configmaps/late"), json!({"data": {"is": "two"}})).await;
    lose_namespace(&mut server).await;
    restore(&mut server, "old", json!({})).await;
    assert_eq!(server.call("GET", &format!("{CORE}/configmaps/late"), "", "").await.status, 404);
    restore(&mut server, "new", json!({"backupName": "mine"})).await;
    assert_eq!(server.get(&format!("{CORE}/configmaps/late")).await["data"]["is"], "one");
}

//! What objects come to.

use evac_core::reading::BackupPhase;
use serde_json::{Value, json};

use super::{Region, pace, server::Server};

fn backup(name: &str, started: &str, more: Value) -> Value {
    let mut backup = json!({
        "metadata": { "name": name, "resourceVersion": "5", "creationTimestamp": started },
        "spec": { "storageLocation": "default", "hooks": {} },
        "status": { "phase": "Completed", "startTimestamp": started },
    });
    merge(&mut backup, more);
    backup
}

fn merge(value: &mut Value, more: Value) {
    match (value, more) {
        (Value::Object(fields), Value::Object(more)) => {
            for (name, value) in more {
                merge(fields.entry(name).or_insert(Value::Null), value);
            }
        }
        (value, more) => *value = more,
    }
}

#[tokio::test]
async fn backups_come_newest_first_with_what_velero_tells_of_them() {
    let server = Server::start().await;
    let labels = json!({ "velero.io/schedule-name": "nightly", "velero.io/storage-location": "other" });
    let whole = json!({
        "metadata": {
            "labels": labels,
            "annotations": { "velero.io/source-cluster-k8s-minor-version": "33+" },
        },
        "status": {
            "completionTimestamp": "2026-11-21T02:01:00Z", "expiration": "2026-12-21T02:00:00Z", "errors": 2, "warnings": 3,
            "phase": "PartiallyFailed",
        },
    });
    server.hold(
        "backups",
        vec![
            backup("old", "2026-11-20T02:00:00Z", json!({})),
            backup("whole", "2026-11-21T02:00:00Z", whole),
            json!({ "metadata": { "name": "queued" }, "spec": { "storageLocation": null } }),
        ],
    );
    let reading = Region::of(&server, pace()).backups().await;
    let names: Vec<_> = reading.backups.iter().map(|backup| backup.name.as_str()).collect();
    assert_eq!(names, ["queued", "whole", "old"]);
    assert_eq!((&reading.backups[0].phase, &reading.backups[0].location), (&BackupPhase::Waiting, &None));
    let whole = &reading.backups[1];
    assert_eq!((whole.schedule.as_deref(), whole.location.as_deref()), (Some("nightly"), Some("default")));
    assert_eq!((whole.errors, whole.warnings, whole.source_minor_version), (2, 3, Some(33)));
    assert_eq!(whole.phase, BackupPhase::PartiallyFailed);
    assert_eq!(whole.expires, Some("2026-12-21T02:00:00Z".parse().unwrap()));
}

#[tokio::test]
async fn where_the_volumes_are_is_told_only_where_it_is_known() {
    let server = Server::start().await;
    let location =
        |name: &str, region: Value| json!({ "metadata": { "name": name }, "spec": { "config": { "region": region } } });
    server.hold(
        "volumesnapshotlocations",
        vec![location("here", json!("us-west-2")), location("there", json!("eu-west-1"))],
    );
    let native = |more: Value| {
        let mut object = json!({ "status": { "volumeSnapshotsCompleted": 2 } });
        merge(&mut object, more);
        object
    };
    let at = "2026-11-20T02:00:00Z";
    let synced = json!({ "metadata": { "creationTimestamp": "2026-11-20T03:00:00Z" } });
    let csi = json!({ "spec": { "snapshotMoveData": true }, "status": { "csiVolumeSnapshotsCompleted": 3 } });
    server.hold(
        "backups",
        vec![
            backup("made-here", at, native(json!({}))),
            backup("said-to-be-here", at, native(json!({ "spec": { "volumeSnapshotLocations": ["here"] } }))),
            backup("elsewhere", at, native(json!({ "spec": { "volumeSnapshotLocations": ["here", "there"] } }))),
            backup("from-another-cluster", at, native(synced)),
            backup("files", at, json!({ "spec": { "defaultVolumesToFsBackup": true } })),
            backup("files-and-disks", at, native(json!({ "spec": { "defaultVolumesToFsBackup": true } }))),
            backup("moved", at, csi),
            backup("no-volumes", at, json!({})),
        ],
    );
    let reading = Region::of(&server, pace()).backups().await;
    let told = |name: &str| {
        let backup = reading.backups.iter().find(|backup| backup.name == name).unwrap();
        (backup.volume_snapshots, backup.volume_region.as_deref(), backup.volumes_in_store)
    };
    assert_eq!(told("made-here"), (2, Some("us-west-2"), false));
    assert_eq!(told("said-to-be-here"), (2, Some("us-west-2"), false));
    assert_eq!(told("elsewhere"), (2, Some("eu-west-1"), false));
    assert_eq!(told("from-another-cluster"), (2, None, false), "this cluster's locations say nothing of that one's");
    assert_eq!(told("files"), (0, None, true));
    assert_eq!(told("files-and-disks"), (2, Some("us-west-2"), false), "not all of it is in the store");
    assert_eq!(told("moved"), (3, Some("us-west-2"), true));
    assert_eq!(told("no-volumes"), (0, None, false));
}

#[tokio::test]
async fn schedules_locations_and_restores_are_read() {
    let server = Server::start().await;
    let schedule = |name: &str, status: Value| json!({ "metadata": { "name": name }, "spec": { "schedule": "0 2 * * *", "paused": true }, "status": status });
    server.hold(
        "schedules",
        vec![
            schedule("nightly", json!({ "phase": "Enabled", "lastBackup": "2026-11-22T02:00:00Z" })),
            schedule("bad", json!({ "phase": "FailedValidation" })),
        ],
    );
    server.hold(
        "backupstoragelocations",
        vec![
            json!({ "metadata": { "name": "broken" }, "spec": { "accessMode": "ReadOnly", "objectStorage": { "bucket": "gone" } }, "status": { "phase": "Unavailable", "message": "NoSuchBucket" } }),
            json!({ "metadata": { "name": "default" }, "spec": { "default": true, "objectStorage": { "bucket": "b" }, "config": { "region": "us-east-1" } }, "status": { "phase": "Available", "lastValidationTime": "2026-11-22T09:59:00Z" } }),
            json!({ "metadata": { "name": "silent" } }),
        ],
    );
    server.hold("restores", vec![json!({ "metadata": { "name": "r" }, "spec": { "backupName": "nightly-1" }, "status": { "phase": "Failed" } })]);
    let reading = Region::of(&server, pace()).backups().await;
    let schedules: Vec<_> =
        reading.schedules.iter().map(|schedule| (schedule.name.as_str(), schedule.enabled, schedule.paused)).collect();
    assert_eq!(schedules, [("bad", false, true), ("nightly", true, true)]);
    assert_eq!(reading.schedules[1].last_backup, Some("2026-11-22T02:00:00Z".parse().unwrap()));
    let locations: Vec<_> = reading
        .locations
        .iter()
        .map(|location| (location.name.as_str(), location.available, location.read_only, location.default))
        .collect();
    assert_eq!(
        locations,
        [("default", true, false, true), ("broken", false, true, false), ("silent", false, false, false)]
    );
    assert_eq!(reading.locations[1].message.as_deref(), Some("NoSuchBucket"));
    assert_eq!(
        (reading.restores[0].backup.as_deref(), &reading.restores[0].phase),
        (Some("nightly-1"), &BackupPhase::Failed)
    );
}

#[tokio::test]
async fn broken_and_hostile_objects_take_nothing_with_them() {
    let server = Server::start().await;
    server.hold(
        "backups",
        vec![
            backup("good", "2026-11-20T02:00:00Z", json!({})),
            json!(null),
            json!("text"),
            json!({ "metadata": { "name": 7 } }),
            json!({ "metadata": [], "spec": 1, "status": "x" }),
            json!({ "metadata": { "name": "a\u{1b}[2J\u{202e}b", "labels": [1], "annotations": "x", "creationTimestamp": 5 },
                    "spec": { "storageLocation": ["x"], "volumeSnapshotLocations": { "a": 1 } },
                    "status": { "phase": 7, "errors": -1, "warnings": "many", "startTimestamp": "soon", "expiration": {} } }),
            backup("loud", "2026-11-21T02:00:00Z", json!({ "status": { "phase": "x".repeat(100_000), "errors": 1e30 } })),
        ],
    );
    server.hold(
        "backupstoragelocations",
        vec![json!({ "metadata": { "name": "l" }, "status": { "message": "\u{7}\u{1b}]0;title\u{7}" } })],
    );
    let reading = Region::of(&server, pace()).backups().await;
    let names: Vec<_> = reading.backups.iter().map(|backup| backup.name.as_str()).collect();
    assert_eq!(names, ["a\u{FFFD}[2J\u{FFFD}b", "loud", "good"]);
    assert_eq!(
        (&reading.backups[0].phase, reading.backups[0].errors),
        (&BackupPhase::Other("not a phase".to_owned()), 0)
    );
    assert!(reading.backups[1].phase.word().chars().count() <= 401);
    assert!(!reading.locations[0].message.as_ref().unwrap().chars().any(char::is_control));
}

#[tokio::test]
async fn capacity_is_what_ready_schedulable_nodes_have() {
    let server = Server::start().await;
    let node = |name: &str, ready: &str, cordoned: bool| {
        json!({ "metadata": { "name": name }, "spec": { "unschedulable": cordoned },
                "status": { "allocatable": { "cpu": "3920m", "memory": "15842284Ki" },
                            "conditions": [{ "type": "DiskPressure", "status": "True" }, { "type": "Ready", "status": ready }] } })
    };
    let wild = json!({ "metadata": { "name": "wild" }, "status": { "allocatable": { "cpu": {}, "memory": "lots" }, "conditions": [7, { "type": "Ready", "status": "True" }] } });
    server.hold(
        "nodes",
        vec![
            node("a", "True", false),
            node("b", "True", false),
            node("c", "True", true),
            node("d", "Unknown", false),
            wild,
            json!({ "metadata": { "name": "bare" } }),
            json!({ "metadata": { "name": 7 } }),
        ],
    );
    let deployment = |name: &str, more: Value| {
        let mut object = json!({ "metadata": { "name": name, "namespace": "shop" }, "spec": { "replicas": 3 } });
        merge(&mut object, more);
        object
    };
    server.hold(
        "deployments",
        vec![deployment("web", json!({ "status": { "readyReplicas": 2 } })), deployment("other", json!({}))],
    );
    let reading = Region::of(&server, pace()).workloads().await;
    assert_eq!((reading.nodes_ready, reading.nodes_total), (4, 7));
    assert_eq!((reading.cpu_millis, reading.memory_mib), (7_840, 2 * 15_470));
    assert_eq!(reading.version.as_deref(), Some("v1.33.4"));
    let deployments: Vec<_> = reading
        .deployments
        .iter()
        .map(|one| (one.namespace.as_str(), one.name.as_str(), one.desired, one.ready))
        .collect();
    assert_eq!(deployments, [("shop", "web", 3, 2)], "only those of the stack, as far as they exist");
}

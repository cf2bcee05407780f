//! The simulated Velero: backups by schedule, their storage, restores, and backups that are not what they seem.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod kube_client;

use evac_sim::kube::{BackupDegradation, Cluster};
use jiff::SignedDuration;
use kube_client::{Server, VELERO, config, names, string};
use serde_json::{Value, json};

async fn phase(server: &Server, path: &str) -> String {
    string(&server.get(&format!("{VELERO}/{path}")).await, "/status/phase")
}

/// Lets seconds pass until a phase is reached, and returns the phases on the way.
async fn phases_until(server: &mut Server, path: &str, end: &str) -> Vec<String> {
    let mut seen = vec![phase(server, path).await];
    for _ in 0..600 {
        server.pass(1);
        let phase = phase(server, path).await;
        if seen.last() != Some(&phase) {
            seen.push(phase.clone());
        }
        if phase == end {
            return seen;
        }
    }
    panic!("{path} never came to {end}: {seen:?}");
}

#[tokio::test]
async fn a_schedule_fires_and_its_backup_lives_through_every_phase() {
    let mut server = Server::start().await;
    server.pass(180);
    let path = "backups/often-20261122180500";
    let backup = server.get(&format!("{VELERO}/{path}")).await;
    assert_eq!(string(&backup, "/metadata/labels/velero.io~1schedule-name"), "often");
    assert!(backup.get("status").is_none(), "a new backup has no status: {backup}");
    let phases = phases_until(&mut server, path, "Completed").await;
    assert_eq!(phases, ["", "Queued", "ReadyToStart", "InProgress", "Finalizing", "Completed"]);
    let done = server.get(&format!("{VELERO}/{path}")).await;
    assert_eq!(done["status"]["progress"]["itemsBackedUp"], done["status"]["progress"]["totalItems"]);
    assert_eq!(string(&done, "/status/startTimestamp"), "2026-11-22T18:05:03Z");
    assert_eq!(string(&done, "/status/expiration"), "2026-11-29T18:05:03Z");
    let schedule = server.get(&format!("{VELERO}/schedules/often")).await;
    assert_eq!(string(&schedule, "/status/lastBackup"), "2026-11-22T18:05:00Z");
}

#[tokio::test]
async fn one_backup_runs_at_a_time_and_the_others_count_down() {
    let mut server = Server::start().await;
    for name in ["one", "two", "three"] {
        server.post(&format!("{VELERO}/backups"), json!({"metadata": {"name": name}, "spec": {}})).await;
    }
    server.pass(3);
    let position = |backup: Value| backup["status"]["queuePosition"].clone();
    assert_eq!(phase(&server, "backups/one").await, "InProgress");
    assert_eq!(position(server.get(&format!("{VELERO}/backups/two")).await), 1);
    assert_eq!(position(server.get(&format!("{VELERO}/backups/three")).await), 2);
    phases_until(&mut server, "backups/two", "InProgress").await;
    assert_eq!(phase(&server, "backups/one").await, "Completed");
    assert_eq!(position(server.get(&format!("{VELERO}/backups/three")).await), 1);
    phases_until(&mut server, "backups/three", "Completed").await;
}

#[tokio::test]
async fn a_paused_schedule_stays_enabled_and_does_not_fire() {
    let mut server = Server::start().await;
    server.cluster.pause_schedule("often", true);
    server.pass(1200);
    assert_eq!(phase(&server, "schedules/often").await, "Enabled");
    let newest = names(&server.get(&format!("{VELERO}/backups")).await).pop().unwrap();
    assert_eq!(newest, "often-20261122180000");
    server.cluster.pause_schedule("often", false);
    server.pass(1);
    let newest = names(&server.get(&format!("{VELERO}/backups")).await).pop().unwrap();
    assert_eq!(newest, "often-20261122182200", "it was due long ago");
    let bad = json!({"metadata": {"name": "bad"}, "spec": {"schedule": "61 * * * *", "template": {}}});
    server.post(&format!("{VELERO}/schedules"), bad).await;
    let bad = server.get(&format!("{VELERO}/schedules/bad")).await;
    assert_eq!(bad["status"]["validationErrors"][0], "invalid schedule: end of range (61) above maximum (59): 61");
}

#[tokio::test]
async fn a_deleted_backup_comes_back_and_a_delete_request_really_deletes() {
    let mut server = Server::start().await;
    let name = "daily-20261121020000";
    let path = format!("{VELERO}/backups/{name}");
    server.delete(&path).await;
    assert_eq!(server.call("GET", &path, "", "").await.status, 404);
    server.pass(60);
    assert_eq!(phase(&server, &format!("backups/{name}")).await, "Completed");
    let request = json!({"metadata": {"name": "away"}, "spec": {"backupName": name}});
    server.post(&format!("{VELERO}/deletebackuprequests"), request).await;
    server.pass(1);
    assert_eq!(phase(&server, &format!("backups/{name}")).await, "Deleting");
    server.pass(120);
    assert_eq!(server.call("GET", &path, "", "").await.status, 404);
    assert!(names(&server.get(&format!("{VELERO}/deletebackuprequests")).await).is_empty());
}

#[tokio::test]
async fn an_unavailable_location_says_so_and_refuses_backups() {
    let mut server = Server::start().await;
    let before = server.get(&format!("{VELERO}/backupstoragelocations/default")).await;
    server.cluster.set_backup_location("default", false, Some("no such bucket"));
    let location = server.get(&format!("{VELERO}/backupstoragelocations/default")).await;
    assert_eq!(
        (string(&location, "/status/phase"), string(&location, "/status/message")),
        ("Unavailable".into(), "no such bucket".into())
    );
    server.pass(180 + 2);
    let location = server.get(&format!("{VELERO}/backupstoragelocations/default")).await;
    assert_eq!(location["status"]["lastSyncedTime"], before["status"]["lastSyncedTime"]);
    assert_ne!(location["status"]["lastValidationTime"], before["status"]["lastValidationTime"]);
    let backup = server.get(&format!("{VELERO}/backups/often-20261122180500")).await;
    assert_eq!(backup["status"].as_object().unwrap().keys().collect::<Vec<_>>(), ["phase", "validationErrors"]);
    server.cluster.set_backup_location("default", true, None);
    server.cluster.set_backup_location_access_mode("default", true);
    assert_eq!(phase(&server, "backupstoragelocations/default").await, "Available");
    server.pass(300);
    assert_eq!(phase(&server, "backups/often-20261122181000").await, "FailedValidation");
}

#[tokio::test]
async fn restores_end_as_their_backup_allows() {
    let mut server = Server::start().await;
    let restore = |name: &str, backup: &str| json!({"metadata": {"name": name}, "spec": {"backupName": backup}});
    server.post(&format!("{VELERO}/restores"), restore("good", "often-20261122180000")).await;
    let phases = phases_until(&mut server, "restores/good", "Completed").await;
    assert_eq!(phases, ["", "InProgress", "Finalizing", "Completed"]);
    let good = server.get(&format!("{VELERO}/restores/good")).await;
    assert!(good["status"]["warnings"].as_i64().unwrap() > 0, "the namespace is there already: {good}");
    assert!(good["status"].get("errors").is_none());
    server.post(&format!("{VELERO}/restores"), restore("lost", "nope")).await;
    phases_until(&mut server, "restores/lost", "FailedValidation").await;
    server.cluster.hide_backup_data("daily-");
    server.post(&format!("{VELERO}/restores"), restore("hidden", "daily-20261122020000")).await;
    phases_until(&mut server, "restores/hidden", "Failed").await;
    server.cluster.degrade_backups("often-", BackupDegradation::VolumeSnapshotsInOtherRegion);
    server.post(&format!("{VELERO}/restores"), restore("regional", "often-20261122180000")).await;
    phases_until(&mut server, "restores/regional", "PartiallyFailed").await;
    server.cluster.degrade_backups("often-", BackupDegradation::LocationGone);
    assert_eq!(phase(&server, "backups/often-20261122180000").await, "Completed");
    server.post(&format!("{VELERO}/restores"), restore("homeless", "often-20261122180000")).await;
    phases_until(&mut server, "restores/homeless", "FailedValidation").await;
    server.cluster.heal_backups("");
    server.post(&format!("{VELERO}/restores"), restore("healed", "daily-20261122020000")).await;
    phases_until(&mut server, "restores/healed", "Completed").await;
}

#[tokio::test]
async fn a_stalled_backup_holds_up_the_later_ones() {
    let mut server = Server::start().await;
    server.cluster.degrade_backups("often-", BackupDegradation::StalledInProgress);
    server.pass(1800);
    assert_eq!(phase(&server, "backups/often-20261122180000").await, "InProgress");
    let after = names(&server.get(&format!("{VELERO}/backups?labelSelector=velero.io/schedule-name%3Doften")).await);
    assert_eq!(after.len(), 300, "the schedule waits for its last backup");
    server.post(&format!("{VELERO}/backups"), json!({"metadata": {"name": "late"}, "spec": {}})).await;
    server.pass(600);
    assert_eq!(phase(&server, "backups/late").await, "Queued");
    server.cluster.heal_backups("often-");
    phases_until(&mut server, "backups/late", "Completed").await;
}

#[tokio::test]
async fn expired_backups_are_collected_within_the_hour() {
    let mut config = config();
    config.schedules[0].ttl = SignedDuration::from_hours(2);
    let mut server = Server::with(config).await;
    assert_eq!(names(&server.get(&format!("{VELERO}/backups")).await).len(), 24 + 2);
    server.cluster.pause_schedule("often", true);
    server.pass(3 * 3600 + 60);
    assert_eq!(names(&server.get(&format!("{VELERO}/backups")).await).len(), 2);
}

#[tokio::test]
async fn a_standby_shows_what_was_replicated_to_its_bucket() {
    let source = Cluster::new(config());
    let mut standby = config();
    standby.schedules.clear();
    let mut server = Server::with(standby).await;
    assert!(names(&server.get(&format!("{VELERO}/backups")).await).is_empty());
    server.cluster.replicate_backups(&source, "default", "default");
    server.pass(60);
    assert_eq!(names(&server.get(&format!("{VELERO}/backups")).await).len(), 302);
}

#[tokio::test]
async fn the_steps_of_time_do_not_matter() {
    let (mut fine, mut coarse) = (Server::start().await, Server::start().await);
    for _ in 0..3600 {
        fine.pass(1);
    }
    coarse.pass(3600);
    for path in ["/apis/velero.io/v1/backups", "/api/v1/pods", "/api/v1/nodes", "/apis/velero.io/v1/schedules"] {
        assert_eq!(fine.get(path).await, coarse.get(path).await, "{path}");
    }
}

//! Watches, and what keeps them true.

use std::time::Duration;

use evac_core::{Reading, SourceErrorKind};
use evac_engine::Answer;
use serde_json::{Value, json};

use super::{
    Region, ask, failure, pace,
    server::{Mode, Server},
    until,
};
use crate::{mirror::Listed, velero::StoredBackup, watched::Kept};

fn backup(name: &str, phase: &str, version: &str) -> Value {
    json!({ "metadata": { "name": name, "resourceVersion": version }, "status": { "phase": phase, "startTimestamp": "2026-11-22T02:00:00Z" } })
}

/// The phases of the backups in an answer, by name.
fn phases(answer: &Answer) -> Vec<(String, String)> {
    let Ok(sampled) = &answer.result else { return vec![] };
    let Reading::Backups(reading) = &sampled.reading else { panic!("{sampled:?}") };
    reading.backups.iter().map(|backup| (backup.name.clone(), backup.phase.word().to_owned())).collect()
}

fn are(answer: &Answer, wanted: &[(&str, &str)]) -> bool {
    phases(answer).iter().map(|(name, phase)| (name.as_str(), phase.as_str())).eq(wanted.iter().copied())
}

#[tokio::test]
async fn an_answer_is_dated_by_the_servers_clock() {
    let server = Server::start().await;
    let region = Region::of(&server, pace());
    let then = "2026-11-22T10:00:00Z".parse().unwrap();
    for port in [&region.backups, &region.workloads] {
        let answer = ask(port).await;
        assert_eq!((answer.source_clock, answer.result.unwrap().sampled_at), (Some(then), then));
        assert!(port.calls().iter().all(|call| call.usd == 0.0));
    }
}

#[tokio::test]
async fn changes_come_by_themselves_and_ring() {
    let server = Server::start().await;
    server.hold("backups", vec![backup("a", "InProgress", "5")]);
    let region = Region::of(&server, pace());
    until(&region.backups, |answer| are(answer, &[("a", "running")])).await;
    server.asked("backups", 1, 1).await;
    server.push("backups", "MODIFIED", backup("a", "Completed", "11"));
    until(&region.backups, |answer| are(answer, &[("a", "completed")])).await;
    server.push("backups", "ADDED", backup("b", "New", "12"));
    until(&region.backups, |answer| are(answer, &[("b", "waiting"), ("a", "completed")])).await;
    server.push(
        "backups",
        "BOOKMARK",
        json!({ "kind": "Backup", "apiVersion": "velero.io/v1", "metadata": { "resourceVersion": "13" } }),
    );
    server.push("backups", "MODIFIED", json!({ "metadata": "broken" }));
    server.push("backups", "DELETED", backup("a", "Completed", "14"));
    until(&region.backups, |answer| are(answer, &[("b", "waiting")])).await;
    assert_eq!(server.lists("backups"), 1, "listed once, watched ever after");
}

#[tokio::test]
async fn a_watch_that_the_server_closes_goes_on_where_it_was() {
    let server = Server::start().await;
    let region = Region::of(&server, pace());
    ask(&region.backups).await.result.unwrap();
    server.asked("backups", 1, 1).await;
    server.close("backups");
    server.asked("backups", 1, 2).await;
    assert_eq!(server.lists("backups"), 1);
    ask(&region.backups).await.result.unwrap();
}

#[tokio::test]
async fn a_version_too_old_is_listed_again() {
    let server = Server::start().await;
    let region = Region::of(&server, pace());
    ask(&region.backups).await.result.unwrap();
    server.asked("backups", 1, 1).await;
    server.hold("backups", vec![backup("new", "Completed", "20")]);
    server.push(
        "backups",
        "ERROR",
        json!({ "kind": "Status", "code": 410, "reason": "Expired", "message": "too old" }),
    );
    until(&region.backups, |answer| are(answer, &[("new", "completed")])).await;
    assert_eq!(server.lists("backups"), 2);
}

#[tokio::test]
async fn a_watch_that_is_silent_past_its_time_is_begun_anew() {
    let server = Server::start().await;
    let short = crate::watched::Pace { renewal: Duration::from_secs(1), grace: Duration::from_millis(100), ..pace() };
    let region = Region::of(&server, short);
    ask(&region.backups).await.result.unwrap();
    server.asked("backups", 1, 2).await;
    assert_eq!(server.lists("backups"), 1, "and goes on where it was");
}

#[tokio::test]
async fn what_is_long_only_watched_is_listed_again() {
    let server = Server::start().await;
    server.hold("backups", vec![backup("a", "Failed", "5")]);
    let region = Region::of(&server, crate::watched::Pace { relist: Duration::ZERO, ..pace() });
    until(&region.backups, |answer| are(answer, &[("a", "failed")])).await;
    server.asked("backups", 1, 1).await;
    // No watch ever tells of this: what was listed was wrong.
    server.hold("backups", vec![backup("a", "Completed", "5")]);
    server.close("backups");
    until(&region.backups, |answer| are(answer, &[("a", "completed")])).await;
}

#[tokio::test]
async fn what_cannot_be_read_is_listed_again() {
    let server = Server::start().await;
    let broken = json!({ "metadata": "broken" });
    server.hold("backups", vec![broken.clone()]);
    let region = Region::of(&server, pace());
    until(&region.backups, |answer| are(answer, &[])).await;
    server.asked("backups", 1, 1).await;
    server.hold("backups", vec![backup("a", "Completed", "5")]);
    server.close("backups");
    until(&region.backups, |answer| are(answer, &[("a", "completed")])).await;

    server.asked("backups", 2, 2).await;
    server.push("backups", "MODIFIED", broken);
    server.hold("backups", vec![backup("b", "Completed", "6")]);
    server.close("backups");
    until(&region.backups, |answer| are(answer, &[("b", "completed")])).await;
}

#[tokio::test]
async fn a_broken_watch_is_told_and_heals() {
    let server = Server::start().await;
    let region = Region::of(&server, pace());
    ask(&region.backups).await.result.unwrap();
    server.asked("backups", 1, 1).await;
    server.treat("/backups?", Mode::Refuse(500));
    server.push("backups", "ERROR", json!({ "kind": "Status", "code": 500, "message": "etcd is gone" }));
    let answer = until(&region.backups, |answer| answer.result.is_err()).await;
    let error = answer.result.unwrap_err();
    assert_eq!(error.kind, SourceErrorKind::Service, "{error}");
    assert!(error.message.starts_with("backups.velero.io: 500 "), "{error}");
    assert!(answer.source_clock.is_some(), "the server's clock is known all the same");
    ask(&region.workloads).await.result.expect("another port's watches are its own");

    server.hold("backups", vec![backup("missed", "Completed", "30")]);
    server.treat("/backups?", Mode::Serve);
    until(&region.backups, |answer| are(answer, &[("missed", "completed")])).await;
}

#[tokio::test]
async fn a_server_that_goes_silent_after_the_list_is_found_out_and_heals() {
    let server = Server::start().await;
    let short = crate::watched::Pace { answer: Duration::from_millis(500), ..pace() };
    let region = Region::of(&server, short);
    ask(&region.backups).await.result.unwrap();
    server.treat("/", Mode::Silent);
    for port in [&region.backups, &region.workloads] {
        assert_eq!(failure(port).await.kind, SourceErrorKind::Timeout);
    }
    server.hold("backups", vec![backup("missed", "Completed", "30")]);
    server.treat("/", Mode::Serve);
    until(&region.backups, |answer| are(answer, &[("missed", "completed")])).await;
    until(&region.workloads, |answer| answer.result.is_ok()).await;
}

#[tokio::test]
async fn a_list_and_a_watch_that_hang_by_themselves_are_told_and_heal() {
    for path in ["/backups?&limit", "/backups?&watch"] {
        let server = Server::start().await;
        server.treat(path, Mode::Silent);
        let short = crate::watched::Pace { answer: Duration::from_millis(500), ..pace() };
        let region = Region::of(&server, short);
        let error = failure(&region.backups).await;
        assert_eq!(error.message, "backups.velero.io: no answer in time");
        assert_eq!(error.kind, SourceErrorKind::Timeout);
        server.treat(path, Mode::Serve);
        until(&region.backups, |answer| answer.result.is_ok()).await;
    }
}

#[tokio::test]
async fn long_lists_come_in_pages() {
    let server = Server::start().await;
    server.hold("backups", (0..1_000).map(|number| backup(&format!("b{number:04}"), "Completed", "5")).collect());
    let region = Region::of(&server, pace());
    let answer = ask(&region.backups).await;
    assert_eq!(phases(&answer).len(), 1_000);
    assert_eq!(phases(&answer)[0].0, "b0999");
    assert_eq!(server.lists("backups"), 4);
}

#[test]
fn of_very_many_backups_the_newest_are_kept() {
    let mut listed = Listed::<StoredBackup>::new();
    for page in 0..80 {
        let object = |number: i64| {
            let at = jiff::Timestamp::from_second(1_700_000_000 + number * 300).unwrap();
            json!({ "metadata": { "name": format!("b{number}") }, "status": { "startTimestamp": at.to_string() } })
        };
        let page = (page * 250..(page + 1) * 250).map(object);
        listed.add(page.map(|object| serde_json::from_value(object).unwrap()).collect());
        assert!(listed.len() <= 2 * StoredBackup::MOST);
    }
    let kept = listed.trimmed();
    assert_eq!(kept.len(), StoredBackup::MOST);
    assert_eq!((kept[0].0.as_str(), kept[4_999].0.as_str()), ("b19999", "b15000"));
}

#[test]
fn a_rare_schedule_is_not_crowded_out_by_a_frequent_one() {
    let mut listed = Listed::<StoredBackup>::new();
    let object = |number: i64| {
        let at = jiff::Timestamp::from_second(1_700_000_000 + number * 300).unwrap();
        let schedule = if number % 10_000 == 0 { "monthly" } else { "pvc-5m" };
        let labels = json!({ "velero.io/schedule-name": schedule });
        json!({
            "metadata": { "name": format!("b{number}"), "labels": labels },
            "status": { "startTimestamp": at.to_string() },
        })
    };
    for page in 0..80 {
        let page = (page * 250..(page + 1) * 250).map(object);
        listed.add(page.map(|object| serde_json::from_value(object).unwrap()).collect());
    }
    let kept = listed.trimmed();
    assert_eq!(kept.len(), StoredBackup::MOST + 2);
    let rare: Vec<_> = kept.iter().skip(StoredBackup::MOST).map(|(name, _)| name.as_str()).collect();
    assert_eq!(rare, ["b10000", "b0"]);
}

#[test]
fn a_server_that_makes_a_series_of_each_backup_fills_no_memory() {
    let mut listed = Listed::<StoredBackup>::new();
    for page in 0..80 {
        let object = |number: i64| {
            let labels = json!({ "velero.io/schedule-name": format!("s{number}") });
            let at = jiff::Timestamp::from_second(1_700_000_000 + number * 300).unwrap();
            json!({
                "metadata": { "name": format!("b{number}"), "labels": labels },
                "status": { "startTimestamp": at.to_string() },
            })
        };
        let page = (page * 250..(page + 1) * 250).map(object);
        listed.add(page.map(|object| serde_json::from_value(object).unwrap()).collect());
    }
    assert!(listed.trimmed().len() <= StoredBackup::MOST + 500);
}

//! What was seen is remembered, across restarts, and never without bounds.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::{fs, path::Path, sync::Arc};

use common::{AWAY, Deed, HOME, TestClock, Told, id, pass, probe, start, start_with, until, written_by};
use evac_core::{
    History, Reading, RegionId, Source, SourceErrorKind,
    history::{Coverage, Measure, SERIES_LENGTH},
    reading::{AuroraLag, MetricsReading, Point, ReplicationMetrics},
};
use evac_engine::{Clock, EngineHandle, HistoryStore};
use jiff::{SignedDuration, Timestamp};
use tempfile::tempdir;

fn away() -> RegionId {
    id(Source::Probe, AWAY).region
}

fn at(minute: i64) -> Timestamp {
    "2026-11-22T09:50:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minute)
}

fn points(values: &[(i64, f64)]) -> Vec<Point> {
    values.iter().map(|(minute, value)| Point { at: at(*minute), value: *value }).collect()
}

fn coverage(engine: &EngineHandle, clock: &Arc<dyn Clock>) -> (u32, u32) {
    let Coverage { up, down, .. } = engine.history().coverage(clock.now(), 30);
    (up, down)
}

#[tokio::test(start_paused = true)]
async fn a_metrics_answer_fills_the_whole_window() {
    let clock = TestClock::start();
    let rule = |name: &str, latency: &[(i64, f64)], bytes: &[(i64, f64)]| {
        let rule = serde_json::json!({ "rule": name, "from": HOME, "source": "a", "to": AWAY, "destination": "b" });
        let rule = serde_json::from_value(rule).unwrap();
        ReplicationMetrics { rule, latency: points(latency), bytes_pending: points(bytes), operations_pending: vec![] }
    };
    let metrics = MetricsReading {
        aurora: AuroraLag {
            rpo: points(&[(1, 100.0), (2, 120.0), (3, f64::NAN), (99, 1.0)]),
            replication: points(&[(4, 9.0)]),
        },
        replication: vec![
            rule("one", &[(1, 5.0), (2, 6.0), (3, 7.0)], &[(1, 10.0), (2, 10.0), (3, 10.0)]),
            rule("two", &[(1, 9.0), (2, 1.0)], &[(1, 5.0), (2, 5.0)]),
        ],
        ..MetricsReading::default()
    };
    let port = Told::new(id(Source::Metrics, AWAY), &clock, Deed::Answer(Reading::Metrics(metrics)));
    let engine = start(&[&port], &clock);
    until(&engine, |snapshot| snapshot.number >= 2).await;
    let history = engine.history();
    assert_eq!(
        history.series(Measure::AuroraLag, &away()),
        [(at(1), 100.0), (at(2), 120.0)],
        "no nonsense, no far future"
    );
    assert_eq!(history.series(Measure::ReplicationLatency, &away()), [(at(1), 9.0), (at(2), 6.0)], "the worst rule");
    assert_eq!(history.series(Measure::ReplicationBytes, &away()), [(at(1), 15.0), (at(2), 15.0)], "no half of a sum");
}

#[tokio::test(start_paused = true)]
async fn minutes_are_up_or_down_by_the_writers_probe() {
    let clock = TestClock::start();
    let home = Told::new(id(Source::Probe, HOME), &clock, Deed::Answer(probe(200)));
    let other = Told::new(id(Source::Probe, AWAY), &clock, Deed::Answer(probe(503)));
    let engine = start(&[&home, &other], &clock);
    pass(179).await;
    assert_eq!(coverage(&engine, &clock), (3, 0), "without a view of the cluster the primary writes");

    home.now_do(Deed::Fail(SourceErrorKind::Unreachable));
    pass(300).await;
    let (up, down) = coverage(&engine, &clock);
    assert!(up <= 4 && down >= 4, "{up} up, {down} down");

    other.now_do(Deed::Fail(SourceErrorKind::Unreachable));
    pass(60).await;
    let before = coverage(&engine, &clock);
    pass(600).await;
    assert_eq!(coverage(&engine, &clock), before, "with no answer from anywhere it is this machine that is offline");

    home.now_do(Deed::Fail(SourceErrorKind::Setup));
    pass(60).await;
    other.now_do(Deed::Answer(probe(200)));
    pass(600).await;
    assert_eq!(coverage(&engine, &clock), before, "a probe that is not set up proves nothing");
}

#[tokio::test(start_paused = true)]
async fn the_writer_is_where_the_cluster_says() {
    let clock = TestClock::start();
    let cluster = Told::new(id(Source::GlobalCluster, AWAY), &clock, Deed::Answer(written_by(AWAY)));
    let home = Told::new(id(Source::Probe, HOME), &clock, Deed::Answer(probe(503)));
    let other = Told::new(id(Source::Probe, AWAY), &clock, Deed::Answer(probe(200)));
    let engine = start(&[&cluster, &home, &other], &clock);
    pass(119).await;
    assert_eq!(coverage(&engine, &clock), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn trouble_is_remembered_from_the_last_look_that_was_well_until_the_next() {
    let clock = TestClock::start();
    let home = Told::new(id(Source::Probe, HOME), &clock, Deed::Answer(probe(200)));
    let other = Told::new(id(Source::Probe, AWAY), &clock, Deed::Answer(probe(200)));
    let engine = start(&[&home, &other], &clock);
    let region = id(Source::Probe, HOME).region;
    let trouble = || engine.history().trouble(&region, clock.now(), SignedDuration::from_mins(15));
    pass(120).await;
    assert_eq!(trouble(), None);

    let harmed = clock.now();
    home.now_do(Deed::Fail(SourceErrorKind::Unreachable));
    pass(60).await;
    let found = trouble().unwrap();
    let well_at = found.well_at.unwrap();
    assert!(well_at <= harmed && harmed <= found.found_at && found.found_at < clock.now(), "{found:?}");
    pass(300).await;
    let later = trouble().unwrap();
    assert_eq!((later.well_at, later.found_at), (found.well_at, found.found_at));
    assert!(later.seen_at > found.seen_at);

    other.now_do(Deed::Fail(SourceErrorKind::Unreachable));
    pass(60).await;
    let before = trouble();
    pass(60).await;
    assert_eq!(trouble(), before, "with no answer from anywhere it is this machine that is offline");
    home.now_do(Deed::Answer(probe(200)));
    pass(600).await;
    assert_eq!(trouble(), None);
}

#[tokio::test(start_paused = true)]
async fn history_survives_a_restart_and_stays_bounded() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("deep/er/history.json");
    for day in ["2026-11-22T10:00:00Z", "2026-11-23T10:00:00Z"] {
        let clock = TestClock::start_at(day);
        let port = Told::new(id(Source::Probe, HOME), &clock, Deed::Answer(probe(200)));
        let engine = start_with(&[&port], &clock, Some(HistoryStore::open(&path).unwrap()));
        pass(3_600).await;
        assert!(path.exists(), "kept while running, not only at the end");
        engine.shut_down().await;
    }
    let history = HistoryStore::open(&path).unwrap().history();
    let now = "2026-11-23T12:00:00Z".parse().unwrap();
    assert!(history.coverage(now, 2).up >= 119, "{:?}", history.coverage(now, 2));
    assert_eq!(history.series(Measure::ProbeLatency, &id(Source::Probe, HOME).region).len(), SERIES_LENGTH);
    assert!(fs::metadata(&path).unwrap().len() < 64 << 10);
    assert_eq!(names(path.parent().unwrap()), ["history.json", "history.json.lock"], "nothing else is left behind");
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_broken_file_is_moved_aside_and_not_lost() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("history.json");
    for broken in ["", "{", "[]", "{\"version\":1}", "{\"version\":1,\"history\":{\"days\":7}}", "\u{1b}[2J", "{}", "9"]
    {
        fs::write(&path, broken).unwrap();
        let mut store = HistoryStore::open(&path).unwrap();
        assert_eq!(store.history(), History::default(), "{broken:?}");
        assert!(store.save(&History::default()).unwrap());
    }
    let names = names(folder.path());
    let broken = names.iter().filter(|name| name.contains(".broken")).count();
    assert_eq!(broken, 5, "bounded: {names:?}");
    assert_eq!(fs::read_to_string(folder.path().join("history.json.broken-2")).unwrap(), "{");
}

#[test]
fn the_file_of_a_newer_evac_is_left_alone() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("history.json");
    let newer = "{\"version\":2,\"history\":\"of another form\"}";
    fs::write(&path, newer).unwrap();
    let mut store = HistoryStore::open(&path).unwrap();
    assert!(!store.save(&History::default()).unwrap());
    assert_eq!(fs::read_to_string(&path).unwrap(), newer);
}

#[test]
fn a_second_process_reads_and_writes_only_once_the_first_has_ended() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("history.json");
    let mut history = History::default();
    history.record_minute(at(0), true);
    let mut first = HistoryStore::open(&path).unwrap();
    assert!(first.save(&history).unwrap());

    let mut second = HistoryStore::open(&path).unwrap();
    assert_eq!(second.history(), history, "it reads");
    assert!(!second.save(&History::default()).unwrap(), "it does not write");
    fs::write(&path, "torn").unwrap();
    assert_eq!(HistoryStore::open(&path).unwrap().history(), History::default());
    assert_eq!(fs::read_to_string(&path).unwrap(), "torn", "nor does it tidy up");
    assert!(first.save(&history).unwrap());

    drop(first);
    assert!(second.save(&history).unwrap(), "it takes over");
}

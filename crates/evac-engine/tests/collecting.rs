//! Each source is asked at its own pace, and none waits for another.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::time::Duration;

use common::{AWAY, Deed, HOME, TestClock, Told, id, pass, probe, start, until};
use evac_core::{Source, SourceErrorKind};
use tokio::time::Instant;

#[tokio::test(start_paused = true)]
async fn all_are_asked_at_once_and_then_each_at_its_interval() {
    let clock = TestClock::start();
    let quick = Told::new(id(Source::Probe, HOME), &clock, Deed::Answer(probe(200)));
    let slow = Told::new(id(Source::Probe, AWAY), &clock, Deed::AnswerAfter(Duration::from_secs(4), probe(200)));
    let started = Instant::now();
    let engine = start(&[&quick, &slow], &clock);
    until(&engine, |snapshot| snapshot.signals().count() == 2).await;
    assert_eq!(started.elapsed().as_secs(), 4, "the first full picture takes as long as the slowest call");
    pass(300).await;
    assert!(quick.waits().iter().all(|wait| (9..=11).contains(wait)), "{:?}", quick.waits());
    assert!(slow.waits().iter().all(|wait| (9..=11).contains(wait)), "from start to start: {:?}", slow.waits());
    assert_ne!(quick.waits(), slow.waits(), "jitter keeps them out of step");
}

#[tokio::test(start_paused = true)]
async fn a_hanging_source_delays_no_other() {
    let clock = TestClock::start();
    let well = Told::new(id(Source::Probe, HOME), &clock, Deed::Answer(probe(200)));
    let hangs = Told::new(id(Source::Probe, AWAY), &clock, Deed::Hang);
    let engine = start(&[&well, &hangs], &clock);
    pass(100).await;
    assert!(well.asked() >= 9, "asked {} times", well.asked());
    assert!(hangs.asked() >= 2);
    assert_eq!(hangs.most_at_once(), 1, "one question at a time");
    let snapshot = engine.snapshots().borrow().clone();
    let failure = snapshot.signal(Source::Probe, &hangs_region()).unwrap().failure.clone().unwrap();
    assert_eq!((failure.kind, failure.message.as_str()), (SourceErrorKind::Timeout, "no answer within 5.0 s"));
}

fn hangs_region() -> evac_core::RegionId {
    id(Source::Probe, AWAY).region
}

#[tokio::test(start_paused = true)]
async fn failures_stretch_the_interval_until_the_source_heals() {
    let clock = TestClock::start();
    let port = Told::new(id(Source::Probe, HOME), &clock, Deed::Fail(SourceErrorKind::Throttled));
    let engine = start(&[&port], &clock);
    pass(250).await;
    let waits = port.waits();
    assert!((9..=11).contains(&waits[0]) && (18..=22).contains(&waits[1]), "{waits:?}");
    assert!(waits[2..].iter().all(|wait| (36..=44).contains(wait)), "never stretched past four intervals: {waits:?}");

    port.now_do(Deed::Answer(probe(200)));
    let ended = Instant::now();
    let healed = until(&engine, |snapshot| snapshot.signals().all(|(_, signal)| signal.failure.is_none())).await;
    assert!(ended.elapsed() <= Duration::from_secs(44), "healed within one stretched interval");
    assert_eq!(healed.signals().next().unwrap().1.failures, 0);
    let asked = port.asked();
    pass(21).await;
    assert!(port.asked() > asked, "back to the plain interval");
}

#[tokio::test(start_paused = true)]
async fn a_panicking_port_fails_and_heals_like_any_other() {
    let clock = TestClock::start();
    let port = Told::new(id(Source::Probe, HOME), &clock, Deed::Panic);
    let engine = start(&[&port], &clock);
    let failed = until(&engine, |snapshot| snapshot.signals().count() == 1).await;
    let failure = failed.signals().next().unwrap().1.failure.clone().unwrap();
    assert!(failure.message.contains("told to"), "{failure}");
    port.now_do(Deed::Answer(probe(200)));
    until(&engine, |snapshot| snapshot.signals().all(|(_, signal)| signal.failure.is_none())).await;
}

#[tokio::test(start_paused = true)]
async fn polling_now_asks_at_once_and_never_twice_at_once() {
    let clock = TestClock::start();
    let port = Told::new(id(Source::Probe, HOME), &clock, Deed::AnswerAfter(Duration::from_secs(1), probe(200)));
    let engine = start(&[&port], &clock);
    pass(2).await;
    assert_eq!(port.asked(), 1);
    assert!(engine.poll_now(Some(&id(Source::Probe, HOME))));
    tokio::time::sleep(Duration::from_millis(1)).await;
    assert_eq!(port.asked(), 2, "asked at once");
    for _ in 0..10 {
        engine.poll_now(None);
    }
    pass(3).await;
    assert_eq!((port.asked(), port.most_at_once()), (3, 1), "ten wishes during a question are one more question");
    assert!(!engine.poll_now(Some(&id(Source::Cost, HOME))), "there is no such source");
}

#[tokio::test(start_paused = true)]
async fn a_change_is_asked_about_at_once_and_a_storm_of_them_is_one() {
    let clock = TestClock::start();
    let (port, changed) = Told::watching(id(Source::Probe, HOME), &clock, Deed::Fail(SourceErrorKind::Unreachable));
    let engine = start(&[&port], &clock);
    pass(2).await;
    port.now_do(Deed::Answer(probe(200)));
    changed.notify_one();
    tokio::time::sleep(Duration::from_millis(1)).await;
    assert_eq!(port.asked(), 2, "a change does not wait for the interval, nor for the back-off");
    let before = engine.snapshots().borrow().number;
    for _ in 0..100 {
        changed.notify_one();
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!((1..=3).contains(&(engine.snapshots().borrow().number - before)), "two a second at most");
}

#[tokio::test(start_paused = true)]
async fn what_arrives_together_is_published_together() {
    let clock = TestClock::start();
    let ports: Vec<_> =
        Source::ALL.iter().map(|source| Told::new(id(*source, HOME), &clock, Deed::Answer(probe(200)))).collect();
    let engine = start(&ports.iter().collect::<Vec<_>>(), &clock);
    let mut snapshots = engine.snapshots();
    snapshots.borrow_and_update();
    snapshots.changed().await.unwrap();
    assert_eq!(snapshots.borrow_and_update().signals().count(), Source::ALL.len());
    let malformed =
        |snapshot: &evac_core::Snapshot| snapshot.signals().filter(|(_, signal)| signal.failure.is_some()).count();
    assert_eq!(malformed(&snapshots.borrow()), Source::ALL.len() - 1, "a reading of another source is refused");
}

#[tokio::test(start_paused = true)]
async fn an_engine_stops_when_it_is_told_and_when_nobody_holds_it() {
    let clock = TestClock::start();
    let port = Told::new(id(Source::Probe, HOME), &clock, Deed::Hang);
    let engine = start(&[&port], &clock);
    pass(1).await;
    engine.shut_down().await;
    let asked = port.asked();
    pass(100).await;
    assert_eq!(port.asked(), asked);

    let port = Told::new(id(Source::Probe, HOME), &clock, Deed::Answer(probe(200)));
    drop(start(&[&port, &port], &clock));
    pass(100).await;
    assert!(port.asked() <= 1, "a second port for one source is left out, and nobody asks for nobody");
}

#[tokio::test(start_paused = true)]
async fn calls_are_counted_and_priced() {
    let clock = TestClock::start();
    let port = Told::new(id(Source::Probe, HOME), &clock, Deed::Answer(probe(200)));
    let engine = start(&[&port], &clock);
    let [calls] = engine.calls() else { panic!("one source") };
    assert_eq!((calls.samples_per_day(), calls.calls_per_day()), (8_640.0, 17_280.0));
    assert!((calls.usd_per_day() - 172.8).abs() < 1e-9);
}

//! What a run takes beyond what the world itself takes, in the time of the model: the figures of docs/PERFORMANCE.md.
//!
//! `cargo test -p evac-model --test overhead -- --nocapture` tells them.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test fails by panicking, and tells its figures")]

use std::{sync::Arc, time::Duration};

use evac_core::run::RunId;
use evac_engine::run::{Claim, Lease, LeaseItem, LeaseStore};
use evac_model::{ModelClock, Play, Shape, Story, Table, play};
use tokio::time::Instant;

fn seconds(story: &Story) -> f64 {
    let state = story.state.as_ref().unwrap();
    state.last_at.duration_since(state.began_at).as_secs_f64()
}

/// The critical path of the cloud's own operations is how long the same plan takes when nothing else takes time.
#[test]
fn a_run_takes_little_longer_than_the_world_itself() {
    for shape in Shape::ALL {
        let whole: Vec<_> = (1..=20).map(|seed| play(Play { seed, ..Play::of(shape) }).unwrap()).collect();
        let took = whole.iter().map(seconds).sum::<f64>() / whole.len() as f64;
        let world = seconds(&play(Play { ideal: true, ..Play::of(shape) }).unwrap());
        println!("{shape:?}: {took:.1} s for {world:.1} s of the world: {:.3}", took / world);
        assert!(took <= world * 1.05 + ALLOWED, "{shape:?}: {took:.1} s for {world:.1} s of the world");
    }
}

/// What a run that is over in a few seconds may take more: one look too late for each of its steps.
const ALLOWED: f64 = 4.0;

#[test]
fn the_lease_costs_two_calls_to_take_and_nine_a_minute_to_keep() {
    let story = play(Play::of(Shape::Failover)).unwrap();
    let minutes = seconds(&story) / 60.0;
    println!("a failover of {minutes:.1} min asks the lease table {} times", story.lease_calls);
    // Two to take it, one to give it back, and a renewal each third of its time to live of 20 s.
    let expected = 3.0 + minutes * 9.0;
    assert!((story.lease_calls as f64 - expected).abs() <= 2.0, "{} calls, {expected:.0} expected", story.lease_calls);
}

#[tokio::test(start_paused = true)]
async fn taking_the_lease_is_a_read_and_a_write() {
    let (mut taking, mut writing) = (Duration::ZERO, Duration::ZERO);
    for seed in 0..200 {
        let claim = Claim {
            run: RunId::parse("20261125-031204-model").unwrap(),
            holder: "model on one".to_owned(),
            purpose: "a play".to_owned(),
            ttl: Duration::from_secs(20),
            epoch: None,
            dead: false,
        };
        let (began, clock) = (Instant::now(), Arc::new(ModelClock::new(1.0)));
        let taken = Lease::acquire(Arc::new(Table::new(seed, 0).seat("one")), claim, clock).await.unwrap();
        taking += began.elapsed();
        drop(taken);
        let (began, bare) = (Instant::now(), Table::new(seed, 0).seat("one"));
        bare.write(&LeaseItem { version: 1, ..LeaseItem::default() }).await.unwrap();
        writing += began.elapsed();
    }
    let ratio = taking.div_duration_f64(writing);
    println!("taking the lease: {ratio:.2} times one conditional write");
    assert!(ratio < 2.5, "{ratio}");
}

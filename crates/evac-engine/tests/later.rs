//! Ports may come after the engine has started.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::{sync::Arc, time::Duration};

use common::{Deed, HOME, TestClock, Told, id, probe, stack, until};
use evac_core::Source;
use evac_engine::{Engine, Port};

#[tokio::test(start_paused = true)]
async fn ports_that_take_long_to_make_are_asked_once_they_are_there() {
    let clock = TestClock::start();
    let port = Told::new(id(Source::Probe, HOME), &clock, Deed::Answer(probe(200)));
    let ports: Vec<Arc<dyn Port>> = vec![port.clone()];
    let made = async move {
        tokio::time::sleep(Duration::from_secs(3)).await;
        ports
    };
    let engine = Engine::start_later(stack(), made, clock, None);
    assert!(!engine.poll_now(Some(&id(Source::Probe, HOME))), "it cannot be asked yet");
    assert_eq!((port.asked(), engine.calls().len()), (0, 0));
    until(&engine, |snapshot| snapshot.signals().count() == 1).await;
    assert_eq!((port.asked(), engine.calls().len()), (1, 1));
    engine.shut_down().await;
}

#[tokio::test(start_paused = true)]
async fn an_engine_whose_ports_never_come_can_be_stopped() {
    let engine = Engine::start_later(stack(), std::future::pending(), TestClock::start(), None);
    engine.shut_down().await;
    assert_eq!(engine.snapshots().borrow().signals().count(), 0);
}

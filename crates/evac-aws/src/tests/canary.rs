//! The canary from its writing to its arrival.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use evac_core::{Reading, Source, SourceErrorKind, reading::CanaryReading};
use evac_engine::Answer;

use super::{
    World, failure,
    server::{Reply, Request, Server},
};

const CANARY: &str =
    "[canary]\nfrom = \"us-east-1\"\nkey = \"evac/canary\"\nevery = \"1m\"\n[polling]\ntimeout = \"3s\"";

/// Two buckets, the second of which gets what the first has once replication runs.
async fn buckets() -> (Server, Arc<AtomicBool>) {
    let (stored, runs) = (Mutex::new(String::new()), Arc::new(AtomicBool::new(false)));
    let running = runs.clone();
    let answer = move |request: &Request| {
        if request.line.starts_with("PUT /akidb-us-east-1/evac/canary") {
            *stored.lock().unwrap() = request.header("x-amz-meta-evac-written-at").to_owned();
            return Reply::ok("");
        }
        assert!(request.line.starts_with("HEAD /akidb-us-west-2/evac/canary"), "{request:?}");
        match running.load(Ordering::Relaxed) {
            true => Reply::ok("")
                .with("x-amz-meta-evac-written-at", stored.lock().unwrap().as_str())
                .dated("Wed, 04 Mar 2026 05:06:42 GMT"),
            false => Reply::new(404, "").dated("Wed, 04 Mar 2026 05:06:40 GMT"),
        }
    };
    (Server::start(answer).await, runs)
}

fn canary(answer: Answer) -> CanaryReading {
    match answer.result.unwrap().reading {
        Reading::Canary(reading) => reading,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_way_is_timed_from_the_sources_answer_to_the_destinations() {
    let (server, replication_runs) = buckets().await;
    let world = World::at(&server, CANARY).await;
    let answer = world.ask(Source::Canary, "us-west-2").await;
    assert_eq!(answer.source_clock.unwrap().to_string(), "2026-03-04T05:06:40Z", "the destination's clock");
    let waiting = canary(answer);
    assert_eq!((waiting.written_at.to_string().as_str(), waiting.took), ("2026-03-04T05:06:30Z", None));

    // A minute is over, and it is still on its way: it is waited for, so that its age shows the delay.
    world.clock.set("2026-03-04T05:08:00Z");
    assert_eq!(canary(world.ask(Source::Canary, "us-west-2").await), waiting);
    assert_eq!(server.count("PUT "), 1);

    replication_runs.store(true, Ordering::Relaxed);
    let arrived = canary(world.ask(Source::Canary, "us-west-2").await);
    assert_eq!(arrived.took.unwrap().as_secs(), 12);

    // All have seen it and its minute is over: the next one.
    canary(world.ask(Source::Canary, "us-west-2").await);
    assert_eq!(server.count("PUT "), 2);
}

#[tokio::test]
async fn a_source_that_refuses_is_named() {
    let denied = "<Error><Code>AccessDenied</Code><Message>no</Message></Error>";
    let server = Server::start(move |_| Reply::new(403, denied)).await;
    let world = World::at(&server, CANARY).await;
    let error = failure(&world.ask(Source::Canary, "us-west-2").await, SourceErrorKind::Denied);
    assert_eq!(error.message, "at the source us-east-1: s3:PutObject: AccessDenied: no");
}

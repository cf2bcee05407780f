//! A stack, ports that do as they are told, and a clock that follows tokio's, which the tests pause.

#![allow(dead_code, reason = "each test uses a part of it")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::{
    future::pending,
    sync::{Arc, Mutex},
    time::Duration,
};

use evac_core::{
    Reading, RegionId, Snapshot, Source, SourceError, SourceErrorKind, SourceId, Stack,
    observation::Sampled,
    reading::{GlobalClusterReading, ProbeReading},
};
use evac_engine::{Answer, Call, Clock, Engine, EngineHandle, HistoryStore, Port};
use futures::{FutureExt, future::BoxFuture};
use jiff::{SignedDuration, Timestamp};
use tokio::{sync::Notify, time::Instant};

pub const HOME: &str = "us-east-1";
pub const AWAY: &str = "us-west-2";

pub fn stack() -> Arc<Stack> {
    let text = r#"
        version = 1
        name = "test"
        environment = "TEST"
        [regions.us-east-1]
        role = "primary"
        probe = "http://127.0.0.1:1/"
        [regions.us-west-2]
        role = "secondary"
        probe = "http://127.0.0.1:2/"
        [polling]
        health = "10s"
        metrics = "30s"
        timeout = "5s"
    "#;
    Arc::new(Stack::parse(text).unwrap())
}

pub fn id(source: Source, region: &str) -> SourceId {
    SourceId { source, region: RegionId::new(region).unwrap() }
}

/// Follows tokio's clock, from a moment of its own.
pub struct TestClock {
    origin: Instant,
    start: Timestamp,
}

impl TestClock {
    pub fn start() -> Arc<dyn Clock> {
        Self::start_at("2026-11-22T10:00:00Z")
    }

    pub fn start_at(start: &str) -> Arc<dyn Clock> {
        Arc::new(Self { origin: Instant::now(), start: start.parse().unwrap() })
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        self.start + SignedDuration::try_from(self.origin.elapsed()).unwrap()
    }
}

/// What a port does when it is asked.
#[derive(Clone)]
pub enum Deed {
    Answer(Reading),
    AnswerAfter(Duration, Reading),
    Fail(SourceErrorKind),
    Hang,
    Panic,
}

/// A port that does as it is told, and remembers when it was asked.
pub struct Told {
    id: SourceId,
    clock: Arc<dyn Clock>,
    deed: Mutex<Deed>,
    asked: Mutex<Vec<Instant>>,
    at_once: Mutex<(u32, u32)>,
    changed: Option<Arc<Notify>>,
}

impl Told {
    pub fn new(id: SourceId, clock: &Arc<dyn Clock>, deed: Deed) -> Arc<Self> {
        Self::build(id, clock, deed, None)
    }

    pub fn watching(id: SourceId, clock: &Arc<dyn Clock>, deed: Deed) -> (Arc<Self>, Arc<Notify>) {
        let changed = Arc::new(Notify::new());
        (Self::build(id, clock, deed, Some(changed.clone())), changed)
    }

    fn build(id: SourceId, clock: &Arc<dyn Clock>, deed: Deed, changed: Option<Arc<Notify>>) -> Arc<Self> {
        let (deed, asked) = (Mutex::new(deed), Mutex::default());
        Arc::new(Self { id, clock: clock.clone(), deed, asked, at_once: Mutex::default(), changed })
    }

    pub fn now_do(&self, deed: Deed) {
        *self.deed.lock().unwrap() = deed;
    }

    /// The waits between the questions so far, in whole seconds.
    pub fn waits(&self) -> Vec<u64> {
        let asked = self.asked.lock().unwrap();
        asked.windows(2).map(|pair| (pair[1] - pair[0]).as_secs_f64().round() as u64).collect()
    }

    pub fn asked(&self) -> usize {
        self.asked.lock().unwrap().len()
    }

    /// How many questions were open at once, at most.
    pub fn most_at_once(&self) -> u32 {
        self.at_once.lock().unwrap().1
    }
}

struct Open<'a>(&'a Told);

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.at_once.lock().unwrap().0 -= 1;
    }
}

impl Port for Told {
    fn id(&self) -> &SourceId {
        &self.id
    }

    fn calls(&self) -> Vec<Call> {
        vec![Call { operation: "test:Ask", per_sample: 2.0, usd: 0.01 }]
    }

    fn sample(&self) -> BoxFuture<'_, Answer> {
        self.asked.lock().unwrap().push(Instant::now());
        let deed = self.deed.lock().unwrap().clone();
        async move {
            {
                let mut at_once = self.at_once.lock().unwrap();
                at_once.0 += 1;
                at_once.1 = at_once.1.max(at_once.0);
            }
            let _open = Open(self);
            let result = match deed {
                Deed::Answer(reading) => Ok(reading),
                Deed::AnswerAfter(wait, reading) => {
                    tokio::time::sleep(wait).await;
                    Ok(reading)
                }
                Deed::Fail(kind) => Err(SourceError::new(kind, "told to")),
                Deed::Hang => pending().await,
                Deed::Panic => panic!("told to"),
            };
            let now = self.clock.now();
            Answer { source_clock: Some(now), result: result.map(|reading| Sampled { sampled_at: now, reading }) }
        }
        .boxed()
    }

    fn changed(&self) -> Option<Arc<Notify>> {
        self.changed.clone()
    }
}

pub fn probe(status: u16) -> Reading {
    Reading::Probe(ProbeReading { status, latency: SignedDuration::from_millis(40) })
}

/// A view of the global cluster with one writer.
pub fn written_by(region: &str) -> Reading {
    let member = serde_json::json!({
        "arn": format!("arn:aws:rds:{region}:123456789012:cluster:member"), "region": region, "cluster": "member",
        "is_writer": true, "synchronization": null,
    });
    Reading::GlobalCluster(GlobalClusterReading {
        status: "available".to_owned(),
        engine: None,
        engine_version: None,
        members: vec![serde_json::from_value(member).unwrap()],
        failover: None,
    })
}

pub fn start(ports: &[&Arc<Told>], clock: &Arc<dyn Clock>) -> EngineHandle {
    start_with(ports, clock, None)
}

pub fn start_with(ports: &[&Arc<Told>], clock: &Arc<dyn Clock>, store: Option<HistoryStore>) -> EngineHandle {
    let ports = ports.iter().map(|port| Arc::clone(port) as Arc<dyn Port>).collect();
    Engine::start(stack(), ports, clock.clone(), store)
}

/// Waits until a snapshot is as wanted. Time is paused, so that it passes as soon as everyone waits.
pub async fn until(engine: &EngineHandle, wanted: impl FnMut(&Arc<Snapshot>) -> bool) -> Arc<Snapshot> {
    let mut snapshots = engine.snapshots();
    let found = tokio::time::timeout(Duration::from_secs(3_600), snapshots.wait_for(wanted)).await;
    found.expect("no such snapshot in an hour").unwrap().clone()
}

/// Lets time pass to a moment, counted from now.
pub async fn pass(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}

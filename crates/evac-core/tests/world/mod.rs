//! A calm world, as observations, that each test changes in one place.
#![allow(dead_code, reason = "each test binary uses its own part")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod calm;
mod plans;
mod scenes;

use std::collections::BTreeMap;

#[allow(unused_imports, reason = "each test binary uses its own part")]
pub use calm::*;
use evac_core::{
    Assessment, History, Observation, Reading, RegionId, Snapshot, Source, SourceError, SourceErrorKind, SourceId,
    Stack, assess,
    assessment::{Code, Finding},
    observation::Sampled,
    reading::*,
};
use jiff::{SignedDuration, Timestamp};
#[allow(unused_imports, reason = "each test binary uses its own part")]
pub use plans::*;
#[allow(unused_imports, reason = "each test binary uses its own part")]
pub use scenes::*;

pub const REGIONS: [&str; 3] = ["us-east-1", "us-west-2", "eu-west-1"];

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The moment of every test.
pub fn now() -> Timestamp {
    at("2026-11-22T10:00:00Z")
}

pub fn region(text: &str) -> RegionId {
    RegionId::new(text).unwrap()
}

pub fn stack() -> Stack {
    Stack::parse(include_str!("stack.toml")).unwrap()
}

pub fn ago(seconds: i64) -> Timestamp {
    now() - SignedDuration::from_secs(seconds)
}

pub fn points(values: &[f64]) -> Vec<Point> {
    let count = i64::try_from(values.len()).unwrap();
    values.iter().zip((0..count).rev()).map(|(value, back)| Point { at: ago(60 + back * 60), value: *value }).collect()
}

/// The reading of a kind, to change it.
#[macro_export]
macro_rules! reading {
    ($reading:expr, $variant:ident) => {
        match $reading {
            evac_core::Reading::$variant(inner) => inner,
            other => panic!("not a {} reading: {other:?}", stringify!($variant)),
        }
    };
}

/// A world that a test changes before it looks.
#[derive(Clone)]
pub struct World {
    pub stack: Stack,
    pub history: History,
    pub observations: BTreeMap<SourceId, Vec<Observation>>,
}

impl World {
    pub fn calm() -> Self {
        let stack = stack();
        let mut world = Self { history: History::default(), observations: BTreeMap::new(), stack };
        for name in REGIONS {
            for source in Source::of(&world.stack, &region(name)) {
                let reading = calm(source, name, &world.stack);
                world.say(source, name, reading);
            }
        }
        world
    }

    /// The calm world of a stack whose levers, locks and lease are watched too.
    pub fn watched() -> Self {
        let mut world = Self::calm();
        let stack = world.stack.clone();
        for source in [Source::RoutingControl, Source::Answers, Source::Lease] {
            world.say(source, "us-east-1", calm(source, "us-east-1", &stack));
        }
        for at in REGIONS {
            world.say(Source::Markers, at, calm(Source::Markers, at, &stack));
        }
        world
    }

    /// A region answers no more: nothing that is asked in it. What stands for no region is asked elsewhere, where it can
    /// be.
    pub fn lose(&mut self, at: &str) -> &mut Self {
        let lost: Vec<_> = self
            .observations
            .keys()
            .filter(|id| id.region.as_str() == at)
            .filter(|id| !matches!(id.source, Source::RoutingControl | Source::Answers | Source::Lease))
            .map(|id| id.source)
            .collect();
        for source in lost {
            self.fail(source, at);
        }
        self
    }

    /// The primary is lost, and another region has been made the writer; of the old one nobody knows more.
    pub fn fail_over(&mut self, to: &str) -> &mut Self {
        for at in REGIONS.into_iter().filter(|at| *at != "us-east-1") {
            self.change(Source::GlobalCluster, at, |reading| write_in(reading, to));
        }
        self.age(Source::GlobalCluster, "us-east-1", SignedDuration::from_mins(12)).lose("us-east-1")
    }

    /// An instance in a region tells, so many seconds ago, what came of the attempt to stop the primary's writer.
    pub fn report_fence(&mut self, at: &str, seconds: i64, outcome: &str) {
        let event = DatabaseEvent {
            at: ago(seconds),
            subject: format!("akidb-{at}-1"),
            categories: vec!["notification".to_owned()],
            message: format!("Attempt to block writes for DB cluster akidb-us-east-1 in Region us-east-1 {outcome}."),
        };
        self.change(Source::Events, at, |reading| reading!(reading, Events).events.push(event));
    }

    pub fn say(&mut self, source: Source, at: &str, reading: Reading) {
        let result = Ok(Sampled { sampled_at: now(), reading });
        self.observations.insert(id(source, at), vec![observation(source, at, now(), result)]);
    }

    pub fn change(&mut self, source: Source, at: &str, change: impl FnOnce(&mut Reading)) -> &mut Self {
        let said = self.observations.get_mut(&id(source, at)).unwrap().last_mut().unwrap();
        change(&mut said.result.as_mut().unwrap().reading);
        self
    }

    /// The source fails from now on; what it said before is still known.
    pub fn fail(&mut self, source: Source, at: &str) -> &mut Self {
        let error = SourceError::new(SourceErrorKind::Timeout, "nothing came in 5 s");
        self.observations.entry(id(source, at)).or_default().push(observation(source, at, now(), Err(error)));
        self
    }

    /// The source is as if it had last been heard so long ago.
    pub fn age(&mut self, source: Source, at: &str, by: SignedDuration) -> &mut Self {
        for observation in self.observations.get_mut(&id(source, at)).into_iter().flatten() {
            observation.received_at -= by;
            observation.source_clock = observation.source_clock.map(|clock| clock - by);
            if let Ok(sampled) = &mut observation.result {
                sampled.sampled_at -= by;
            }
        }
        self
    }

    pub fn remove(&mut self, source: Source, at: &str) -> &mut Self {
        self.observations.remove(&id(source, at));
        self
    }

    pub fn snapshot(&self) -> Snapshot {
        let all = self.observations.values().flatten();
        all.fold(Snapshot::default(), |snapshot, observation| snapshot.with(observation.clone()))
    }

    pub fn assess(&self) -> Assessment {
        assess(&self.stack, &self.snapshot(), &self.history, now())
    }

    pub fn findings(&self, code: Code) -> Vec<Finding> {
        self.assess().findings.into_iter().filter(|finding| finding.code == code).collect()
    }
}

/// In this view of the global cluster, that region alone writes.
pub fn write_in(reading: &mut Reading, at: &str) {
    for member in &mut reading!(reading, GlobalCluster).members {
        member.is_writer = member.region.as_str() == at;
    }
}

pub fn id(source: Source, at: &str) -> SourceId {
    SourceId { source, region: region(at) }
}

pub fn observation(source: Source, at: &str, when: Timestamp, result: Result<Sampled, SourceError>) -> Observation {
    let source_clock = result.is_ok().then_some(when);
    Observation { id: id(source, at), received_at: when, source_clock, took: SignedDuration::from_millis(30), result }
}

/// The worst that the source could say.
pub fn spoil(reading: &mut Reading) {
    use Reading::*;
    match reading {
        Probe(probe) => probe.status = 503,
        GlobalCluster(view) => {
            view.members.iter_mut().for_each(|member| member.is_writer = member.region.as_str() == "us-west-2");
        }
        Cluster(cluster) => cluster.instances.clear(),
        Metrics(metrics) => {
            metrics.aurora.rpo.clear();
            metrics
                .replication
                .iter_mut()
                .for_each(|entry| entry.latency.iter_mut().for_each(|point| point.value = 1e5));
            metrics.checkers.values_mut().for_each(|check| check.percent_healthy.clear());
        }
        Replication(replication) => replication.versioned = false,
        Backups(backups) => backups.locations.clear(),
        Workloads(workloads) => workloads.nodes_ready = 0,
        HealthChecks(checks) => checks.checks.iter_mut().for_each(|check| check.checkers_healthy = 0),
        Records(records) => records.records.clear(),
        Identity(_) | Alarms(_) | Events(_) | Snapshots(_) | Cost(_) | Canary(_) => {}
        RoutingControl(_) | Answers(_) | Markers(_) | Lease(_) => {}
    }
}

//! The worlds that are measured: the calm one of the core's tests, made larger.
#![allow(dead_code, reason = "each bench uses its own part")]
#![allow(clippy::unwrap_used, reason = "a bench fails by panicking")]

#[path = "../../crates/evac-core/tests/world/mod.rs"]
mod base;

use std::sync::Arc;

use evac::tui::model::Model;
use evac_core::{
    Assessment, Observation, Reading, RegionId, Snapshot, Source, Stack, assess,
    history::{History, Measure},
    ids::{BucketName, ClusterId},
    reading::{Backup, BackupPhase},
    stack::ReplicationRule,
};
use jiff::SignedDuration;

pub use base::{World, now, region};

/// So many backups are in the list of the budget.
pub const BACKUPS: usize = 100_000;

/// A calm world of so many regions, two or more, two hours into being watched.
pub fn of_regions(count: usize) -> World {
    let mut world = World::calm();
    let names: Vec<RegionId> = world.stack.regions.keys().cloned().collect();
    for name in names.iter().filter(|name| name.as_str() != "us-east-1").skip(count - 1) {
        remove_region(&mut world, name);
    }
    for index in names.len()..count {
        add_region(&mut world, &format!("ap-south-{index}"));
    }
    world.history = history(&world.stack);
    world
}

/// A calm world of three regions, one of which holds so many backups as the budget says, with some of every kind.
pub fn of_many_backups() -> World {
    let mut world = of_regions(3);
    world.change(Source::Backups, "us-west-2", |reading| {
        let Reading::Backups(reading) = reading else { return };
        let proto = reading.backups[0].clone();
        reading.backups = (0..BACKUPS).map(|index| backup(&proto, index)).collect();
    });
    world
}

/// The newest first, one every five minutes: what a year leaves behind.
fn backup(proto: &Backup, index: usize) -> Backup {
    let started = now() - SignedDuration::from_mins(5 * i64::try_from(index).unwrap());
    let (phase, location) = match index % 50 {
        17 => (BackupPhase::PartiallyFailed, "default"),
        31 => (BackupPhase::Failed, "default"),
        43 => (BackupPhase::Completed, "a-store-of-another-region"),
        _ => (BackupPhase::Completed, "default"),
    };
    Backup {
        name: format!("velero-pvc-5m-{index:06}"),
        schedule: Some(if index.is_multiple_of(72) { "cluster-6h" } else { "pvc-5m" }.to_owned()),
        location: Some(location.to_owned()),
        phase,
        started: Some(started),
        completed: Some(started + SignedDuration::from_secs(40)),
        expires: Some(started + SignedDuration::from_hours(24 * 365)),
        ..proto.clone()
    }
}

fn remove_region(world: &mut World, name: &RegionId) {
    let stack = &mut world.stack;
    stack.regions.remove(name);
    stack.buckets.remove(name);
    stack.aurora.as_mut().unwrap().members.remove(name);
    stack.replication.retain(|rule| rule.from != *name && rule.to != *name);
    stack.traffic.as_mut().unwrap().records.retain(|record| record.region != *name);
    world.observations.retain(|id, _| id.region != *name);
}

fn add_region(world: &mut World, name: &str) {
    let (id, primary, pattern) = (region(name), region("us-east-1"), region("us-west-2"));
    let stack = &mut world.stack;
    let entry = stack.regions[&pattern].clone();
    stack.regions.insert(id.clone(), entry);
    let bucket = BucketName::new(format!("data-{name}")).unwrap();
    stack.buckets.insert(id.clone(), bucket.clone());
    let cluster = ClusterId::new(format!("akidb-{name}")).unwrap();
    stack.aurora.as_mut().unwrap().members.insert(id.clone(), cluster);
    let like = stack.replication.iter().find(|rule| rule.to == pattern).unwrap().clone();
    stack.replication.push(ReplicationRule { to: id.clone(), destination: bucket, ..like });
    for source in Source::of(&world.stack, &id) {
        let reading = base::calm(source, name, &world.stack);
        world.say(source, name, reading);
    }
    // What the primary tells of its rules has one more in it.
    for source in [Source::Replication, Source::Metrics] {
        let reading = base::calm(source, primary.as_str(), &world.stack);
        world.say(source, primary.as_str(), reading);
    }
}

fn history(stack: &Stack) -> History {
    let mut history = History::default();
    for minute in (0..120).rev() {
        let at = base::ago(60 * minute);
        for region in stack.regions.keys() {
            for (measure, value) in [
                (Measure::ProbeLatency, 45.0),
                (Measure::AuroraLag, 190.0),
                (Measure::ReplicationBytes, 1.5e6),
                (Measure::ReplicationLatency, 4.0),
            ] {
                history.record(measure, region, at, value + f64::from(u32::try_from(minute % 13).unwrap()));
            }
        }
    }
    for minute in (0..30 * 24 * 60).rev() {
        history.record_minute(base::ago(60 * minute), true);
    }
    history
}

/// What is assessed, apart.
pub struct Judged {
    pub world: World,
    pub snapshot: Snapshot,
}

impl Judged {
    pub fn of(world: World) -> Self {
        Self { snapshot: world.snapshot(), world }
    }

    pub fn assess(&self) -> Assessment {
        assess(&self.world.stack, &self.snapshot, &self.world.history, now())
    }

    /// One more answer of a source, as it comes from a collector.
    pub fn answer(&self, source: Source, region: &str) -> Observation {
        self.world.observations[&base::id(source, region)].last().unwrap().clone()
    }
}

/// The model that the screen is drawn from.
pub fn model(world: World) -> Model {
    let judged = Judged::of(world);
    let assessment = Arc::new(judged.assess());
    let mut model = Model::new(Arc::new(judged.world.stack), now());
    (model.snapshot, model.history) = (Arc::new(judged.snapshot), Arc::new(judged.world.history));
    model.assessment = assessment;
    model
}

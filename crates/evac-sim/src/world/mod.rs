//! The world: a pure state, moved on in steps of one virtual second. The same seed and the same scenario give the
//! same numbers at the same time, however fast the clock runs and however often it is looked at.

pub mod alarms;
pub mod aurora;
pub mod conflicts;
pub mod cost;
mod effects;
pub mod events;
pub mod metrics;
pub mod noise;
pub mod objects;
pub mod replication;
pub mod tables;
pub mod traffic;

use jiff::{SignedDuration, Timestamp, civil::DateTime, tz::Offset};

pub use effects::Effect;

use crate::{
    scenario::Scenario,
    topology::{PerRegion, Region},
};

/// How much history the world has when it starts, so that trends can be drawn at once.
pub const HISTORY: SignedDuration = SignedDuration::from_hours(4);

/// A scenario under way.
#[derive(Debug, Clone)]
struct Running {
    name: String,
    scenario: Scenario,
    began: i64,
    next: usize,
}

/// Everything that is simulated, but for the Kubernetes clusters.
#[derive(Debug, Clone)]
pub struct World {
    /// Seeded noise.
    pub noise: noise::Noise,
    /// When the world began, as clients see it: its history lies before.
    pub started: Timestamp,
    /// The end of the last step, in seconds since 1970.
    pub tick: i64,
    /// Which regions run.
    pub power: PerRegion<bool>,
    /// The global database.
    pub aurora: aurora::Aurora,
    /// S3 replication.
    pub replication: replication::Replication,
    /// The buckets, with what clients have written to them.
    pub objects: objects::Objects,
    /// DynamoDB's tables.
    pub tables: tables::Tables,
    /// Writes that are to meet others.
    pub conflicts: conflicts::Conflicts,
    /// Regions where the credentials of clients have expired.
    pub expired: PerRegion<bool>,
    /// What leads users to regions.
    pub traffic: traffic::Traffic,
    /// Time series.
    pub metrics: metrics::MetricStore,
    /// Alarms on them.
    pub alarms: Vec<alarms::Alarm>,
    /// What RDS reports.
    pub events: events::Events,
    /// The bill.
    pub cost: cost::Cost,
    running: Vec<Running>,
    effects: Vec<(Timestamp, Effect)>,
}

impl World {
    /// A world on a calm day, with [`HISTORY`] behind it.
    pub fn new(seed: u64, start: Timestamp) -> Self {
        let began = start.as_second() - HISTORY.as_secs();
        let began = began - began.rem_euclid(metrics::MINUTE);
        let mut metrics = metrics::MetricStore::default();
        let mut world = Self {
            noise: noise::Noise::new(seed),
            started: start,
            tick: began,
            power: PerRegion([true; 3]),
            aurora: aurora::Aurora::new(start, &mut metrics),
            replication: replication::Replication::new(began, &mut metrics),
            objects: objects::Objects::new(start),
            tables: tables::Tables::new(start),
            conflicts: conflicts::Conflicts::default(),
            expired: PerRegion::default(),
            traffic: traffic::Traffic::new(began, &mut metrics),
            metrics,
            alarms: alarms::reference(start - HISTORY),
            events: events::Events::with_history(start),
            cost: cost::Cost::default(),
            running: Vec::new(),
            effects: Vec::new(),
        };
        world.advance_to(start);
        world
    }

    /// The virtual time that the world has reached.
    pub fn now(&self) -> Timestamp {
        Timestamp::from_second(self.tick).unwrap_or(Timestamp::MAX)
    }

    /// The same in civil time, UTC.
    pub fn civil(&self) -> DateTime {
        Offset::UTC.to_datetime(self.now())
    }

    /// Moves on to the last whole second up to `now`. An earlier time changes nothing.
    pub fn advance_to(&mut self, now: Timestamp) {
        while self.tick < now.as_second() {
            self.step();
        }
    }

    /// Whether a region's database really takes writes, whatever any view says.
    pub fn takes_writes(&self, region: Region) -> bool {
        self.aurora.takes_writes(region, &self.power)
    }

    /// The regions whose databases really take writes. More than one is a split brain.
    pub fn writers(&self) -> Vec<Region> {
        Region::ALL.into_iter().filter(|region| self.takes_writes(*region)).collect()
    }

    fn reach(&self) -> PerRegion<bool> {
        PerRegion::from_fn(|region| self.power[region] && !self.aurora.cut_off[region])
    }

    /// Changes the database at this moment.
    pub fn with_aurora<T>(&mut self, change: impl FnOnce(&mut aurora::Aurora, &mut aurora::Moment<'_>) -> T) -> T {
        let (tick, noise, power, reach) = (self.tick, self.noise, self.power, self.reach());
        let mut moment = aurora::Moment { tick, noise, power, reach, events: &mut self.events };
        change(&mut self.aurora, &mut moment)
    }

    /// Begins a scenario at this moment. What runs already goes on: disasters add up, until `calm-day` heals all.
    pub fn trigger(&mut self, name: &str, scenario: Scenario) {
        self.running.push(Running { name: name.to_owned(), scenario, began: self.tick, next: 0 });
        self.act();
    }

    /// Whether a bucket shows an object under a key now. What was deleted is not there, whatever versions are kept.
    pub fn has_object(&self, bucket: &str, key: &str) -> bool {
        self.objects.bucket(bucket).and_then(|bucket| bucket.object(key)).is_some()
    }

    /// The scenarios that have begun since the world was last calm.
    pub fn running(&self) -> Vec<&str> {
        self.running.iter().map(|running| running.name.as_str()).collect()
    }

    /// What has to happen outside of the world since this was last asked, with its time, oldest first.
    pub fn take_effects(&mut self) -> Vec<(Timestamp, Effect)> {
        std::mem::take(&mut self.effects)
    }

    fn step(&mut self) {
        self.tick += 1;
        self.act();
        let (tick, noise, power) = (self.tick, self.noise, self.power);
        let reach = self.reach();
        let mut moment = aurora::Moment { tick, noise, power, reach, events: &mut self.events };
        self.aurora.step(&mut moment, &mut self.metrics);
        self.replication.step(tick, noise, &power, &mut self.metrics);
        self.objects.step(&self.replication);
        let stopped = PerRegion::from_fn(|region| self.has_object(&region.standby().bucket(), &region.stop_key()));
        self.traffic.step(tick, noise, &power, &stopped, &mut self.metrics);
        if tick % metrics::MINUTE == 0 {
            self.metrics.close_minute(tick - metrics::MINUTE);
            alarms::evaluate(&mut self.alarms, tick, |region| power[region], &self.metrics);
            let civil = self.civil();
            self.cost.book(civil.date(), &mut self.replication);
            if (civil.hour(), civil.minute()) == (3, 17) {
                self.daily_snapshots();
            }
        }
    }

    fn daily_snapshots(&mut self) {
        let now = self.now();
        // The history was written by hand: the steps that lead up to the start must not write it again.
        if now <= self.started {
            return;
        }
        for region in Region::ALL.into_iter().filter(|region| self.power[*region]) {
            self.events.emit(169, region, region, now);
        }
    }

    /// Does what the running scenarios have for this moment.
    fn act(&mut self) {
        let mut due = Vec::new();
        for running in &mut self.running {
            while let Some(step) = running.scenario.steps.get(running.next)
                && running.began + step.at.as_secs() <= self.tick
            {
                due.extend(step.actions.iter().cloned());
                running.next += 1;
            }
        }
        for action in due {
            self.perform(action);
        }
    }
}

#[cfg(test)]
mod tests;

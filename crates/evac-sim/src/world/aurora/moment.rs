//! What a change has at hand at its moment: the time, chance, which regions run, and where to report.

use jiff::Timestamp;

use crate::{
    topology::{PerRegion, Region},
    world::{
        events::Events,
        noise::{Noise, stream},
    },
};

/// A second of the world, as Aurora lives it.
#[derive(Debug)]
pub struct Moment<'a> {
    /// The time, in seconds since 1970.
    pub tick: i64,
    /// Chance.
    pub noise: Noise,
    /// Which regions run.
    pub power: PerRegion<bool>,
    /// Which regions run and can be reached from the others. What concerns the global database happens among these.
    pub reach: PerRegion<bool>,
    /// Where events are reported.
    pub events: &'a mut Events,
}

impl Moment<'_> {
    /// The time.
    pub fn now(&self) -> Timestamp {
        Timestamp::from_second(self.tick).unwrap_or(Timestamp::MAX)
    }

    /// A length of time from `least` to `most` seconds, which depends on the seed, on what it is for and on when.
    pub fn between(&self, what: &str, least: i64, most: i64) -> i64 {
        let span = (most - least).max(0) as f64 + 1.0;
        least + (self.noise.unit(stream(what), self.tick) * span) as i64
    }

    /// Reports an event of the global database in each of the regions that can be reached.
    pub fn emit(&mut self, kind: u16, regions: &[Region], subject: Region) {
        self.emit_with(kind, regions, subject, "0 seconds");
    }

    /// The same with a detail.
    pub fn emit_with(&mut self, kind: u16, regions: &[Region], subject: Region, detail: &str) {
        let now = self.now();
        for &region in regions.iter().filter(|region| self.reach[**region]) {
            self.events.emit_with(kind, region, subject, detail, now);
        }
    }

    /// Reports an event about something that has a name.
    pub fn emit_about(&mut self, kind: u16, region: Region, name: &str) {
        let now = self.now();
        if self.power[region] {
            self.events.emit_about(kind, region, name, now);
        }
    }
}

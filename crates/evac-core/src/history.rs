//! What was, as far as it is remembered: the series behind the sparklines, and the minutes behind the error
//! budget.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

use crate::{
    ids::RegionId,
    stack::{Stack, scale},
};

/// How many points a series keeps: two hours at one a minute.
pub const SERIES_LENGTH: usize = 120;

/// How many days of availability are kept: a leap year and a day on top.
pub const DAYS_KEPT: usize = 367;

/// How long nobody may look before what was seen tells nothing of what is, in this machine's time.
const UNWATCHED: SignedDuration = SignedDuration::from_mins(15);

/// The same in the time of a stack's world.
pub fn unwatched(stack: &Stack) -> SignedDuration {
    scale(UNWATCHED, stack.clock.rate.max(1.0))
}

/// What is drawn as a trend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// Aurora lag, in milliseconds.
    AuroraLag,
    /// The age of the oldest object that waits to come into the region, in seconds.
    ReplicationLatency,
    /// Bytes that wait to come into the region.
    ReplicationBytes,
    /// The probe's latency, in milliseconds.
    ProbeLatency,
}

/// What is remembered. It is bounded, whatever happens.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct History {
    series: BTreeMap<Measure, BTreeMap<RegionId, Vec<(Timestamp, f64)>>>,
    days: BTreeMap<Date, Day>,
    last_minute: Option<Timestamp>,
    health: BTreeMap<RegionId, Health>,
}

/// Since when a region has not been well, in the time of the observed world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// When it was last seen to be well: the harm began after that. `None` when nobody had looked shortly before.
    pub well_at: Option<Timestamp>,
    /// When it was first seen not to be.
    pub found_at: Timestamp,
    /// When that was seen last.
    pub seen_at: Timestamp,
}

/// How a region was when it was last looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Health {
    Well(Timestamp),
    Troubled(Trouble),
}

/// The minutes of one UTC day, by what the service was.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    /// Minutes that the service was seen to be up.
    pub up: u32,
    /// Minutes that the service was seen to be down.
    pub down: u32,
}

/// A span of days, summed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// Minutes that the service was seen to be up.
    pub up: u32,
    /// Minutes that the service was seen to be down.
    pub down: u32,
    /// Minutes in the span, seen or not.
    pub all: u32,
}

impl History {
    /// Adds a point to a series. A point that is not newer than the last is the last one seen again, and dropped.
    pub fn record(&mut self, measure: Measure, region: &RegionId, at: Timestamp, value: f64) {
        if !value.is_finite() {
            return;
        }
        let series = self.series.entry(measure).or_default().entry(region.clone()).or_default();
        if series.last().is_some_and(|(last, _)| *last >= at) {
            return;
        }
        series.push((at, value));
        let surplus = series.len().saturating_sub(SERIES_LENGTH);
        series.drain(..surplus);
    }

    /// Counts a minute as up or down, once; a minute that is already counted stays as it was.
    pub fn record_minute(&mut self, at: Timestamp, up: bool) {
        let minute = Timestamp::from_second(at.as_second().div_euclid(60) * 60).unwrap_or(at);
        if self.last_minute.is_some_and(|last| last >= minute) {
            return;
        }
        self.last_minute = Some(minute);
        let day = self.days.entry(date_of(minute)).or_default();
        if up {
            day.up += 1
        } else {
            day.down += 1
        }
        while self.days.len() > DAYS_KEPT {
            self.days.pop_first();
        }
    }

    /// Notes whether a region is well. After `unwatched` without a look nothing is known of what was between, and what
    /// is seen then begins anew.
    pub fn record_health(&mut self, region: &RegionId, at: Timestamp, well: bool, unwatched: SignedDuration) {
        let recent = |before: Timestamp| at.duration_since(before) <= unwatched;
        let health = match self.health.get(region) {
            _ if well => Health::Well(at),
            Some(Health::Troubled(trouble)) if recent(trouble.seen_at) => {
                Health::Troubled(Trouble { seen_at: trouble.seen_at.max(at), ..*trouble })
            }
            before => {
                let well_at = match before {
                    Some(Health::Well(before)) => Some(*before).filter(|before| recent(*before)),
                    _ => None,
                };
                Health::Troubled(Trouble { well_at, found_at: at, seen_at: at })
            }
        };
        self.health.insert(region.clone(), health);
    }

    /// The trouble that a region is in, if it was seen in it no longer than `unwatched` ago.
    pub fn trouble(&self, region: &RegionId, now: Timestamp, unwatched: SignedDuration) -> Option<Trouble> {
        match self.health.get(region) {
            Some(Health::Troubled(trouble)) if now.duration_since(trouble.seen_at) <= unwatched => Some(*trouble),
            _ => None,
        }
    }

    /// A series, oldest point first.
    pub fn series(&self, measure: Measure, region: &RegionId) -> &[(Timestamp, f64)] {
        self.series.get(&measure).and_then(|regions| regions.get(region)).map_or(&[], Vec::as_slice)
    }

    /// The minutes of so many days that end today.
    pub fn coverage(&self, now: Timestamp, days: i32) -> Coverage {
        let today = date_of(now);
        let first = today.saturating_sub(jiff::Span::new().days(days - 1));
        let all = u32::try_from(days).unwrap_or_default() * 24 * 60;
        self.days.range(first..=today).fold(Coverage { up: 0, down: 0, all }, |sum, (_, day)| Coverage {
            up: sum.up + day.up,
            down: sum.down + day.down,
            all,
        })
    }

    /// The remembered form, cut to its bounds: a file that grew by other hands cannot fill the memory.
    pub fn bounded(mut self) -> Self {
        for series in self.series.values_mut().flat_map(BTreeMap::values_mut) {
            let surplus = series.len().saturating_sub(SERIES_LENGTH);
            series.drain(..surplus);
        }
        while self.days.len() > DAYS_KEPT {
            self.days.pop_first();
        }
        self
    }
}

fn date_of(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_series_is_bounded_and_takes_each_point_once() {
        let (mut history, region) = (History::default(), RegionId::new("us-west-2").unwrap());
        for second in 0..1_000 {
            let at = Timestamp::from_second(second / 2 * 60).unwrap();
            history.record(Measure::AuroraLag, &region, at, second as f64);
        }
        let series = history.series(Measure::AuroraLag, &region);
        assert_eq!(series.len(), SERIES_LENGTH);
        assert_eq!(series.last().unwrap().1, 998.0);
        history.record(Measure::AuroraLag, &region, at("2027-01-01T00:00:00Z"), f64::NAN);
        assert_eq!(history.series(Measure::AuroraLag, &region).last().unwrap().1, 998.0);
    }

    #[test]
    fn a_minute_counts_once_and_days_are_bounded() {
        let mut history = History::default();
        history.record_minute(at("2026-11-22T10:00:01Z"), true);
        history.record_minute(at("2026-11-22T10:00:59Z"), false);
        history.record_minute(at("2026-11-22T10:01:00Z"), false);
        let coverage = history.coverage(at("2026-11-22T11:00:00Z"), 30);
        assert_eq!((coverage.up, coverage.down, coverage.all), (1, 1, 43_200));
        for day in 0..1_000 {
            history.record_minute(Timestamp::from_second(1_800_000_000 + day * 86_400).unwrap(), true);
        }
        assert!(history.days.len() <= DAYS_KEPT);
    }

    #[test]
    fn a_region_is_troubled_from_the_first_look_that_shows_it_until_it_is_well_again() {
        let (mut history, region) = (History::default(), RegionId::new("us-east-1").unwrap());
        let (minute, gap) = (|minute: i64| Timestamp::from_second(minute * 60).unwrap(), SignedDuration::from_mins(15));
        history.record_health(&region, minute(10), true, gap);
        assert_eq!(history.trouble(&region, minute(10), gap), None);
        history.record_health(&region, minute(11), false, gap);
        history.record_health(&region, minute(12), false, gap);
        let trouble = Trouble { well_at: Some(minute(10)), found_at: minute(11), seen_at: minute(12) };
        assert_eq!(history.trouble(&region, minute(13), gap), Some(trouble));
        assert_eq!(history.trouble(&region, minute(40), gap), None, "nobody has looked for long");
        history.record_health(&region, minute(40), false, gap);
        let anew = Trouble { well_at: None, found_at: minute(40), seen_at: minute(40) };
        assert_eq!(history.trouble(&region, minute(40), gap), Some(anew), "what was between is not known");
        history.record_health(&region, minute(41), true, gap);
        assert_eq!(history.trouble(&region, minute(41), gap), None);
        history.record_health(&region, minute(90), false, gap);
        assert_eq!(history.trouble(&region, minute(90), gap).unwrap().well_at, None, "that it was well is long ago");
    }
}

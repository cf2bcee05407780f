//! Time series: one point a virtual minute, visible to clients a while after the minute has ended.

use std::collections::VecDeque;

use crate::topology::{PerRegion, Region};

/// The length of a point, in seconds.
pub const MINUTE: i64 = 60;
/// How long after the end of its minute a point can be read, in seconds: CloudWatch's answers are "a minute late".
pub const PUBLICATION_DELAY: i64 = 50;
/// How many points a series keeps: 25 hours.
const KEPT_POINTS: usize = 1500;

/// What was seen within one minute.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Statistics {
    /// How many values.
    pub samples: f64,
    /// Their sum.
    pub sum: f64,
    /// The least.
    pub minimum: f64,
    /// The greatest.
    pub maximum: f64,
}

impl Statistics {
    /// The statistics of a single value.
    pub fn of(value: f64) -> Self {
        Self { samples: 1.0, sum: value, minimum: value, maximum: value }
    }

    /// Both together.
    pub fn join(self, other: Self) -> Self {
        Self {
            samples: self.samples + other.samples,
            sum: self.sum + other.sum,
            minimum: self.minimum.min(other.minimum),
            maximum: self.maximum.max(other.maximum),
        }
    }

    /// The statistic of that CloudWatch name. Percentiles are estimated between the extremes, as the single values
    /// are not kept.
    pub fn named(&self, name: &str) -> Option<f64> {
        let average = if self.samples > 0.0 { self.sum / self.samples } else { 0.0 };
        Some(match name {
            "Average" => average,
            "Sum" => self.sum,
            "Minimum" => self.minimum,
            "Maximum" => self.maximum,
            "SampleCount" => self.samples,
            _ => {
                let percentile: f64 = name.strip_prefix('p')?.parse().ok()?;
                let share = (0.0..=100.0).contains(&percentile).then_some(percentile / 100.0)?;
                if share < 0.5 {
                    self.minimum + (average - self.minimum) * share * 2.0
                } else {
                    average + (self.maximum - average) * (share - 0.5) * 2.0
                }
            }
        })
    }
}

/// One point of a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// The start of its minute, in seconds since 1970.
    pub at: i64,
    /// What was seen in that minute.
    pub statistics: Statistics,
}

/// A metric with its dimensions, in one region.
#[derive(Debug, Clone)]
pub struct Series {
    /// The region whose CloudWatch has it.
    pub region: Region,
    /// Such as `AWS/RDS`.
    pub namespace: &'static str,
    /// The metric's name.
    pub name: &'static str,
    /// Names and values of its dimensions.
    pub dimensions: Vec<(&'static str, String)>,
    /// CloudWatch's name of the unit.
    pub unit: &'static str,
    gathering: Option<Statistics>,
    points: VecDeque<Point>,
}

impl Series {
    /// The points that a client can read at `now` (seconds since 1970), oldest first.
    pub fn visible(&self, now: i64) -> impl DoubleEndedIterator<Item = &Point> {
        self.points.iter().filter(move |point| point.at + MINUTE + PUBLICATION_DELAY <= now)
    }
}

/// The number of a series within its store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeriesId(usize);

/// How a region's CloudWatch misbehaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Publication {
    /// It does not.
    #[default]
    Normal,
    /// No new points appear.
    Silent,
    /// New points repeat the last value: the metrics lie.
    Frozen,
}

/// Every series of every region.
#[derive(Debug, Clone, Default)]
pub struct MetricStore {
    series: Vec<Series>,
    /// How each region publishes.
    pub publication: PerRegion<Publication>,
}

impl MetricStore {
    /// Adds a series.
    pub fn register(
        &mut self,
        region: Region,
        namespace: &'static str,
        name: &'static str,
        unit: &'static str,
        dimensions: Vec<(&'static str, String)>,
    ) -> SeriesId {
        let points = VecDeque::new();
        self.series.push(Series { region, namespace, name, dimensions, unit, gathering: None, points });
        SeriesId(self.series.len() - 1)
    }

    /// Adds a value to the minute that is being gathered.
    pub fn observe(&mut self, id: SeriesId, value: f64) {
        if let Some(series) = self.series.get_mut(id.0) {
            let seen = Statistics::of(value);
            series.gathering = Some(series.gathering.map_or(seen, |so_far| so_far.join(seen)));
        }
    }

    /// Ends the minute that began at `at`. A series that saw nothing gets no point.
    pub fn close_minute(&mut self, at: i64) {
        for series in &mut self.series {
            let Some(mut statistics) = series.gathering.take() else { continue };
            match self.publication[series.region] {
                Publication::Normal => {}
                Publication::Silent => continue,
                Publication::Frozen => statistics = series.points.back().map_or(statistics, |last| last.statistics),
            }
            if series.points.len() == KEPT_POINTS {
                series.points.pop_front();
            }
            series.points.push_back(Point { at, statistics });
        }
    }

    /// The series of a region that have at least one point, or will have.
    pub fn in_region(&self, region: Region) -> impl Iterator<Item = &Series> {
        self.series.iter().filter(move |series| series.region == region)
    }

    /// The series with exactly these dimensions, in any order.
    pub fn find<'a>(
        &self,
        region: Region,
        namespace: &str,
        name: &str,
        dimensions: impl Iterator<Item = (&'a str, &'a str)> + Clone,
    ) -> Option<&Series> {
        self.in_region(region).find(|series| {
            series.namespace == namespace
                && series.name == name
                && series.dimensions.len() == dimensions.clone().count()
                && dimensions
                    .clone()
                    .all(|(key, value)| series.dimensions.iter().any(|(name, held)| *name == key && held == value))
        })
    }

    /// The series of that number.
    pub fn get(&self, id: SeriesId) -> Option<&Series> {
        self.series.get(id.0)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn a_point_appears_after_its_minute_and_the_publication_delay() {
        let mut store = MetricStore::default();
        let id = store.register(Region::UsWest2, "AWS/RDS", "Lag", "Milliseconds", vec![("A", "b".into())]);
        store.observe(id, 100.0);
        store.observe(id, 300.0);
        store.close_minute(600);
        let series = store.find(Region::UsWest2, "AWS/RDS", "Lag", [("A", "b")].into_iter()).unwrap();
        assert_eq!(series.visible(600 + 60 + PUBLICATION_DELAY - 1).count(), 0);
        let point = series.visible(600 + 60 + PUBLICATION_DELAY).next().unwrap();
        assert_eq!(point.statistics.named("Average"), Some(200.0));
        assert_eq!(point.statistics.named("Maximum"), Some(300.0));
        assert_eq!(point.statistics.named("SampleCount"), Some(2.0));
        assert_eq!(point.statistics.named("p100"), Some(300.0));
        assert_eq!(point.statistics.named("Median"), None);
        assert!(store.find(Region::UsWest2, "AWS/RDS", "Lag", [].into_iter()).is_none());
    }

    #[test]
    fn a_silent_region_publishes_nothing_and_a_frozen_one_repeats_itself() {
        let mut store = MetricStore::default();
        let id = store.register(Region::UsWest2, "N", "M", "None", vec![]);
        for (minute, publication, expected) in [
            (0, Publication::Normal, vec![0.0]),
            (60, Publication::Silent, vec![0.0]),
            (120, Publication::Frozen, vec![0.0, 0.0]),
            (180, Publication::Normal, vec![0.0, 0.0, 180.0]),
        ] {
            store.publication[Region::UsWest2] = publication;
            store.observe(id, minute as f64);
            store.close_minute(minute);
            let values: Vec<f64> = store.get(id).unwrap().visible(10_000).map(|point| point.statistics.sum).collect();
            assert_eq!(values, expected);
        }
    }
}

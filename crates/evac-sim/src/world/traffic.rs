//! Route 53's health checkers: many places that ask each region, each on its own beat, and what they make of it.

use crate::{
    topology::{PerRegion, Region},
    world::{
        metrics::{MetricStore, SeriesId},
        noise::{Noise, stream},
    },
};

/// Seconds between two requests of one checker.
pub const INTERVAL: i64 = 30;
/// How many answers in a row it takes to change a checker's mind.
pub const THRESHOLD: u8 = 3;
/// An endpoint is healthy while more than this share of the checkers says so, in percent.
const HEALTHY_ABOVE: f64 = 18.0;
/// The regions that checkers ask from.
pub const CHECKER_REGIONS: [&str; 8] = [
    "us-east-1",
    "us-west-1",
    "us-west-2",
    "eu-west-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-northeast-1",
    "sa-east-1",
];
/// How many checkers ask each region.
pub const CHECKERS: usize = CHECKER_REGIONS.len() * 2;

/// What a region's public endpoint answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// HTTP 200.
    Healthy,
    /// Another HTTP status.
    Status(u16),
    /// Nothing.
    Silence,
}

/// What one checker last saw, and what it concludes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Checker {
    /// What it saw.
    pub seen: Answer,
    /// When, in seconds since 1970.
    pub checked_at: i64,
    /// Whether it calls the endpoint healthy.
    pub healthy: bool,
    /// How many answers in a row contradict that.
    contradicting: u8,
}

/// The health check of one region.
#[derive(Debug, Clone)]
pub struct HealthCheck {
    /// What the endpoint answers now.
    pub answer: Answer,
    /// How many of the checkers cannot reach the endpoint, whatever it answers.
    pub blind: usize,
    /// The checkers.
    pub checkers: Vec<Checker>,
    status: SeriesId,
    percentage: SeriesId,
}

impl HealthCheck {
    /// The share of checkers that call the endpoint healthy, in percent.
    pub fn percentage(&self) -> f64 {
        let healthy = self.checkers.iter().filter(|checker| checker.healthy).count();
        100.0 * healthy as f64 / self.checkers.len().max(1) as f64
    }

    /// Whether Route 53 answers with this region's record.
    pub fn healthy(&self) -> bool {
        self.percentage() > HEALTHY_ABOVE
    }
}

/// The health checks of all regions.
#[derive(Debug, Clone)]
pub struct Traffic {
    /// One a region.
    pub checks: PerRegion<HealthCheck>,
}

impl Traffic {
    /// Checks that have found every region healthy.
    pub fn new(now: i64, metrics: &mut MetricStore) -> Self {
        Self {
            checks: PerRegion::from_fn(|region| {
                // Whatever region is checked, the metrics of Route 53 are in us-east-1.
                let mut add = |name, unit| {
                    let dimensions = vec![("HealthCheckId", region.health_check().to_owned())];
                    metrics.register(Region::UsEast1, "AWS/Route53", name, unit, dimensions)
                };
                let seen = Answer::Healthy;
                let checkers = vec![Checker { seen, checked_at: now, healthy: true, contradicting: 0 }; CHECKERS];
                let (status, percentage) =
                    (add("HealthCheckStatus", "None"), add("HealthCheckPercentageHealthy", "Percent"));
                HealthCheck { answer: Answer::Healthy, blind: 0, checkers, status, percentage }
            }),
        }
    }

    /// Every endpoint answers again. The checkers come round in their own time.
    pub fn calm(&mut self) {
        for check in &mut self.checks.0 {
            check.answer = Answer::Healthy;
            check.blind = 0;
        }
    }

    /// Moves on by one second.
    pub fn step(&mut self, tick: i64, noise: Noise, power: &PerRegion<bool>, metrics: &mut MetricStore) {
        for region in Region::ALL {
            let check = &mut self.checks[region];
            let answer = if power[region] { check.answer } else { Answer::Silence };
            let source = stream(region.name()) ^ stream("checkers");
            for (number, checker) in check.checkers.iter_mut().enumerate() {
                let beat = (noise.bits(source, number as i64) % INTERVAL.cast_unsigned()).cast_signed();
                if tick.rem_euclid(INTERVAL) != beat {
                    continue;
                }
                // The internet loses a request now and then; the threshold exists so that it does not matter.
                let lost = noise.unit(source ^ number as u64, tick) < 0.001;
                checker.seen = if lost || number < check.blind { Answer::Silence } else { answer };
                checker.checked_at = tick;
                if (checker.seen == Answer::Healthy) == checker.healthy {
                    checker.contradicting = 0;
                } else {
                    checker.contradicting += 1;
                }
                if checker.contradicting >= THRESHOLD {
                    checker.healthy = !checker.healthy;
                    checker.contradicting = 0;
                }
            }
            // These metrics are made in us-east-1: while it is gone there are none, for any region.
            if power[Region::UsEast1] && tick % 10 == 0 {
                metrics.observe(check.status, if check.healthy() { 1.0 } else { 0.0 });
                metrics.observe(check.percentage, check.percentage());
            }
        }
    }
}

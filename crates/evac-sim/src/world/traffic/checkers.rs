//! Route 53's health checkers: many places that ask one address, each on its own beat, and what they make of it.

use crate::world::noise::Noise;

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

/// A health check of an address: an endpoint of the stack, or an object in a bucket.
#[derive(Debug, Clone)]
pub struct HealthCheck {
    /// What the address answers now.
    pub answer: Answer,
    /// How many of the checkers cannot reach the address, whatever it answers.
    pub blind: usize,
    /// The checkers.
    pub checkers: Vec<Checker>,
    /// Seconds between two requests of one checker.
    pub interval: i64,
    /// The stream of noise that its checkers beat by.
    stream: u64,
}

impl HealthCheck {
    /// A check whose checkers have long agreed that the address answers like this.
    pub fn new(stream: u64, interval: i64, answer: Answer, now: i64) -> Self {
        let healthy = answer == Answer::Healthy;
        let checkers = vec![Checker { seen: answer, checked_at: now, healthy, contradicting: 0 }; CHECKERS];
        Self { answer, blind: 0, checkers, interval, stream }
    }

    /// The share of checkers that call the address healthy, in percent.
    pub fn percentage(&self) -> f64 {
        let healthy = self.checkers.iter().filter(|checker| checker.healthy).count();
        100.0 * healthy as f64 / self.checkers.len().max(1) as f64
    }

    /// Whether enough checkers call it healthy.
    pub fn healthy(&self) -> bool {
        self.percentage() > HEALTHY_ABOVE
    }

    /// Lets the checkers whose beat it is ask an address that answers like this.
    pub fn step(&mut self, tick: i64, noise: Noise, answer: Answer) {
        let source = self.stream;
        for (number, checker) in self.checkers.iter_mut().enumerate() {
            let beat = (noise.bits(source, number as i64) % self.interval.cast_unsigned()).cast_signed();
            if tick.rem_euclid(self.interval) != beat {
                continue;
            }
            // The internet loses a request now and then; the threshold exists so that it does not matter.
            let lost = noise.unit(source ^ number as u64, tick) < 0.001;
            checker.seen = if lost || number < self.blind { Answer::Silence } else { answer };
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
    }
}

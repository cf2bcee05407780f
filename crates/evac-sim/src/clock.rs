//! The virtual clock: real time multiplied by a speed, which can be paused and moved forward.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use jiff::{SignedDuration, Timestamp};

/// The fastest that a world can run: a day in 86 s.
pub const MAX_SPEED: u32 = 1000;

/// Where virtual time stands at an instant of real time, and how fast it moves from there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// The virtual time at `taken`.
    pub at: Timestamp,
    /// The instant of real time that the reading belongs to.
    pub taken: Instant,
    /// Virtual seconds a real second.
    pub speed: u32,
    /// Whether virtual time stands still.
    pub paused: bool,
}

impl Reading {
    /// The virtual time at `instant`. Instants before the reading give the reading's own time: virtual time never
    /// runs backwards.
    pub fn virtual_at(&self, instant: Instant) -> Timestamp {
        if self.paused {
            return self.at;
        }
        let passed = instant.saturating_duration_since(self.taken).saturating_mul(self.speed);
        SignedDuration::try_from(passed)
            .ok()
            .and_then(|passed| self.at.checked_add(passed).ok())
            .unwrap_or(Timestamp::MAX)
    }

    /// How long in real time a virtual duration takes.
    pub fn real(&self, virtual_duration: Duration) -> Duration {
        virtual_duration / self.speed.max(1)
    }
}

/// The clock that a running world shares.
#[derive(Debug)]
pub struct Clock(Mutex<Reading>);

impl Clock {
    /// A clock that stands at `start` and runs at `speed`, which is brought into 1 to [`MAX_SPEED`].
    pub fn new(start: Timestamp, speed: u32) -> Self {
        let speed = speed.clamp(1, MAX_SPEED);
        Self(Mutex::new(Reading { at: start, taken: Instant::now(), speed, paused: false }))
    }

    /// The virtual time now.
    pub fn now(&self) -> Timestamp {
        self.reading().virtual_at(Instant::now())
    }

    /// The last reading, from which any later time follows.
    pub fn reading(&self) -> Reading {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stops virtual time until [`Clock::resume`].
    pub fn pause(&self) {
        self.set(|reading| reading.paused = true);
    }

    /// Lets virtual time run on from where it stands.
    pub fn resume(&self) {
        self.set(|reading| reading.paused = false);
    }

    /// Moves virtual time forward at once. Negative durations do nothing.
    pub fn advance(&self, by: SignedDuration) {
        let by = by.max(SignedDuration::ZERO);
        self.set(|reading| reading.at = reading.at.checked_add(by).unwrap_or(Timestamp::MAX));
    }

    /// Sets the speed, brought into 1 to [`MAX_SPEED`].
    pub fn set_speed(&self, speed: u32) {
        self.set(|reading| reading.speed = speed.clamp(1, MAX_SPEED));
    }

    /// Changes the reading, after it was brought to this instant so that nothing jumps.
    fn set(&self, change: impl FnOnce(&mut Reading)) {
        let mut reading = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let instant = Instant::now();
        reading.at = reading.virtual_at(instant);
        reading.taken = instant;
        change(&mut reading);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn virtual_time_runs_at_the_speed_and_stands_still_when_paused() {
        let taken = Instant::now();
        let at: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        let reading = Reading { at, taken, speed: 60, paused: false };
        let later = taken + Duration::from_secs(2);
        assert_eq!(reading.virtual_at(later), at + SignedDuration::from_secs(120));
        assert_eq!(Reading { paused: true, ..reading }.virtual_at(later), at);
        assert_eq!(reading.real(Duration::from_secs(60)), Duration::from_secs(1));
    }

    #[test]
    fn virtual_time_never_runs_backwards() {
        let start: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        let clock = Clock::new(start, 5000);
        assert_eq!(clock.reading().speed, MAX_SPEED);
        clock.pause();
        let before = clock.now();
        clock.advance(SignedDuration::from_secs(-5));
        assert_eq!(clock.now(), before);
        clock.advance(SignedDuration::from_hours(1));
        assert_eq!(clock.now(), before + SignedDuration::from_hours(1));
    }
}

//! Time, passed in wherever it is needed.

use std::time::Instant;

use jiff::{SignedDuration, Timestamp};

/// Tells the time.
pub trait Clock: Send + Sync + 'static {
    /// The moment, by this machine.
    fn now(&self) -> Timestamp;

    /// The same as the machine's clock is set at this very moment: it may jump, and it goes on while the machine sleeps,
    /// which the monotonic one does not.
    fn set_time(&self) -> Timestamp {
        self.now()
    }
}

/// This machine's clock, read once and carried on by the monotonic one: an NTP step or an operator who sets the
/// clock during an outage makes no age jump.
#[derive(Debug, Clone)]
pub struct SystemClock {
    started: Timestamp,
    instant: Instant,
}

impl SystemClock {
    /// A clock that starts at this machine's time.
    pub fn start() -> Self {
        Self { started: Timestamp::now(), instant: Instant::now() }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let elapsed = SignedDuration::try_from(self.instant.elapsed()).unwrap_or(SignedDuration::MAX);
        self.started.checked_add(elapsed).unwrap_or(Timestamp::MAX)
    }

    fn set_time(&self) -> Timestamp {
        Timestamp::now()
    }
}

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use crate::Clock;

/// A moment by both of a machine's clocks: the monotonic one, which nobody can set, and the one that is set, which goes on
/// while the machine sleeps. What is past by either of them is past: a laptop that wakes up does not know how long it
/// slept, and a clock that is set back makes nothing last longer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moment {
    monotonic: Instant,
    set: Timestamp,
}

impl Moment {
    pub(super) fn now(clock: &dyn Clock) -> Self {
        Self { monotonic: Instant::now(), set: clock.set_time() }
    }

    pub(super) fn after(self, length: Duration) -> Self {
        let set = SignedDuration::try_from(length).ok().and_then(|length| self.set.checked_add(length).ok());
        Self { monotonic: self.monotonic + length, set: set.unwrap_or(Timestamp::MAX) }
    }

    pub(super) fn is_past(self, clock: &dyn Clock) -> bool {
        Instant::now() >= self.monotonic || clock.set_time() >= self.set
    }

    /// The monotonic one alone, to wait for.
    pub(super) fn monotonic(self) -> Instant {
        self.monotonic
    }
}

use std::time::Duration;

use evac_core::Stack;
use jiff::SignedDuration;

/// How a run waits. Times of the world are divided by the pace of its clock; all others are this machine's.
#[derive(Debug, Clone)]
pub struct Policy {
    /// How many seconds of the world pass in one of this machine's.
    pub rate: f64,
    /// The longest that one observation may take, in this machine's time.
    pub look: Duration,
    /// The shortest time between two looks at the same thing, of the world.
    pub shortest_pause: Duration,
    /// The longest, of the world: looks become rarer the longer something takes.
    pub longest_pause: Duration,
    /// How many looks must find nothing done before a call with an unknown answer counts as not made.
    pub settle_looks: u32,
    /// Over what time, of the world, counted from when the call was given up.
    pub settle_window: Duration,
    /// Draws the jitter.
    pub seed: u64,
}

impl Policy {
    /// What a stack's settings ask for.
    pub fn of(stack: &Stack) -> Self {
        Self {
            rate: stack.clock.rate,
            look: stack.polling.timeout.unsigned(),
            shortest_pause: Duration::from_millis(250),
            longest_pause: Duration::from_secs(2),
            settle_looks: 3,
            settle_window: Duration::from_secs(30),
            seed: fastrand::u64(..),
        }
    }

    /// A length of the world's time as this machine counts it.
    pub fn real(&self, world: Duration) -> Duration {
        world.div_f64(self.rate.max(f64::MIN_POSITIVE)).max(Duration::from_millis(1))
    }

    /// The same for a length that a plan states.
    pub fn real_of(&self, world: SignedDuration) -> Duration {
        self.real(world.max(SignedDuration::ZERO).unsigned_abs())
    }
}

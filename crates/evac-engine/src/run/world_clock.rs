use std::sync::{Arc, Mutex, PoisonError};

use evac_core::snapshot::SourceClock;
use jiff::{SignedDuration, Timestamp};

use crate::Clock;

/// How far a source's clock may be behind what the others said before it is believed. HTTP dates have whole seconds.
const SLACK: SignedDuration = SignedDuration::from_secs(2);

/// The time of the observed world: as the sources showed it last, carried on by this machine's clock.
#[derive(Clone)]
pub struct WorldClock {
    here: Arc<dyn Clock>,
    rate: f64,
    shown: Arc<Mutex<SourceClock>>,
}

impl WorldClock {
    /// The world's time as it was last seen, or this machine's as long as no source has shown any.
    pub fn new(here: Arc<dyn Clock>, rate: f64, seen: Option<SourceClock>) -> Self {
        let now = here.now();
        let shown = seen.unwrap_or(SourceClock { source: now, here: now });
        Self { here, rate, shown: Arc::new(Mutex::new(shown)) }
    }

    /// What time it is there.
    pub fn now(&self) -> Timestamp {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner).now(self.here.now(), self.rate)
    }

    /// What time it is here.
    pub fn here(&self) -> Timestamp {
        self.here.now()
    }

    /// What time it is here as this machine's clock is set: for what others read while this machine may sleep.
    pub fn set_time(&self) -> Timestamp {
        self.here.set_time()
    }

    /// A source showed its clock right now.
    pub fn show(&self, source: Timestamp) {
        let here = self.here.now();
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        let ahead = source.duration_since(shown.now(here, self.rate));
        if ahead.is_positive() || ahead < -SLACK {
            *shown = SourceClock { source, here };
        }
    }
}

//! How often the screen is painted.

use std::time::{Duration, Instant};

/// How many frames keys may have ahead of time: enough that a few quick keys each show at once.
const BURST: u32 = 4;

/// Spaces the frames out. News of the world waits for its turn; a key is painted at once, on credit, and over a
/// second there are no more frames than allowed all the same.
#[derive(Debug)]
pub(super) struct Pace {
    interval: Duration,
    /// When the next frame would be due if they were evenly spaced.
    next: Option<Instant>,
}

impl Pace {
    /// So many milliseconds from frame to frame.
    pub(super) fn new(interval: Duration) -> Self {
        Self { interval, next: None }
    }

    /// When the next frame may be painted.
    pub(super) fn due(&self, now: Instant, urgent: bool) -> Instant {
        let credit = if urgent { self.interval * BURST } else { Duration::ZERO };
        self.next.and_then(|next| next.checked_sub(credit)).map_or(now, |due| due.max(now))
    }

    /// A frame was painted.
    pub(super) fn painted(&mut self, now: Instant) {
        self.next = Some(self.next.map_or(now, |next| next.max(now)) + self.interval);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn news_waits_its_turn_and_keys_are_painted_at_once_within_the_limit() {
        let start = Instant::now();
        let mut pace = Pace::new(Duration::from_millis(50));
        assert_eq!(pace.due(start, false), start);
        pace.painted(start);
        assert_eq!(pace.due(start, false), start + Duration::from_millis(50));
        assert_eq!(pace.due(start, true), start);

        // Keys as fast as they come: over ten seconds there are no more frames than allowed, and the credit.
        let (mut now, mut frames) = (start, 1);
        while now < start + Duration::from_secs(10) {
            let due = pace.due(now, true);
            if due > now {
                now = due;
                continue;
            }
            pace.painted(now);
            frames += 1;
            now += Duration::from_millis(1);
        }
        assert!((200..=206).contains(&frames), "{frames} frames");
    }
}

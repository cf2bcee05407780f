//! When a source is asked next.

use std::time::Duration;

use evac_core::{SourceId, Stack};

/// A source that fails is asked again within this, however long its interval: an outage of a minute must not leave
/// the costs dark for six hours. It is also as far as a short interval is stretched.
const PATIENCE: Duration = Duration::from_secs(60);

/// No source is asked more often than this, whatever a stack file says.
const SHORTEST: Duration = Duration::from_millis(10);

/// How far failures stretch an interval, at most.
const STRETCH: u32 = 4;

/// The pace of one source. It jitters by a tenth, so that sources of one interval do not march in step, from a
/// generator seeded with the source's name: the same source always keeps the same pace.
#[derive(Debug, Clone)]
pub(crate) struct Pace {
    interval: Duration,
    random: fastrand::Rng,
}

impl Pace {
    /// The pace that a stack asks of a source.
    pub(crate) fn of(id: &SourceId, stack: &Stack) -> Self {
        let interval = id.source.interval(stack).unsigned().max(SHORTEST);
        Self { interval, random: fastrand::Rng::with_seed(seed(&format!("{} {id}", stack.name))) }
    }

    /// How soon after a question the next may follow that a change asks for. A storm of changes is so made one.
    pub(crate) fn change_gap(&self) -> Duration {
        (self.interval / 2).min(Duration::from_millis(500))
    }

    /// How long to wait after so many failures in a row; 0 after a success.
    pub(crate) fn next(&mut self, failures: u32) -> Duration {
        stretched(self.interval, failures).mul_f64(0.9 + 0.2 * self.random.f64())
    }
}

/// Failures stretch the interval step by step, never so far that a source stays dark for long once it is well.
fn stretched(interval: Duration, failures: u32) -> Duration {
    let Some(doublings) = failures.checked_sub(1) else { return interval };
    let cap = (interval * STRETCH).min(PATIENCE).max(interval);
    interval.min(PATIENCE).saturating_mul(2_u32.saturating_pow(doublings)).min(cap)
}

/// FNV-1a: the same for the same text on every machine and in every release, which std's hashers do not promise.
fn seed(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_stretch_the_interval_and_never_far() {
        for (interval, waits) in [
            (1, [1, 1, 2, 4, 4, 4]),
            (10, [10, 10, 20, 40, 40, 40]),
            (30, [30, 30, 60, 60, 60, 60]),
            (60, [60, 60, 60, 60, 60, 60]),
            (300, [300, 60, 120, 240, 300, 300]),
        ] {
            for (failures, wait) in waits.into_iter().enumerate() {
                let stretched = stretched(Duration::from_secs(interval), failures as u32);
                assert_eq!(stretched.as_secs(), wait, "an interval of {interval} s after {failures} failures");
            }
        }
        assert_eq!(stretched(Duration::from_secs(10), u32::MAX).as_secs(), 40);
    }

    #[test]
    fn a_pace_jitters_by_a_tenth_and_always_the_same_way() {
        let mut pace = Pace { interval: Duration::from_secs(10), random: fastrand::Rng::with_seed(seed("a")) };
        let mut again = pace.clone();
        let waits: Vec<_> = (0..100).map(|_| pace.next(0)).collect();
        assert!(waits.iter().all(|wait| (9_000..=11_000).contains(&wait.as_millis())), "{waits:?}");
        assert!(waits.windows(2).any(|pair| pair[0] != pair[1]));
        assert_eq!(waits, (0..100).map(|_| again.next(0)).collect::<Vec<_>>());
    }
}

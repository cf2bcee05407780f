//! Figures as they are written.

use std::time::Duration;

/// The value that so many hundredths of all do not exceed; zero of none.
pub(super) fn percentile(values: &mut [Duration], hundredths: usize) -> Duration {
    values.sort_unstable();
    let place = (values.len() * hundredths).div_ceil(100).saturating_sub(1);
    values.get(place).copied().unwrap_or_default()
}

/// Half of the values are at most this.
pub(super) fn median(values: &mut [Duration]) -> Duration {
    percentile(values, 50)
}

/// `3.2 ms`, or `1.23 s`.
pub(super) fn time(length: Duration) -> String {
    if length < Duration::from_secs(1) {
        format!("{:.1} ms", length.as_secs_f64() * 1_000.0)
    } else {
        format!("{:.2} s", length.as_secs_f64())
    }
}

/// How many a second.
pub(super) fn rate(count: usize, over: Duration) -> String {
    format!("{:.1} B/s", count as f64 / over.as_secs_f64())
}

/// `p50 3.2 ms, p99 7.1 ms`, with how many there were.
pub(super) fn spread(values: &mut [Duration]) -> String {
    let (half, most) = (median(values), percentile(values, 99));
    let slowest = values.last().copied().unwrap_or_default();
    format!("p50 {}, p99 {}, slowest {} of {}", time(half), time(most), time(slowest), values.len())
}

//! Figures for the screen. Ages go in coarse steps and bounds are rounded up, so that a screen on which nothing
//! happens sends next to nothing.

use evac_core::text;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

/// More days than these are all the same: no figure may grow without end.
const MOST_DAYS: i64 = 9_999;

/// How old something is, in steps: three under a minute, then minutes, hours and days. A fresh answer so reads the
/// same from one poll to the next.
pub(super) fn coarse(age: SignedDuration) -> String {
    match age.as_secs() {
        ..15 if age.as_secs() <= -15 => "future".to_owned(),
        ..15 => "<15 s".to_owned(),
        15..30 => "<30 s".to_owned(),
        30..60 => "<1 min".to_owned(),
        seconds @ 60..3_600 => format!("{} min", seconds / 60),
        seconds @ 3_600..86_400 => format!("{} h", seconds / 3_600),
        seconds => format!("{} d", (seconds / 86_400).min(MOST_DAYS)),
    }
}

/// A length that is an upper bound, rounded up: to 5 seconds under a minute, then to minutes, then to hours. What
/// grows with every second so moves the screen once a minute.
pub(super) fn at_most(length: SignedDuration) -> String {
    let seconds = length.as_secs().saturating_add(i64::from(length.subsec_nanos() > 0));
    let step = match seconds {
        ..60 => 5,
        60..86_400 => 60,
        _ => 3_600,
    };
    if seconds > MOST_DAYS * 86_400 {
        return format!(">{MOST_DAYS} d");
    }
    let steps = seconds.max(0) / step + i64::from(seconds.max(0) % step > 0);
    text::age(SignedDuration::from_secs(steps.saturating_mul(step)))
}

/// A length without its smaller part: `4 min`, `3 h`.
pub(super) fn short(length: SignedDuration) -> String {
    if length.as_secs() > MOST_DAYS * 86_400 {
        return format!(">{MOST_DAYS} d");
    }
    let full = text::age(length);
    let mut words = full.split(' ');
    match (words.next(), words.next()) {
        (Some(number), Some(unit)) => format!("{number} {unit}"),
        _ => full,
    }
}

/// How long an endpoint took, rounded up: to 5 ms under 100, to 25 under a second, then to tenths of one. The last
/// digits would change with every answer, and say nothing.
pub(super) fn latency(length: SignedDuration) -> String {
    let milliseconds = length.as_millis().max(0);
    let step = match milliseconds {
        ..10 => return "<10 ms".to_owned(),
        10..100 => 5,
        100..1_000 => 25,
        _ => 100,
    };
    let up = milliseconds.saturating_add(step - 1) / step * step;
    text::age(SignedDuration::from_millis(i64::try_from(up).unwrap_or(i64::MAX)))
}

/// How often something happens, as one word: `5m`, `6h`, `1d`.
pub(super) fn every(length: SignedDuration) -> String {
    match length.as_secs() {
        seconds if seconds >= 86_400 && seconds % 86_400 == 0 => format!("{}d", seconds / 86_400),
        seconds if seconds >= 3_600 && seconds % 3_600 == 0 => format!("{}h", seconds / 3_600),
        seconds if seconds >= 60 => format!("{}m", seconds / 60),
        seconds => format!("{seconds}s"),
    }
}

/// The hour and minute, in UTC.
pub(super) fn clock(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%H:%M").to_string()
}

/// The hour, minute and second, in UTC.
pub(super) fn clock_with_seconds(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%H:%M:%S").to_string()
}

/// The hour and minute, and the day when that is not today.
pub(super) fn when(at: Timestamp, now: Timestamp) -> String {
    let (at, now) = (at.to_zoned(TimeZone::UTC), now.to_zoned(TimeZone::UTC));
    let form = if at.date() == now.date() { "%H:%M" } else { "%-d %b %H:%M" };
    at.strftime(form).to_string()
}

/// The hour and minute of today, else the day alone.
pub(super) fn time_or_day(at: Timestamp, now: Timestamp) -> String {
    let (at, now) = (at.to_zoned(TimeZone::UTC), now.to_zoned(TimeZone::UTC));
    at.strftime(if at.date() == now.date() { "%H:%M" } else { "%-d %b" }).to_string()
}

/// Dollars: with cents under ten, without above, thousands apart.
pub(super) fn money(dollars: f64) -> String {
    let sign = if dollars < 0.0 { "-" } else { "" };
    let dollars = dollars.abs();
    if dollars < 9.995 {
        return format!("{sign}${dollars:.2}");
    }
    let digits = format!("{dollars:.0}");
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{sign}${grouped}")
}

/// A count, thousands as `k`: `118`, `12.4k`, `3.1M`.
pub(super) fn count(value: f64) -> String {
    match value.max(0.0) {
        _ if value.is_nan() => "?".to_owned(),
        value if value < 9_999.5 => format!("{value:.0}"),
        value if value < 999_950.0 => format!("{:.1}k", value / 1e3),
        value if value < 1e12 => format!("{:.1}M", value / 1e6),
        _ => ">999G".to_owned(),
    }
}

/// So many bytes. More than there can be is said to be so, and what is no number is not known.
pub(super) fn size(bytes: f64) -> String {
    match bytes {
        bytes if bytes.is_nan() => "? B".to_owned(),
        bytes if bytes >= 1e18 => ">999 PB".to_owned(),
        bytes => text::bytes(bytes),
    }
}

/// A share in percent; what is not quite nothing or not quite all does not read so.
pub(super) fn percent(share: f64) -> String {
    match share {
        share if share > 0.0 && share < 1.0 => "<1 %".to_owned(),
        share if share > 99.0 && share < 100.0 => format!("{:.1} %", (share * 10.0).floor() / 10.0),
        share => format!("{share:.0} %"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn ages_go_in_steps_and_bounds_err_upwards() {
        for (seconds, text) in [
            (-20, "future"),
            (-3, "<15 s"),
            (0, "<15 s"),
            (29, "<30 s"),
            (59, "<1 min"),
            (61, "1 min"),
            (90_000, "1 d"),
        ] {
            assert_eq!(coarse(SignedDuration::from_secs(seconds)), text);
        }
        for (milliseconds, text) in
            [(0, "0 s"), (100, "5.0 s"), (5_000, "5.0 s"), (58_000, "1 min"), (61_000, "2 min"), (601_000, "11 min")]
        {
            assert_eq!(at_most(SignedDuration::from_millis(milliseconds)), text);
        }
        assert!(!at_most(SignedDuration::MAX).is_empty());
        assert_eq!(coarse(SignedDuration::MIN), "future");
    }

    #[test]
    fn figures_read_as_people_write_them() {
        assert_eq!(money(1_234_567.4), "$1,234,567");
        assert_eq!(money(3.456), "$3.46");
        assert_eq!(money(-42.0), "-$42");
        assert_eq!(count(118.0), "118");
        assert_eq!(count(12_400.0), "12.4k");
        assert_eq!(percent(99.96), "99.9 %");
        assert_eq!(percent(0.2), "<1 %");
        assert_eq!(every(SignedDuration::from_mins(5)), "5m");
        assert_eq!(every(SignedDuration::from_hours(6)), "6h");
        let now = "2026-11-22T10:04:30Z".parse().unwrap();
        assert_eq!(when("2026-11-22T04:10:00Z".parse().unwrap(), now), "04:10");
        assert_eq!(when("2026-11-21T04:10:00Z".parse().unwrap(), now), "21 Nov 04:10");
        assert_eq!(clock_with_seconds(now), "10:04:30");
        assert_eq!(short(SignedDuration::from_secs(250)), "4 min");
        for (milliseconds, text) in [(0, "<10 ms"), (41, "45 ms"), (45, "45 ms"), (101, "125 ms"), (1_210, "1.3 s")] {
            assert_eq!(latency(SignedDuration::from_millis(milliseconds)), text);
        }
    }
}

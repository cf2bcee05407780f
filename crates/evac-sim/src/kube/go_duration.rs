//! Durations as Go writes them (`720h0m0s`, `5m`, `250ms`): the form of every TTL and experiment length.

use jiff::SignedDuration;

/// Reads a duration; `None` for what Go's own parser would refuse.
pub fn parse(written: &str) -> Option<SignedDuration> {
    let mut rest = written.trim();
    if rest == "0" {
        return Some(SignedDuration::ZERO);
    }
    if rest.is_empty() {
        return None;
    }
    let mut seconds = 0.0_f64;
    while !rest.is_empty() {
        let unit_at = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.')?;
        let amount: f64 = rest[..unit_at].parse().ok()?;
        rest = &rest[unit_at..];
        let unit_end = rest.find(|letter: char| letter.is_ascii_digit() || letter == '.').unwrap_or(rest.len());
        seconds += amount
            * match &rest[..unit_end] {
                "h" => 3600.0,
                "m" => 60.0,
                "s" => 1.0,
                "ms" => 1e-3,
                "us" | "µs" => 1e-6,
                "ns" => 1e-9,
                _ => return None,
            };
        rest = &rest[unit_end..];
    }
    SignedDuration::try_from_secs_f64(seconds).ok()
}

/// Writes a duration as Go prints it: `720h0m0s`.
pub fn write(duration: SignedDuration) -> String {
    let seconds = duration.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes) {
        (0, 0) => format!("{seconds}s"),
        (0, _) => format!("{minutes}m{seconds}s"),
        _ => format!("{hours}h{minutes}m{seconds}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_what_go_does() {
        assert_eq!(parse("720h0m0s"), Some(SignedDuration::from_hours(720)));
        assert_eq!(parse("1m30s"), Some(SignedDuration::from_secs(90)));
        assert_eq!(parse("250ms"), Some(SignedDuration::from_millis(250)));
        assert_eq!(parse("5"), None);
        assert_eq!(parse("5x"), None);
        assert_eq!(parse(""), None);
        assert_eq!(write(SignedDuration::from_hours(720)), "720h0m0s");
        assert_eq!(write(SignedDuration::from_secs(61)), "1m1s");
    }
}

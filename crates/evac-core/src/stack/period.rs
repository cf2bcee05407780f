use std::borrow::Cow;

use jiff::SignedDuration;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// A length of time, written as people write it: `30s`, `15m`, `7d`, `1h 30m`. ISO 8601 (`PT15M`) is read too.
/// A day is 24 hours and a year 365 days: a period is a length, not a calendar date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period(SignedDuration);

impl Period {
    /// A period of so many milliseconds.
    pub const fn from_millis(milliseconds: i64) -> Self {
        Self(SignedDuration::from_millis(milliseconds))
    }

    /// A period of so many seconds.
    pub const fn from_secs(seconds: i64) -> Self {
        Self(SignedDuration::from_secs(seconds))
    }

    /// A period of so many minutes.
    pub const fn from_mins(minutes: i64) -> Self {
        Self(SignedDuration::from_mins(minutes))
    }

    /// A period of so many hours.
    pub const fn from_hours(hours: i64) -> Self {
        Self(SignedDuration::from_hours(hours))
    }

    /// The length.
    pub const fn get(self) -> SignedDuration {
        self.0
    }

    /// The length for a timer, which knows no negative ones.
    pub fn unsigned(self) -> std::time::Duration {
        self.0.unsigned_abs()
    }
}

impl From<SignedDuration> for Period {
    fn from(length: SignedDuration) -> Self {
        Self(length)
    }
}

/// What to write instead of what is wrong.
const HOW: &str = "write it like `30s`, `15m` or `7d`";

impl std::str::FromStr for Period {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{}` is not a length of time: {HOW}", crate::text::clean(text));
        let span: jiff::Span = text.parse().map_err(|_| wrong())?;
        // Days and years are plain lengths here: the span's own conversion would want a calendar.
        let days = i64::from(span.get_days())
            + 7 * i64::from(span.get_weeks())
            + 30 * i64::from(span.get_months())
            + 365 * i64::from(span.get_years());
        let clock = span.years(0).months(0).weeks(0).days(0);
        let clock = SignedDuration::try_from(clock).map_err(|_| wrong())?;
        let length =
            SignedDuration::try_from_hours(days * 24).and_then(|days| days.checked_add(clock)).ok_or_else(wrong)?;
        if length.is_negative() {
            Err(format!("`{}` is negative: {HOW}", crate::text::clean(text)))
        } else {
            Ok(Self(length))
        }
    }
}

impl Serialize for Period {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:#}", self.0))
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom::<String>)
    }
}

impl JsonSchema for Period {
    fn schema_name() -> Cow<'static, str> {
        "Period".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A length of time, such as \"30s\", \"15m\", \"7d\" or \"1h 30m\".",
            "examples": ["30s", "15m", "7d"]
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn a_period_is_written_as_people_write_it() {
        for (text, seconds) in [
            ("30s", 30),
            ("15m", 900),
            ("7d", 604_800),
            ("1y", 31_536_000),
            ("1h 30m", 5_400),
            ("PT15M", 900),
            ("2w", 1_209_600),
        ] {
            assert_eq!(text.parse::<Period>().unwrap(), Period::from_secs(seconds), "{text}");
        }
        assert_eq!("250ms".parse::<Period>().unwrap(), Period::from_millis(250));
        for text in ["", "15", "-5m", "soon", "9999999999999y"] {
            let error = text.parse::<Period>().unwrap_err();
            assert!(error.ends_with(HOW), "{text:?}: {error}");
        }
    }

    #[test]
    fn a_period_survives_being_written_and_read() {
        for period in [Period::from_millis(250), Period::from_mins(15), Period::from_hours(24 * 365)] {
            let text = serde_json::to_string(&period).unwrap();
            assert_eq!(serde_json::from_str::<Period>(&text).unwrap(), period, "{text}");
        }
    }
}

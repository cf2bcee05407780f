//! When a schedule fires: five-field cron, `@every`, and the named forms, in UTC.
//!
//! The words of the errors are those of the cron library that Velero and Chaos Mesh use, since an operator sees them
//! in `status.validationErrors`.

use jiff::{SignedDuration, Timestamp, ToSpan, civil::DateTime, tz::TimeZone};

use super::go_duration;

/// A parsed schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cron {
    /// A fixed time after the last firing.
    Every(SignedDuration),
    /// The minutes whose fields all match.
    Fields(Box<Fields>),
}

/// The five fields as bit sets, a bit a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fields {
    minutes: u64,
    hours: u64,
    days: u64,
    months: u64,
    weekdays: u64,
    any_day: bool,
    any_weekday: bool,
}

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

impl Cron {
    /// Reads a schedule; the error is for the operator.
    pub fn parse(written: &str) -> Result<Cron, String> {
        let written = written.trim();
        if let Some(every) = written.strip_prefix("@every ") {
            return match go_duration::parse(every) {
                Some(period) if period >= SignedDuration::from_secs(1) => Ok(Cron::Every(period)),
                _ => Err(format!("failed to parse duration {written}: time: invalid duration \"{every}\"")),
            };
        }
        let fields = match written {
            "@yearly" | "@annually" => "0 0 1 1 *",
            "@monthly" => "0 0 1 * *",
            "@weekly" => "0 0 * * 0",
            "@daily" | "@midnight" => "0 0 * * *",
            "@hourly" => "0 * * * *",
            named if named.starts_with('@') => return Err(format!("unrecognized descriptor: {named}")),
            plain => plain,
        };
        let parts: Vec<&str> = fields.split_whitespace().collect();
        let [minutes, hours, days, months, weekdays] = parts.as_slice() else {
            return Err(format!("expected exactly 5 fields, found {}: {parts:?}", parts.len()));
        };
        Ok(Cron::Fields(Box::new(Fields {
            minutes: field(minutes, 0, 59, &[], 0)?,
            hours: field(hours, 0, 23, &[], 0)?,
            days: field(days, 1, 31, &[], 0)?,
            months: field(months, 1, 12, &MONTHS, 1)?,
            weekdays: field(weekdays, 0, 6, &WEEKDAYS, 0)?,
            any_day: days.starts_with(['*', '?']),
            any_weekday: weekdays.starts_with(['*', '?']),
        })))
    }

    /// The first firing strictly after a time; `None` for a date that never comes (30 February).
    pub fn next(&self, after: Timestamp) -> Option<Timestamp> {
        match self {
            Cron::Every(period) => after.checked_add(*period).ok(),
            Cron::Fields(fields) => fields.next(after),
        }
    }
}

impl Fields {
    fn next(&self, after: Timestamp) -> Option<Timestamp> {
        let start = TimeZone::UTC.to_datetime(after);
        let mut at = start.with().second(0).subsec_nanosecond(0).build().ok()?.checked_add(1.minute()).ok()?;
        // A leap day is at most eight years away.
        let limit = start.checked_add(9.years()).ok()?;
        while at < limit {
            if self.months >> at.month() & 1 == 0 {
                at = first_of_day(at)?.with().day(1).build().ok()?.checked_add(1.month()).ok()?;
            } else if !self.day_matches(at) {
                at = first_of_day(at)?.checked_add(1.day()).ok()?;
            } else if self.hours >> at.hour() & 1 == 0 {
                at = at.with().minute(0).build().ok()?.checked_add(1.hour()).ok()?;
            } else if self.minutes >> at.minute() & 1 == 0 {
                at = at.checked_add(1.minute()).ok()?;
            } else {
                return TimeZone::UTC.to_timestamp(at).ok();
            }
        }
        None
    }

    /// Cron's old rule: when both day fields are restricted, either may match.
    fn day_matches(&self, at: DateTime) -> bool {
        let day = self.days >> at.day() & 1 == 1;
        let weekday = self.weekdays >> at.weekday().to_sunday_zero_offset() & 1 == 1;
        if self.any_day || self.any_weekday { day && weekday } else { day || weekday }
    }
}

fn first_of_day(at: DateTime) -> Option<DateTime> {
    at.with().hour(0).minute(0).build().ok()
}

/// One field: a comma list of `*`, `n`, `a-b`, each with an optional `/step`.
fn field(written: &str, lowest: u32, highest: u32, names: &[&str], first_name: u32) -> Result<u64, String> {
    let number = |text: &str| -> Result<u32, String> {
        let lower = text.to_ascii_lowercase();
        if let Some(index) = names.iter().position(|name| *name == lower) {
            return Ok(index as u32 + first_name);
        }
        text.parse()
            .map_err(|_| format!("failed to parse int from {text}: strconv.Atoi: parsing \"{text}\": invalid syntax"))
    };
    let mut bits = 0;
    for part in written.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, Some(number(step)?)),
            None => (part, None),
        };
        let (start, end) = match range.split_once('-') {
            _ if range == "*" || range == "?" => (lowest, highest),
            Some((start, end)) => (number(start)?, number(end)?),
            None => {
                let only = number(range)?;
                // `5/15` means from 5 on.
                (only, if step.is_some() { highest } else { only })
            }
        };
        if start < lowest {
            return Err(format!("beginning of range ({start}) below minimum ({lowest}): {part}"));
        }
        if end > highest {
            return Err(format!("end of range ({end}) above maximum ({highest}): {part}"));
        }
        if start > end {
            return Err(format!("beginning of range ({start}) beyond end of range ({end}): {part}"));
        }
        if step == Some(0) {
            return Err(format!("step of range should be a positive number: {part}"));
        }
        for value in (start..=end).step_by(step.unwrap_or(1) as usize) {
            bits |= 1 << value;
        }
    }
    Ok(bits)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn next(cron: &str, after: &str) -> String {
        Cron::parse(cron).unwrap().next(after.parse().unwrap()).unwrap().to_string()
    }

    #[test]
    fn fires_where_cron_does() {
        assert_eq!(next("*/5 * * * *", "2026-11-22T18:00:00Z"), "2026-11-22T18:05:00Z");
        assert_eq!(next("*/5 * * * *", "2026-11-22T18:04:59Z"), "2026-11-22T18:05:00Z");
        assert_eq!(next("0 */6 * * *", "2026-11-22T18:00:00Z"), "2026-11-23T00:00:00Z");
        assert_eq!(next("0 2 * * *", "2026-12-31T02:00:00Z"), "2027-01-01T02:00:00Z");
        assert_eq!(next("30 4 1,15 * 5", "2026-11-22T00:00:00Z"), "2026-11-27T04:30:00Z");
        assert_eq!(next("0 0 29 2 *", "2026-11-22T00:00:00Z"), "2028-02-29T00:00:00Z");
        assert_eq!(next("0 12 * jan MON-FRI", "2026-11-22T00:00:00Z"), "2027-01-01T12:00:00Z");
        assert_eq!(next("@every 90s", "2026-11-22T00:00:00Z"), "2026-11-22T00:01:30Z");
        assert_eq!(next("@weekly", "2026-11-22T00:00:00Z"), "2026-11-29T00:00:00Z");
    }

    #[test]
    fn refuses_in_the_words_of_the_library() {
        assert_eq!(Cron::parse("61 * * * *").unwrap_err(), "end of range (61) above maximum (59): 61");
        assert!(Cron::parse("* * *").unwrap_err().starts_with("expected exactly 5 fields, found 3"));
        assert!(Cron::parse("x * * * *").is_err());
        assert!(Cron::parse("@every soon").is_err());
        assert_eq!(Cron::parse("0 0 30 2 *").unwrap().next(Timestamp::UNIX_EPOCH), None);
    }
}

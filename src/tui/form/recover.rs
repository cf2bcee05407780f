//! The minute that a database is recovered to.

use evac_core::{RegionId, plan::Intent};
use jiff::{Timestamp, civil::Time, tz::TimeZone};

use super::{Answer, Form, Question};
use crate::tui::{model::Model, verbs};

pub(super) fn question(model: &Model, region: &RegionId) -> Question {
    let newest = model.snapshot.cluster(region).and_then(|cluster| cluster.latest_restorable);
    let days = model.snapshot.cluster(region).and_then(|cluster| cluster.backup_retention_days);
    let mut help = vec!["A new cluster is made beside the old one, as the data was at that moment.".to_owned()];
    help.extend(newest.map(|newest| format!("The newest point in time that can be had is {newest:.0}.")));
    help.extend(days.map(|days| format!("Backups are kept for {days} days.")));
    Question {
        title: format!("Recover the database of {region}"),
        label: "Type the minute in UTC, such as 03:10 or 2026-11-25T03:10Z; nothing is the newest".to_owned(),
        help,
        takes_paste: true,
        ..Question::default()
    }
}

pub(super) fn answer(form: &Form, model: &mut Model, region: &RegionId) -> Answer {
    let text = form.text.trim();
    let at = if text.is_empty() {
        None
    } else {
        match moment(text, model.assessment.world_now) {
            Some(at) => Some(at),
            None => return Answer::Again("that is no minute".to_owned()),
        }
    };
    if at.is_some_and(|at| at > model.assessment.world_now) {
        return Answer::Again("that is yet to come".to_owned());
    }
    Answer::Done(verbs::plan(model, Intent::Recover { region: region.clone(), at }))
}

/// A moment as people type it: a time of the last day, or a date and time, in UTC unless it says otherwise.
fn moment(text: &str, now: Timestamp) -> Option<Timestamp> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    let text = text.trim_end_matches(['Z', 'z']);
    if let Ok(at) = text.parse::<jiff::civil::DateTime>() {
        return at.to_zoned(TimeZone::UTC).ok().map(|at| at.timestamp());
    }
    let time: Time = Time::strptime("%H:%M", text).or_else(|_| Time::strptime("%H:%M:%S", text)).ok()?;
    let today = now.to_zoned(TimeZone::UTC).date();
    let at = |date: jiff::civil::Date| Some(date.to_datetime(time).to_zoned(TimeZone::UTC).ok()?.timestamp());
    at(today).filter(|at| *at <= now).or_else(|| at(today.yesterday().ok()?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn a_minute_is_the_last_one_of_its_name() {
        let now: Timestamp = "2026-11-25T10:00:00Z".parse().unwrap();
        for (text, at) in [
            ("03:10", Some("2026-11-25T03:10:00Z")),
            ("23:59", Some("2026-11-24T23:59:00Z")),
            ("03:10:30", Some("2026-11-25T03:10:30Z")),
            ("2026-11-20T03:10Z", Some("2026-11-20T03:10:00Z")),
            ("2026-11-20 03:10", Some("2026-11-20T03:10:00Z")),
            ("2026-11-20T03:10:00+01:00", Some("2026-11-20T02:10:00Z")),
            ("yesterday", None),
            ("25:00", None),
        ] {
            assert_eq!(moment(text, now), at.map(|at| at.parse().unwrap()), "{text}");
        }
    }
}

//! A picture for scripts.
//!
//! One object. `version` is 1: fields may be added to it, never taken away or given another meaning. `assessment`
//! is what follows, `sources` what every source last said. Lengths of time are ISO 8601 (`PT3.2S`), moments
//! RFC 3339, money a decimal string in USD. Long lists are cut to their newest entries.

use evac_core::{
    Assessment, Source,
    reading::{MetricsReading, Point, Reading},
    snapshot::{Freshness, Signal},
};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::Picture;
use crate::cli::Failure;

/// The version of the object.
const VERSION: u32 = 1;

/// How many entries of a list are written: its newest. A cluster can hold 100,000 backups.
const MOST_ENTRIES: usize = 50;

/// How many points of a series are written: its newest.
const MOST_POINTS: usize = 5;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    evac: &'static str,
    stack: &'a str,
    environment: &'a str,
    taken_at: Timestamp,
    assessment: &'a Assessment,
    sources: Vec<SourceState<'a>>,
}

#[derive(Serialize)]
struct SourceState<'a> {
    source: Source,
    region: &'a str,
    freshness: Freshness,
    age: Option<SignedDuration>,
    took: Option<SignedDuration>,
    received_at: Option<Timestamp>,
    sampled_at: Option<Timestamp>,
    failure: Option<FailureState<'a>>,
    failures: u32,
    reading: Option<Reading>,
}

#[derive(Serialize)]
struct FailureState<'a> {
    kind: &'static str,
    message: &'a str,
}

/// The object, laid out for eyes.
pub fn pretty(picture: &Picture) -> Result<String, Failure> {
    serde_json::to_string_pretty(&document(picture)).map_err(|error| Failure::from_error(&error))
}

/// The object on one line.
pub fn line(picture: &Picture) -> Result<String, Failure> {
    serde_json::to_string(&document(picture)).map_err(|error| Failure::from_error(&error))
}

fn document(picture: &Picture) -> Document<'_> {
    let Picture { stack, snapshot, assessment, now } = picture;
    let states = stack.ordered_regions().flat_map(|(region, _)| {
        Source::of(stack, region).into_iter().map(move |source| {
            let signal = snapshot.signal(source, region);
            let last = signal.and_then(|signal| signal.last.as_ref());
            SourceState {
                source,
                region: region.as_str(),
                freshness: snapshot.freshness(source, region, stack, *now),
                age: signal.and_then(|signal| signal.age(*now, stack.clock.rate)),
                took: signal.map(|signal| signal.took),
                received_at: signal.map(|signal| signal.received_at),
                sampled_at: last.map(|sampled| sampled.sampled_at),
                failure: signal.and_then(failure),
                failures: signal.map_or(0, |signal| signal.failures),
                reading: last.map(|sampled| essential(&sampled.reading)),
            }
        })
    });
    Document {
        version: VERSION,
        evac: env!("CARGO_PKG_VERSION"),
        stack: stack.name.as_str(),
        environment: &stack.environment,
        taken_at: *now,
        assessment,
        sources: states.collect(),
    }
}

fn failure(signal: &Signal) -> Option<FailureState<'_>> {
    signal.failure.as_ref().map(|failure| FailureState { kind: failure.kind.word(), message: &failure.message })
}

/// A reading with its lists cut to what matters now.
fn essential(reading: &Reading) -> Reading {
    let mut reading = reading.clone();
    match &mut reading {
        Reading::Backups(backups) => {
            backups.backups.truncate(MOST_ENTRIES);
            backups.restores.truncate(MOST_ENTRIES);
        }
        Reading::Events(events) => events.events.truncate(MOST_ENTRIES),
        Reading::Snapshots(snapshots) => snapshots.snapshots.truncate(MOST_ENTRIES),
        Reading::Alarms(alarms) => alarms.alarms.truncate(MOST_ENTRIES),
        Reading::Metrics(metrics) => newest_points(metrics),
        _ => {}
    }
    reading
}

fn newest_points(metrics: &mut MetricsReading) {
    let cut = |series: &mut Vec<Point>| {
        let surplus = series.len().saturating_sub(MOST_POINTS);
        series.drain(..surplus);
    };
    cut(&mut metrics.aurora.rpo);
    cut(&mut metrics.aurora.replication);
    for rule in &mut metrics.replication {
        cut(&mut rule.latency);
        cut(&mut rule.bytes_pending);
        cut(&mut rule.operations_pending);
    }
    for check in metrics.checkers.values_mut() {
        cut(&mut check.status);
        cut(&mut check.percent_healthy);
    }
}

//! Everything that is known at one moment: immutable, numbered, with the freshness of each source.

use std::{collections::BTreeMap, sync::Arc};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    ids::RegionId,
    observation::{Observation, Sampled, SourceError},
    reading::Reading,
    source::{Source, SourceId},
    stack::{Stack, scale},
};

/// What is known of all sources at one moment. It is cheap to clone, and never changes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Snapshot {
    /// Counts up with every change.
    pub number: u64,
    signals: BTreeMap<SourceId, Arc<Signal>>,
}

/// What is known of one source: the last thing it said, and how it has failed since.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Signal {
    /// The last good reading, kept through failures: old evidence can still convict, though never acquit.
    pub last: Option<Arc<Sampled>>,
    /// How the newest question failed; `None` when it did not.
    pub failure: Option<SourceError>,
    /// How many questions have failed in a row.
    pub failures: u32,
    /// How long the newest question took.
    pub took: SignedDuration,
    /// When the newest answer or failure came, by this machine's clock.
    pub received_at: Timestamp,
    /// The source's own clock when it last showed it, and this machine's at that moment.
    pub clock: Option<SourceClock>,
    /// Since when it has told the same, by this machine's clock: of the lease alone, for one that stands still is held
    /// by nobody who lives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unchanged_since: Option<Timestamp>,
}

/// Two clocks read at the same moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceClock {
    /// The source's.
    pub source: Timestamp,
    /// This machine's.
    pub here: Timestamp,
}

impl SourceClock {
    /// What time it is at the source now, carried on from when it last showed its clock.
    pub fn now(&self, here: Timestamp, rate: f64) -> Timestamp {
        let passed = here.duration_since(self.here).max(SignedDuration::ZERO);
        self.source.checked_add(scale(passed, rate)).unwrap_or(Timestamp::MAX)
    }

    /// How far the source's clock is ahead of this machine's.
    pub fn skew(&self) -> SignedDuration {
        self.source.duration_since(self.here)
    }
}

/// How much a signal can be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Freshness {
    /// The newest question was answered, and the answer is not too old.
    Fresh,
    /// There is a reading, but it is too old, or the newest question failed.
    Stale,
    /// Asked, and never answered.
    Failed,
    /// Not asked yet, or nothing has come back yet.
    Missing,
}

impl Freshness {
    /// The word of the screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Stale => "stale",
            Self::Failed => "failed",
            Self::Missing => "waiting",
        }
    }
}

impl Signal {
    /// How old the last reading is, by the source's own clock; `None` when there is none. A source that shows no
    /// clock is judged by this machine's.
    pub fn age(&self, now: Timestamp, rate: f64) -> Option<SignedDuration> {
        let sampled_at = self.last.as_ref()?.sampled_at;
        Some(self.source_now(now, rate).duration_since(sampled_at))
    }

    /// What time it is at the source.
    pub fn source_now(&self, now: Timestamp, rate: f64) -> Timestamp {
        self.clock.map_or(now, |clock| clock.now(now, rate))
    }

    /// How much the signal can be believed now. A reading from the future by more than its own limit is as
    /// little worth as an old one.
    pub fn freshness(&self, source: Source, stack: &Stack, now: Timestamp) -> Freshness {
        let Some(age) = self.age(now, stack.clock.rate) else {
            return if self.failure.is_some() { Freshness::Failed } else { Freshness::Missing };
        };
        let limit = source.max_age(stack);
        if self.failure.is_none() && age <= limit && age >= -limit { Freshness::Fresh } else { Freshness::Stale }
    }
}

impl Snapshot {
    /// The snapshot after one more observation.
    #[must_use]
    pub fn with(&self, observation: Observation) -> Self {
        let Observation { id, received_at, source_clock, took, result } = observation;
        let before = self.signals.get(&id);
        let clock = source_clock
            .map(|source| SourceClock { source, here: received_at })
            .or_else(|| before.and_then(|signal| signal.clock));
        let last = before.and_then(|signal| signal.last.clone());
        let unchanged_since = before.and_then(|signal| signal.unchanged_since);
        let signal = match result {
            Ok(sampled) if sampled.reading.source() == id.source => {
                let unchanged_since = (id.source == Source::Lease).then(|| {
                    let is_same = last.is_some_and(|last| last.reading == sampled.reading);
                    unchanged_since.filter(|_| is_same).unwrap_or(received_at)
                });
                let last = Some(Arc::new(sampled));
                Signal { last, failure: None, failures: 0, took, received_at, clock, unchanged_since }
            }
            Ok(_) => {
                let wrong = SourceError::new(crate::SourceErrorKind::Malformed, "a reading of another source");
                let failures = before.map_or(0, |signal| signal.failures).saturating_add(1);
                Signal { last, failure: Some(wrong), failures, took, received_at, clock, unchanged_since }
            }
            Err(error) => {
                let failures = before.map_or(0, |signal| signal.failures).saturating_add(1);
                Signal { last, failure: Some(error), failures, took, received_at, clock, unchanged_since }
            }
        };
        let mut signals = self.signals.clone();
        signals.insert(id, Arc::new(signal));
        Self { number: self.number + 1, signals }
    }

    /// The snapshot as if a source had never been asked.
    #[must_use]
    pub fn without(&self, id: &SourceId) -> Self {
        let mut signals = self.signals.clone();
        signals.remove(id);
        Self { number: self.number + 1, signals }
    }

    /// The snapshot with what was known before in the place of each reading that it has not: of a place that has gone
    /// dark meanwhile, or that did not answer in time. What is remembered so is never fresh.
    #[must_use]
    pub fn remembering(&self, before: impl IntoIterator<Item = (SourceId, Signal)>) -> Self {
        let mut signals = self.signals.clone();
        for (id, known) in before {
            let Signal { last: Some(last), clock, .. } = known.clone() else { continue };
            let signal = match signals.get(&id) {
                Some(newer) if newer.last.is_some() => continue,
                Some(newer) => {
                    let failure = newer.failure.clone().or_else(|| Some(unseen()));
                    Signal { last: Some(last), failure, clock: newer.clock.or(clock), ..newer.as_ref().clone() }
                }
                None => Signal { failure: known.failure.clone().or_else(|| Some(unseen())), ..known },
            };
            signals.insert(id, Arc::new(signal));
        }
        Self { number: self.number + 1, signals }
    }

    /// What is known of a source in a region.
    pub fn signal(&self, source: Source, region: &RegionId) -> Option<&Signal> {
        self.signals.get(&SourceId { source, region: region.clone() }).map(AsRef::as_ref)
    }

    /// All that is known, by source and region.
    pub fn signals(&self) -> impl Iterator<Item = (&SourceId, &Signal)> {
        self.signals.iter().map(|(id, signal)| (id, signal.as_ref()))
    }

    /// The last reading of a source in a region, fresh or not.
    pub fn last(&self, source: Source, region: &RegionId) -> Option<&Reading> {
        self.signal(source, region)?.last.as_ref().map(|sampled| &sampled.reading)
    }

    /// How much a source in a region can be believed now.
    pub fn freshness(&self, source: Source, region: &RegionId, stack: &Stack, now: Timestamp) -> Freshness {
        self.signal(source, region).map_or(Freshness::Missing, |signal| signal.freshness(source, stack, now))
    }

    /// What time it is in the observed world: the middle one of the clocks that the sources last showed, carried
    /// on to now, so that one source with a wrong clock does not move it. This machine's time before any has.
    pub fn world_now(&self, now: Timestamp, rate: f64) -> Timestamp {
        let mut clocks: Vec<_> =
            self.signals.values().filter_map(|signal| signal.clock).map(|clock| clock.now(now, rate)).collect();
        clocks.sort_unstable();
        clocks.get(clocks.len() / 2).copied().unwrap_or(now)
    }
}

/// Why what is only remembered is not fresh.
fn unseen() -> SourceError {
    SourceError::new(crate::SourceErrorKind::Timeout, "not seen anew")
}

macro_rules! readings {
    ($($(#[$doc:meta])* $method:ident: $variant:ident => $type:ident;)*) => {
        impl Snapshot {$(
            $(#[$doc])*
            pub fn $method(&self, region: &RegionId) -> Option<&crate::reading::$type> {
                match self.last(Source::$variant, region) {
                    Some(Reading::$variant(reading)) => Some(reading),
                    _ => None,
                }
            }
        )*}
    };
}

readings! {
    /// The last answer of the region's public endpoint, fresh or not.
    probe: Probe => ProbeReading;
    /// The last view that a region had of the global cluster, fresh or not.
    global_cluster: GlobalCluster => GlobalClusterReading;
    /// The last description of the region's member cluster, fresh or not.
    cluster: Cluster => ClusterReading;
    /// The last metrics of the region, fresh or not.
    metrics: Metrics => MetricsReading;
    /// The last replication settings of the region's bucket, fresh or not.
    replication: Replication => ReplicationReading;
    /// The last that Velero had in the region, fresh or not.
    backups: Backups => BackupsReading;
    /// The last capacity of the region's cluster, fresh or not.
    workloads: Workloads => WorkloadsReading;
    /// The last identity in the region, fresh or not.
    identity: Identity => IdentityReading;
    /// The last alarms of the region, fresh or not.
    alarms: Alarms => AlarmsReading;
    /// The last events of the region, fresh or not.
    events: Events => EventsReading;
    /// The last snapshots of the region, fresh or not.
    snapshots: Snapshots => SnapshotsReading;
    /// The last records, asked in the given region, fresh or not.
    records: Records => RecordsReading;
    /// The last health checks, asked in the given region, fresh or not.
    health_checks: HealthChecks => HealthChecksReading;
    /// The last costs, asked in the given region, fresh or not.
    cost: Cost => CostReading;
    /// The last canary seen in the region, fresh or not.
    canary: Canary => CanaryReading;
    /// The last states of the routing controls, fresh or not; the region is the home of what has none.
    routing_control: RoutingControl => RoutingControlReading;
    /// The last answers of resolvers, fresh or not; the region is the home of what has none.
    answers: Answers => AnswersReading;
    /// The last marker objects of the region's buckets, fresh or not.
    markers: Markers => MarkersReading;
    /// The last lease, fresh or not; the region is the home of what has none.
    lease: Lease => LeaseReading;
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::{SourceErrorKind, reading::ProbeReading};

    fn observed(at: i64, up: bool) -> Observation {
        let sampled_at = Timestamp::from_second(at).unwrap();
        let reading = ProbeReading { status: 200, latency: SignedDuration::ZERO };
        let answer = Sampled { sampled_at, reading: Reading::Probe(reading) };
        Observation {
            id: id(),
            received_at: sampled_at,
            source_clock: up.then_some(sampled_at),
            took: SignedDuration::ZERO,
            result: if up { Ok(answer) } else { Err(SourceError::new(SourceErrorKind::Unreachable, "refused")) },
        }
    }

    fn id() -> SourceId {
        SourceId { source: Source::Probe, region: RegionId::new("us-east-1").unwrap() }
    }

    #[test]
    fn what_is_remembered_takes_no_place_of_what_is_seen_and_is_never_fresh() {
        let before = Snapshot::default().with(observed(100, true));
        let known = || before.signals().map(|(id, signal)| (id.clone(), signal.clone())).collect::<Vec<_>>();
        let signal = |snapshot: Snapshot| snapshot.signal(Source::Probe, &id().region).unwrap().clone();

        let newer = Snapshot::default().with(observed(160, true));
        assert_eq!(signal(newer.remembering(known())), signal(newer.clone()));

        let dark = signal(Snapshot::default().with(observed(160, false)).remembering(known()));
        assert_eq!(dark.failure.unwrap().kind, SourceErrorKind::Unreachable, "how it fails now stands");
        assert_eq!(dark.last.unwrap().sampled_at, Timestamp::from_second(100).unwrap());

        let silent = signal(Snapshot::default().remembering(known()));
        assert!(silent.last.is_some() && silent.failure.is_some());
    }
}

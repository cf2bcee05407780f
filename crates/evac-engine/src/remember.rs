//! What of an observation goes into the history.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use evac_core::{
    History, RegionId, Snapshot, Source, SourceErrorKind, SourceId, Stack,
    history::{Measure, unwatched},
    reading::{MetricsReading, Point, Reading, ReplicationMetrics},
    snapshot::{Freshness, Signal},
    stack::scale,
};
use jiff::{SignedDuration, Timestamp};

/// How far ahead of the world a point may be dated. A series takes no point that is older than its last, so that
/// one date far in the future would close it for good.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);

/// Records what is worth remembering.
pub(crate) struct Memory {
    /// The stack.
    pub(crate) stack: Arc<Stack>,
    /// How many sources are asked.
    pub(crate) sources: usize,
}

impl Memory {
    /// Records what the newest observation, of `id`, says, and the minute that it came in. The snapshot already
    /// holds the observation; `now` is this machine's time.
    pub(crate) fn record(&self, history: &mut History, snapshot: &Snapshot, id: &SourceId, now: Timestamp) {
        let world = snapshot.world_now(now, self.stack.clock.rate);
        let latest = world.checked_add(scale(AHEAD, self.stack.clock.rate.max(1.0))).unwrap_or(Timestamp::MAX);
        let mut point = |measure, at, value| {
            if at <= latest {
                history.record(measure, &id.region, at, value);
            }
        };
        let signal = snapshot.signal(id.source, &id.region);
        let answered = signal.filter(|signal| signal.failure.is_none()).and_then(|signal| signal.last.as_ref());
        match answered.map(|sampled| (&sampled.reading, sampled.sampled_at)) {
            Some((Reading::Probe(probe), at)) => point(Measure::ProbeLatency, at, probe.latency.as_secs_f64() * 1e3),
            Some((Reading::Metrics(metrics), _)) => self.metrics(metrics, &mut point),
            _ => {}
        }
        if matches!(id.source, Source::Probe | Source::Cluster)
            && let Some(well) = self.is_well(snapshot, &id.region, now)
        {
            history.record_health(&id.region, world, well, unwatched(&self.stack));
        }
        if let Some(up) = self.availability(snapshot, now).filter(|_| self.clocks_agree(snapshot)) {
            history.record_minute(world, up);
        }
    }

    /// The whole window that an answer holds, each time: what is known already is dropped by the history.
    fn metrics(&self, metrics: &MetricsReading, point: &mut impl FnMut(Measure, Timestamp, f64)) {
        for lag in metrics.aurora.decisive() {
            point(Measure::AuroraLag, lag.at, lag.value);
        }
        for (at, value) in folded(&metrics.replication, |rule| &rule.latency, f64::max) {
            point(Measure::ReplicationLatency, at, value);
        }
        for (at, value) in folded(&metrics.replication, |rule| &rule.bytes_pending, |sum, bytes| sum + bytes) {
            point(Measure::ReplicationBytes, at, value);
        }
    }

    /// Whether the service is up: the writer region's probe says so. `None` when it is not known, which counts as
    /// neither: the budget must not burn because this machine was offline.
    fn availability(&self, snapshot: &Snapshot, now: Timestamp) -> Option<bool> {
        let states: Vec<_> =
            self.writers(snapshot, now).iter().filter_map(|region| self.is_up(snapshot, region, now)).collect();
        if states.contains(&true) { Some(true) } else { states.first().copied() }
    }

    /// The regions that write: of the fresh views of the global cluster, else of the last ones, else the primary.
    /// While views disagree there can be more than one; any that serves will do.
    fn writers(&self, snapshot: &Snapshot, now: Timestamp) -> BTreeSet<RegionId> {
        let seen = |fresh_only: bool| -> BTreeSet<RegionId> {
            let regions = self.stack.regions.keys().filter(|region| {
                !fresh_only || snapshot.freshness(Source::GlobalCluster, region, &self.stack, now) == Freshness::Fresh
            });
            regions
                .filter_map(|region| snapshot.global_cluster(region))
                .flat_map(|view| view.writers().cloned())
                .collect()
        };
        let primary = || self.stack.primary().cloned().into_iter().collect();
        [seen(true), seen(false)].into_iter().find(|writers| !writers.is_empty()).unwrap_or_else(primary)
    }

    /// Whether a region is well, by what it serves and by whether its database can be asked. `None` when it is not known.
    fn is_well(&self, snapshot: &Snapshot, region: &RegionId, now: Timestamp) -> Option<bool> {
        let database = snapshot.signal(Source::Cluster, region);
        let silent = database.is_some_and(|signal| self.is_silent(Source::Cluster, signal, snapshot, now));
        match self.is_up(snapshot, region, now) {
            Some(up) => Some(up && !silent),
            None => silent.then_some(false),
        }
    }

    fn is_up(&self, snapshot: &Snapshot, region: &RegionId, now: Timestamp) -> Option<bool> {
        let signal = snapshot.signal(Source::Probe, region)?;
        match &signal.failure {
            None if signal.freshness(Source::Probe, &self.stack, now) == Freshness::Fresh => {
                snapshot.probe(region).map(|probe| probe.is_healthy())
            }
            None => None,
            Some(_) => self.is_silent(Source::Probe, signal, snapshot, now).then_some(false),
        }
    }

    /// True when a source does not answer at all, and that is not because this machine is cut off.
    fn is_silent(&self, source: Source, signal: &Signal, snapshot: &Snapshot, now: Timestamp) -> bool {
        let kind = signal.failure.as_ref().map(|failure| failure.kind);
        matches!(kind, Some(SourceErrorKind::Unreachable | SourceErrorKind::Timeout))
            && self.is_recent(source, signal, now)
            && self.is_online(snapshot, now)
    }

    /// True while anything at all answers: when nothing does, it is this machine that is cut off.
    fn is_online(&self, snapshot: &Snapshot, now: Timestamp) -> bool {
        snapshot.signals().any(|(id, signal)| signal.failure.is_none() && self.is_recent(id.source, signal, now))
    }

    /// True when the newest answer or failure is the newest there can be, stretched as a failing interval is.
    fn is_recent(&self, source: Source, signal: &Signal, now: Timestamp) -> bool {
        let limit = source.interval(&self.stack).get() * 5 + self.stack.polling.timeout.get();
        now.duration_since(signal.received_at) <= limit
    }

    /// True once most sources have shown their clocks. The first to answer could be the one that is wrong, and a
    /// minute counted in the far future would stop the count until then.
    fn clocks_agree(&self, snapshot: &Snapshot) -> bool {
        snapshot.signals().filter(|(_, signal)| signal.clock.is_some()).count() * 2 > self.sources
    }
}

/// One series out of those of several rules. The newest moment counts only once every rule that speaks has spoken
/// of it: CloudWatch's points come in one by one, and half of a sum is no sum.
fn folded<'a>(
    rules: &'a [ReplicationMetrics],
    series: impl Fn(&'a ReplicationMetrics) -> &'a Vec<Point>,
    fold: impl Fn(f64, f64) -> f64,
) -> BTreeMap<Timestamp, f64> {
    let mut points: BTreeMap<Timestamp, (f64, usize)> = BTreeMap::new();
    let mut speaking = 0;
    for series in rules.iter().map(series).filter(|series| !series.is_empty()) {
        speaking += 1;
        for point in series {
            let entry = points.entry(point.at).or_insert((0.0, 0));
            *entry = (fold(entry.0, point.value), entry.1 + 1);
        }
    }
    if points.last_key_value().is_some_and(|(_, (_, spoken))| *spoken < speaking) {
        points.pop_last();
    }
    points.into_iter().map(|(at, (value, _))| (at, value)).collect()
}

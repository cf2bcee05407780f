//! S3 cross-region replication: for every pair of buckets a queue of writes that drains with the throughput.

use std::collections::VecDeque;

use crate::{
    topology::{PerRegion, Region},
    world::{
        metrics::{MetricStore, SeriesId},
        noise::{Noise, stream},
    },
};

/// Writes of this many seconds share one entry of the queue, so that a stall of a day stays small.
const ENTRY_SECONDS: i64 = 5;
/// The mean size of an object.
const BYTES_AN_OBJECT: f64 = 640_000.0;
/// What a link can carry when nothing holds it back, in bytes a second.
const THROUGHPUT: f64 = 24_000_000.0;

#[derive(Debug, Clone, Copy)]
struct Pending {
    /// When the first of these writes was made, in seconds since 1970.
    at: i64,
    bytes: f64,
}

#[derive(Debug, Clone, Copy)]
struct LinkSeries {
    latency: SeriesId,
    bytes: SeriesId,
    operations: SeriesId,
    failed: SeriesId,
}

/// Replication from one bucket to another.
#[derive(Debug, Clone)]
pub struct Link {
    /// Where objects are written.
    pub source: Region,
    /// Where they are copied to.
    pub destination: Region,
    /// What share of its throughput the link has: 1 on a calm day, 0 when it is stuck.
    pub throughput: f64,
    /// What share of the objects fails for good.
    pub failing: f64,
    /// Bytes carried since they were last taken for the bill.
    pub carried: f64,
    /// Every write up to this second has arrived.
    replicated_through: i64,
    queue: VecDeque<Pending>,
    /// The sum of the queue, kept so that a long one costs nothing to look at.
    pending: f64,
    series: LinkSeries,
}

impl Link {
    /// Bytes that wait.
    pub fn pending_bytes(&self) -> f64 {
        self.pending
    }

    /// Whether a write of that second has arrived at the destination.
    pub fn has_replicated(&self, written_at: i64) -> bool {
        written_at <= self.replicated_through
    }

    fn step(&mut self, tick: i64, noise: Noise, written: f64, flowing: bool) {
        self.pending += written;
        match self.queue.back_mut() {
            Some(last) if tick - last.at < ENTRY_SECONDS => last.bytes += written,
            _ if written > 0.0 => self.queue.push_back(Pending { at: tick, bytes: written }),
            _ => {}
        }
        let source = stream(self.source.name()) ^ stream(self.destination.name()).rotate_left(7);
        // Even an idle link takes its time: an object waits some seconds before it is picked up.
        let pick_up = 11 + (6.0 * noise.drift(source, tick, 300)) as i64;
        let mut capacity = if flowing { THROUGHPUT * self.throughput.clamp(0.0, 1.0) } else { 0.0 };
        while capacity > 0.0
            && let Some(first) = self.queue.front_mut()
            && first.at + ENTRY_SECONDS + pick_up <= tick
        {
            let taken = capacity.min(first.bytes);
            first.bytes -= taken;
            capacity -= taken;
            self.carried += taken;
            self.pending -= taken;
            if first.bytes <= 0.0 {
                self.queue.pop_front();
            }
        }
        if self.queue.is_empty() {
            self.pending = 0.0;
        }
        let done = match self.queue.front() {
            Some(first) => first.at - 1,
            None if flowing && self.throughput > 0.0 => tick - pick_up,
            None => self.replicated_through,
        };
        self.replicated_through = self.replicated_through.max(done);
    }

    fn publish(&self, tick: i64, noise: Noise, written: f64, metrics: &mut MetricStore) {
        let bytes = self.pending_bytes();
        let oldest = self.queue.front().map_or(0, |first| tick - first.at);
        metrics.observe(self.series.latency, oldest as f64);
        metrics.observe(self.series.bytes, bytes.round());
        metrics.observe(self.series.operations, (bytes / BYTES_AN_OBJECT).ceil());
        let chance = noise.unit(stream(self.source.name()) ^ stream("failing"), tick);
        let failed = if self.failing > 0.0 { (written / BYTES_AN_OBJECT * self.failing + chance).floor() } else { 0.0 };
        metrics.observe(self.series.failed, failed);
    }
}

/// Replication among all buckets, in both directions.
#[derive(Debug, Clone)]
pub struct Replication {
    /// One link a pair and direction.
    pub links: Vec<Link>,
    /// How much more (or less) than on a calm day is written to each bucket.
    pub write_factor: PerRegion<f64>,
}

impl Replication {
    /// Links that have carried everything.
    pub fn new(now: i64, metrics: &mut MetricStore) -> Self {
        let mut links = Vec::new();
        for source in Region::ALL {
            for destination in Region::ALL.into_iter().filter(|destination| *destination != source) {
                let mut add = |region, name, unit| {
                    let dimensions = vec![
                        ("SourceBucket", source.bucket()),
                        ("DestinationBucket", destination.bucket()),
                        ("RuleId", source.rule_to(destination)),
                    ];
                    metrics.register(region, "AWS/S3", name, unit, dimensions)
                };
                let series = LinkSeries {
                    latency: add(destination, "ReplicationLatency", "Seconds"),
                    bytes: add(destination, "BytesPendingReplication", "Bytes"),
                    operations: add(destination, "OperationsPendingReplication", "Count"),
                    failed: add(source, "OperationsFailedReplication", "Count"),
                };
                let queue = VecDeque::new();
                let (throughput, failing, carried, replicated_through) = (1.0, 0.0, 0.0, now);
                let pending = 0.0;
                #[rustfmt::skip]
                let link = Link {
                    source, destination, throughput, failing, carried, replicated_through, queue, pending, series,
                };
                links.push(link);
            }
        }
        Self { links, write_factor: PerRegion([1.0; 3]) }
    }

    /// Everything as on a calm day. A backlog that has grown drains, it does not vanish.
    pub fn calm(&mut self) {
        self.write_factor = PerRegion([1.0; 3]);
        for link in &mut self.links {
            link.throughput = 1.0;
            link.failing = 0.0;
        }
    }

    /// The link between two regions.
    pub fn link(&self, source: Region, destination: Region) -> Option<&Link> {
        self.links.iter().find(|link| link.source == source && link.destination == destination)
    }

    /// Moves on by one second.
    pub fn step(&mut self, tick: i64, noise: Noise, power: &PerRegion<bool>, metrics: &mut MetricStore) {
        let written = PerRegion::from_fn(|region| {
            let wave = 1.0 + 0.3 * noise.drift(stream(region.name()) ^ stream("writes"), tick, 900);
            let burst = 1.0 + 0.5 * noise.bell(stream(region.name()) ^ stream("burst"), tick);
            if power[region] { typical_writes(region) * wave * burst * self.write_factor[region] } else { 0.0 }
        });
        for link in &mut self.links {
            let flowing = power[link.source] && power[link.destination];
            link.step(tick, noise, written[link.source], flowing);
            // The source publishes, into the destination's region: from a lost region nothing comes. Points a
            // minute need no sample a second.
            if flowing && tick % 10 == 0 {
                link.publish(tick, noise, written[link.source] * 10.0, metrics);
            }
        }
    }
}

/// What is written to a bucket on a calm day, in bytes a second.
pub fn typical_writes(region: Region) -> f64 {
    match region {
        Region::UsEast1 => 6_200_000.0,
        Region::UsWest2 => 800_000.0,
        Region::EuWest1 => 2_300_000.0,
    }
}

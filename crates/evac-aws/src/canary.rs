//! The canary: an object written to one bucket and looked for in the buckets that its replication leads to.
//!
//! This is the one thing that evac writes while it only watches, and it exists only when the stack configures it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use aws_sdk_s3::Client;
use evac_core::{
    Reading, RegionId, SourceError, SourceErrorKind, Stack, ids::BucketName, reading::CanaryReading, stack::scale,
};
use evac_engine::Call;
use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use tokio::{sync::Mutex, time::Instant};

use crate::{
    ask::{Asking, Now, Question, Said},
    error::source_error,
    prices::{S3_GET, S3_PUT, call},
    source_clock::ServiceClock,
};

const PUT: &str = "s3:PutObject";
const HEAD: &str = "s3:HeadObject";
/// The user metadata that tells one writing of the object from the others: when it was, by the source's clock.
/// Replication carries it along, and HEAD shows it without the body.
const STAMP: &str = "evac-written-at";
/// How long to wait before looking again within one question.
const PAUSE: Duration = Duration::from_millis(500);

/// The object at its source, written once for all the regions that it goes to.
pub(crate) struct CanarySource {
    client: Client,
    clock: Arc<ServiceClock>,
    region: RegionId,
    bucket: BucketName,
    key: String,
    destinations: usize,
    /// How often it is written, and how long one that does not arrive is waited for, by the source's clock.
    every: SignedDuration,
    give_up: SignedDuration,
    newest: Mutex<Option<Written>>,
}

#[derive(Debug, Clone)]
struct Written {
    stamp: Timestamp,
    at: Timestamp,
    arrived: BTreeMap<RegionId, SignedDuration>,
}

impl CanarySource {
    /// The canary of a stack; `None` when it has none. Its client is the source region's.
    pub(crate) fn new(stack: &Stack, client: Client, clock: Arc<ServiceClock>) -> Option<Arc<Self>> {
        let canary = stack.canary.as_ref()?;
        let every = scale(canary.every.get(), stack.clock.rate);
        // An object that S3 has marked FAILED is never tried again, so it cannot be waited for without end.
        let late = stack.objectives.replication_latency.get();
        let destinations: BTreeSet<_> = stack.replication_out_of(&canary.from).map(|rule| &rule.to).collect();
        Some(Arc::new(Self {
            client,
            clock,
            region: canary.from.clone(),
            bucket: stack.buckets.get(&canary.from)?.clone(),
            key: canary.key.clone(),
            destinations: destinations.len().max(1),
            every: every.checked_mul(9).map_or(every, |nine| nine / 10),
            give_up: late.max(every.checked_mul(4).unwrap_or(SignedDuration::MAX)),
            newest: Mutex::new(None),
        }))
    }

    /// The newest writing. It is written anew when all have seen it and its time is over, and not before, so that
    /// the age of one that does not arrive shows the whole delay; or when it has been waited for long enough.
    async fn newest(&self, asking: &Asking) -> Result<Written, SourceError> {
        let mut newest = self.newest.lock().await;
        let now = Now::of(&self.clock, asking.here()).at();
        if let Some(written) = newest.as_ref() {
            let age = now.duration_since(written.at);
            let seen_by_all = written.arrived.len() >= self.destinations;
            if age < self.every || (!seen_by_all && age < self.give_up) {
                return Ok(written.clone());
            }
        }
        let (reader, dates) = asking.dates_elsewhere(&self.clock);
        let request = self
            .client
            .put_object()
            .bucket(self.bucket.as_str())
            .key(&self.key)
            .content_type("text/plain")
            .metadata(STAMP, now.to_string())
            .body(format!("{now}\n").into_bytes().into());
        let sent = request.customize().interceptor(reader).send().await;
        sent.map_err(|error| {
            let error = source_error(PUT, &error);
            SourceError::new(error.kind, format!("at the source {}: {}", self.region, error.message))
        })?;
        let at = dates.span().map_or(now, |(_, answered)| answered);
        let written = Written { stamp: now, at, arrived: BTreeMap::new() };
        *newest = Some(written.clone());
        Ok(written)
    }

    async fn arrived(&self, stamp: Timestamp, region: &RegionId, took: SignedDuration) {
        if let Some(written) = self.newest.lock().await.as_mut().filter(|written| written.stamp == stamp) {
            written.arrived.entry(region.clone()).or_insert(took);
        }
    }
}

/// Asks whether the canary has arrived in a region.
pub(crate) struct AskCanary {
    pub(crate) source: Arc<CanarySource>,
    pub(crate) client: Client,
    pub(crate) region: RegionId,
    pub(crate) bucket: BucketName,
    /// How long one question waits for the arrival before it leaves it to the next.
    pub(crate) patience: Duration,
}

impl Question for AskCanary {
    fn calls(&self) -> Vec<Call> {
        let writers = u32::try_from(self.source.destinations).unwrap_or(u32::MAX);
        // Most objects arrive within some seconds: a few looks.
        vec![call(PUT, 1.0 / f64::from(writers), S3_PUT), call(HEAD, 4.0, S3_GET)]
    }

    fn ask<'a>(&'a self, asking: &'a Asking) -> BoxFuture<'a, Result<Said, SourceError>> {
        Box::pin(async {
            let written = self.source.newest(asking).await?;
            let begun = Instant::now();
            let mut took = written.arrived.get(&self.region).copied();
            loop {
                let there = self.stamp_here(asking).await?;
                // A later one than ours was written by another evac, and overtook it.
                if took.is_none() && there.is_some_and(|there| there >= written.stamp) {
                    let now = asking.newest_date().unwrap_or_else(|| asking.now());
                    let measured = now.duration_since(written.at).max(SignedDuration::ZERO);
                    self.source.arrived(written.stamp, &self.region, measured).await;
                    took = Some(measured);
                }
                if took.is_some() || begun.elapsed() + PAUSE > self.patience {
                    return Ok(Reading::Canary(CanaryReading { written_at: written.at, took }).into());
                }
                tokio::time::sleep(PAUSE).await;
            }
        })
    }
}

impl AskCanary {
    /// The stamp of the object in this region's bucket; `None` when there is no object, or one without a stamp.
    async fn stamp_here(&self, asking: &Asking) -> Result<Option<Timestamp>, SourceError> {
        let request = self.client.head_object().bucket(self.bucket.as_str()).key(&self.source.key);
        match request.customize().interceptor(asking.dates()).send().await {
            Ok(answer) => Ok(answer.metadata().and_then(|metadata| metadata.get(STAMP)?.parse().ok())),
            Err(error) => match source_error(HEAD, &error) {
                error if error.kind == SourceErrorKind::NotFound => Ok(None),
                error => Err(error),
            },
        }
    }
}

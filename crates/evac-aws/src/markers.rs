//! S3 GetObject: a region's STOP objects, and the Terraform states in its buckets with their locks.

use aws_sdk_s3::{Client, error::ProvideErrorMetadata};
use evac_core::{
    Reading, RegionId, SourceError, Stack,
    ids::BucketName,
    reading::{MarkersReading, TerraformStateReading},
    stack::{StopObject, TerraformState},
};
use evac_engine::Call;
use futures::future::{BoxFuture, try_join_all};

use crate::{
    ask::{Asking, Question, Said},
    error::source_error,
    lock_object::{lock_object, read, tagged},
    prices::{S3_GET, call},
    terraform_state::resources,
};

const OPERATION: &str = "s3:GetObject";
/// The largest state that is read: states of some megabytes are large.
const MOST: usize = 32 << 20;

/// Asks for what says in a region's buckets what may be done.
pub(crate) struct AskMarkers {
    client: Client,
    stops: Vec<(RegionId, StopObject)>,
    states: Vec<TerraformState>,
}

impl AskMarkers {
    /// The question for what a stack has in a region's buckets.
    pub(crate) fn new(stack: &Stack, region: &RegionId, client: Client) -> Self {
        let stops = stack.traffic.iter().flat_map(|traffic| &traffic.stop).filter(|(_, stop)| stop.region == *region);
        let states = stack.freeze.terraform.iter().filter(|state| state.region == *region);
        let stops = stops.map(|(of, stop)| (of.clone(), stop.clone())).collect();
        Self { client, stops, states: states.cloned().collect() }
    }

    async fn stop(&self, asking: &Asking, stop: &StopObject) -> Result<bool, SourceError> {
        exists(&self.client, asking, &stop.bucket, &stop.key).await
    }

    async fn state(&self, asking: &Asking, state: &TerraformState) -> Result<TerraformStateReading, SourceError> {
        let TerraformState { bucket, key, .. } = state;
        let lock_key = format!("{key}.tflock");
        let lock = lock_object(&self.client, bucket, &lock_key, Some(asking.dates()));
        let (lock, content) = tokio::join!(lock, self.content(asking, state));
        let (resources, failure) = match content {
            Ok(resources) => (resources, None),
            Err(error) => (Vec::new(), Some(error.message)),
        };
        let lock = lock?.map(|found| found.lock);
        Ok(TerraformStateReading { bucket: bucket.clone(), key: key.clone(), lock, resources, failure })
    }

    async fn content(
        &self,
        asking: &Asking,
        state: &TerraformState,
    ) -> Result<Vec<evac_core::reading::ManagedResource>, SourceError> {
        let request = self.client.get_object().bucket(state.bucket.as_str()).key(&state.key);
        let sent = request.customize().interceptor(asking.dates()).send().await;
        let answer = sent.map_err(|error| source_error(OPERATION, &error))?;
        tagged(OPERATION, answer.e_tag())?;
        resources(OPERATION, &read(OPERATION, answer.body, MOST).await?)
    }
}

impl Question for AskMarkers {
    fn calls(&self) -> Vec<Call> {
        let objects = self.stops.len() + self.states.len() * 2;
        vec![call(OPERATION, f64::from(u32::try_from(objects).unwrap_or(u32::MAX)), S3_GET)]
    }

    fn ask<'a>(&'a self, asking: &'a Asking) -> BoxFuture<'a, Result<Said, SourceError>> {
        Box::pin(async {
            let stops = self
                .stops
                .iter()
                .map(|(region, stop)| async { self.stop(asking, stop).await.map(|exists| (region.clone(), exists)) });
            let states = self.states.iter().map(|state| self.state(asking, state));
            let (stops, states) = tokio::try_join!(try_join_all(stops), try_join_all(states))?;
            Ok(Reading::Markers(MarkersReading { stops: stops.into_iter().collect(), states }).into())
        })
    }
}

/// Whether an object is there. HEAD would not tell a missing bucket from a missing object.
pub(crate) async fn exists(
    client: &Client,
    asking: &Asking,
    bucket: &BucketName,
    key: &str,
) -> Result<bool, SourceError> {
    let request = client.get_object().bucket(bucket.as_str()).key(key);
    match request.customize().interceptor(asking.dates()).send().await {
        Ok(answer) => tagged(OPERATION, answer.e_tag()).map(|_| true),
        Err(error) if error.code() == Some("NoSuchKey") => Ok(false),
        Err(error) => Err(source_error(OPERATION, &error)),
    }
}

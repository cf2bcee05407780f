//! The buckets that journals are copied into.

use std::{path::Path, sync::Arc};

use aws_sdk_s3::Client;
use evac_core::{RegionId, SourceError, Stack, ids::BucketName};
use evac_engine::run::{Mirror, ObjectStore};
use futures::future::BoxFuture;

use crate::{access::Manner, accesses::Accesses, ask::whole, error::source_error, lock_object};

const PUT: &str = "s3:PutObject";
const GET: &str = "s3:GetObject";
const LIST: &str = "s3:ListObjectsV2";
/// More than any journal has.
const MOST: usize = 64 << 20;

/// A bucket, in its region.
pub struct S3Store {
    region: RegionId,
    client: Result<Client, SourceError>,
    bucket: BucketName,
}

/// The buckets that a stack's journals are copied into, none where it names none. No call is made over the network. A
/// `config_file` of the stack is taken relative to `stack_directory`.
pub async fn mirror(stack: &Stack, stack_directory: &Path) -> Mirror {
    let Some(journal) = &stack.journal else { return Mirror::none() };
    let accesses = Accesses::load(stack, stack_directory, Manner::Watching).await;
    let store = |(region, bucket): (&RegionId, &BucketName)| {
        let client = accesses.of(region).map(|access| access.s3());
        let store = S3Store { region: region.clone(), client, bucket: bucket.clone() };
        Arc::new(store) as Arc<dyn ObjectStore>
    };
    Mirror {
        prefix: journal.prefix.clone(),
        buckets: journal.buckets.iter().map(store).collect(),
        patience: stack.polling.timeout.unsigned(),
    }
}

impl S3Store {
    fn client(&self) -> Result<&Client, SourceError> {
        self.client.as_ref().map_err(SourceError::clone)
    }

    async fn keys(&self, prefix: &str) -> Result<Vec<String>, SourceError> {
        let client = self.client()?;
        let mut keys: Vec<String> = whole(LIST, |token| {
            let request = client.list_objects_v2().bucket(self.bucket.as_str()).prefix(prefix);
            let request = request.set_continuation_token(token);
            async move {
                let answer = request.send().await.map_err(|error| source_error(LIST, &error))?;
                let keys = answer.contents().iter().filter_map(|object| object.key().map(str::to_owned)).collect();
                Ok((keys, answer.next_continuation_token))
            }
        })
        .await?;
        keys.sort();
        Ok(keys)
    }

    async fn object(&self, key: &str) -> Result<Option<Vec<u8>>, SourceError> {
        match self.client()?.get_object().bucket(self.bucket.as_str()).key(key).send().await {
            Ok(answer) => lock_object::read(GET, answer.body, MOST).await.map(Some),
            Err(error) if error.as_service_error().is_some_and(|error| error.is_no_such_key()) => Ok(None),
            Err(error) => Err(source_error(GET, &error)),
        }
    }
}

impl ObjectStore for S3Store {
    fn region(&self) -> &RegionId {
        &self.region
    }

    fn put<'a>(&'a self, key: &'a str, body: Vec<u8>) -> BoxFuture<'a, Result<(), SourceError>> {
        Box::pin(async move {
            let request = self.client()?.put_object().bucket(self.bucket.as_str()).key(key).body(body.into());
            request.send().await.map(|_| ()).map_err(|error| source_error(PUT, &error))
        })
    }

    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Vec<u8>>, SourceError>> {
        Box::pin(self.object(key))
    }

    fn list<'a>(&'a self, prefix: &'a str) -> BoxFuture<'a, Result<Vec<String>, SourceError>> {
        Box::pin(self.keys(prefix))
    }
}

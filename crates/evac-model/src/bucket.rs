//! A bucket for copies of journals.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use evac_core::{SourceError, SourceErrorKind, ids::RegionId};
use evac_engine::run::ObjectStore;
use futures::{FutureExt, future::BoxFuture};
use tokio::time::{Instant, sleep};

/// A bucket in memory.
#[derive(Debug)]
pub struct Bucket {
    region: RegionId,
    objects: Mutex<BTreeMap<String, Vec<u8>>>,
    gone_until: Mutex<Option<Instant>>,
}

impl Bucket {
    /// An empty bucket in a region.
    pub fn new(region: RegionId) -> Self {
        Self { region, objects: Mutex::default(), gone_until: Mutex::default() }
    }

    /// Nobody reaches it for a while.
    pub fn cut_off(&self, how_long: Duration) {
        *self.gone_until.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + how_long);
    }

    fn objects(&self) -> MutexGuard<'_, BTreeMap<String, Vec<u8>>> {
        self.objects.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn reached(&self) -> Result<(), SourceError> {
        sleep(Duration::from_millis(30)).await;
        let until = *self.gone_until.lock().unwrap_or_else(PoisonError::into_inner);
        if until.is_some_and(|until| Instant::now() < until) {
            return Err(SourceError::new(SourceErrorKind::Unreachable, "no connection"));
        }
        Ok(())
    }
}

impl ObjectStore for Bucket {
    fn region(&self) -> &RegionId {
        &self.region
    }

    fn put<'a>(&'a self, key: &'a str, body: Vec<u8>) -> BoxFuture<'a, Result<(), SourceError>> {
        async move {
            self.reached().await?;
            self.objects().insert(key.to_owned(), body);
            Ok(())
        }
        .boxed()
    }

    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Vec<u8>>, SourceError>> {
        async move {
            self.reached().await?;
            Ok(self.objects().get(key).cloned())
        }
        .boxed()
    }

    fn list<'a>(&'a self, prefix: &'a str) -> BoxFuture<'a, Result<Vec<String>, SourceError>> {
        async move {
            self.reached().await?;
            Ok(self.objects().keys().filter(|key| key.starts_with(prefix)).cloned().collect())
        }
        .boxed()
    }
}

//! The lease of this machine, as runs of the tests take it.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::{
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use evac_core::run::RunId;
use evac_engine::{
    Clock, SystemClock,
    run::{Claim, Lease, LocalLease, NotTaken, Taken},
};
use jiff::{SignedDuration, Timestamp};

pub fn clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock::start())
}

pub fn run_id() -> RunId {
    RunId::parse("20261125-031204-failback-5f1c1e").unwrap()
}

pub async fn lease(folder: &Path, run: RunId, dead: Option<u64>) -> Result<Taken, NotTaken> {
    acquire(folder, run, dead, dead.is_some()).await
}

/// The lease for a run that goes on from a journal of an epoch.
pub async fn resumed(folder: &Path, epoch: u64) -> Taken {
    acquire(folder, run_id(), Some(epoch), false).await.unwrap()
}

pub async fn acquire(folder: &Path, run: RunId, epoch: Option<u64>, dead: bool) -> Result<Taken, NotTaken> {
    acquire_by(folder, run, epoch, dead, clock()).await
}

pub async fn acquire_by(
    folder: &Path,
    run: RunId,
    epoch: Option<u64>,
    dead: bool,
    clock: Arc<dyn Clock>,
) -> Result<Taken, NotTaken> {
    let (holder, purpose) = ("test on one".to_owned(), "failback".to_owned());
    let claim = Claim { run, holder, purpose, ttl: Duration::from_secs(20), epoch, dead };
    Lease::acquire(Arc::new(LocalLease::new(folder)), claim, clock).await
}

/// A clock that is set anew while the monotonic one stands still, as when a machine wakes from sleep.
#[derive(Debug, Default)]
pub struct Woken(pub Mutex<SignedDuration>);

impl Clock for Woken {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }

    fn set_time(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH + *self.0.lock().unwrap()
    }
}

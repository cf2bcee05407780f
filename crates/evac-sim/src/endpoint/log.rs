//! What clients asked, for those who check what a program did and did not do.

use std::{
    collections::VecDeque,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use jiff::Timestamp;
use serde::Serialize;
use tokio::sync::watch;

use crate::topology::{Place, Service};

/// How many changes are kept, so that a world that serves for weeks does not grow.
const MOST: usize = 10_000;

/// How often an endpoint was turned to.
#[derive(Debug, Default)]
pub struct Tally {
    connections: AtomicU64,
    requests: AtomicU64,
}

impl Tally {
    /// Counts a connection, whether anything is asked on it or not.
    pub fn connected(&self) {
        self.connections.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a request.
    pub fn asked(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    /// Connections and requests so far. Connections to an endpoint that refuses them are seen by nobody.
    pub fn counts(&self) -> (u64, u64) {
        (self.connections.load(Ordering::Relaxed), self.requests.load(Ordering::Relaxed))
    }
}

/// A request for a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// When, by the world's clock.
    pub at: Timestamp,
    /// Of which service.
    pub service: Service,
    /// Where.
    pub region: Place,
    /// The operation, or the method and the path.
    pub what: String,
    /// The status that the service answered with, whether or not the client heard it; none when it was never asked.
    pub status: Option<u16>,
}

/// Requests for changes, oldest first.
#[derive(Debug, Default)]
pub struct ChangeLog {
    kept: Mutex<VecDeque<Change>>,
    /// How many there were ever.
    noted: watch::Sender<u64>,
}

impl ChangeLog {
    /// Notes one.
    pub fn note(&self, change: Change) {
        {
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            if kept.len() == MOST {
                kept.pop_front();
            }
            kept.push_back(change);
        }
        self.noted.send_modify(|noted| *noted += 1);
    }

    /// All that are kept.
    pub fn all(&self) -> Vec<Change> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// How many were noted ever.
    pub fn noted(&self) -> u64 {
        *self.noted.borrow()
    }

    /// Ends as soon as more than so many were noted.
    pub async fn beyond(&self, count: u64) {
        // It fails only once the sender is gone, which is this.
        let _ = self.noted.subscribe().wait_for(|noted| *noted > count).await;
    }
}

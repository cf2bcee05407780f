//! A conditional write whose outcome is known, wherever it can be.

use std::{sync::Arc, time::Duration};

use evac_core::reading::LeaseReading;
use tokio::time::timeout;

use super::{JournalHead, LeaseFailure, LeaseItem, LeaseStore};

/// How often a write without an answer is asked about and made again before it is given up.
const TRIES: u32 = 3;

/// A store that is asked within bounds.
#[derive(Clone)]
pub(super) struct Bounded {
    pub(super) store: Arc<dyn LeaseStore>,
    /// The longest that one question may take.
    pub(super) patience: Duration,
}

impl Bounded {
    pub(super) async fn read(&self) -> Result<LeaseItem, LeaseFailure> {
        match timeout(self.patience, self.store.read()).await {
            Ok(item) => item.map(Option::unwrap_or_default),
            Err(_) => Err(LeaseFailure::Unknown("it took too long".to_owned())),
        }
    }

    /// Writes the item that follows another, and settles by reading back what became of a write without an answer.
    /// The same item is written again, never another one: whichever of the writes arrives, there is one effect.
    pub(super) async fn follow(
        &self,
        before: &LeaseItem,
        lease: LeaseReading,
        head: Option<JournalHead>,
    ) -> Result<LeaseItem, LeaseFailure> {
        let token = format!("{:016x}", fastrand::u64(..));
        let item = LeaseItem { version: before.version + 1, token, lease, head };
        let mut failure = LeaseFailure::Unknown(String::new());
        for _ in 0..TRIES {
            failure = match timeout(self.patience, self.store.write(&item)).await {
                Ok(Ok(())) => return Ok(item),
                Ok(Err(failure)) => failure,
                Err(_) => LeaseFailure::Unknown("it took too long".to_owned()),
            };
            if matches!(failure, LeaseFailure::Refused(_)) {
                break;
            }
            // After a conflict too: what it met may be this very write, whose answer was lost on the way.
            match self.read().await {
                Ok(there) if there.token == item.token => return Ok(item),
                Ok(there) if there.version >= item.version => return Err(LeaseFailure::Conflict),
                Ok(_) | Err(_) => {}
            }
        }
        Err(failure)
    }
}

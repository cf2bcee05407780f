use std::{sync::Arc, time::Duration};

use super::{LeaseFailure, LeaseStore, write::Bounded};

/// How often it is tried while others write the item at the same time.
const TRIES: u32 = 10;

/// Notes that a person has acknowledged the end of a run: its cool-down is over. False when it is not the last run that
/// moved something, or was acknowledged before.
pub async fn acknowledge(
    store: Arc<dyn LeaseStore>,
    run: &str,
    by: &str,
    patience: Duration,
) -> Result<bool, LeaseFailure> {
    let bounded = Bounded { store, patience };
    let mut failure = LeaseFailure::Conflict;
    for _ in 0..TRIES {
        let item = bounded.read().await?;
        let mut lease = item.lease.clone();
        let waiting = lease.last.as_mut().filter(|last| last.run == run && last.acknowledged_by.is_none());
        let Some(last) = waiting else { return Ok(false) };
        last.acknowledged_by = Some(evac_core::text::clean(by));
        match bounded.follow(&item, lease, item.head.clone()).await {
            Ok(_) => return Ok(true),
            Err(LeaseFailure::Conflict) => failure = LeaseFailure::Conflict,
            Err(other) => return Err(other),
        }
    }
    Err(failure)
}

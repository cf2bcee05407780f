//! Whether whoever carries a run out on another machine gives signs of life. Their process cannot be seen from here; what
//! can be is that they renew the lease.

use std::{sync::Arc, time::Duration};

use evac_core::run::RunId;
use evac_engine::run::LeaseStore;
use tokio::{
    sync::watch,
    time::{Instant, sleep, timeout},
};

/// How often the lease is looked at.
const BEAT: Duration = Duration::from_secs(2);
/// For how long a lease that is not the run's must be seen before that counts: the end of a run comes into the copies of
/// its journal later than into the lease, or is taken up by somebody.
const GRACE: Duration = Duration::from_secs(15);

/// Watches the lease for a run, until nobody looks any more: why nobody carries it out, if so. A lease that cannot be asked
/// tells nothing.
pub(super) fn watch(lease: Arc<dyn LeaseStore>, run: RunId, patience: Duration) -> watch::Receiver<Option<String>> {
    let (sender, receiver) = watch::channel(None);
    tokio::spawn(async move {
        // What was last seen of it, and since when there was nothing else.
        let mut last: Option<(Option<u64>, Instant)> = None;
        while !sender.is_closed() {
            if let Ok(Ok(item)) = timeout(patience, lease.read()).await {
                let holder = item.and_then(|item| item.lease.holder).filter(|holder| holder.run == run.as_str());
                let pulse = holder.as_ref().map(|holder| holder.renewals);
                let (_, since) = *match &mut last {
                    Some(same) if same.0 == pulse => same,
                    other => other.insert((pulse, Instant::now())),
                };
                let (longest, words) = match &holder {
                    Some(holder) => {
                        (Duration::from_secs(holder.ttl), "whoever carried it out renews the lease no more")
                    }
                    None => (GRACE, "nobody holds the lease for it"),
                };
                let left = (since.elapsed() > longest).then(|| words.to_owned());
                sender.send_if_modified(|told| {
                    let changed = *told != left;
                    *told = left;
                    changed
                });
            }
            sleep(BEAT).await;
        }
    });
    receiver
}

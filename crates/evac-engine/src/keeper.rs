//! The one task that keeps the history on disk.

use std::{sync::Arc, time::Duration};

use evac_core::History;
use tokio::{sync::watch, task::spawn_blocking, time::sleep};

use crate::HistoryStore;

/// How often the history is written, at most: what a crash can lose.
const PERIOD: Duration = Duration::from_secs(60);

/// Saves the history once a minute where it has grown, and at the end.
pub(crate) struct Keeper {
    /// Where it is kept.
    pub(crate) store: HistoryStore,
    /// What is kept.
    pub(crate) histories: watch::Receiver<Arc<History>>,
}

impl Keeper {
    /// Runs until the writer is gone. A disk that fails is told in the log, and tried again.
    pub(crate) async fn run(mut self) {
        let mut kept = self.histories.borrow().clone();
        let mut store = self.store;
        loop {
            let ended = tokio::select! {
                () = sleep(PERIOD) => false,
                () = ended(&mut self.histories) => true,
            };
            let history = self.histories.borrow().clone();
            if !Arc::ptr_eq(&history, &kept) {
                let saving = history.clone();
                let saved = spawn_blocking(move || {
                    let saved = store.save(&saving);
                    (store, saved)
                });
                let Ok((returned, saved)) = saved.await else { return };
                store = returned;
                match saved {
                    Ok(_) => kept = history,
                    Err(error) => tracing::warn!(%error, "the history could not be kept"),
                }
            }
            if ended {
                return;
            }
        }
    }
}

async fn ended(histories: &mut watch::Receiver<Arc<History>>) {
    while histories.changed().await.is_ok() {}
}

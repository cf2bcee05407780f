//! The one task that writes: it folds observations into the snapshot and the history, and publishes both.

use std::sync::Arc;

use evac_core::{History, Observation, Snapshot, Stack};
use tokio::sync::{mpsc, watch};

use crate::{Clock, remember::Memory};

/// Folds what the collectors send.
pub(crate) struct Writer {
    /// The stack, whose writer region tells the availability.
    pub(crate) stack: Arc<Stack>,
    /// Dates the minutes.
    pub(crate) clock: Arc<dyn Clock>,
    /// How many sources are asked.
    pub(crate) sources: usize,
    /// What the collectors send.
    pub(crate) observations: mpsc::Receiver<Observation>,
    /// Where snapshots are published.
    pub(crate) snapshots: watch::Sender<Arc<Snapshot>>,
    /// Where the history is published.
    pub(crate) histories: watch::Sender<Arc<History>>,
}

impl Writer {
    /// Runs until every collector is gone. What has arrived together is published together: a reader never sees,
    /// nor draws, the steps between.
    pub(crate) async fn run(mut self) {
        let memory = Memory { stack: self.stack, sources: self.sources };
        let mut snapshot = self.snapshots.borrow().as_ref().clone();
        let mut history = self.histories.borrow().as_ref().clone();
        while let Some(first) = self.observations.recv().await {
            // A channel's worth at most: a flood must not keep back what has already come.
            let mut batch = vec![first];
            while batch.len() < self.observations.max_capacity()
                && let Ok(observation) = self.observations.try_recv()
            {
                batch.push(observation);
            }
            for observation in batch {
                let id = observation.id.clone();
                snapshot = snapshot.with(observation);
                memory.record(&mut history, &snapshot, &id, self.clock.now());
            }
            self.snapshots.send_replace(Arc::new(snapshot.clone()));
            if self.histories.borrow().as_ref() != &history {
                self.histories.send_replace(Arc::new(history.clone()));
            }
        }
    }
}

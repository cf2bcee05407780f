//! Starts the collectors and the writer, and is the handle that everything else holds.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::Arc,
};

use evac_core::{History, Snapshot, SourceId, Stack};
use tokio::sync::{Notify, mpsc, watch};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{Clock, HistoryStore, Port, SourceCalls, collector::Collector, keeper::Keeper, pace::Pace, writer::Writer};

/// How many observations may wait for the writer.
const WAITING: usize = 256;

/// Asks every source at its own pace, for as long as a handle is kept.
#[derive(Debug)]
pub struct Engine;

impl Engine {
    /// Starts asking all ports at once, inside of the tokio runtime that this is called in. A port whose id was
    /// seen before is left out. With a store, the history goes on from where it ended, and is kept there.
    pub fn start(
        stack: Arc<Stack>,
        ports: Vec<Arc<dyn Port>>,
        clock: Arc<dyn Clock>,
        history_store: Option<HistoryStore>,
    ) -> EngineHandle {
        let tasks = TaskTracker::new();
        let stop = CancellationToken::new();
        let (sender, observations) = mpsc::channel(WAITING);
        let (snapshots, snapshots_seen) = watch::channel(Arc::new(Snapshot::default()));
        let history = history_store.as_ref().map(HistoryStore::history).unwrap_or_default();
        let (histories, histories_seen) = watch::channel(Arc::new(history));

        let (mut bells, mut calls) = (BTreeMap::new(), Vec::new());
        for port in ports {
            let id = port.id().clone();
            let Entry::Vacant(entry) = bells.entry(id.clone()) else {
                tracing::warn!(source = %id, "a second port for one source is left out");
                continue;
            };
            let poll_now = entry.insert(Arc::new(Notify::new())).clone();
            calls.push(SourceCalls::of(port.as_ref(), &stack));
            let collector = Collector {
                pace: Pace::of(&id, &stack),
                timeout: stack.polling.timeout.unsigned(),
                clock: clock.clone(),
                observations: sender.clone(),
                poll_now,
                port,
            };
            tasks.spawn(stop.clone().run_until_cancelled_owned(collector.run()));
        }
        // The writer ends when the last collector has dropped its sender, and the keeper when the writer has ended:
        // what was observed before the end is folded, and what was folded is kept.
        drop(sender);
        let sources = bells.len();
        tasks.spawn(Writer { stack, clock: clock.clone(), sources, observations, snapshots, histories }.run());
        if let Some(store) = history_store {
            tasks.spawn(Keeper { store, histories: histories_seen.clone() }.run());
        }
        tasks.close();
        let stop = Arc::new(stop.drop_guard());
        EngineHandle {
            snapshots: snapshots_seen,
            histories: histories_seen,
            bells: Arc::new(bells),
            calls: calls.into(),
            clock,
            tasks,
            stop,
        }
    }
}

/// What the rest of the program holds of a running engine. It is cheap to clone; when the last clone is dropped
/// the engine stops.
#[derive(Clone)]
pub struct EngineHandle {
    snapshots: watch::Receiver<Arc<Snapshot>>,
    histories: watch::Receiver<Arc<History>>,
    bells: Arc<BTreeMap<SourceId, Arc<Notify>>>,
    calls: Arc<[SourceCalls]>,
    clock: Arc<dyn Clock>,
    tasks: TaskTracker,
    stop: Arc<tokio_util::sync::DropGuard>,
}

impl EngineHandle {
    /// The snapshots as they come; the first is empty. What arrives together is one snapshot, and a slow reader
    /// sees the newest only.
    pub fn snapshots(&self) -> watch::Receiver<Arc<Snapshot>> {
        self.snapshots.clone()
    }

    /// What is remembered now.
    pub fn history(&self) -> Arc<History> {
        self.histories.borrow().clone()
    }

    /// What is remembered, as it grows.
    pub fn histories(&self) -> watch::Receiver<Arc<History>> {
        self.histories.clone()
    }

    /// Asks one source now, or all of them, without waiting for its interval. A source that is being asked is
    /// asked once more after that. False when there is no such source.
    pub fn poll_now(&self, id: Option<&SourceId>) -> bool {
        match id {
            Some(id) => self.bells.get(id).map(|bell| bell.notify_one()).is_some(),
            None => {
                self.bells.values().for_each(|bell| bell.notify_one());
                true
            }
        }
    }

    /// What each source's questions are, how often they are asked and what they cost.
    pub fn calls(&self) -> &[SourceCalls] {
        &self.calls
    }

    /// The clock that observations are dated by.
    pub fn clock(&self) -> Arc<dyn Clock> {
        self.clock.clone()
    }

    /// Stops asking, gives up what is being asked, and waits until the history is kept.
    pub async fn shut_down(&self) {
        self.stop.token().cancel();
        self.tasks.wait().await;
    }
}

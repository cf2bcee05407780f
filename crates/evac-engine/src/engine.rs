//! Starts the collectors and the writer, and is the handle that everything else holds.

use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    sync::{Arc, OnceLock},
};

use evac_core::{History, Observation, Snapshot, Source, SourceId, Stack};
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
        let sources = ports.iter().map(|port| port.id()).collect::<BTreeSet<_>>().len();
        let (handle, asking) = Self::prepare(stack, sources, clock, history_store);
        asking.begin(ports, &handle.asked);
        handle
    }

    /// The same, when making the ports takes a while: a screen need not wait for it. Until they are made, no
    /// source has been asked and none can be asked for.
    pub fn start_later(
        stack: Arc<Stack>,
        ports: impl Future<Output = Vec<Arc<dyn Port>>> + Send + 'static,
        clock: Arc<dyn Clock>,
        history_store: Option<HistoryStore>,
    ) -> EngineHandle {
        let sources = stack.regions.keys().map(|region| Source::of(&stack, region).len()).sum();
        let (handle, asking) = Self::prepare(stack, sources, clock, history_store);
        let (asked, tasks, stop) = (handle.asked.clone(), asking.tasks.clone(), asking.stop.clone());
        // One future: when the stop comes first, what is being made is given up.
        tasks.spawn(stop.run_until_cancelled_owned(async move { asking.begin(ports.await, &asked) }));
        handle
    }

    fn prepare(
        stack: Arc<Stack>,
        sources: usize,
        clock: Arc<dyn Clock>,
        history_store: Option<HistoryStore>,
    ) -> (EngineHandle, Asking) {
        let tasks = TaskTracker::new();
        let stop = CancellationToken::new();
        let (sender, observations) = mpsc::channel(WAITING);
        let (snapshots, snapshots_seen) = watch::channel(Arc::new(Snapshot::default()));
        let history = history_store.as_ref().map(HistoryStore::history).unwrap_or_default();
        let (histories, histories_seen) = watch::channel(Arc::new(history));
        // The writer ends when the last collector has dropped its sender, and the keeper when the writer has ended:
        // what was observed before the end is folded, and what was folded is kept.
        let asked = Arc::new(OnceLock::new());
        let writer = Writer { stack: stack.clone(), clock: clock.clone(), sources, observations, snapshots, histories };
        tasks.spawn(writer.run());
        if let Some(store) = history_store {
            tasks.spawn(Keeper { store, histories: histories_seen.clone() }.run());
        }
        tasks.close();
        let asking = Asking { stack, clock: clock.clone(), sender, tasks: tasks.clone(), stop: stop.clone() };
        let stop = Arc::new(stop.drop_guard());
        let handle = EngineHandle { snapshots: snapshots_seen, histories: histories_seen, asked, clock, tasks, stop };
        (handle, asking)
    }
}

/// What is needed to ask ports.
struct Asking {
    stack: Arc<Stack>,
    clock: Arc<dyn Clock>,
    sender: mpsc::Sender<Observation>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Asking {
    fn begin(self, ports: Vec<Arc<dyn Port>>, asked: &OnceLock<Asked>) {
        let (mut bells, mut calls) = (BTreeMap::new(), Vec::new());
        for port in ports {
            let id = port.id().clone();
            let Entry::Vacant(entry) = bells.entry(id.clone()) else {
                tracing::warn!(source = %id, "a second port for one source is left out");
                continue;
            };
            let poll_now = entry.insert(Arc::new(Notify::new())).clone();
            calls.push(SourceCalls::of(port.as_ref(), &self.stack));
            let collector = Collector {
                pace: Pace::of(&id, &self.stack),
                timeout: self.stack.polling.timeout.unsigned(),
                clock: self.clock.clone(),
                observations: self.sender.clone(),
                poll_now,
                port,
            };
            self.tasks.spawn(self.stop.clone().run_until_cancelled_owned(collector.run()));
        }
        // Begun once only, so that there is nothing here yet.
        let _ = asked.set(Asked { bells, calls });
    }
}

/// The sources that are asked.
struct Asked {
    bells: BTreeMap<SourceId, Arc<Notify>>,
    calls: Vec<SourceCalls>,
}

/// What the rest of the program holds of a running engine. It is cheap to clone; when the last clone is dropped
/// the engine stops.
#[derive(Clone)]
pub struct EngineHandle {
    snapshots: watch::Receiver<Arc<Snapshot>>,
    histories: watch::Receiver<Arc<History>>,
    asked: Arc<OnceLock<Asked>>,
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
        let bells = self.asked.get().map(|asked| &asked.bells);
        match id {
            Some(id) => bells.and_then(|bells| bells.get(id)).map(|bell| bell.notify_one()).is_some(),
            None => {
                bells.into_iter().flat_map(BTreeMap::values).for_each(|bell| bell.notify_one());
                true
            }
        }
    }

    /// What each source's questions are, how often they are asked and what they cost.
    pub fn calls(&self) -> &[SourceCalls] {
        self.asked.get().map_or(&[], |asked| &asked.calls)
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

//! The one task that writes a run's journal: an event is durable before anybody acts on it or sees it.

use std::sync::Arc;

use evac_core::run::{ChainHash, Event, IllegalEvent, Record, RunState};
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::JoinHandle,
};

use super::{JournalHead, JournalStorage, RunView, WorldClock};

/// How many events are written together when they come at once.
const BATCH: usize = 32;

/// Why an event was not recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotRecorded {
    /// The journal cannot be written: nothing more is done.
    #[error("the journal cannot be written: {0}")]
    Storage(String),
    /// It cannot follow what happened before.
    #[error(transparent)]
    Illegal(#[from] IllegalEvent),
}

/// What the mirror copies: the journal whole.
#[derive(Debug, Clone, Default)]
pub(super) struct Written {
    pub(super) epoch: u64,
    pub(super) bytes: Arc<Vec<u8>>,
}

/// Hands events to the task that writes them. The task ends with the last of these.
pub(super) struct Recorder {
    requests: Option<mpsc::Sender<Request>>,
    pub(super) view: watch::Receiver<Arc<RunView>>,
    pub(super) written: watch::Receiver<Written>,
    task: JoinHandle<()>,
}

struct Request {
    event: Event,
    reply: oneshot::Sender<Result<(), NotRecorded>>,
}

struct Writer {
    storage: Box<dyn JournalStorage>,
    clock: WorldClock,
    view: watch::Sender<Arc<RunView>>,
    written: watch::Sender<Written>,
}

impl Recorder {
    /// Begins the journal of a run with its first event.
    pub(super) async fn begin(
        mut storage: Box<dyn JournalStorage>,
        clock: WorldClock,
        began: Event,
    ) -> Result<Self, NotRecorded> {
        let record = Record::following((0, ChainHash::default()), began, 0, clock.here(), clock.now());
        let state = RunState::begin(&record)?;
        let (line, hash) = record.to_line().map_err(|error| NotRecorded::Storage(error.to_string()))?;
        let bytes = line.into_bytes();
        storage.append(bytes.clone()).await.map_err(|error| NotRecorded::Storage(error.to_string()))?;
        let head = JournalHead::of(&state, &hash);
        Ok(Self::go_on(storage, clock, RunView { state, records: vec![Arc::new(record)], head }, bytes))
    }

    /// Goes on with a journal that was read and verified.
    pub(super) fn go_on(storage: Box<dyn JournalStorage>, clock: WorldClock, view: RunView, bytes: Vec<u8>) -> Self {
        let (requests, received) = mpsc::channel(BATCH);
        let (written, copies) = watch::channel(Written { epoch: view.state.epoch, bytes: Arc::new(bytes) });
        let (view, views) = watch::channel(Arc::new(view));
        let task = tokio::spawn(Writer { storage, clock, view, written }.run(received));
        Self { requests: Some(requests), view: views, written: copies, task }
    }

    /// Records an event, and returns when it is durable. It is recorded even when the caller stops waiting.
    pub(super) async fn record(&self, event: Event) -> Result<(), NotRecorded> {
        let ended = || NotRecorded::Storage("the journal's task has ended".to_owned());
        let (reply, answer) = oneshot::channel();
        let requests = self.requests.as_ref().ok_or_else(ended)?;
        requests.send(Request { event, reply }).await.map_err(|_| ended())?;
        answer.await.map_err(|_| ended())?
    }

    /// Ends the task, and returns when the journal is let go.
    pub(super) async fn close(&mut self) {
        self.requests = None;
        // It can only have been cut off, and then it has let go too.
        let _ = (&mut self.task).await;
    }

    /// Where the run stands now.
    pub(super) fn now(&self) -> Arc<RunView> {
        self.view.borrow().clone()
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Writer {
    async fn run(mut self, mut requests: mpsc::Receiver<Request>) {
        let mut batch = Vec::new();
        while requests.recv_many(&mut batch, BATCH).await > 0 {
            self.write(std::mem::take(&mut batch)).await;
        }
    }

    /// Writes what came together with one write, and publishes it once it is durable.
    async fn write(&mut self, batch: Vec<Request>) {
        let before = self.view.borrow().clone();
        let (mut state, mut records, mut head) = (before.state.clone(), before.records.clone(), before.head.clone());
        let (mut lines, mut waiting) = (Vec::new(), Vec::new());
        for Request { event, reply } in batch {
            match follow(&mut state, &mut head, event, &self.clock) {
                Ok((record, line)) => {
                    records.push(Arc::new(record));
                    lines.extend(line.into_bytes());
                    waiting.push(reply);
                }
                // Whoever asked may be gone.
                Err(failure) => drop(reply.send(Err(failure))),
            }
        }
        if lines.is_empty() {
            return;
        }
        let result = self.storage.append(lines.clone()).await;
        if result.is_ok() {
            let mut bytes = self.written.borrow().bytes.as_ref().clone();
            bytes.extend(lines);
            self.written.send_replace(Written { epoch: state.epoch, bytes: Arc::new(bytes) });
            self.view.send_replace(Arc::new(RunView { state, records, head }));
        }
        for reply in waiting {
            let result = result.as_ref().map_err(|error| NotRecorded::Storage(error.to_string()));
            let _ = reply.send(result.copied());
        }
    }
}

/// The record of an event after a state, which it changes when the event is legal.
fn follow(
    state: &mut RunState,
    head: &mut JournalHead,
    event: Event,
    clock: &WorldClock,
) -> Result<(Record, String), NotRecorded> {
    let epoch = if let Event::LeaseTaken { epoch, .. } = &event { *epoch } else { state.epoch };
    let world = clock.now().max(state.last_at);
    let record = Record::following((head.number, ChainHash(head.hash.clone())), event, epoch, clock.here(), world);
    let (line, hash) = record.to_line().map_err(|error| NotRecorded::Storage(error.to_string()))?;
    state.apply(&record)?;
    *head = JournalHead::of(state, &hash);
    Ok((record, line))
}

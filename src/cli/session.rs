//! Opens a stack and starts asking. Written once: the screen, `status`, `doctor` and the demo all begin here.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use evac_core::{Snapshot, Stack};
use evac_engine::{Clock, Engine, EngineHandle, HistoryStore, Port, SystemClock};
use tokio::time::timeout;

use super::{Failure, stack_file};
use crate::config::{Places, StackPlaces};

/// How much longer than one question's timeout the first full picture may take.
const SLACK: Duration = Duration::from_secs(2);

/// A stack whose file was read and found good.
#[derive(Debug, Clone)]
pub struct OpenStack {
    /// The stack.
    pub stack: Arc<Stack>,
    /// Its file.
    pub file: PathBuf,
    places: StackPlaces,
}

impl OpenStack {
    /// Reads a stack file. What is kept of it goes to `places`; a report of what is wrong with it may be coloured.
    ///
    /// # Errors
    /// Everything that is wrong with the file.
    pub fn open(file: &Path, places: &Places, coloured: bool) -> Result<Self, Failure> {
        let stack = stack_file::read(file, coloured)?;
        let places = places.of_stack(stack.name.as_str(), file);
        Ok(Self { stack: Arc::new(stack), file: file.to_owned(), places })
    }

    /// The same, with what is kept of it in folders of its own.
    ///
    /// # Errors
    /// Everything that is wrong with the file.
    pub fn open_at(file: &Path, places: StackPlaces) -> Result<Self, Failure> {
        Ok(Self { stack: Arc::new(stack_file::read(file, false)?), file: file.to_owned(), places })
    }

    /// The folder of the stack's file, which the paths in it are relative to.
    pub fn folder(&self) -> &Path {
        self.file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
    }

    /// Where what must last is kept.
    pub fn state(&self) -> &Path {
        &self.places.state
    }

    /// Where what can be had again is kept.
    pub fn cache(&self) -> &Path {
        &self.places.cache
    }

    /// A clock to date things by.
    pub fn clock(&self) -> Arc<dyn Clock> {
        clock()
    }

    /// Starts asking every source, inside of the runtime that this is called in. It cannot fail: what is not set up
    /// answers with what to do about it, and a history that cannot be kept is logged.
    pub async fn start(&self) -> EngineHandle {
        self.connect().await.0
    }

    /// An engine that asks nothing, for who only looks at runs.
    pub fn idle(&self) -> EngineHandle {
        Engine::start(self.stack.clone(), Vec::new(), clock(), None)
    }

    /// The same at once: the ports are made while a first frame is drawn, which must not wait for them.
    pub fn start_later(&self) -> EngineHandle {
        let (opened, clock) = (self.clone(), clock());
        let here = clock.clone();
        let ports = async move { opened.ports(&here).await.0 };
        Engine::start_later(self.stack.clone(), ports, clock, self.history())
    }

    /// The same, with what is known of the AWS endpoints behind it.
    pub async fn connect(&self) -> (EngineHandle, evac_aws::Connection) {
        let clock = clock();
        let (ports, connection) = self.ports(&clock).await;
        (Engine::start(self.stack.clone(), ports, clock, self.history()), connection)
    }

    async fn ports(&self, clock: &Arc<dyn Clock>) -> (Vec<Arc<dyn Port>>, evac_aws::Connection) {
        evac_engine::install_crypto();
        let folder = self.folder();
        let mut connection = evac_aws::connect(&self.stack, folder, &self.places.cache, clock.clone()).await;
        let mut ports = evac_engine::probes(&self.stack, clock);
        ports.extend(evac_engine::AnswersPort::of(&self.stack, clock));
        ports.append(&mut connection.ports);
        ports.extend(evac_kube::ports(&self.stack, folder, clock.clone()).await);
        (ports, connection)
    }

    fn history(&self) -> Option<HistoryStore> {
        let opened = HistoryStore::open(self.places.state.join("history.json"));
        opened.inspect_err(|error| tracing::warn!(%error, "the history is not kept")).ok()
    }

    /// How long the first full picture may take when nobody says otherwise.
    pub fn patience(&self) -> Duration {
        self.stack.polling.timeout.unsigned().saturating_add(SLACK)
    }
}

fn clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock::start())
}

/// Waits until every source has answered or failed, but no longer than `patience`: what has not spoken by then is
/// missing from the snapshot, and makes a verdict UNKNOWN.
pub async fn full_picture(engine: &EngineHandle, patience: Duration) -> Arc<Snapshot> {
    let mut snapshots = engine.snapshots();
    let complete = |snapshot: &Arc<Snapshot>| {
        engine.calls().iter().all(|source| snapshot.signal(source.id.source, &source.id.region).is_some())
    };
    // Both ways to fail, too late and an engine that ended, leave what is known so far.
    let _ = timeout(patience, snapshots.wait_for(complete)).await;
    snapshots.borrow_and_update().clone()
}

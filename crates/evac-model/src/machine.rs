//! A machine that a runner runs on: its disk, its clock, and its sudden death.

use std::{
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use evac_core::{
    plan::StepId,
    run::{Event, Journal, Record, RunState},
};
use evac_engine::{
    Clock,
    run::{JournalStorage, RunView},
};
use futures::{FutureExt, future::BoxFuture};
use jiff::{SignedDuration, Timestamp};
use tokio::{
    sync::watch,
    time::{Instant, sleep},
};
use tokio_util::sync::CancellationToken;

use crate::{defect::Defect, disk::Disk, fault::WriteFault, laws, observed, world::World};

/// How long it takes to make a write durable.
const SYNC: Duration = Duration::from_millis(2);
/// A machine's clock, or the world's: it goes on with the paused time of the runtime.
#[derive(Debug, Clone)]
pub struct ModelClock {
    began: Instant,
    morning: Timestamp,
    pace: f64,
}

impl ModelClock {
    /// A clock that begins now.
    pub fn new(pace: f64) -> Self {
        // Every play begins when its plan is made.
        Self { began: Instant::now(), morning: observed::now(), pace }
    }
}

impl Clock for ModelClock {
    fn now(&self) -> Timestamp {
        let passed = self.began.elapsed().mul_f64(self.pace);
        let passed = SignedDuration::try_from(passed).unwrap_or(SignedDuration::MAX);
        self.morning.checked_add(passed).unwrap_or(Timestamp::MAX)
    }
}

/// A machine.
#[derive(Debug)]
pub struct Machine {
    /// Its name.
    pub name: String,
    disk: Mutex<Disk>,
    shown: Mutex<Option<watch::Receiver<Arc<RunView>>>>,
    death: Mutex<CancellationToken>,
}

impl Machine {
    /// A machine with an empty disk.
    pub fn new(name: &str) -> Arc<Self> {
        Arc::new(Self {
            name: name.to_owned(),
            disk: Mutex::default(),
            shown: Mutex::default(),
            death: Mutex::default(),
        })
    }

    /// What is on its disk.
    pub fn disk(&self) -> Vec<u8> {
        self.inside().bytes().to_vec()
    }

    /// Puts the copy of a journal on its disk in the place of what is there.
    pub(crate) fn adopt(&self, bytes: Vec<u8>) {
        *self.inside() = Disk::of_copy(bytes);
    }

    /// Cuts off what stands on its disk after so many bytes.
    pub(crate) fn cut(&self, length: usize) {
        self.inside().truncate(length);
    }

    /// Lines, with each end of a step once more, sealed to follow what is on the disk.
    fn with_ends_twice(&self, lines: &[u8]) -> Vec<u8> {
        let mut journal = Journal::read(&self.disk()).unwrap_or_default();
        let mut twice = String::new();
        for record in records(lines) {
            let times = if matches!(record.event, Event::Ended { .. }) { 2 } else { 1 };
            for _ in 0..times {
                let next = journal.next(record.event.clone(), record.epoch, record.at, record.world_at);
                twice.extend(journal.push(next));
            }
        }
        twice.into_bytes()
    }

    /// Whether the journal on its disk is a copy, with which no run has gone on here.
    pub(crate) fn has_copy(&self, journal: &Journal) -> bool {
        self.inside().is_copy(journal)
    }

    /// The state that follows from what is on its disk.
    pub(crate) fn durable(&self) -> Result<RunState, String> {
        self.inside().state().cloned()
    }

    /// What its runner shows from now on.
    pub(crate) fn shows(&self, view: watch::Receiver<Arc<RunView>>) {
        *self.shown.lock().unwrap_or_else(PoisonError::into_inner) = Some(view);
    }

    /// What its runner shows, or showed last; `None` in a new life.
    pub(crate) fn shown(&self) -> Option<RunState> {
        let shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        shown.as_ref().map(|view| view.borrow().state.clone())
    }

    /// Begins a new life, and gives what tells of its end.
    pub(crate) fn live(&self) -> CancellationToken {
        let token = CancellationToken::new();
        *self.shown.lock().unwrap_or_else(PoisonError::into_inner) = None;
        *self.death.lock().unwrap_or_else(PoisonError::into_inner) = token.clone();
        token
    }

    /// Kills the runner, as `kill -9` does: what asks never hears of anything again.
    pub(crate) async fn die(&self) -> std::convert::Infallible {
        self.death.lock().unwrap_or_else(PoisonError::into_inner).cancel();
        std::future::pending().await
    }

    fn inside(&self) -> MutexGuard<'_, Disk> {
        self.disk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The journal of a run on a machine's disk.
pub struct ModelJournal {
    machine: Arc<Machine>,
    world: Arc<World>,
    failed: bool,
    writes: u32,
    /// Defective: what was said to be durable, and is not there yet.
    behind: Vec<u8>,
}

impl ModelJournal {
    /// The journal on a machine.
    pub fn new(machine: Arc<Machine>, world: Arc<World>) -> Self {
        Self { machine, world, failed: false, writes: 0, behind: Vec::new() }
    }
}

impl JournalStorage for ModelJournal {
    fn append(&mut self, lines: Vec<u8>) -> BoxFuture<'_, io::Result<()>> {
        async move {
            sleep(if self.world.ideal { Duration::ZERO } else { SYNC }).await;
            if self.failed {
                return Err(io::Error::other("a write has failed before"));
            }
            laws::at_write(&self.world, &self.machine);
            let fault = match self.world.has_write_faults() {
                true => kinds(&lines).iter().find_map(|(step, kind)| self.world.write_fault(step, kind)),
                false => None,
            };
            let half = lines.len() - lines.len() / 3;
            let (kept, fails) = match fault {
                None | Some(WriteFault::CrashAfter) => (lines.len(), false),
                Some(WriteFault::CrashBefore) => (0, false),
                Some(WriteFault::CrashTorn) => (half, false),
                Some(WriteFault::Full) => (half, true),
                Some(WriteFault::Unsynced) => (lines.len(), true),
            };
            self.writes += 1;
            let lost = match self.world.defect {
                Some(Defect::JournalKeepsNothing) => true,
                Some(Defect::JournalLosesWrites) => self.writes.is_multiple_of(3),
                _ => false,
            };
            if self.world.defect == Some(Defect::JournalRepeats) {
                let twice = self.machine.with_ends_twice(&lines);
                self.machine.inside().append(&twice);
            } else if self.world.defect == Some(Defect::JournalLags) {
                let late = std::mem::replace(&mut self.behind, lines);
                self.machine.inside().append(&late);
            } else if !lost {
                self.machine.inside().append(lines.get(..kept).unwrap_or(&lines));
            }
            if fails {
                self.failed = true;
                return Err(io::Error::from(io::ErrorKind::StorageFull));
            }
            if fault.is_some() {
                match self.machine.die().await {}
            }
            Ok(())
        }
        .boxed()
    }
}

fn records(lines: &[u8]) -> impl Iterator<Item = Record> {
    lines.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok())
}

/// The steps and kinds of events in lines of a journal.
fn kinds(lines: &[u8]) -> Vec<(Option<StepId>, String)> {
    records(lines)
        .filter_map(|record| {
            let event = serde_json::to_value(&record.event).ok()?;
            let text = |name: &str| event.get(name).and_then(|value| value.as_str());
            Some((text("step").map(StepId::new), text("kind")?.to_owned()))
        })
        .collect()
}

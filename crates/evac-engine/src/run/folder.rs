use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use evac_core::run::{Journal, RunId, RunState};

use super::{order::OrderBook, private};

/// How often a lock is tried that somebody may be looking at just now, and how long between.
const TRIES: u32 = 10;
const PAUSE: Duration = Duration::from_millis(20);

/// The folder of one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunFolder {
    run: RunId,
    path: PathBuf,
}

/// The files that are locked by who carries a run out, and by who waits beside.
const CARRIED_OUT: &str = "lock";
const WATCHED_OVER: &str = "watch";

/// Held by the process that carries a run out on this machine, or that waits beside it. It is let go when dropped, and when the process ends.
#[derive(Debug)]
pub struct RunLock(File);

impl RunFolder {
    pub(super) fn new(run: RunId, path: PathBuf) -> Self {
        Self { run, path }
    }

    /// The run.
    pub fn run(&self) -> &RunId {
        &self.run
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The journal.
    pub fn journal(&self) -> PathBuf {
        self.path.join("journal.jsonl")
    }

    /// How many records of the journal were taken over from another machine, if any.
    pub(super) fn copied(&self) -> PathBuf {
        self.path.join("journal.copied")
    }

    /// What operators ask of the run.
    pub fn orders(&self) -> OrderBook {
        OrderBook::new(self.path.join("commands.jsonl"))
    }

    /// Where the run stands, by its journal.
    ///
    /// # Errors
    /// The journal cannot be read or believed, or the run never began.
    pub fn state(&self) -> Result<RunState, String> {
        let bytes = fs::read(self.journal()).map_err(|error| format!("the journal cannot be read: {error}"))?;
        let journal = Journal::read(&bytes).map_err(|damage| damage.to_string())?;
        let state = RunState::replay(&journal.records).map_err(|illegal| illegal.to_string())?;
        state.ok_or_else(|| "the journal holds no whole record: the run never began".to_owned())
    }

    /// Becomes the one process on this machine that carries the run out; `None` when another is.
    pub fn lock(&self) -> io::Result<Option<RunLock>> {
        self.hold(CARRIED_OUT)
    }

    /// Becomes the one that has the run gone on with whenever the process ends that carries it out; `None` when another is.
    pub fn watch_over(&self) -> io::Result<Option<RunLock>> {
        self.hold(WATCHED_OVER)
    }

    /// True when a process on this machine carries the run out now, or sees to it that one soon does.
    pub fn is_running(&self) -> bool {
        self.is_held(CARRIED_OUT) || self.is_held(WATCHED_OVER)
    }

    fn hold(&self, name: &str) -> io::Result<Option<RunLock>> {
        let file = private::options().create(true).truncate(false).write(true).open(self.path.join(name))?;
        for _ in 0..TRIES {
            match file.try_lock() {
                Ok(()) => return Ok(Some(RunLock(file))),
                Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
        Ok(None)
    }

    fn is_held(&self, name: &str) -> bool {
        let Ok(file) = File::open(self.path.join(name)) else { return false };
        match file.try_lock_shared() {
            Ok(()) => {
                // Who comes in this very moment tries again.
                let _ = file.unlock();
                false
            }
            Err(TryLockError::WouldBlock) => true,
            Err(TryLockError::Error(_)) => false,
        }
    }
}

impl Drop for RunLock {
    fn drop(&mut self) {
        // Closing is not enough: a child process that was forked meanwhile would go on holding the lock.
        let _ = self.0.unlock();
    }
}

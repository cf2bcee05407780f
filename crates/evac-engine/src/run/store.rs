use std::{
    collections::BTreeMap,
    fs, io,
    io::Write,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::SystemTime,
};

use evac_core::run::{RunId, RunState};

use super::{RunFolder, private};

/// What a run may come to need on the disk: it is tried before a run begins.
const ROOM: usize = 1 << 20;
/// How often this process has tried it.
static TRIED: AtomicU64 = AtomicU64::new(0);

/// The state folder of a stack: its plans and its runs.
#[derive(Debug, Clone)]
pub struct RunStore {
    path: PathBuf,
    /// Where each run stood when its journal was read last: a plan that lies on a screen is judged each second, beside all
    /// that runs have left. What has changed since is read again.
    read: Arc<Mutex<BTreeMap<RunId, Read>>>,
}

/// A journal that was read.
#[derive(Debug, Clone)]
struct Read {
    length: u64,
    modified: SystemTime,
    state: Result<Arc<RunState>, String>,
}

/// A run in the list.
#[derive(Debug, Clone, PartialEq)]
pub struct RunEntry {
    /// The run.
    pub run: RunId,
    /// True when a process on this machine carries it out now.
    pub running: bool,
    /// Where it stands, or why its journal cannot be believed.
    pub state: Result<Arc<RunState>, String>,
}

/// Why a plan that was asked for cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// What was given is no beginning of a hash.
    #[error("give at least the first 8 digits of the plan's hash")]
    NoHash,
    /// There is none.
    #[error("no plan with this hash was made here: make it with `evac plan`")]
    Absent,
    /// There are more.
    #[error("{0} plans begin like this: give more digits")]
    Ambiguous(usize),
    /// The file is no plan.
    #[error("its file is of another form: {0}")]
    Form(String),
    /// Another evac made it.
    #[error("it is of version {0}, which this evac does not know: make it again")]
    Version(u32),
    /// Somebody changed it.
    #[error("its file was changed after it was made: make it again")]
    Changed,
}

/// Why the state folder could not be used.
#[derive(Debug, thiserror::Error)]
pub enum RunStoreError {
    /// The plan cannot be had.
    #[error("plan {hash}: {why}")]
    Plan {
        /// What was asked for.
        hash: String,
        /// Why not.
        why: Unfit,
    },
    /// There is no such run, or more than one.
    #[error("run `{name}`: {why}")]
    Run {
        /// What was asked for.
        name: String,
        /// Why not.
        why: &'static str,
    },
    /// The file system refuses.
    #[error("cannot {deed} {}: {source}", path.display())]
    File {
        /// What was tried.
        deed: &'static str,
        /// With which file.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
}

impl RunStoreError {
    pub(super) fn file(deed: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { deed, path, source }
    }
}

impl RunStore {
    /// The store in a folder, which is made when something is first written to it.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), read: Arc::default() }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Tries whether a journal could be written here now: writes as much as a run may need, durably, and removes it.
    pub fn writable(&self) -> Result<(), RunStoreError> {
        let folder = self.runs();
        private::make_folder(&folder).map_err(RunStoreError::file("make", &folder))?;
        // More than one thread may try at once.
        let number = TRIED.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!(".room-{}-{number}", std::process::id()));
        let file = private::options().create(true).truncate(true).write(true).open(&path);
        let tried = file.and_then(|mut file| {
            file.write_all(&vec![b'.'; ROOM])?;
            file.sync_all()
        });
        // What could not be written whole is in nobody's way either.
        let removed = fs::remove_file(&path);
        tried.and(removed).map_err(RunStoreError::file("write", &path))
    }

    /// Makes the folder of a new run.
    pub fn create(&self, run: &RunId) -> Result<RunFolder, RunStoreError> {
        let (runs, path) = (self.runs(), self.runs().join(run.as_str()));
        private::make_folder(&path)
            .and_then(|()| private::sync_folder(&runs))
            .and_then(|()| private::sync_folder(&self.path))
            .map_err(RunStoreError::file("make", &path))?;
        Ok(RunFolder::new(run.clone(), path))
    }

    /// The folder of the run that is named, or whose name begins so, as long as that is one only.
    pub fn open(&self, name: &str) -> Result<RunFolder, RunStoreError> {
        let name = name.trim();
        let absent = |why| RunStoreError::Run { name: evac_core::text::clean(name), why };
        let runs = self.names()?;
        let exact = runs.iter().find(|run| run.as_str() == name);
        let begun: Vec<_> = runs.iter().filter(|run| !name.is_empty() && run.as_str().starts_with(name)).collect();
        let run = match (exact, begun.as_slice()) {
            (Some(run), _) => run,
            (None, [run]) => run,
            (None, []) => return Err(absent("there is no such run here: `evac runs` lists them")),
            (None, _) => return Err(absent("more than one run begins so: give more of its name")),
        };
        Ok(RunFolder::new(run.clone(), self.runs().join(run.as_str())))
    }

    /// Every run, newest first; those whose journals are damaged too, with the reason.
    pub fn list(&self) -> Result<Vec<RunEntry>, RunStoreError> {
        let entry = |run: RunId| {
            let folder = RunFolder::new(run.clone(), self.runs().join(run.as_str()));
            RunEntry { running: folder.is_running(), state: self.state(&folder), run }
        };
        Ok(self.names()?.into_iter().rev().map(entry).collect())
    }

    fn state(&self, folder: &RunFolder) -> Result<Arc<RunState>, String> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = fs::metadata(folder.journal()).and_then(|file| Ok((file.len(), file.modified()?)));
        let (length, modified) = match seen {
            Ok(seen) => seen,
            // Whoever reads it says why it cannot be.
            Err(_) => return folder.state().map(Arc::new),
        };
        match read.get(folder.run()) {
            Some(same) if (same.length, same.modified) == (length, modified) => same.state.clone(),
            _ => {
                let state = folder.state().map(Arc::new);
                read.insert(folder.run().clone(), Read { length, modified, state: state.clone() });
                state
            }
        }
    }

    fn names(&self) -> Result<Vec<RunId>, RunStoreError> {
        let folder = self.runs();
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(RunStoreError::file("read", &folder))?,
        };
        let folders = entries.flatten().filter(|entry| entry.path().is_dir());
        let mut runs: Vec<_> = folders.filter_map(|entry| RunId::parse(entry.file_name().to_str()?).ok()).collect();
        runs.sort();
        Ok(runs)
    }

    fn runs(&self) -> PathBuf {
        self.path.join("runs")
    }
}

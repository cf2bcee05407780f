//! The history on disk: one JSON file, replaced as a whole.

use std::{
    fs::{self, File, TryLockError},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use evac_core::History;
use serde::{Deserialize, Serialize};

use crate::run::private;

/// The version of the file's form that this program reads and writes.
const VERSION: u32 = 1;

/// A file over this was not written by evac, whose bounds keep it well under: a year and five measures a region.
const LARGEST: u64 = 16 << 20;

/// How many broken files are kept beside the good one.
const BROKEN_KEPT: u32 = 5;

/// Keeps a [`History`] in a file. Only one process at a time writes to it: a second one reads what there is, and
/// takes over when the first has ended.
#[derive(Debug)]
pub struct HistoryStore {
    path: PathBuf,
    history: History,
    lock: Option<File>,
    /// True when a newer evac wrote the file: this one must not make it poorer.
    foreign: bool,
}

/// The file could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("cannot {deed} {}: {source}", path.display())]
pub struct HistoryStoreError {
    deed: &'static str,
    path: PathBuf,
    source: io::Error,
}

#[derive(Serialize, Deserialize)]
struct Document<H> {
    version: u32,
    history: H,
}

#[derive(Deserialize)]
struct Form {
    version: u32,
}

enum Content {
    Known(History),
    Foreign(u32),
    Broken(String),
}

impl HistoryStore {
    /// Opens the file, or begins one, and makes the folders above it. A file that cannot be understood is moved
    /// aside to `NAME.broken`, and a fresh one begins.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, HistoryStoreError> {
        let path = path.into();
        if let Some(folder) = path.parent() {
            private::make_folder(folder).map_err(failed("create", folder))?;
        }
        let lock = try_lock(&path)?;
        let mut store = Self { path, history: History::default(), lock, foreign: false };
        match store.read()? {
            None => {}
            Some(Content::Known(history)) => store.history = history.bounded(),
            Some(Content::Foreign(version)) => {
                store.foreign = true;
                let path = store.path.display();
                tracing::warn!(%path, version, "the history was written by a newer evac: it is left alone");
            }
            Some(Content::Broken(why)) => store.move_aside(&why)?,
        }
        Ok(store)
    }

    /// What the file held when it was opened.
    pub fn history(&self) -> History {
        self.history.clone()
    }

    /// Puts a history in the place of the old one, so that a crash at any point leaves one or the other whole.
    /// False when another process is the one that writes, or a newer evac wrote the file.
    pub fn save(&mut self, history: &History) -> Result<bool, HistoryStoreError> {
        if self.lock.is_none() {
            self.lock = try_lock(&self.path)?;
        }
        if self.lock.is_none() || self.foreign {
            return Ok(false);
        }
        let written = beside(&self.path, ".new");
        let document = Document { version: VERSION, history };
        let bytes = serde_json::to_vec(&document).map_err(io::Error::other).map_err(failed("write", &self.path))?;
        let opened = private::options().create(true).truncate(true).write(true).open(&written);
        let mut file = opened.map_err(failed("create", &written))?;
        file.write_all(&bytes).and_then(|()| file.sync_all()).map_err(failed("write", &written))?;
        fs::rename(&written, &self.path).map_err(failed("replace", &self.path))?;
        sync_folder(&self.path).map_err(failed("replace", &self.path))?;
        Ok(true)
    }

    fn read(&self) -> Result<Option<Content>, HistoryStoreError> {
        let file = match File::open(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            file => file.map_err(failed("open", &self.path))?,
        };
        let mut bytes = Vec::new();
        file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(failed("read", &self.path))?;
        if bytes.len() as u64 > LARGEST {
            return Ok(Some(Content::Broken("it is too large to be a history".to_owned())));
        }
        let content = match serde_json::from_slice::<Form>(&bytes) {
            Ok(form) if form.version > VERSION => Content::Foreign(form.version),
            Ok(_) => match serde_json::from_slice::<Document<History>>(&bytes) {
                Ok(document) => Content::Known(document.history),
                Err(error) => Content::Broken(error.to_string()),
            },
            Err(error) => Content::Broken(error.to_string()),
        };
        Ok(Some(content))
    }

    /// Only the process that writes tidies up: another's file may be broken to this one alone.
    fn move_aside(&self, why: &str) -> Result<(), HistoryStoreError> {
        let path = self.path.display();
        if self.lock.is_none() {
            tracing::warn!(%path, why, "the history cannot be read");
            return Ok(());
        }
        let numbered = (2..=BROKEN_KEPT).map(|number| beside(&self.path, &format!(".broken-{number}")));
        let places: Vec<_> = std::iter::once(beside(&self.path, ".broken")).chain(numbered).collect();
        let free = places.iter().find(|place| !place.exists()).or(places.last());
        let Some(place) = free else { return Ok(()) };
        fs::rename(&self.path, place).map_err(failed("move aside", &self.path))?;
        tracing::warn!(%path, kept = %place.display(), why, "the history could not be read: a fresh one begins");
        Ok(())
    }
}

impl Drop for HistoryStore {
    fn drop(&mut self) {
        // Closing is not enough: a child process that was forked meanwhile would go on holding the lock.
        if let Some(lock) = &self.lock {
            let _ = lock.unlock();
        }
    }
}

/// The lock that makes this process the one that writes; `None` when another has it, or the file system has no
/// locks and so cannot tell.
fn try_lock(path: &Path) -> Result<Option<File>, HistoryStoreError> {
    let path = beside(path, ".lock");
    let file = private::options().create(true).truncate(false).write(true).open(&path);
    let file = file.map_err(failed("open", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => {
            tracing::warn!(path = %path.display(), %error, "no lock can be had here: the history is not kept");
            Ok(None)
        }
    }
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(ending);
    path.with_file_name(name)
}

/// Makes a rename last through a power cut. Where folders cannot be opened, there is nothing to do.
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

fn failed(deed: &'static str, path: &Path) -> impl FnOnce(io::Error) -> HistoryStoreError {
    let path = path.to_owned();
    move |source| HistoryStoreError { deed, path, source }
}

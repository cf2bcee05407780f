use std::{
    fs::{self, File},
    io::{self, Write},
    path::PathBuf,
    sync::Arc,
};

use evac_core::run::{Damage, Journal};
use futures::{FutureExt, future::BoxFuture};

use super::{JournalStorage, RunFolder, RunLock, private};

/// A journal that is open for writing, by one process alone.
#[derive(Debug)]
pub struct JournalFile {
    file: Arc<File>,
    poisoned: bool,
    _lock: RunLock,
}

/// A journal that was opened to be written on.
#[derive(Debug)]
pub struct Opened {
    /// Where it is written on.
    pub file: JournalFile,
    /// What it held, verified.
    pub journal: Journal,
    /// The same as bytes, without a torn end.
    pub bytes: Vec<u8>,
    /// The bytes that were cut off its end and where they are kept, if a crash had left some.
    pub torn: Option<(usize, PathBuf)>,
    /// True when it was taken over as a copy and no lease was recorded here since: it may lack the last of what the runner
    /// before did, and that runner may be alive.
    pub copy: bool,
}

/// Why a journal cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum JournalFileError {
    /// Another process on this machine carries the run out.
    #[error("another process on this machine carries out the run {0}")]
    Busy(evac_core::run::RunId),
    /// It cannot be believed.
    #[error("{}: {damage}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, and where.
        damage: Damage,
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

impl JournalFile {
    /// Begins the journal of a new run, which must not have one yet.
    pub fn create(folder: &RunFolder) -> Result<Self, JournalFileError> {
        let lock = lock(folder)?;
        let path = folder.journal();
        let options = private::options().create_new(true).append(true).open(&path);
        let file = options.map_err(|source| failed("create", &path, source))?;
        private::sync_folder(folder.path()).map_err(|source| failed("create", &path, source))?;
        Ok(Self { file: Arc::new(file), poisoned: false, _lock: lock })
    }

    /// Takes over the journal of another machine, from a copy that was verified. One that this machine had of the run
    /// is kept aside.
    pub fn adopt(folder: &RunFolder, bytes: &[u8]) -> Result<Opened, JournalFileError> {
        let path = folder.journal();
        {
            // Nobody here may be writing on the one that is put aside.
            let _lock = lock(folder)?;
            match fs::read(&path) {
                Ok(old) => drop(keep_aside(folder, "old", &old).map_err(|source| failed("keep", &path, source))?),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(source) => return Err(failed("read", &path, source)),
            }
            // Marked first: what is taken for a copy and is none is only waited for.
            let records = bytes.iter().filter(|byte| **byte == b'\n').count();
            let marked = private::replace(&folder.copied(), records.to_string().as_bytes());
            marked.and_then(|()| private::replace(&path, bytes)).map_err(|source| failed("write", &path, source))?;
        }
        Self::open(folder)
    }

    /// Opens the journal of a run that goes on. What a crash left of a last record is kept aside and cut off; damage
    /// anywhere else is refused.
    pub fn open(folder: &RunFolder) -> Result<Opened, JournalFileError> {
        let lock = lock(folder)?;
        let path = folder.journal();
        let mut bytes = fs::read(&path).map_err(|source| failed("read", &path, source))?;
        let journal =
            Journal::read(&bytes).map_err(|damage| JournalFileError::Damaged { path: path.clone(), damage })?;
        let file = File::options().append(true).open(&path).map_err(|source| failed("open", &path, source))?;
        let mut torn = None;
        if journal.torn > 0 {
            let rest = bytes.get(journal.length..).unwrap_or_default();
            let place =
                keep_aside(folder, "torn", rest).map_err(|source| failed("keep the torn end of", &path, source))?;
            file.set_len(journal.length as u64)
                .and_then(|()| file.sync_all())
                .map_err(|source| failed("cut", &path, source))?;
            torn = Some((rest.len(), place));
        }
        bytes.truncate(journal.length);
        let copied = fs::read_to_string(folder.copied()).ok().and_then(|records| records.parse().ok());
        let copy = copied.is_some_and(|records| !journal.takes_lease_after(records));
        Ok(Opened { bytes, file: Self { file: Arc::new(file), poisoned: false, _lock: lock }, journal, torn, copy })
    }
}

impl JournalStorage for JournalFile {
    fn append(&mut self, lines: Vec<u8>) -> BoxFuture<'_, io::Result<()>> {
        async move {
            if self.poisoned {
                return Err(io::Error::other("a write to the journal has failed before: it takes no more"));
            }
            // Poisoned until shown otherwise: this future may also be dropped in the middle.
            self.poisoned = true;
            let file = self.file.clone();
            let written = tokio::task::spawn_blocking(move || {
                (&*file).write_all(&lines)?;
                file.sync_data()
            });
            written.await.map_err(io::Error::other)??;
            self.poisoned = false;
            Ok(())
        }
        .boxed()
    }
}

fn lock(folder: &RunFolder) -> Result<RunLock, JournalFileError> {
    let lock = folder.lock().map_err(|source| failed("lock", folder.path(), source))?;
    lock.ok_or_else(|| JournalFileError::Busy(folder.run().clone()))
}

fn keep_aside(folder: &RunFolder, kind: &str, rest: &[u8]) -> io::Result<PathBuf> {
    let mut number = 1;
    loop {
        let place = folder.path().join(format!("journal.{kind}-{number}"));
        match private::options().create_new(true).write(true).open(&place) {
            Ok(mut file) => {
                file.write_all(rest)?;
                file.sync_all()?;
                private::sync_folder(folder.path())?;
                return Ok(place);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
            Err(error) => return Err(error),
        }
    }
}

fn failed(deed: &'static str, path: &std::path::Path, source: io::Error) -> JournalFileError {
    JournalFileError::File { deed, path: path.to_owned(), source }
}

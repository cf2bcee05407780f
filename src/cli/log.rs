//! The log: a file in the state folder, never the terminal, and never larger than it should be.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use evac_engine::run::private;
use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::EnvFilter;

use crate::config::LogLevel;

/// How large the file may grow before it is put aside. One older file is kept beside it.
const LARGEST: u64 = 4 << 20;

/// The log, for as long as this is kept; dropping it writes out what is waiting.
pub struct Log {
    /// The file.
    pub path: PathBuf,
    _guard: WorkerGuard,
}

/// Begins the log. `None` when it is off or cannot be written.
pub fn begin(state: &Path, level: LogLevel) -> Option<Log> {
    if level == LogLevel::Off {
        return None;
    }
    let path = state.join("evac.log");
    let file = BoundedFile::open(&path).ok()?;
    // What cannot be written in time is dropped, so that a slow disk never holds up the screen.
    let (writer, guard) = NonBlockingBuilder::default().lossy(true).finish(file);
    // Other crates' quieter lines can hold whole requests: only evac's own follow the level.
    let filter = EnvFilter::new(format!("warn,evac={}", level.word()));
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(writer).finish();
    tracing::subscriber::set_global_default(subscriber).ok()?;
    tracing::info!(version = env!("CARGO_PKG_VERSION"), process = std::process::id(), "evac begins");
    Some(Log { path, _guard: guard })
}

/// A file that is put aside when it is full.
struct BoundedFile {
    path: PathBuf,
    file: File,
    length: u64,
    largest: u64,
}

impl BoundedFile {
    fn open(path: &Path) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            private::make_folder(folder)?;
        }
        let file = private::options().create(true).append(true).open(path)?;
        let length = file.metadata()?.len();
        Ok(Self { path: path.to_owned(), file, length, largest: LARGEST })
    }
}

impl Write for BoundedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.length.saturating_add(bytes.len() as u64) > self.largest && self.length > 0 {
            fs::rename(&self.path, self.path.with_extension("log.1"))?;
            *self = Self { largest: self.largest, ..Self::open(&self.path)? };
        }
        let written = self.file.write(bytes)?;
        self.length += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn a_full_log_is_put_aside_and_one_old_one_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state").join("evac.log");
        let mut file = BoundedFile { largest: 10, ..BoundedFile::open(&path).unwrap() };
        for line in ["first 1\n", "second\n", "third 3\n"] {
            file.write_all(line.as_bytes()).unwrap();
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), "third 3\n");
        assert_eq!(fs::read_to_string(path.with_extension("log.1")).unwrap(), "second\n");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 2);
        #[cfg(unix)]
        for kept in [path.parent().unwrap(), &path] {
            let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(kept).unwrap().permissions());
            assert_eq!(mode & 0o077, 0, "{} is for this user alone", kept.display());
        }
    }
}

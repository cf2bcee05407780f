use std::{
    fs, io,
    path::{Path, PathBuf},
};

use futures::{FutureExt, future::BoxFuture};

use super::{LeaseFailure, LeaseItem, LeaseStore};
use crate::run::private;

/// The lease of a stack that has no table: a file, which binds the runs of this machine alone.
#[derive(Debug, Clone)]
pub struct LocalLease {
    path: PathBuf,
}

impl LocalLease {
    /// The lease in the state folder of a stack.
    pub fn new(folder: &Path) -> Self {
        Self { path: folder.join("lease.json") }
    }

    fn there(&self) -> Result<Option<LeaseItem>, LeaseFailure> {
        let refused = |error: &dyn std::fmt::Display| {
            LeaseFailure::Refused(format!("cannot read {}: {error}", self.path.display()))
        };
        match fs::read(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(refused(&error)),
            Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|error| refused(&error)),
        }
    }

    fn exchange(&self, item: &LeaseItem) -> Result<(), LeaseFailure> {
        let refused =
            |error: io::Error| LeaseFailure::Refused(format!("cannot write {}: {error}", self.path.display()));
        let bytes = serde_json::to_vec_pretty(item).map_err(|error| refused(error.into()))?;
        let folder = self.path.parent().unwrap_or(Path::new("."));
        private::make_folder(folder).map_err(refused)?;
        let lock = self.path.with_extension("lock");
        let lock = private::options().create(true).truncate(false).write(true).open(lock).map_err(refused)?;
        lock.lock().map_err(refused)?;
        let written = match self.there() {
            Ok(there) if there.as_ref().map_or(0, |there| there.version) + 1 == item.version => {
                private::replace(&self.path, &bytes).map_err(refused)
            }
            Ok(_) => Err(LeaseFailure::Conflict),
            Err(failure) => Err(failure),
        };
        // Closing is not enough: a child process that was forked meanwhile would go on holding the lock.
        let _ = lock.unlock();
        written
    }
}

impl LeaseStore for LocalLease {
    fn read(&self) -> BoxFuture<'_, Result<Option<LeaseItem>, LeaseFailure>> {
        async move { self.there() }.boxed()
    }

    fn write<'a>(&'a self, item: &'a LeaseItem) -> BoxFuture<'a, Result<(), LeaseFailure>> {
        // Short and on this machine: it is not worth a thread.
        async move { self.exchange(item) }.boxed()
    }

    fn is_local(&self) -> bool {
        true
    }
}

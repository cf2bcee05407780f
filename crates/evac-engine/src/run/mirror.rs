//! The copy of a journal in other regions.

use evac_core::{SourceError, ids::RegionId};
use futures::future::BoxFuture;

/// A bucket that copies of journals are put into. Keys are given in full.
pub trait ObjectStore: Send + Sync + 'static {
    /// The bucket's region.
    fn region(&self) -> &RegionId;

    /// Puts an object whole, in the place of an older one of its name. It may be done twice.
    fn put<'a>(&'a self, key: &'a str, body: Vec<u8>) -> BoxFuture<'a, Result<(), SourceError>>;

    /// An object's content; `None` when there is no such object.
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Vec<u8>>, SourceError>>;

    /// The keys that begin with a text, sorted, all of them.
    fn list<'a>(&'a self, prefix: &'a str) -> BoxFuture<'a, Result<Vec<String>, SourceError>>;
}

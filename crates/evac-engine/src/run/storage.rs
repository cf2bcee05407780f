use std::io;

use futures::future::BoxFuture;

/// Where the lines of a journal are made to last.
pub trait JournalStorage: Send + 'static {
    /// Writes whole lines at the end, and returns when they are durable: when they would be there after a power cut.
    ///
    /// After any failure it refuses everything that follows, for nobody knows what is on the disk then.
    fn append(&mut self, lines: Vec<u8>) -> BoxFuture<'_, io::Result<()>>;
}

//! Writes frames from a thread of its own, one at a time: a slow terminal holds up no key and no signal, and frames
//! that it could not show in time are never made.

use std::{io, sync::mpsc, thread};

use tokio::sync::mpsc as reports;

use super::terminal;

/// The writing end.
pub(super) struct Writer {
    frames: mpsc::SyncSender<String>,
    reports: reports::UnboundedReceiver<io::Result<()>>,
    busy: bool,
}

impl Writer {
    /// A thread that ends when this is dropped.
    ///
    /// # Errors
    /// No thread can be started.
    pub(super) fn start() -> io::Result<Self> {
        let (frames, waiting) = mpsc::sync_channel::<String>(1);
        let (report, reports) = reports::unbounded_channel();
        thread::Builder::new().name("screen".to_owned()).spawn(move || {
            for frame in waiting {
                if report.send(terminal::write(&frame)).is_err() {
                    return;
                }
            }
        })?;
        Ok(Self { frames, reports, busy: false })
    }

    /// True while a frame is being written.
    pub(super) fn is_busy(&self) -> bool {
        self.busy
    }

    /// Writes a frame. Only for a writer that is not busy.
    pub(super) fn write(&mut self, frame: String) {
        // The thread ends only with this; a frame that it cannot take any more has nobody to see it.
        self.busy = self.frames.try_send(frame).is_ok();
    }

    /// What came of the frame that is being written; never while there is none.
    ///
    /// # Errors
    /// The terminal is gone.
    pub(super) async fn written(&mut self) -> io::Result<()> {
        if !self.busy {
            return std::future::pending().await;
        }
        let report = self.reports.recv().await;
        self.busy = false;
        report.unwrap_or_else(|| Err(io::ErrorKind::BrokenPipe.into()))
    }
}

//! Signals that end a command which would go on for ever.

use super::{Exit, Failure};

/// Listens for what asks a process to end: SIGINT, SIGTERM and SIGHUP. From when it listens, they end nothing by
/// themselves.
pub struct Stop {
    #[cfg(unix)]
    signals: [tokio::signal::unix::Signal; 3],
}

impl Stop {
    /// Begins to listen, inside of a runtime.
    ///
    /// # Errors
    /// When signals cannot be listened to.
    pub fn listen() -> Result<Self, Failure> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            let listen =
                |kind| signal(kind).map_err(|error| Failure::new(format!("cannot listen to signals: {error}")));
            let [interrupt, terminate, hang_up] =
                [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()].map(listen);
            Ok(Self { signals: [interrupt?, terminate?, hang_up?] })
        }
        #[cfg(not(unix))]
        Ok(Self {})
    }

    /// Waits for the next of them since listening began, and tells how a process that it ended would end.
    pub async fn next(&mut self) -> Exit {
        #[cfg(unix)]
        {
            let [interrupt, terminate, hang_up] = &mut self.signals;
            let number = tokio::select! {
                _ = interrupt.recv() => 2,
                _ = terminate.recv() => 15,
                _ = hang_up.recv() => 1,
            };
            Exit::Signal(128 + number)
        }
        #[cfg(not(unix))]
        {
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
            Exit::Signal(130)
        }
    }
}

/// From when this is called, neither a hang-up nor a file that may not grow any more ends the process, for as long as
/// what is returned is kept. The latter is an error of the write then, like a full disk.
///
/// # Errors
/// When signals cannot be listened to.
#[cfg(unix)]
pub fn live_on() -> Result<[tokio::signal::unix::Signal; 2], Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let listen = |kind| signal(kind).map_err(|error| Failure::new(format!("cannot listen to signals: {error}")));
    let too_large = SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw());
    let [hang_up, too_large] = [SignalKind::hangup(), too_large].map(listen);
    Ok([hang_up?, too_large?])
}

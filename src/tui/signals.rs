//! The signals that mean something to a program with a screen.

use std::io;

use rustix::process::Signal as Number;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// What a signal asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// To end, for a signal of this number.
    End(i32),
    /// To stop, as ctrl-z does.
    Stop,
    /// To go on: the terminal may have been changed in the meantime.
    GoOn,
}

/// Listens for them. From then on none of them ends or stops the process by itself.
pub(super) struct Signals {
    terminate: Signal,
    hangup: Signal,
    interrupt: Signal,
    quit: Signal,
    stop: Signal,
    go_on: Signal,
}

impl Signals {
    /// Begins to listen.
    ///
    /// # Errors
    /// The system does not let it.
    pub(super) fn listen() -> io::Result<Self> {
        let of = |number: Number| signal(SignalKind::from_raw(number.as_raw()));
        Ok(Self {
            terminate: of(Number::TERM)?,
            hangup: of(Number::HUP)?,
            interrupt: of(Number::INT)?,
            quit: of(Number::QUIT)?,
            stop: of(Number::TSTP)?,
            go_on: of(Number::CONT)?,
        })
    }

    /// The next one. Dropping the future loses none.
    pub(super) async fn next(&mut self) -> Asked {
        tokio::select! {
            // A terminal that is closed sends SIGHUP and SIGCONT together, and the first says why.
            biased;
            _ = self.hangup.recv() => Asked::End(Number::HUP.as_raw()),
            _ = self.terminate.recv() => Asked::End(Number::TERM.as_raw()),
            _ = self.interrupt.recv() => Asked::End(Number::INT.as_raw()),
            _ = self.quit.recv() => Asked::End(Number::QUIT.as_raw()),
            _ = self.stop.recv() => Asked::Stop,
            _ = self.go_on.recv() => Asked::GoOn,
        }
    }
}

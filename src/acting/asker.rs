//! Who asked for a run, as the one who carries it out knows them: by a pipe, of which nobody may hold the other end any
//! more.

use std::{
    io::{BufRead, Write},
    time::Duration,
};

use evac_core::run::RunId;
use tokio::{sync::mpsc, time::timeout};

use super::request::{GO, Said};

/// How long a program, which is asked and not a person, may take to let a run go.
const PROMPTLY: Duration = Duration::from_secs(60);

/// See the module.
pub(super) struct Asker(mpsc::UnboundedReceiver<String>);

impl Asker {
    /// Begins to listen. It is done in a thread: what waits for a pipe in the runtime would hold up its end.
    pub(super) fn listen() -> Self {
        let (heard, lines) = mpsc::unbounded_channel();
        std::thread::spawn(move || {
            let lines = std::io::stdin().lock().lines().map_while(Result::ok);
            lines.map_while(|line| heard.send(line).ok()).for_each(drop);
        });
        Self(lines)
    }

    /// The next line that they say; `None` when they are gone.
    pub(super) async fn says(&mut self) -> Option<String> {
        self.0.recv().await
    }

    /// Comes to an end once they are gone. What they say unasked is not listened to.
    pub(super) async fn leaves(&mut self) {
        while self.says().await.is_some() {}
    }

    /// Tells them that all is ready, and whether they let the run begin. The world was judged just now: one that was
    /// stopped, and says so much later, has asked for something else.
    pub(super) async fn lets_go(&mut self, run: &RunId) -> bool {
        tell(&Said::Ready { run: run.clone() });
        matches!(timeout(PROMPTLY, self.says()).await, Ok(Some(said)) if said == GO)
    }
}

/// Tells who asked. They may listen no more.
pub(super) fn tell(said: &Said) {
    say(&serde_json::to_string(said).unwrap_or_default());
}

/// Tells who asked what is waited for.
pub(super) fn tell_wait(on: &str) {
    tell(&Said::Waits { on: on.to_owned() });
}

/// Hands a line on to them.
pub(super) fn say(line: &str) {
    let mut stdout = std::io::stdout().lock();
    let _ = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
}

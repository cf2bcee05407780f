//! One task a port, which asks at the port's pace and sends on what came of it. No collector waits for another.

use std::{any::Any, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use evac_core::{Observation, SourceError, SourceErrorKind, text};
use futures::FutureExt;
use jiff::SignedDuration;
use tokio::{
    sync::{Notify, mpsc},
    time::{Instant, sleep_until, timeout},
};

use crate::{Answer, Clock, Port, pace::Pace};

/// Asks one port for as long as its observations are wanted.
pub(crate) struct Collector {
    /// Who is asked.
    pub(crate) port: Arc<dyn Port>,
    /// When.
    pub(crate) pace: Pace,
    /// The longest that one question may take.
    pub(crate) timeout: Duration,
    /// Dates the answers.
    pub(crate) clock: Arc<dyn Clock>,
    /// Rings when someone wants an answer now.
    pub(crate) poll_now: Arc<Notify>,
    /// Where the observations go.
    pub(crate) observations: mpsc::Sender<Observation>,
}

impl Collector {
    /// Asks at once, and then at the pace, until nobody listens any more. Dropping the future at any point is fine.
    pub(crate) async fn run(mut self) {
        let changed = self.port.changed();
        let mut failures = 0_u32;
        loop {
            let started = Instant::now();
            let observation = self.ask(started).await;
            failures = if observation.result.is_ok() { 0 } else { failures.saturating_add(1) };
            if self.observations.send(observation).await.is_err() {
                return;
            }
            let wait = self.pace.next(failures);
            // From start to start, so that a slow answer does not stretch the interval; but never back to back,
            // and after a failure from its end, so that a hanging source is not hammered.
            let next =
                if failures == 0 { (started + wait).max(Instant::now() + wait / 4) } else { Instant::now() + wait };
            self.wait(next, started + self.pace.change_gap(), changed.as_deref()).await;
        }
    }

    /// Waits until the next question is due, or someone wants it, or something changed and the gap is over.
    async fn wait(&self, next: Instant, gap: Instant, changed: Option<&Notify>) {
        let change = async {
            match changed {
                Some(changed) => changed.notified().await,
                None => std::future::pending().await,
            }
            sleep_until(gap).await;
        };
        tokio::select! {
            () = sleep_until(next) => {}
            () = self.poll_now.notified() => {}
            () = change => {}
        }
    }

    /// Asks once. A question that takes too long and a port that panics are failures like any other.
    async fn ask(&self, started: Instant) -> Observation {
        // The call itself is inside of the future, so that a panic before the first await is caught as well.
        let question = AssertUnwindSafe(async { self.port.sample().await }).catch_unwind();
        let Answer { source_clock, result } = match timeout(self.timeout, question).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(panic)) => {
                let id = self.port.id();
                let message = format!("evac itself failed while asking: {}", words(panic.as_ref()));
                tracing::error!(source = %id, message, "a port panicked");
                Answer { source_clock: None, result: Err(SourceError::new(SourceErrorKind::Service, message)) }
            }
            Err(_) => {
                let limit = text::age(SignedDuration::try_from(self.timeout).unwrap_or(SignedDuration::MAX));
                let message = format!("no answer within {limit}");
                Answer { source_clock: None, result: Err(SourceError::new(SourceErrorKind::Timeout, message)) }
            }
        };
        let took = SignedDuration::try_from(started.elapsed()).unwrap_or(SignedDuration::MAX);
        Observation { id: self.port.id().clone(), received_at: self.clock.now(), source_clock, took, result }
    }
}

fn words(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no reason given")
}

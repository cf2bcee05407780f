//! Judges the world beside the loop of the screen, so that a key never waits for it, however large the stack.

use std::{sync::Arc, time::Duration};

use evac_core::{History, Snapshot, Stack, assess};
use evac_engine::Clock;
use jiff::Timestamp;
use tokio::{
    sync::watch,
    time::{Instant, sleep, sleep_until},
};

use super::message::World;

/// What the judging needs.
pub(super) struct Assessor {
    pub(super) stack: Arc<Stack>,
    pub(super) snapshots: watch::Receiver<Arc<Snapshot>>,
    pub(super) histories: watch::Receiver<Arc<History>>,
    pub(super) clock: Arc<dyn Clock>,
    /// The time from one judgement to the next, at least.
    pub(super) gap: Duration,
}

impl Assessor {
    /// Judges anew after each snapshot, and at each full second, so that the ages grow. Ends when nobody listens.
    pub(super) async fn run(mut self, worlds: watch::Sender<Option<World>>) {
        let mut asking = true;
        loop {
            let judged = Instant::now();
            let world = self.judge();
            let Ok(world) = tokio::task::spawn_blocking(world).await else { return };
            if worlds.send(Some(world)).is_err() {
                return;
            }
            sleep(self.gap).await;
            tokio::select! {
                changed = self.snapshots.changed(), if asking => asking = changed.is_ok(),
                () = sleep_until(judged + to_full_second(self.clock.now()).max(self.gap)) => {}
                () = worlds.closed() => return,
            }
        }
    }

    fn judge(&mut self) -> impl FnOnce() -> World + Send + use<> {
        let (snapshot, history) = (self.snapshots.borrow_and_update().clone(), self.histories.borrow().clone());
        let (stack, now) = (self.stack.clone(), self.clock.now());
        move || {
            let assessment = Arc::new(assess(&stack, &snapshot, &history, now));
            World { snapshot, history, assessment, now }
        }
    }
}

/// Full seconds, so that all ages on the screen step together: one frame a second, and not many small ones.
fn to_full_second(now: Timestamp) -> Duration {
    let past = u64::try_from(now.subsec_nanosecond().rem_euclid(1_000_000_000)).unwrap_or_default();
    Duration::from_nanos(1_000_000_000 - past)
}

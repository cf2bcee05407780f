//! The runs of a stack, as they are seen from outside: by their journals here, and by copies elsewhere.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use evac_core::{
    run::{Event, Journal, Record, RunId, RunOutcome, RunState},
    text::clean,
};
use evac_engine::run::{Followed, RunEntry, follow, follow_copies};
use futures::{FutureExt, StreamExt, stream::BoxStream};
use tokio::{sync::watch, time::sleep};

use super::{Operator, pulse};
use crate::tui::acting::{Kept, RunLine, RunList, RunSeen, Unseen};

/// How often a run that nothing is known of yet is looked for.
const AGAIN: Duration = Duration::from_millis(500);

impl Operator {
    /// The runs of this machine, newest first.
    ///
    /// # Errors
    /// When the state folder cannot be read.
    pub fn runs_here(&self) -> Result<Vec<RunLine>, String> {
        let line =
            |entry: RunEntry| RunLine { run: entry.run, kept: Kept::Here, running: entry.running, state: entry.state };
        Ok(self.store.list().map_err(|error| error.to_string())?.into_iter().map(line).collect())
    }

    /// Every run that is known, newest first: of this machine, and of the copies that can be reached. What could not be
    /// read is there too, and the buckets that were not heard are named.
    ///
    /// # Errors
    /// When the state folder cannot be read.
    pub async fn runs(&self) -> Result<RunList, String> {
        let mut lines = self.runs_here()?;
        for line in &mut lines {
            if let Some(elsewhere) = self.gone_on(line).await {
                *line = elsewhere;
            }
        }
        let known: BTreeSet<_> = lines.iter().map(|line| line.run.clone()).collect();
        let (copied, silent) = self.mirror().await.runs().await;
        for run in copied.into_iter().filter(|run| !known.contains(run)) {
            let (kept, state) = match self.mirror().await.journal(&run).await {
                Ok(copy) => (Kept::Copied(copy.region), stands(&copy.journal)),
                Err(failure) => (Kept::Unread, Err(failure.to_string())),
            };
            lines.push(RunLine { run, kept, running: false, state });
        }
        lines.sort_by(|left, right| right.run.cmp(&left.run));
        let silent = silent.into_iter().map(|(region, failure)| clean(&format!("{region}: {failure}"))).collect();
        Ok(RunList { lines, silent })
    }

    /// A run of this machine that was left, as another machine has gone on with it.
    async fn gone_on(&self, line: &RunLine) -> Option<RunLine> {
        let state = line.state.as_ref().ok().filter(|state| !line.running && !is_over(state))?;
        let copy = self.mirror().await.journal(&line.run).await.ok().filter(|copy| copy.goes_beyond(state))?;
        let state = RunState::replay(&copy.journal.records).ok().flatten()?;
        Some(RunLine {
            run: line.run.clone(),
            kept: Kept::Copied(copy.region),
            running: false,
            state: Ok(Arc::new(state)),
        })
    }

    /// A run by its journal on this machine, if there is one.
    pub fn here(&self, run: &RunId) -> Option<RunLine> {
        self.runs_here().ok()?.into_iter().find(|line| line.run == *run)
    }

    /// Where a run stands, by the journal that tells most.
    pub(super) async fn state(&self, run: &RunId) -> Option<Arc<RunState>> {
        let Some(line) = self.here(run) else {
            let copy = self.mirror().await.journal(run).await.ok()?;
            return RunState::replay(&copy.journal.records).ok().flatten().map(Arc::new);
        };
        self.gone_on(&line).await.unwrap_or(line).state.ok()
    }

    /// Follows a run: where it stands now, and again after each change. It is followed where it goes on: by its journal
    /// here, or by the copies.
    pub fn follow(&self, run: RunId) -> BoxStream<'static, RunSeen> {
        let desk = self.clone();
        let followed = async move {
            let elsewhere = match desk.here(&run) {
                Some(line) => desk.gone_on(&line).await,
                None => None,
            };
            if let Some(RunLine { kept, .. }) = elsewhere {
                return desk.follow_copies(run, kept).await;
            }
            if let Ok(folder) = desk.store.open(run.as_str()) {
                return seen(follow(folder), None, run, Kept::Here);
            }
            desk.follow_from_anywhere(run).await
        };
        followed.flatten_stream().boxed()
    }

    /// A run that the lease tells of may have no journal yet. One of this machine has it here before it has any copy.
    async fn follow_from_anywhere(self, run: RunId) -> BoxStream<'static, RunSeen> {
        let mirror = self.mirror().await;
        loop {
            let copied = mirror.journal(&run).await.ok();
            if let Ok(folder) = self.store.open(run.as_str()) {
                return seen(follow(folder), None, run, Kept::Here);
            }
            if let Some(copy) = copied {
                return self.follow_copies(run, Kept::Copied(copy.region)).await;
            }
            sleep(AGAIN).await;
        }
    }

    async fn follow_copies(&self, run: RunId, kept: Kept) -> BoxStream<'static, RunSeen> {
        let (mirror, lease) = (self.mirror().await.clone(), self.lease().await.clone());
        // The lease of this machine knows nothing of what another does.
        let pulse =
            (!lease.is_local()).then(|| pulse::watch(lease, run.clone(), self.opened.stack.polling.timeout.unsigned()));
        seen(follow_copies(mirror, run.clone()), pulse, run, kept)
    }
}

/// Where a run stands by a copy of its journal.
fn stands(journal: &Journal) -> Result<Arc<RunState>, String> {
    let state = RunState::replay(&journal.records).map_err(|illegal| illegal.to_string())?;
    state.map(Arc::new).ok_or_else(|| "its copy holds no whole record".to_owned())
}

/// Whether nobody goes on with a run any more, here or elsewhere.
fn is_over(state: &RunState) -> bool {
    matches!(state.finished, Some((RunOutcome::Done | RunOutcome::Aborted, _))) && !state.may_go_on_despite_abort()
}

/// Whether nobody carries a run out any more, watched.
type Pulse = Option<watch::Receiver<Option<String>>>;

fn seen(followed: watch::Receiver<Followed>, pulse: Pulse, run: RunId, kept: Kept) -> BoxStream<'static, RunSeen> {
    changes(followed, pulse).filter_map(move |(seen, left)| std::future::ready(line(&run, &kept, seen, left))).boxed()
}

fn changes(
    followed: watch::Receiver<Followed>,
    pulse: Pulse,
) -> impl futures::Stream<Item = (Followed, Option<String>)> {
    futures::stream::unfold((followed, pulse, true), |(mut followed, mut pulse, first)| async move {
        if !first {
            let beat = async {
                match &mut pulse {
                    Some(pulse) => pulse.changed().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                changed = followed.changed() => changed.ok()?,
                changed = beat => changed.ok()?,
            }
        }
        let seen = followed.borrow_and_update().clone();
        let left = pulse.as_mut().and_then(|pulse| pulse.borrow_and_update().clone());
        Some(((seen, left), (followed, pulse, false)))
    })
}

fn line(run: &RunId, kept: &Kept, seen: Followed, left: Option<String>) -> Option<RunSeen> {
    let view = seen.view;
    let running = seen.running.unwrap_or(false);
    let (state, unseen) = match (&view, seen.failure) {
        (Some(view), failure) => {
            let failure = failure.map(|why| match kept {
                Kept::Here => Unseen::Damaged(why),
                Kept::Copied(_) | Kept::Unread => Unseen::Silent(why),
            });
            // A run that is over is carried out by nobody, and one that keeps to its machine's own lease tells no other.
            let goes_on = view.state.finished.is_none() && !keeps_to_its_machine(&view.records);
            let left = left.filter(|_| goes_on).map(Unseen::Left);
            (Ok(Arc::new(view.state.clone())), left.or(failure))
        }
        (None, Some(why)) => (Err(why), None),
        (None, None) => return None,
    };
    let records = view.map(|view| view.records.clone()).unwrap_or_default();
    let line = RunLine { run: run.clone(), kept: kept.clone(), running, state };
    Some(RunSeen { line, records, unseen })
}

/// Whether a run acts by a lease that only its own machine knows of.
pub(super) fn keeps_to_its_machine(records: &[impl std::borrow::Borrow<Record>]) -> bool {
    let taken = records.iter().rev().find_map(|record| match record.borrow().event {
        Event::LeaseTaken { local, .. } => Some(local),
        _ => None,
    });
    taken == Some(true)
}

//! The runs of a stack, as they are seen from outside: by their journals here, and by copies elsewhere.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use evac_core::run::{RunId, RunState};
use evac_engine::run::{Followed, RunEntry, follow, follow_copies};
use futures::{FutureExt, StreamExt, stream::BoxStream};
use tokio::{sync::watch, time::sleep};

use super::Operator;
use crate::tui::acting::{Kept, RunLine, RunSeen};

/// How often a run that nothing is known of yet is looked for.
const AGAIN: Duration = Duration::from_millis(500);

impl Operator {
    /// The runs of this machine, newest first.
    ///
    /// # Errors
    /// When the state folder cannot be read.
    pub fn runs_here(&self) -> Result<Vec<RunLine>, String> {
        let line = |entry: RunEntry| RunLine {
            run: entry.run,
            kept: Kept::Here,
            running: entry.running,
            state: entry.state.map(Arc::new),
        };
        Ok(self.store.list().map_err(|error| error.to_string())?.into_iter().map(line).collect())
    }

    /// Every run that is known, newest first: of this machine, and of the copies that can be reached.
    ///
    /// # Errors
    /// When the state folder cannot be read.
    pub async fn runs(&self) -> Result<Vec<RunLine>, String> {
        let mut lines = self.runs_here()?;
        let known: BTreeSet<_> = lines.iter().map(|line| line.run.clone()).collect();
        let (copied, _silent) = self.mirror().await.runs().await;
        for run in copied.into_iter().filter(|run| !known.contains(run)) {
            let Ok(copy) = self.mirror().await.journal(&run).await else { continue };
            let state = match RunState::replay(&copy.journal.records) {
                Ok(Some(state)) => Ok(Arc::new(state)),
                Ok(None) => continue,
                Err(illegal) => Err(illegal.to_string()),
            };
            lines.push(RunLine { run, kept: Kept::Copied(copy.region), running: false, state });
        }
        lines.sort_by(|left, right| right.run.cmp(&left.run));
        Ok(lines)
    }

    /// Follows a run: where it stands now, and again after each change.
    pub fn follow(&self, run: RunId) -> BoxStream<'static, RunSeen> {
        if let Ok(folder) = self.store.open(run.as_str()) {
            return seen(follow(folder), run, Kept::Here);
        }
        self.clone().follow_from_anywhere(run).flatten_stream().boxed()
    }

    /// A run that the lease tells of may have no journal yet. One of this machine has it here before it has any copy.
    async fn follow_from_anywhere(self, run: RunId) -> BoxStream<'static, RunSeen> {
        let mirror = self.mirror().await;
        loop {
            let copied = mirror.journal(&run).await.ok();
            if let Ok(folder) = self.store.open(run.as_str()) {
                return seen(follow(folder), run, Kept::Here);
            }
            if let Some(copy) = copied {
                return seen(follow_copies(mirror.clone(), run.clone()), run, Kept::Copied(copy.region));
            }
            sleep(AGAIN).await;
        }
    }
}

fn seen(followed: watch::Receiver<Followed>, run: RunId, kept: Kept) -> BoxStream<'static, RunSeen> {
    changes(followed).filter_map(move |seen| std::future::ready(line(&run, &kept, seen))).boxed()
}

fn changes(receiver: watch::Receiver<Followed>) -> impl futures::Stream<Item = Followed> {
    futures::stream::unfold((receiver, true), |(mut receiver, first)| async move {
        if !first {
            receiver.changed().await.ok()?;
        }
        let seen = receiver.borrow_and_update().clone();
        Some((seen, (receiver, false)))
    })
}

fn line(run: &RunId, kept: &Kept, seen: Followed) -> Option<RunSeen> {
    let view = seen.view;
    let running = seen.running.unwrap_or(false);
    let state = match (&view, seen.failure) {
        (Some(view), _) => Ok(Arc::new(view.state.clone())),
        (None, Some(why)) => Err(why),
        (None, None) => return None,
    };
    let records = view.map(|view| view.records.clone()).unwrap_or_default();
    Some(RunSeen { line: RunLine { run: run.clone(), kept: kept.clone(), running, state }, records })
}

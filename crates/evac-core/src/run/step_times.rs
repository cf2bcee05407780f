use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::{Outcome, RunState};
use crate::plan::StepId;

/// How many of the newest times of a step are kept.
const KEPT: usize = 20;

/// What the clocks of sources tell apart: a step that was quicker than this has taken no time by them.
const SHORTEST: SignedDuration = SignedDuration::from_secs(1);

/// How long steps took in earlier runs, in the time of the observed world: what the next plan expects of them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepTimes(BTreeMap<StepId, Vec<SignedDuration>>);

impl StepTimes {
    /// Takes in a run, the oldest run first. Only what was done, and was begun for it, tells how long it takes.
    pub fn note(&mut self, run: &RunState) {
        for (id, step) in &run.steps {
            let (Some(Outcome::Done { .. }), Some(from), Some(to)) = (step.outcome(), step.started_at, step.ended_at)
            else {
                continue;
            };
            let times = self.0.entry(id.clone()).or_default();
            times.push(to.duration_since(from).max(SignedDuration::ZERO));
            if times.len() > KEPT {
                times.remove(0);
            }
        }
    }

    /// The median, and a second at least; `None` for a step that was never done.
    pub fn typical(&self, step: &StepId) -> Option<SignedDuration> {
        let mut times = self.0.get(step)?.clone();
        times.sort();
        times.get(times.len() / 2).copied().map(|median| median.max(SHORTEST))
    }

    /// How often a step was done.
    pub fn count(&self, step: &StepId) -> usize {
        self.0.get(step).map_or(0, Vec::len)
    }
}

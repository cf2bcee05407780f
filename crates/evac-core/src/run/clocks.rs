use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{RunState, StepStatus};
use crate::plan::StepId;

/// The four clocks of an evacuation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Clocks {
    /// From the harm to the first finding; `None` when nothing was harmed, or nobody knows since when.
    pub detect: Option<SignedDuration>,
    /// From the finding to the consent.
    pub decide: Option<SignedDuration>,
    /// From the consent to now, or to the end.
    pub execute: SignedDuration,
    /// All of it.
    pub total: SignedDuration,
    /// How long it would take in all, if what is left takes as long as projected.
    pub projected: SignedDuration,
    /// The objective that it is held against.
    pub objective: SignedDuration,
}

impl RunState {
    /// The four clocks at a moment of the observed world.
    pub fn clocks(&self, world_now: Timestamp, objective: SignedDuration) -> Clocks {
        let ended = self.finished.is_some().then_some(self.last_at);
        let now = ended.unwrap_or(world_now).max(self.began_at);
        let execute = now.duration_since(self.began_at);
        let positive = |from: Timestamp, to: Timestamp| to.duration_since(from).max(SignedDuration::ZERO);
        let detect = self.harmed_at.zip(self.found_at).map(|(from, to)| positive(from, to));
        let decide = self.found_at.map(|from| positive(from, self.began_at));
        let start = self.harmed_at.or(self.found_at).unwrap_or(self.began_at).min(self.began_at);
        let total = positive(start, now);
        let left = if ended.is_some() { SignedDuration::ZERO } else { self.projected_rest(now) };
        Clocks { detect, decide, execute, total, projected: total.saturating_add(left), objective }
    }

    /// How long the rest takes along the longest chain of what has not ended, each step as long as expected.
    fn projected_rest(&self, now: Timestamp) -> SignedDuration {
        let mut ends: BTreeMap<&StepId, SignedDuration> = BTreeMap::new();
        for step in self.plan.steps.iter().filter(|step| step.closing.is_none()) {
            let Some(state) = self.steps.get(&step.id) else { continue };
            let waits = step.after.iter().filter_map(|id| ends.get(id)).max().copied().unwrap_or_default();
            let end = match (&state.status, state.started_at) {
                (StepStatus::Ended { .. }, _) => SignedDuration::ZERO,
                (StepStatus::Waiting, _) | (_, None) => waits.saturating_add(step.expected),
                (_, Some(started)) => (step.expected - now.duration_since(started)).max(SignedDuration::ZERO),
            };
            ends.insert(&step.id, end);
        }
        ends.values().max().copied().unwrap_or_default()
    }
}

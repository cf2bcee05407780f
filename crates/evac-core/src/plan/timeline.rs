use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde::Serialize;

use super::{Step, StepId};

/// When each step would begin and end, counted from the start of the run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Timeline {
    /// The steps in the order of the plan; closing steps come after all others.
    pub entries: Vec<TimelineEntry>,
    /// When the last of them ends, if the run goes well: what is closed only when it does not counts for nothing.
    pub total: SignedDuration,
}

/// One step's place.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TimelineEntry {
    /// The step.
    pub step: StepId,
    /// When it begins.
    pub start: SignedDuration,
    /// When it ends.
    pub end: SignedDuration,
    /// True when its length decides the total.
    pub critical: bool,
}

impl Timeline {
    /// The timeline of steps that each take as long as expected. A step stands behind all that it waits for.
    pub(crate) fn of(steps: &[Step]) -> Self {
        let (normal, closing): (Vec<&Step>, Vec<&Step>) = steps.iter().partition(|step| step.closing.is_none());
        let mut ends: BTreeMap<&StepId, SignedDuration> = BTreeMap::new();
        let mut entries = Vec::new();
        let mut floor = SignedDuration::ZERO;
        for group in [normal.as_slice(), closing.as_slice()] {
            let mut last = floor;
            for step in group {
                let waits = step.after.iter().filter_map(|id| ends.get(id)).max().copied().unwrap_or_default();
                let start = waits.max(floor);
                let end = start.saturating_add(step.expected);
                ends.insert(&step.id, end);
                if counts(step) {
                    last = last.max(end);
                }
                entries.push(TimelineEntry { step: step.id.clone(), start, end, critical: false });
            }
            floor = last;
        }
        let mut timeline = Self { entries, total: floor };
        timeline.mark_critical(&[normal, closing].concat());
        timeline
    }

    /// Walks back from the end: a step is critical when nothing that follows could begin a moment later.
    fn mark_critical(&mut self, steps: &[&Step]) {
        let mut latest: BTreeMap<&StepId, SignedDuration> = BTreeMap::new();
        // When the first closing step must have begun.
        let mut closes = self.total;
        for (entry, step) in self.entries.iter_mut().zip(steps).rev().filter(|(_, step)| counts(step)) {
            let end = latest.get(&step.id).copied().unwrap_or(self.total);
            let end = if step.closing.is_none() { end.min(closes) } else { end };
            let start = end.saturating_sub(step.expected);
            if step.closing.is_some() {
                closes = closes.min(start);
            }
            for id in &step.after {
                latest.entry(id).and_modify(|before| *before = start.min(*before)).or_insert(start);
            }
            entry.critical = entry.end == end;
        }
    }
}

/// False for what runs only when something went wrong before.
fn counts(step: &Step) -> bool {
    step.closing.as_ref().is_none_or(|closing| closing.unless_started.is_none())
}

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde::Serialize;

use super::{Step, StepId};

/// When each step would begin and end, counted from the start of the run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Timeline {
    /// The steps in the order of the plan; closing steps come after all others.
    pub entries: Vec<TimelineEntry>,
    /// When the last of them ends.
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
        for group in [normal, closing] {
            for step in group {
                let waits = step.after.iter().filter_map(|id| ends.get(id)).max().copied().unwrap_or_default();
                let start = waits.max(floor);
                let end = start.saturating_add(step.expected);
                ends.insert(&step.id, end);
                entries.push(TimelineEntry { step: step.id.clone(), start, end, critical: false });
            }
            floor = ends.values().max().copied().unwrap_or_default();
        }
        let mut timeline = Self { entries, total: floor };
        timeline.mark_critical();
        timeline
    }

    /// Walks back from the end: what ended right when a critical step began is critical too.
    fn mark_critical(&mut self) {
        let mut moments = vec![self.total];
        while let Some(moment) = moments.pop() {
            for entry in self.entries.iter_mut().filter(|entry| entry.end == moment && !entry.critical) {
                entry.critical = true;
                if entry.start < entry.end {
                    moments.push(entry.start);
                }
            }
        }
    }
}

//! The list of each screen, which [`Model::row`] points into.

use std::borrow::Cow;

use evac_core::{RegionId, assessment::Finding, assessment::SignalSummary};

use super::model::{Model, Screen};
use crate::causes;

impl Model {
    /// How many rows the list of this screen has; 0 where it has none.
    ///
    /// The region's list is its sources; the plan's and the run's are their [`items`](Model::items). The overview and the wallboard have none.
    pub fn rows(&self) -> usize {
        match self.screen {
            Screen::Findings => self.findings().len(),
            Screen::Sources => self.sources().count(),
            Screen::Region => self.region_sources().len(),
            Screen::Plan | Screen::Run => self.items().len(),
            Screen::Runs => self.desk.runs.as_ref().and_then(|runs| runs.as_ref().ok()).map_or(0, |runs| runs.len()),
            Screen::Overview | Screen::Wallboard => 0,
        }
    }

    /// Every source of every region, in the order of the screen.
    pub fn sources(&self) -> impl Iterator<Item = (&RegionId, &SignalSummary)> {
        self.stack.ordered_regions().flat_map(|(id, _)| {
            let region = self.assessment.regions.get(id);
            region.into_iter().flat_map(move |region| region.signals.iter().map(move |signal| (id, signal)))
        })
    }

    /// The sources of the chosen region.
    pub fn region_sources(&self) -> &[SignalSummary] {
        let region = self.chosen_region().and_then(|id| self.assessment.regions.get(id));
        region.map_or(&[], |region| region.signals.as_slice())
    }

    /// The finding under the cursor: on the screen of findings only.
    pub fn chosen_finding(&self) -> Option<Finding> {
        (self.screen == Screen::Findings).then(|| self.findings().get(self.row).cloned()).flatten()
    }

    /// What is wrong, worst first, one cause a row.
    pub fn findings(&self) -> Cow<'_, [Finding]> {
        causes::findings(&self.assessment)
    }

    /// Brings the cursors back into their lists, which may have become shorter.
    pub(super) fn clamp(&mut self) {
        self.region = self.region.min(self.stack.regions.len().saturating_sub(1));
        self.row = self.row.min(self.rows().saturating_sub(1));
    }
}

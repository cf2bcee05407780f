//! What the lists of the plan and of the run consist of.

use super::model::{Model, Screen};

/// A row of the plan's or the run's list, by its place in what it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Item {
    /// Why the last consent was refused.
    Refused(usize),
    /// The data-loss statement.
    Loss,
    /// A note.
    Note(usize),
    /// A line of the final report.
    Report(usize),
    /// A step.
    Step(usize),
    /// A record of the journal.
    Record(usize),
}

impl Model {
    /// The rows of the plan's or the run's list; none on any other screen.
    pub fn items(&self) -> Vec<Item> {
        match self.screen {
            Screen::Plan => self.plan_items(),
            Screen::Run => self.run_items(),
            _ => Vec::new(),
        }
    }

    /// The row under the cursor.
    pub fn chosen_item(&self) -> Option<Item> {
        self.items().get(self.row).copied()
    }

    fn plan_items(&self) -> Vec<Item> {
        let Some(reading) = self.desk.planning.made() else { return Vec::new() };
        let refused = (0..reading.refused.len()).map(Item::Refused);
        let notes = (0..reading.proposal.judgement.notes.len()).map(Item::Note);
        let steps = (0..reading.proposal.plan.steps.len()).map(Item::Step);
        refused.chain([Item::Loss]).chain(notes).chain(steps).collect()
    }

    /// The report first, for it is what is read at the end; the newest record before the older ones.
    fn run_items(&self) -> Vec<Item> {
        let Some(run) = &self.desk.run else { return Vec::new() };
        let Ok(state) = &run.line.state else { return Vec::new() };
        let report = state.finished.as_ref().map_or(0, |(_, report)| report.len());
        let steps = (0..state.plan.steps.len()).map(Item::Step);
        let records = (0..run.records.len()).rev().map(Item::Record);
        (0..report).map(Item::Report).chain(steps).chain(records).collect()
    }

    /// Puts the cursor back on a row that was under it before the list changed.
    pub(super) fn follow_item(&mut self, before: Option<Item>) {
        if let Some(at) = before.and_then(|before| self.items().iter().position(|item| *item == before)) {
            self.row = at;
        }
    }
}

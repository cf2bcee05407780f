use std::{collections::BTreeSet, sync::Arc};

use evac_core::run::{Event, Record, RunState};

use super::JournalHead;

/// A run as somebody sees it who watches: where it stands, and how it came there.
#[derive(Debug, Clone)]
pub struct RunView {
    /// Where it stands.
    pub state: RunState,
    /// What happened, oldest first.
    pub records: Vec<Arc<Record>>,
    /// The newest record's number and hash.
    pub head: JournalHead,
}

impl RunView {
    /// The orders that have had their effect, and must not have it again on whoever goes on with the run: those that
    /// handed it over or stopped it.
    pub fn spent_orders(&self) -> BTreeSet<String> {
        let spent = |record: &Arc<Record>| match &record.event {
            Event::HandedOver { order, .. } | Event::AbortAsked { order, .. } => Some(order.clone()),
            _ => None,
        };
        self.records.iter().filter_map(spent).collect()
    }
}

use std::sync::Arc;

use evac_core::run::{Record, RunState};

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

use std::sync::Arc;

use evac_core::{
    run::{Event, RunState},
    text::clean,
};

use super::{JournalFile, JournalHead, RunFolder, RunView, WorldClock, recorder::Recorder};

/// Notes in the journal of a run on this machine that a person has seen its end. False when the journal says so already,
/// or the run is not over. The lease is what ends a cool-down: this is for who reads the journal afterwards.
///
/// # Errors
/// The journal cannot be believed or written, or a process has it.
pub async fn note_acknowledged(folder: &RunFolder, by: &str, clock: WorldClock) -> Result<bool, String> {
    let there = JournalFile::open(folder).map_err(|error| error.to_string())?;
    let state = RunState::replay(&there.journal.records).map_err(|error| error.to_string())?;
    let Some(state) = state.filter(|state| state.finished.is_some() && state.acknowledged.is_none()) else {
        return Ok(false);
    };
    let head = JournalHead::of(&state, &there.journal.head);
    let records = there.journal.records.into_iter().map(Arc::new).collect();
    let view = RunView { state, records, head };
    let mut recorder = Recorder::go_on(Box::new(there.file), clock, view, there.bytes);
    let recorded = recorder.record(Event::Acknowledged { by: clean(by) }).await;
    recorder.close().await;
    recorded.map(|()| true).map_err(|error| error.to_string())
}

//! What can happen to the screen.

use std::sync::Arc;

use evac_core::{Assessment, History, Snapshot};
use jiff::Timestamp;

use super::action::Action;

/// Something that happened.
#[derive(Debug, Clone)]
pub enum Message {
    /// A key or a line of the palette asked for this.
    Act(Action),
    /// A key of the prompt that is open.
    Edit(Edit),
    /// Text was pasted.
    Paste(String),
    /// The world, judged anew: after a snapshot, and once a second for the ages.
    World(World),
    /// The themes were read again: their names, each with a line that describes it.
    Themes(Vec<(String, String)>),
    /// Something that was asked for has come to an end: a line that says how.
    Notice(String),
}

/// A change of the text in a prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edit {
    /// One more character.
    Insert(char),
    /// One character less.
    Erase,
    /// One word less.
    EraseWord,
    /// No text at all.
    EraseAll,
}

/// What is known, and what follows from it at one moment.
#[derive(Debug, Clone)]
pub struct World {
    /// What is known.
    pub snapshot: Arc<Snapshot>,
    /// What is remembered.
    pub history: Arc<History>,
    /// What follows.
    pub assessment: Arc<Assessment>,
    /// This machine's time, at which it follows.
    pub now: Timestamp,
}

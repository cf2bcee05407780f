//! What can happen to the screen.

use std::sync::Arc;

use evac_core::{
    Assessment, History, Snapshot,
    plan::{Intent, PlanHash},
    run::RunId,
};
use jiff::Timestamp;

use super::{
    acting::{Judgement, NotBegun, Proposal, RunList, RunSeen},
    action::Action,
};

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
    /// The time, by the clock of the picture and as the machine's own is set, told before a key is: what is armed may
    /// not be so any more.
    Now {
        /// By the clock that the observations are dated with, which stands still while the machine sleeps.
        now: Timestamp,
        /// As the machine's clock is set, which does not.
        set: Timestamp,
    },
    /// A plan was made for this, or why it could not be.
    Planned(Intent, Result<Box<Proposal>, String>),
    /// A plan was judged anew, or why it could not be.
    Judged(PlanHash, Result<Judgement, String>),
    /// What the process that is being started waits for.
    Waits(String),
    /// A run began, or why none did.
    Begun(Result<RunId, NotBegun>),
    /// A run is gone on with, or why it is not.
    Resumed(RunId, Result<(), String>),
    /// The runs were listed, or why they could not be.
    Runs(Result<RunList, String>),
    /// Something changed in the run that is followed.
    Run(Arc<RunSeen>),
    /// What was asked of a run was done, or was not: a line that says which.
    Told(String),
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

impl Edit {
    /// Changes a text that may have so many characters, by the habits of a shell.
    pub(super) fn apply(self, text: &mut String, longest: usize) {
        match self {
            Self::Insert(character) if text.chars().count() < longest && !evac_core::text::is_hostile(character) => {
                text.push(character);
            }
            Self::Insert(_) => {}
            Self::Erase => {
                text.pop();
            }
            Self::EraseWord => {
                let kept = text.trim_end().rfind(' ').map_or(0, |blank| blank + 1);
                text.truncate(kept);
            }
            Self::EraseAll => text.clear(),
        }
    }
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

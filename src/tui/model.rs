//! Everything that the screen is drawn from. It holds values only: no client, no clock, no file.

use std::sync::Arc;

use evac_core::{Assessment, History, RegionId, Snapshot, Stack};
use jiff::{SignedDuration, Timestamp};

use super::{desk::Desk, form::Form, hints::KeyLabels};

/// What is being looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Screen {
    /// A column a region.
    Overview,
    /// One region in full: the selected one.
    Region,
    /// What is wrong, worst first.
    Findings,
    /// Every source: its age, its error, its price.
    Sources,
    /// The verdicts in big words, for a wall.
    Wallboard,
    /// What would be done, and what stands against it.
    Plan,
    /// A run, live or as its journal tells it.
    Run,
    /// Every run that is known.
    Runs,
}

impl Screen {
    /// Every screen.
    pub const ALL: [Self; 8] = [
        Self::Overview,
        Self::Region,
        Self::Findings,
        Self::Sources,
        Self::Wallboard,
        Self::Plan,
        Self::Run,
        Self::Runs,
    ];
}

/// What lies over the screen. At most one thing does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Overlay {
    /// The keys, from this row on.
    Help {
        /// The first row that is shown.
        from: usize,
    },
    /// The command palette, with what has been typed and the line that is chosen.
    Palette {
        /// What has been typed.
        query: String,
        /// The chosen line.
        chosen: usize,
    },
    /// A list to choose one thing from: a theme, or in the demo a scenario.
    Choice {
        /// What the choice is for.
        purpose: Purpose,
        /// What is chosen, in words.
        title: String,
        /// The lines: a name, and what it means.
        lines: Vec<(String, String)>,
        /// The chosen line.
        chosen: usize,
    },
    /// Questions that are answered by typing, one after the other.
    Form(Form),
    /// What is under the cursor, in full, from this line on.
    Detail {
        /// The first line that is shown.
        from: usize,
    },
}

/// What a choice is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// A theme, shown while it is under the cursor. Leaving the choice goes back to the one named here.
    Theme {
        /// The theme before.
        before: String,
    },
    /// A scenario to set off.
    Scenario,
}

/// The state of the screen.
#[derive(Debug, Clone)]
pub struct Model {
    /// The stack that is watched.
    pub stack: Arc<Stack>,
    /// What is known.
    pub snapshot: Arc<Snapshot>,
    /// What follows from it, at [`Model::now`].
    pub assessment: Arc<Assessment>,
    /// What is remembered.
    pub history: Arc<History>,
    /// This machine's time, as of the last message.
    pub now: Timestamp,
    /// How far the machine's clock, as it is set, is ahead of that: it grows while the machine sleeps.
    pub set_ahead: SignedDuration,
    /// What is being looked at.
    pub screen: Screen,
    /// What lies over it.
    pub overlay: Option<Overlay>,
    /// The chosen region, by its place in [`Model::regions`].
    pub region: usize,
    /// The chosen row of the screen's list.
    pub row: usize,
    /// A line at the bottom that answers the last key: what was done, or why nothing was.
    pub notice: Option<String>,
    /// The name of the theme.
    pub theme: String,
    /// The themes that can be chosen, with a line that describes each.
    pub themes: Vec<(String, String)>,
    /// The keys of each action, as they are shown.
    pub keys: Arc<KeyLabels>,
    /// The scenarios that can be set off from here, with their descriptions: none but in a demo.
    pub scenarios: Vec<(String, String)>,
    /// The plan that is read and the run that is followed.
    pub desk: Desk,
    /// True when there is nothing left to do but end.
    pub quitting: bool,
}

impl Model {
    /// The state at the start: nothing is known yet, and nothing has been asked of the environment.
    pub fn new(stack: Arc<Stack>, now: Timestamp) -> Self {
        let (snapshot, history) = (Arc::new(Snapshot::default()), Arc::new(History::default()));
        let assessment = Arc::new(evac_core::assess(&stack, &snapshot, &history, now));
        Self {
            stack,
            snapshot,
            assessment,
            history,
            now,
            set_ahead: SignedDuration::ZERO,
            screen: Screen::Overview,
            overlay: None,
            region: 0,
            row: 0,
            notice: None,
            theme: String::new(),
            themes: Vec::new(),
            keys: Arc::default(),
            scenarios: Vec::new(),
            desk: Desk::default(),
            quitting: false,
        }
    }

    /// The regions in the order of the screen.
    pub fn regions(&self) -> Vec<&RegionId> {
        self.stack.ordered_regions().map(|(id, _)| id).collect()
    }

    /// The chosen region.
    pub fn chosen_region(&self) -> Option<&RegionId> {
        self.stack.ordered_regions().map(|(id, _)| id).nth(self.region)
    }
}

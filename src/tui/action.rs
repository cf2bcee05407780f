//! The one registry of what can be done. Keys, footer, help, palette and docs are all read from it, so that none of
//! them can drift from what the program does.

/// Something that can be done with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// To the next region.
    NextRegion,
    /// To the region before.
    PreviousRegion,
    /// One row down.
    Down,
    /// One row up.
    Up,
    /// A page of rows down.
    PageDown,
    /// A page of rows up.
    PageUp,
    /// To the first row.
    First,
    /// To the last row.
    Last,
    /// Open what is under the cursor.
    Open,
    /// Close what lies on top, or go back to the overview.
    Back,
    /// The screen of all regions.
    Overview,
    /// The screen of one region.
    Region,
    /// The screen of what is wrong.
    Findings,
    /// The screen of who is asked.
    Sources,
    /// The screen for a wall.
    Wallboard,
    /// The screen of the plan that is read.
    Plan,
    /// The screen of the run that is followed.
    Run,
    /// The screen of every run.
    Runs,
    /// Unlock consent and orders for a while, or lock them again.
    Arm,
    /// Plan a failover.
    Failover,
    /// Plan a switchover.
    Switchover,
    /// Plan the way back to the primary.
    Failback,
    /// Plan to take traffic away from the chosen region.
    Drain,
    /// Plan to give traffic back to the chosen region.
    Undrain,
    /// Plan a restore from a backup.
    Restore,
    /// Plan a recovery to a point in time.
    Recover,
    /// Make the plan that is read anew.
    PlanAgain,
    /// Consent to the plan that is read.
    Consent,
    /// Override a guard that stands in the way.
    Override,
    /// Stop the run at its next safe point.
    Abort,
    /// Leave the run to another machine.
    HandOver,
    /// Go on with a run that nobody carries out.
    Resume,
    /// Acknowledge the end of the run.
    Acknowledge,
    /// Ask every source now.
    PollAll,
    /// Ask the sources of the chosen region now.
    PollRegion,
    /// Copy what is under the cursor to the clipboard.
    Copy,
    /// Set off a scenario of the demo.
    Scenario,
    /// Choose a theme.
    ChooseTheme,
    /// Take the next theme.
    NextTheme,
    /// Search what can be done.
    Palette,
    /// Show the keys.
    Help,
    /// Paint the whole screen again.
    Redraw,
    /// Go to the background.
    Suspend,
    /// Close what lies on top, or quit.
    Quit,
    /// Quit from anywhere.
    QuitNow,
}

/// What actions have in common; the help is ordered by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Moving about.
    Move,
    /// The screens.
    Screens,
    /// Plans and runs.
    Act,
    /// Doing something.
    Do,
    /// The program itself.
    Program,
}

impl Group {
    /// Its heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Move => "Move",
            Self::Screens => "Screens",
            Self::Act => "Act",
            Self::Do => "Do",
            Self::Program => "evac",
        }
    }
}

/// Everything that is known of an action.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// Its name in the settings and in the docs.
    pub id: &'static str,
    /// Its keys, in the words of the settings; the first is the one that is shown.
    pub keys: &'static [&'static str],
    /// What it does, in the one or two words of the footer.
    pub hint: &'static str,
    /// What it does, in the line of the help and the palette.
    pub line: &'static str,
    /// What else there is to know of it, for the docs.
    pub help: &'static str,
    /// The command that does the same from a shell, if there is one.
    pub verb: Option<&'static str>,
    /// True when it can hurt something real.
    pub danger: bool,
    /// Where it stands in the help.
    pub group: Group,
}

impl Action {
    /// Every action, in the order of the help.
    pub const ALL: [Self; 45] = [
        Self::NextRegion,
        Self::PreviousRegion,
        Self::Down,
        Self::Up,
        Self::PageDown,
        Self::PageUp,
        Self::First,
        Self::Last,
        Self::Open,
        Self::Back,
        Self::Overview,
        Self::Region,
        Self::Findings,
        Self::Sources,
        Self::Wallboard,
        Self::Plan,
        Self::Run,
        Self::Runs,
        Self::Arm,
        Self::Failover,
        Self::Switchover,
        Self::Failback,
        Self::Drain,
        Self::Undrain,
        Self::Restore,
        Self::Recover,
        Self::PlanAgain,
        Self::Consent,
        Self::Override,
        Self::Abort,
        Self::HandOver,
        Self::Resume,
        Self::Acknowledge,
        Self::PollAll,
        Self::PollRegion,
        Self::Copy,
        Self::Scenario,
        Self::ChooseTheme,
        Self::NextTheme,
        Self::Palette,
        Self::Help,
        Self::Redraw,
        Self::Suspend,
        Self::Quit,
        Self::QuitNow,
    ];

    /// The action of this id.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.entry().id == id)
    }
}

impl Action {
    /// True for what asks for a plan of its verb at once.
    pub fn is_verb(self) -> bool {
        matches!(self, Self::Failover | Self::Switchover | Self::Failback | Self::Drain | Self::Undrain)
    }

    /// True for what asks for words after which something real happens. Who presses its key goes on typing.
    pub fn asks_for_words(self) -> bool {
        matches!(self, Self::Consent | Self::Override | Self::Abort | Self::HandOver | Self::Resume | Self::Acknowledge)
    }

    /// True for what moves a cursor in a list.
    pub fn is_movement(self) -> bool {
        matches!(self, Self::Down | Self::Up | Self::PageDown | Self::PageUp | Self::First | Self::Last)
    }
}

//! What lies before the operator: whether the screen is armed, the plan that is read, the run that is followed.

use std::sync::Arc;

use evac_core::{
    guard::{LeaseView, Note, NoteSeverity, Override},
    plan::Intent,
    run::{RunId, RunState, StepStatus},
};
use jiff::{SignedDuration, Timestamp};

use super::{
    acting::{Given, Kept, Proposal, RunLine, RunList, RunSeen, Unseen},
    model::Model,
};

/// See the module.
#[derive(Debug, Clone, Default)]
pub struct Desk {
    /// True where there is something that acts; else this screen only watches.
    pub acts: bool,
    /// Until when consent can be given and orders can be, in this machine's time; `None` while read-only.
    pub armed_until: Option<Timestamp>,
    /// The plan that is read.
    pub planning: Planning,
    /// The process that is being started, if one is.
    pub starting: Option<Starting>,
    /// The runs as they were listed last, or why they could not be; `None` when nobody has asked yet.
    pub runs: Option<Result<Arc<RunList>, String>>,
    /// The run that is followed.
    pub following: Option<RunId>,
    /// What is known of it.
    pub run: Option<Arc<RunSeen>>,
}

/// How far a plan has come.
#[derive(Debug, Clone, Default)]
pub enum Planning {
    /// None was asked for.
    #[default]
    Nothing,
    /// It is being made.
    Making(Intent),
    /// It could not be.
    Failed {
        /// What was asked for.
        intent: Intent,
        /// Why not.
        why: String,
    },
    /// It is there to be read.
    Made(Box<Reading>),
}

/// A process that was asked for, while its answer is on its way: no other is asked for then.
#[derive(Debug, Clone, PartialEq)]
pub struct Starting {
    /// What it is to do.
    pub what: Start,
    /// What it waits for, as it said last.
    pub waits: Option<String>,
}

/// What a process is started for.
#[derive(Debug, Clone, PartialEq)]
pub enum Start {
    /// To carry out the plan that is read, with what was typed to consent.
    Begin(Box<Given>),
    /// To go on with a run.
    Resume(RunId),
}

/// A plan that is read.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The plan, as it was judged last.
    pub proposal: Proposal,
    /// What the operator overrides so far.
    pub overrides: Vec<Override>,
    /// Why the last consent was refused, a line each.
    pub refused: Vec<String>,
    /// Why it could not be judged anew, since when its figures stand still.
    pub doubt: Option<String>,
    /// When it was last sent to be judged, while the answer is on its way.
    pub judging: bool,
    /// The second in which that was.
    pub judged_at: i64,
}

impl Reading {
    /// A plan that nobody has read yet.
    pub fn new(proposal: Proposal) -> Self {
        Self { proposal, overrides: Vec::new(), refused: Vec::new(), doubt: None, judging: false, judged_at: 0 }
    }

    /// The override of a note, if the operator gave one that counts.
    pub fn overridden(&self, note: &Note) -> Option<&Override> {
        self.overrides.iter().find(|given| given.code == note.code && note.code.row().overridable)
    }

    /// The notes that forbid the plan as it stands.
    pub fn blocks(&self) -> impl Iterator<Item = &Note> {
        let notes = self.proposal.judgement.notes.iter();
        notes.filter(|note| note.severity == NoteSeverity::Block && self.overridden(note).is_none())
    }
}

impl Planning {
    /// What is or was asked for.
    pub fn intent(&self) -> Option<&Intent> {
        match self {
            Self::Nothing => None,
            Self::Making(intent) | Self::Failed { intent, .. } => Some(intent),
            Self::Made(reading) => Some(&reading.proposal.plan.intent),
        }
    }

    /// The plan, where there is one to read.
    pub fn made(&self) -> Option<&Reading> {
        match self {
            Self::Made(reading) => Some(reading),
            _ => None,
        }
    }

    pub(super) fn made_mut(&mut self) -> Option<&mut Reading> {
        match self {
            Self::Made(reading) => Some(reading),
            _ => None,
        }
    }
}

impl Starting {
    /// One that has said nothing yet.
    pub fn new(what: Start) -> Self {
        Self { what, waits: None }
    }
}

impl Desk {
    /// The process that is to carry out the plan that is read, while it is being started.
    pub fn beginning(&self) -> Option<&Starting> {
        self.starting.as_ref().filter(|starting| matches!(starting.what, Start::Begin(_)))
    }

    /// The process that is to go on with this run, while it is being started.
    pub fn resuming(&self, run: &RunId) -> Option<&Starting> {
        self.starting.as_ref().filter(|starting| matches!(&starting.what, Start::Resume(resumed) if resumed == run))
    }

    /// How long it is armed yet.
    pub fn armed_for(&self, now: Timestamp) -> Option<SignedDuration> {
        let left = self.armed_until?.duration_since(now);
        left.is_positive().then_some(left)
    }

    /// The state of the run that is followed, where its journal can be believed.
    pub fn state(&self) -> Option<&Arc<RunState>> {
        self.run.as_ref()?.line.state.as_ref().ok()
    }

    /// The run that acts now, as far as it is followed.
    pub fn acting(&self) -> Option<&Arc<RunState>> {
        self.state().filter(|state| state.finished.is_none())
    }
}

/// The gate that a run waits at: its step, its guard, and what was observed instead.
pub fn gate(state: &RunState) -> Option<(&evac_core::plan::Step, evac_core::guard::GuardCode, &str)> {
    state.plan.steps.iter().find_map(|step| match (&state.steps.get(&step.id)?.status, step.gate) {
        (StepStatus::Gated { why }, Some(code)) if state.is_overridden(code).is_none() => {
            Some((step, code, why.as_str()))
        }
        _ => None,
    })
}

impl Model {
    /// True while consent and orders are taken.
    pub fn is_armed(&self) -> bool {
        self.desk.armed_for(self.now).is_some()
    }

    /// Whether a run that is not over is carried out by somebody; `None` when nobody here can know: of a run of another
    /// machine only its copy and the lease tell.
    pub fn is_carried_out(&self, line: &RunLine) -> Option<bool> {
        let followed = self.desk.run.as_ref().filter(|seen| seen.line.run == line.run);
        if followed.is_some_and(|seen| matches!(seen.unseen, Some(Unseen::Left(_)))) {
            return Some(false);
        }
        let (leased, silent) = match self.lease() {
            LeaseView::Held { run, .. } => (run == line.run.as_str(), false),
            LeaseView::Silent { run, .. } => (false, run == line.run.as_str()),
            _ => (false, false),
        };
        match line.kept {
            _ if line.running || leased => Some(true),
            Kept::Here => Some(false),
            Kept::Copied(_) if silent => Some(false),
            Kept::Copied(_) | Kept::Unread => None,
        }
    }

    /// Who acts on the stack, by the lease table.
    pub fn lease(&self) -> LeaseView {
        LeaseView::of(&self.stack, &self.snapshot, self.now)
    }

    /// The run that is looked at: the one under the cursor of the list, or else the one that is followed.
    pub fn subject(&self) -> Option<&RunLine> {
        match self.screen {
            super::model::Screen::Runs => self.chosen_run(),
            super::model::Screen::Run => self.desk.run.as_ref().map(|seen| &seen.line),
            _ => None,
        }
    }

    /// The run of the list under the cursor.
    pub fn chosen_run(&self) -> Option<&RunLine> {
        let runs = self.desk.runs.as_ref()?.as_ref().ok()?;
        (self.screen == super::model::Screen::Runs).then(|| runs.get(self.row)).flatten()
    }
}

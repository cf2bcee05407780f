//! The seam to what acts: the screen asks for plans and runs through it, and knows nothing else of them.
//!
//! Everything here speaks in the core's types. What stands behind it plans, judges, mints the consent, starts the
//! process of a run and reads journals; the screen does none of that.

use std::sync::Arc;

use evac_core::{
    RegionId,
    guard::{Note, Override, Refusal},
    plan::{Intent, LossStatement, Plan, PlanHash},
    run::{Record, RunId, RunState},
};
use futures::{future::BoxFuture, stream::BoxStream};

/// What stands for and against a plan at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// The plan.
    pub plan: PlanHash,
    /// Everything, worst first; a fact of the world that has changed is a note too.
    pub notes: Vec<Note>,
    /// What would be lost, as stated at that moment.
    pub loss: LossStatement,
}

/// A plan with what stands for and against it.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// The plan.
    pub plan: Arc<Plan>,
    /// As it was judged last.
    pub judgement: Judgement,
}

/// What an operator typed to consent to a plan. Who that is, the other side knows.
#[derive(Debug, Clone, PartialEq)]
pub struct Given {
    /// The plan that was read.
    pub plan: Arc<Plan>,
    /// What was typed to name the target.
    pub confirmed: String,
    /// The amount of loss that was typed; empty where nothing is lost.
    pub accepted: String,
    /// What is overridden, and why.
    pub overrides: Vec<Override>,
}

/// Why no run began.
#[derive(Debug, Clone, PartialEq)]
pub enum NotBegun {
    /// There is no consent.
    Refused(Box<Refusal>),
    /// The run could not be started, in a line for a person.
    Failed(String),
}

/// Where the journal of a run was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// On this machine.
    Here,
    /// In the copy of this region alone: another machine carries it out, or did.
    Copied(RegionId),
    /// In buckets alone, and none of the copies could be read.
    Unread,
}

/// A run in the list.
#[derive(Debug, Clone, PartialEq)]
pub struct RunLine {
    /// The run.
    pub run: RunId,
    /// Where its journal was found.
    pub kept: Kept,
    /// True while a process is known to carry it out. Of a run of another machine that is mostly not known here, and
    /// it is false then.
    pub running: bool,
    /// Where it stands, or why its journal cannot be believed.
    pub state: Result<Arc<RunState>, String>,
}

/// The runs that are known, newest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RunList {
    /// The runs.
    pub lines: Vec<RunLine>,
    /// The buckets that did not answer, a line for each: runs that are kept there alone are not in the list.
    pub silent: Vec<String>,
}

impl std::ops::Deref for RunList {
    type Target = [RunLine];

    fn deref(&self) -> &[RunLine] {
        &self.lines
    }
}

impl From<Vec<RunLine>> for RunList {
    fn from(lines: Vec<RunLine>) -> Self {
        Self { lines, silent: Vec::new() }
    }
}

/// A run that is followed.
#[derive(Debug, Clone, PartialEq)]
pub struct RunSeen {
    /// The run, with where it stands.
    pub line: RunLine,
    /// What happened, oldest first.
    pub records: Vec<Arc<Record>>,
    /// Why nothing newer can be seen, or is to come: what is shown is as old as its last record.
    pub unseen: Option<Unseen>,
}

/// Why a run that is followed is not seen to go on, in a line for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unseen {
    /// From here on its journal cannot be believed.
    Damaged(String),
    /// Nobody who has a copy of its journal answers. The run may go on.
    Silent(String),
    /// By the lease nobody carries it out any more.
    Left(String),
}

/// What is asked of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// Stop at the next safe point.
    Abort {
        /// Why.
        reason: String,
    },
    /// Go on although a guard stands against it.
    Override(Override),
    /// Leave it to another machine.
    HandOver {
        /// Who goes on with it there.
        to: String,
    },
    /// The end has been seen: the cool-down is over.
    Acknowledge,
}

impl Order {
    /// What became of it, once it is written down.
    pub fn given(&self) -> &'static str {
        match self {
            Self::Abort { .. } => "asked to stop at the next safe point",
            Self::Override(_) => "the override is given",
            Self::HandOver { .. } => "its process leaves it where it is: it is resumed on the other machine",
            Self::Acknowledge => "the end is acknowledged",
        }
    }
}

/// Hears what the process of a run waits for before it does anything, in words for a person.
pub type Waits = Box<dyn FnMut(&str) + Send>;

/// Plans and runs, as the screen asks for them. Errors are lines for a person. Each future may take long, and is never
/// waited for by the screen.
pub trait Acting: Send + Sync {
    /// Makes a plan from the newest picture and judges it. Nothing is changed by it.
    fn plan(&self, intent: Intent) -> BoxFuture<'_, Result<Proposal, String>>;

    /// Judges a plan beside the newest picture: its loss and its drift are those of the same intent planned anew.
    fn judge(&self, plan: Arc<Plan>) -> BoxFuture<'_, Result<Judgement, String>>;

    /// Judges once more, mints the consent, and starts the process that carries the plan out.
    fn begin(&self, given: Given, waits: Waits) -> BoxFuture<'_, Result<RunId, NotBegun>>;

    /// Starts a process that looks at a run that nobody carries out, and goes on with it, though it was stopped if that is
    /// said.
    fn resume(&self, run: RunId, despite_abort: bool, waits: Waits) -> BoxFuture<'_, Result<(), String>>;

    /// Every run that is known, newest first: of this machine and of the copies that can be reached.
    fn runs(&self) -> BoxFuture<'_, Result<RunList, String>>;

    /// Follows a run: where it stands now, and again after each change. It ends when there is nothing more to come.
    fn follow(&self, run: RunId) -> BoxStream<'static, RunSeen>;

    /// Asks something of a run, in the operator's name.
    fn order(&self, run: RunId, order: Order) -> BoxFuture<'_, Result<(), String>>;
}

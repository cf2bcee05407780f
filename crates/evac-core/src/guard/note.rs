use serde::{Deserialize, Serialize};

use super::{GuardCode, Situation};
use crate::{
    ids::RegionId,
    plan::{Plan, StepId},
};

/// How much a note stands against a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoteSeverity {
    /// The plan is not carried out, unless the operator overrides it where that can be done.
    Block,
    /// The operator should know before consent.
    Warn,
    /// Good to know.
    Info,
}

impl NoteSeverity {
    /// The word of the screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Block => "BLOCK",
            Self::Warn => "WARN",
            Self::Info => "INFO",
        }
    }
}

/// Something that stands for or against a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Note {
    /// Its stable name.
    pub code: GuardCode,
    /// How much it matters here.
    pub severity: NoteSeverity,
    /// The region that it is about, if it is about one.
    pub region: Option<RegionId>,
    /// The step that it is about, if it is about one.
    pub step: Option<StepId>,
    /// What it is, with its figures. It is fit for a terminal.
    pub text: String,
    /// What to do about it.
    pub remedy: String,
}

/// Everything that stands for or against a plan in a situation, worst first: all of it, in one round.
pub fn judge(plan: &Plan, situation: &Situation<'_>) -> Vec<Note> {
    let mut case = super::case::Case::new(plan, situation);
    super::lint::check(&mut case);
    super::authority::check(&mut case);
    super::evidence::check(&mut case);
    super::writer::check(&mut case);
    super::target::check(&mut case);
    super::losses::check(&mut case);
    super::traffic::check(&mut case);
    super::infrastructure::check(&mut case);
    super::backup::check(&mut case);
    let mut notes = case.notes;
    notes.sort_by(order);
    notes
}

/// Worst first, then by code.
pub(super) fn order(left: &Note, right: &Note) -> std::cmp::Ordering {
    (left.severity, left.code, &left.text).cmp(&(right.severity, right.code, &right.text))
}

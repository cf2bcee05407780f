//! A state: a word, a shape and a colour. Each alone says it.

use evac_core::{
    Verdict,
    assessment::{ObservedRole, Severity},
    guard::NoteSeverity,
    plan::Step,
    run::{CallAnswer, Outcome, RunOutcome, StepStatus},
    snapshot::Freshness,
};
use ratatui::text::Span;

use crate::tui::theme::{Look, Role, Shape};

/// A state, ready to be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct State {
    pub(super) word: &'static str,
    pub(super) shape: Shape,
    pub(super) role: Role,
}

impl State {
    /// All is well.
    pub(super) const OK: Self = Self { word: "OK", shape: Shape::Good, role: Role::Go };

    /// Whatever it is, the stack does not have it here.
    pub(super) const ABSENT: Self = Self { word: "not set up", shape: Shape::Quiet, role: Role::Dim };

    /// It hurts.
    pub(super) fn bad(word: &'static str) -> Self {
        Self { word, shape: Shape::Bad, role: Role::Critical }
    }

    /// It will hurt.
    pub(super) fn warning(word: &'static str) -> Self {
        Self { word, shape: Shape::Warning, role: Role::Warning }
    }

    /// Nobody knows.
    pub(super) fn unknown(word: &'static str) -> Self {
        Self { word, shape: Shape::Unknown, role: Role::Unknown }
    }

    /// It is under way.
    pub(super) fn active(word: &'static str) -> Self {
        Self { word, shape: Shape::Active, role: Role::Title }
    }

    /// How much a note stands against a plan.
    pub(super) fn note(severity: NoteSeverity) -> Self {
        match severity {
            NoteSeverity::Block => Self::bad(severity.word()),
            NoteSeverity::Warn => Self::warning(severity.word()),
            NoteSeverity::Info => Self { word: severity.word(), shape: Shape::Quiet, role: Role::Note },
        }
    }

    /// Where a step of a run is.
    pub(super) fn step(step: &Step, status: &StepStatus) -> Self {
        match status {
            StepStatus::Waiting => Self { word: "WAITING", shape: Shape::Quiet, role: Role::Dim },
            StepStatus::Started if step.call.is_none() => Self::active("LOOKING"),
            StepStatus::Started => Self::active("CALLING"),
            StepStatus::Answered { answer: CallAnswer::Accepted { .. } } => Self::active("VERIFYING"),
            StepStatus::Answered { answer: CallAnswer::Refused { .. } } => Self::warning("REFUSED"),
            StepStatus::Answered { answer: CallAnswer::Unknown { .. } } => Self::unknown("SETTLING"),
            StepStatus::Gated { .. } => Self::warning("HELD"),
            StepStatus::Ended { outcome } => match outcome {
                Outcome::Done { .. } => Self { word: outcome.word(), ..Self::OK },
                Outcome::Failed { .. } => Self::bad(outcome.word()),
                Outcome::Unknown { .. } => Self::unknown(outcome.word()),
                Outcome::Skipped { .. } => Self { word: outcome.word(), shape: Shape::Quiet, role: Role::Note },
            },
        }
    }

    /// How a run ended.
    pub(super) fn outcome(outcome: RunOutcome) -> Self {
        match outcome {
            RunOutcome::Done => Self { word: outcome.word(), ..Self::OK },
            RunOutcome::Failed => Self::bad(outcome.word()),
            RunOutcome::Unknown => Self::unknown(outcome.word()),
            RunOutcome::Aborted => Self::warning(outcome.word()),
        }
    }

    /// Whether an objective is met; `None` when nobody knows.
    pub(super) fn met(met: Option<bool>) -> Self {
        match met {
            Some(true) => Self::OK,
            Some(false) => Self::bad("OVER"),
            None => Self::unknown("UNKNOWN"),
        }
    }

    /// A verdict.
    pub(super) fn verdict(verdict: Verdict) -> Self {
        let (shape, role) = match verdict {
            Verdict::Go => (Shape::Good, Role::Go),
            Verdict::NoGo => (Shape::Bad, Role::NoGo),
            Verdict::Unknown => (Shape::Unknown, Role::Unknown),
        };
        Self { word: verdict.word(), shape, role }
    }

    /// How much a finding matters.
    pub(super) fn severity(severity: Severity) -> Self {
        match severity {
            Severity::Critical => Self::bad(severity.word()),
            Severity::Warning => Self::warning(severity.word()),
            Severity::Note => Self { word: severity.word(), shape: Shape::Quiet, role: Role::Note },
        }
    }

    /// How much a source can be believed. One whose newest question failed says so, whatever it said before.
    pub(super) fn source(freshness: Freshness, failed: bool) -> Self {
        match freshness {
            Freshness::Fresh => Self::OK,
            Freshness::Missing => Self::unknown("WAITING"),
            Freshness::Failed => Self::unknown("FAILED"),
            Freshness::Stale if failed => Self::unknown("FAILED"),
            Freshness::Stale => Self::unknown("STALE"),
        }
    }

    /// The shape and the word.
    pub(super) fn span(self, look: &Look) -> Span<'static> {
        look.span(self.role, format!("{} {}", look.glyphs.shape(self.shape), self.word))
    }

    /// The shape alone, where its word stands elsewhere.
    pub(super) fn mark(self, look: &Look) -> Span<'static> {
        look.span(self.role, look.glyphs.shape(self.shape))
    }
}

/// The style of an observed role.
pub(super) fn role_style(role: ObservedRole) -> Role {
    match role {
        ObservedRole::Writer => Role::Writer,
        ObservedRole::Secondary => Role::Text,
        ObservedRole::Contested | ObservedRole::Outside => Role::Critical,
        ObservedRole::Unknown => Role::Unknown,
    }
}

use std::fmt;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::{Call, Check, Verb};
use crate::ids::RegionId;

/// The name of a step within its plan: whole words, such as `promote` or `scale-api`. It is the same in every plan that
/// has such a step, so that the times of one run can project the next.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepId(String);

impl StepId {
    /// The name, made fit for a terminal.
    pub fn new(text: impl AsRef<str>) -> Self {
        Self(crate::text::clean(text.as_ref()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StepId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

/// Which kind of endpoint a step calls: data planes go on where control planes fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Plane {
    /// An API that changes settings, in one region.
    Control,
    /// What serves in spite of its control plane.
    Data,
    /// Nothing outside of this machine.
    Local,
}

impl Plane {
    /// The word of the screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Control => "control plane",
            Self::Data => "data plane",
            Self::Local => "local",
        }
    }
}

/// How what a step did is taken back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "undo", rename_all = "kebab-case")]
pub enum Undo {
    /// There is nothing to take back.
    Nothing,
    /// By a call. It is made by hand or by a [`Closing`] step, never by itself.
    Call {
        /// The call.
        call: Call,
    },
    /// By another verb, with a plan of its own.
    Verb {
        /// The verb.
        verb: Verb,
    },
    /// Not at all.
    Never {
        /// Why.
        why: String,
    },
}

/// A step that ends what another began: it runs when the run ends, whatever the end is, if that other was ever
/// started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closing {
    /// The step whose effect it ends.
    pub of: StepId,
    /// A step that makes it wrong to do so: when that one was started and done, or may be, this step is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unless_started: Option<StepId>,
}

/// One step, with everything fixed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Its name in the plan.
    pub id: StepId,
    /// What it does, in one line for people.
    pub title: String,
    /// The steps that must be done before.
    pub after: Vec<StepId>,
    /// The region that it acts in or looks at; `None` for what has no region.
    pub region: Option<RegionId>,
    /// Which kind of endpoint it calls.
    pub plane: Plane,
    /// The regions whose loss makes this step impossible.
    pub killed_by: Vec<RegionId>,
    /// What must hold before it: it is observed right before the call, and the step waits for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub precondition: Option<Check>,
    /// The call; `None` for a step that only observes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<Call>,
    /// What shows that it is done. `None` only where the call's own answer is the proof. When it holds already before
    /// the call, the call is not made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification: Option<Check>,
    /// How long it should take.
    pub expected: SignedDuration,
    /// How long it may take, in the time of the observed world. After that it is Failed where nothing was done, and
    /// Unknown where something may have been.
    pub timeout: SignedDuration,
    /// True when making the call a second time does no harm, since every name and value in it is fixed.
    pub idempotent: bool,
    /// How it is taken back.
    pub undo: Undo,
    /// True when the run goes on without it: its failure is told, and stops nothing.
    #[serde(default)]
    pub best_effort: bool,
    /// For a step that ends what another began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closing: Option<Closing>,
    /// The guard code that an operator can override by when the verification does not come to hold: with the
    /// override, the run goes on. Without it, it waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<crate::guard::GuardCode>,
}

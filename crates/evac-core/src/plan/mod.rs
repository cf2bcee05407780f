//! What would be done, fixed before it is done: a plan is immutable, and leaves no choice to whoever carries it out.
//!
//! A plan is a graph of typed steps with every identifier and value in it. It is made by a pure function from an
//! intent, a snapshot and a stack; it has a hash, and a fingerprint of those facts of the world that it relies on. What
//! carries it out observes the world again first, and refuses when a fact has changed.

mod again;
mod call;
mod check;
mod command;
mod fingerprint;
mod hash;
mod intent;
mod lever;
mod loss;
mod render;
mod route;
mod sameness;
mod shown;
mod step;
mod timeline;
mod topology;
mod words;

pub use call::{Call, ExistingResources, LocationMode, RecordChange, RecordSet, RestoreSpec};
pub use check::{Answer, Check};
pub use fingerprint::{Drift, Fingerprint};
pub use hash::PlanHash;
pub(crate) use hash::hexadecimal;
pub use intent::{Intent, Verb};
pub use lever::Lever;
pub use loss::LossStatement;
pub use render::render;
pub use route::Service;
pub use step::{Closing, Plane, Step, StepId, Undo};
pub use timeline::{Timeline, TimelineEntry};
pub use topology::Topology;

pub use crate::planner::{PlanContext, Unplannable, planner, standing};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::StackName;

/// The version of the plan's form, in files and journals.
pub const PLAN_VERSION: u32 = 1;

/// What would be done. Nothing in it is decided later.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The version of this form.
    pub version: u32,
    /// The stack that it is for.
    pub stack: StackName,
    /// The word that says what a mistake would cost.
    pub environment: String,
    /// What is wanted.
    pub intent: Intent,
    /// When it was made, by the clocks of the observed world.
    pub made_at: Timestamp,
    /// The snapshot that it was made from.
    pub snapshot: u64,
    /// Who writes and who is served from where, before.
    pub before: Topology,
    /// The same when all is done.
    pub after: Topology,
    /// How traffic is moved, if it is.
    pub lever: Option<Lever>,
    /// What is lost by it, as known when the plan was made. It is computed anew when consent is given.
    pub loss: LossStatement,
    /// The steps. A step stands behind all that it waits for.
    pub steps: Vec<Step>,
    /// The facts that it relies on.
    pub fingerprint: Fingerprint,
    /// What the operator types to consent, any one of these: the target region in full and in short (`us-west-2`,
    /// `usw2`), or for a restore the namespace.
    pub confirmations: Vec<String>,
}

impl Plan {
    /// The hash of everything in the plan.
    pub fn hash(&self) -> PlanHash {
        PlanHash::of(self)
    }

    /// The step of that name.
    pub fn step(&self, id: &StepId) -> Option<&Step> {
        self.steps.iter().find(|step| step.id == *id)
    }

    /// When each step begins and ends if each takes as long as expected, and which of them decide the end.
    pub fn timeline(&self) -> Timeline {
        Timeline::of(&self.steps)
    }

    /// Whether what was typed names what the plan acts on.
    pub fn is_confirmed_by(&self, typed: &str) -> bool {
        self.confirmations.iter().any(|accepted| accepted == typed.trim())
    }
}

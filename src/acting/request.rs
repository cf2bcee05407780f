use evac_core::{
    SourceId,
    guard::{ConsentRequest, Override, Refusal},
    snapshot::Signal,
    stack::Period,
};
use serde::{Deserialize, Serialize};

use super::Harm;

/// What an operator asked for, as it is handed to the process that carries it out. It is no consent: that is minted
/// there, under the lease, beside the newest picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunRequest {
    /// The hash of the plan that was read; the plan itself is in the store.
    pub plan: String,
    /// What was typed to name the target.
    pub confirmed: String,
    /// The amount of loss that was typed.
    pub accepted: String,
    /// What is overridden, and why.
    pub overrides: Vec<Override>,
    /// Who asks.
    pub by: String,
    /// The longest to wait for every source to answer, where it was said.
    #[serde(default)]
    pub wait: Option<Period>,
    /// Since when it goes on that is answered to, as far as who asks has watched it; else the process of the run looks
    /// for itself at what is remembered.
    pub harm: Option<Harm>,
    /// What who asks has seen, and the process of the run may not be able to see any more. It tells what things were
    /// called and where they stood, so that both plan the same; it is never taken for what is so now.
    pub remembered: Vec<(SourceId, Signal)>,
}

impl From<RunRequest> for ConsentRequest {
    fn from(request: RunRequest) -> Self {
        let RunRequest { plan, confirmed, accepted, overrides, by, .. } = request;
        Self { plan, confirmed, accepted, overrides, by }
    }
}

/// The line by which whoever asks lets a run begin, once it is ready to. Nothing is begun without it: who asked may have
/// thought better of it, or be gone.
pub(super) const GO: &str = "go";

/// The flag by which a run goes on though it was stopped.
pub(super) const DESPITE_ABORT: &str = "--despite-abort";

/// A line that the process of a run says to the one that started it. The last is one of the latter three.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "said", rename_all = "kebab-case")]
pub(super) enum Said {
    /// What it waits for, in words for a person.
    Waits {
        /// What for.
        on: String,
    },
    /// The lease is held and there is consent: it begins when it hears [`GO`], and gives up when it hears anything else
    /// or that nobody is there any more.
    Ready {
        /// The run.
        run: evac_core::run::RunId,
    },
    /// The run has begun: its journal is durable, and the process goes on by itself.
    Begun {
        /// The run.
        run: evac_core::run::RunId,
    },
    /// There is no consent.
    Refused {
        /// Why.
        refusal: Box<Refusal>,
    },
    /// It could not be begun, or gone on with.
    Failed {
        /// Why, in a line for a person.
        why: String,
        /// True when somebody else goes on with it, or nobody has to any more.
        over: bool,
    },
}

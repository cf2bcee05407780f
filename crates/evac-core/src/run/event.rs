use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Outcome, RunId, RunOutcome};
use crate::{
    guard::{ConsentRecord, Override},
    plan::{Plan, StepId},
};

/// What a call's answer carries that later observations need, such as the id of a change.
pub type Receipt = BTreeMap<String, String>;

/// What came of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "kebab-case")]
pub enum CallAnswer {
    /// The service took it.
    Accepted {
        /// What it gave.
        receipt: Receipt,
    },
    /// The service did certainly not do it: it said so, or it was never reached.
    Refused {
        /// Why, in the service's words.
        why: String,
        /// True when the same call may be taken later: throttling, an overloaded service, no connection.
        temporary: bool,
    },
    /// Nobody knows: the request was sent, and no answer came.
    Unknown {
        /// What went wrong.
        why: String,
    },
}

/// Who carries a run out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Runner {
    /// The person: user and machine.
    pub operator: String,
    /// The machine.
    pub machine: String,
    /// The process.
    pub process: u32,
    /// The version of evac.
    pub version: String,
}

/// Something that happened in a run. The state of the run is what follows from its events.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Event {
    /// The run begins. Always the first event, and only the first.
    Began {
        /// The run.
        run: RunId,
        /// Who carries it out.
        runner: Runner,
        /// The plan, whole.
        plan: Box<Plan>,
        /// What was consented to.
        consent: Box<ConsentRecord>,
        /// When the harm began, as far as known: the start of the clock of detection.
        harmed_at: Option<Timestamp>,
        /// When it was first found.
        found_at: Option<Timestamp>,
    },
    /// The lease is held, with this epoch. Everything after it is of this epoch.
    LeaseTaken {
        /// It grows with every holder: an older one may not act any more.
        epoch: u64,
        /// True when there is no lease table and the lease holds for one machine only.
        local: bool,
    },
    /// The lease is lost or cannot be renewed: no call is made from here on by this runner.
    LeaseLost {
        /// Why.
        why: String,
    },
    /// A step is about to make its call, or to begin observing: written before, and durable before the call.
    Started {
        /// The step.
        step: StepId,
        /// 1 for the first time.
        attempt: u32,
    },
    /// The call of a step was answered, or was not.
    Answered {
        /// The step.
        step: StepId,
        /// The attempt.
        attempt: u32,
        /// What came of it.
        answer: CallAnswer,
    },
    /// An observation settled that an attempt whose answer is unknown did not happen: the call may be made once more. Or
    /// that a runner before, whose journal is not known to its end, did not begin the step.
    Settled {
        /// The step.
        step: StepId,
        /// What was observed, how often and for how long.
        evidence: String,
    },
    /// A step waits, for something else than before.
    Waiting {
        /// The step.
        step: StepId,
        /// What for.
        on: String,
    },
    /// A step waits for an operator's override, since its gate did not open.
    Gated {
        /// The step.
        step: StepId,
        /// What was observed instead.
        why: String,
    },
    /// A step ended. An Unknown one can end once more, when an observation has settled it.
    Ended {
        /// The step.
        step: StepId,
        /// How.
        outcome: Outcome,
    },
    /// A step is where it was before it began: it failed and is to be tried anew, what it did was taken back by a
    /// closing step, or it only observes and no longer has to.
    SetBack {
        /// The step.
        step: StepId,
        /// Why.
        why: String,
    },
    /// An operator overrides a guard while the run goes on.
    Overridden {
        /// What, and why.
        given: Override,
        /// Who.
        by: String,
    },
    /// An operator asks the run to stop at the next safe point.
    AbortAsked {
        /// Who.
        by: String,
        /// Why.
        reason: String,
        /// The id of the order: whoever goes on with the run in spite of it knows by it that this one has had its effect.
        #[serde(default)]
        order: String,
    },
    /// An operator takes the run to another machine: this runner makes no call any more, and gives the lease back.
    HandedOver {
        /// Who asked for it.
        by: String,
        /// Where it goes on: a machine or a person, in the operator's words.
        to: String,
        /// The id of the order: whoever goes on with the run knows by it that this one has had its effect.
        #[serde(default)]
        order: String,
    },
    /// The run goes on after its runner ended, or in the hands of another.
    Resumed {
        /// Who carries it out now.
        runner: Runner,
        /// True when the journal may lack the last of what the runner before did.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        doubtful: bool,
        /// True when an operator has said that it shall go on though it was stopped: the abort counts no more.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        despite_abort: bool,
    },
    /// The run is over, unless it is resumed: from Unknown or Failed, or in spite of an abort from where it cannot be
    /// taken back.
    Finished {
        /// How.
        outcome: RunOutcome,
        /// What is and what is not done or undone, a line each.
        report: Vec<String>,
    },
    /// A person has acknowledged the run's end: the cool-down is over.
    Acknowledged {
        /// Who.
        by: String,
    },
}

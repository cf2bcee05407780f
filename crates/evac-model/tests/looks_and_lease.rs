//! Every plan × every step, when nothing can be seen for a while, and when the lease is lost in the middle of a call.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::time::Duration;

use evac_core::{plan::Step, run::RunOutcome};
use evac_model::{Fault, Shape, Story};
use support::{each, outcome};

const OTHERS: [Shape; 10] = [
    Shape::FailoverByStopObject,
    Shape::FailoverByRecords,
    Shape::FailoverByHealthChecks,
    Shape::FailoverFromServing,
    Shape::Restore,
    Shape::Drain,
    Shape::DrainByRecords,
    Shape::Undrain,
    Shape::UndrainByRecords,
    Shape::Recover,
];

/// Shorter than any step may take.
const SHORT: Duration = Duration::from_secs(15);

fn looks(step: &Step) -> Vec<Fault> {
    if step.verification.is_none() && step.precondition.is_none() {
        return Vec::new();
    }
    [SHORT, 4 * step.timeout.unsigned_abs()]
        .into_iter()
        .flat_map(|length| [Fault::Blind(step.id.clone(), length), Fault::Deaf(step.id.clone(), length)])
        .collect()
}

fn leases(step: &Step) -> Vec<Fault> {
    if step.call.is_none() {
        return Vec::new();
    }
    // Within the time to live, and long beyond it.
    let gone = [5, 90].map(|seconds| Fault::LeaseGone(step.id.clone(), Duration::from_secs(seconds)));
    let taken = Fault::LeaseTaken(step.id.clone(), Duration::from_secs(90));
    gone.into_iter().chain([taken]).collect()
}

fn after_looks(step: &Step, fault: &Fault, story: &Story) -> Result<(), String> {
    use RunOutcome::{Done, Failed, Unknown};
    let (Fault::Blind(_, length) | Fault::Deaf(_, length)) = fault else { return Ok(()) };
    let begun = story.calls(step.id.as_str()) > 0;
    let first = match () {
        // A gate waits for as long as it takes, and a run goes on without what is best effort.
        () if *length <= SHORT || step.gate.is_some() || step.best_effort => Done,
        () if others_called_for(step, story) => Unknown,
        () if step.closing.is_some() && !begun => Done,
        // What must hold before was never seen to hold, and what only looks has done nothing.
        () if step.precondition.is_some() || step.call.is_none() => Failed,
        () => Unknown,
    };
    outcome(story, &[first], &[Done])
}

/// Whether the call of another step, which is verified by what cannot be seen, was made.
fn others_called_for(step: &Step, story: &Story) -> bool {
    let plan = story.state.as_ref().map(|state| state.plan.clone());
    let unseen = [&step.precondition, &step.verification];
    plan.is_some_and(|plan| {
        let mut others = plan.steps.iter().filter(|other| other.id != step.id && !other.best_effort);
        others.any(|other| {
            let same = other.verification.is_some() && unseen.contains(&&other.verification);
            same && story.calls(other.id.as_str()) > 0
        })
    })
}

fn after_a_lease(step: &Step, fault: &Fault, story: &Story) -> Result<(), String> {
    use RunOutcome::{Aborted, Done, Failed, Unknown};
    match fault {
        Fault::LeaseTaken(..) if story.calls(step.id.as_str()) == 0 => outcome(story, &[Done], &[Done]),
        Fault::LeaseTaken(..) if !story.trace.iter().any(|line| line.contains("the rival has the lease")) => {
            Err("nobody took the lease".to_owned())
        }
        // What another run has done since makes the rest of the plan void.
        Fault::LeaseTaken(..) => outcome(story, &[Done, Aborted, Failed, Unknown], &[Done, Aborted, Failed]),
        _ => outcome(story, &[Done], &[Done]),
    }
}

#[test]
fn looks_of_failover() {
    each(Shape::Failover, looks, after_looks);
}

#[test]
fn looks_of_switchover() {
    each(Shape::Switchover, looks, after_looks);
}

#[test]
fn looks_of_failback() {
    each(Shape::Failback, looks, after_looks);
}

#[test]
fn looks_of_the_others() {
    for shape in OTHERS {
        each(shape, looks, after_looks);
    }
}

#[test]
fn leases_of_failover() {
    each(Shape::Failover, leases, after_a_lease);
}

#[test]
fn leases_of_switchover() {
    each(Shape::Switchover, leases, after_a_lease);
}

#[test]
fn leases_of_failback() {
    each(Shape::Failback, leases, after_a_lease);
}

#[test]
fn leases_of_the_others() {
    for shape in OTHERS {
        each(shape, leases, after_a_lease);
    }
}

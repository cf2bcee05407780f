//! Every plan × every step, when nothing can be seen for a while, and when the lease is lost in the middle of a call.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::time::Duration;

use evac_core::{plan::Step, run::RunOutcome};
use evac_model::{Fault, Shape, Story};
use support::{each, outcome};

const MINUTE: Duration = Duration::from_secs(60);

fn looks(step: &Step) -> Vec<Fault> {
    if step.verification.is_none() && step.precondition.is_none() {
        return Vec::new();
    }
    // Shorter than any step may take, and longer.
    [MINUTE, 30 * MINUTE]
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

fn after_looks(_: &Step, fault: &Fault, story: &Story) -> Result<(), String> {
    use RunOutcome::{Done, Failed, Unknown};
    match fault {
        Fault::Blind(_, length) | Fault::Deaf(_, length) if *length > MINUTE => {
            outcome(story, &[Done, Failed, Unknown], &[Done])
        }
        _ => outcome(story, &[Done], &[Done]),
    }
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
fn looks_of_the_others() {
    for shape in [Shape::Restore, Shape::Drain, Shape::Recover] {
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
fn leases_of_the_others() {
    for shape in [Shape::Restore, Shape::Drain, Shape::Recover] {
        each(shape, leases, after_a_lease);
    }
}

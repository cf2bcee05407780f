//! Every plan × every step × everything that can go wrong: each ends in the right outcome, and nothing that must hold
//! is broken on the way.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use evac_core::{plan::Step, run::RunOutcome};
use evac_model::{CallFault, Fault, Shape, Story, WriteFault};
use support::{each, outcome};

fn calls(step: &Step) -> Vec<Fault> {
    if step.call.is_none() {
        return Vec::new();
    }
    CallFault::ALL.into_iter().map(|how| Fault::Call(step.id.clone(), how)).collect()
}

fn writes(step: &Step) -> Vec<Fault> {
    let events = ["started", "answered", "ended"];
    let each = |how| events.map(|event| Fault::Write(Some(step.id.clone()), event, how));
    WriteFault::ALL.into_iter().flat_map(each).collect()
}

/// Where a step that must not be called twice may have been called, the run ends without a second call, and is planned
/// anew; where another machine goes on without the last of what the first did, every such step may have been.
fn is_in_doubt(step: &Step, shape: Shape, story: &Story) -> bool {
    let once = |step: &Step| !step.idempotent;
    let moved = story.trace.iter().any(|line| line.contains("takes over"));
    once(step) || moved && shape.plan().steps.iter().any(once)
}

fn after_a_call(shape: Shape) -> impl Fn(&Step, &Fault, &Story) -> Result<(), String> {
    use RunOutcome::{Done, Failed, Unknown};
    move |step, fault, story| {
        let Fault::Call(_, how) = fault else { return Ok(()) };
        let refused = *how == CallFault::Refused && !step.best_effort && story.calls(step.id.as_str()) > 0;
        let doubt = is_in_doubt(step, shape, story);
        match (refused, doubt) {
            (false, false) => outcome(story, &[Done], &[Done]),
            (false, true) => outcome(story, &[Done, Unknown], &[Done, Failed]),
            (true, false) => outcome(story, &[Failed], &[Done]),
            (true, true) => outcome(story, &[Failed], &[Failed]),
        }
    }
}

fn after_a_write(shape: Shape) -> impl Fn(&Step, &Fault, &Story) -> Result<(), String> {
    use RunOutcome::{Done, Failed, Unknown};
    move |step, _, story| match is_in_doubt(step, shape, story) {
        true => outcome(story, &[Done, Unknown], &[Done, Failed]),
        false => outcome(story, &[Done], &[Done]),
    }
}

#[test]
fn calls_of_failover() {
    each(Shape::Failover, calls, after_a_call(Shape::Failover));
}

#[test]
fn writes_of_failover() {
    each(Shape::Failover, writes, after_a_write(Shape::Failover));
}

#[test]
fn calls_of_failover_once() {
    each(Shape::FailoverOnce, calls, after_a_call(Shape::FailoverOnce));
}

#[test]
fn writes_of_failover_once() {
    each(Shape::FailoverOnce, writes, after_a_write(Shape::FailoverOnce));
}

#[test]
fn calls_of_switchover() {
    each(Shape::Switchover, calls, after_a_call(Shape::Switchover));
}

#[test]
fn writes_of_switchover() {
    each(Shape::Switchover, writes, after_a_write(Shape::Switchover));
}

#[test]
fn calls_of_restore() {
    each(Shape::Restore, calls, after_a_call(Shape::Restore));
}

#[test]
fn writes_of_restore() {
    each(Shape::Restore, writes, after_a_write(Shape::Restore));
}

#[test]
fn calls_of_drain() {
    each(Shape::Drain, calls, after_a_call(Shape::Drain));
}

#[test]
fn writes_of_drain() {
    each(Shape::Drain, writes, after_a_write(Shape::Drain));
}

#[test]
fn calls_of_recover() {
    each(Shape::Recover, calls, after_a_call(Shape::Recover));
}

#[test]
fn writes_of_recover() {
    each(Shape::Recover, writes, after_a_write(Shape::Recover));
}

//! Every plan × every step × everything that can go wrong: each ends in the right outcome, and nothing that must hold
//! is broken on the way.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::time::Duration;

use evac_core::{
    plan::{Call, Step, StepId},
    run::{Outcome, RunOutcome},
};
use evac_engine::run::Order;
use evac_model::{CallFault, Fault, Play, Shape, Story, WriteFault};
use support::{each, each_in, outcome};

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

/// Where another machine goes on without the last of what the first did, every step that must not be called twice may
/// have been called: the run may end without a second call, and is planned anew.
fn is_in_doubt(shape: Shape, story: &Story) -> bool {
    let moved = story.trace.iter().any(|line| line.contains("takes over"));
    moved && shape.plan().steps.iter().any(|step| !step.idempotent)
}

/// How a run has to end, for the first time and at last.
fn ends(story: &Story, shape: Shape, first: RunOutcome, last: RunOutcome) -> Result<(), String> {
    use RunOutcome::{Done, Failed, Unknown};
    match is_in_doubt(shape, story) {
        true => outcome(story, &[first, Done, Unknown], &[last, Done, Failed]),
        false => outcome(story, &[first], &[last]),
    }
}

fn after_a_call(shape: Shape) -> impl Fn(&Step, &Fault, &Story) -> Result<(), String> {
    use RunOutcome::{Done, Failed, Unknown};
    move |step, fault, story| {
        let Fault::Call(_, how) = fault else { return Ok(()) };
        if story.calls(step.id.as_str()) == 0 {
            return ends(story, shape, Done, Done);
        }
        match how {
            // The run goes on without it, and says that it failed.
            CallFault::Refused if step.best_effort => {
                let state = story.state.as_ref().and_then(|state| state.steps.get(&step.id)?.outcome());
                match state {
                    Some(Outcome::Failed { .. }) => ends(story, shape, Done, Done),
                    other => Err(format!("{} was refused, and is told to be {other:?}", step.id)),
                }
            }
            // The service gives up what it took, as only a promotion can be.
            CallFault::GivenUp if matches!(step.call, Some(Call::Failover { .. } | Call::Switchover { .. })) => {
                ends(story, shape, Failed, if step.idempotent { Done } else { Failed })
            }
            CallFault::Refused => ends(story, shape, Failed, if step.idempotent { Done } else { Failed }),
            // Nobody answered, and nothing came of it: what must not be called twice stays unknown until it is too late
            // for it to come.
            CallFault::Hangs | CallFault::TimedOutAndDidNot | CallFault::CrashAndDidNot if !step.idempotent => {
                ends(story, shape, Unknown, Failed)
            }
            _ => ends(story, shape, Done, Done),
        }
    }
}

fn after_a_write(shape: Shape) -> impl Fn(&Step, &Fault, &Story) -> Result<(), String> {
    use RunOutcome::{Done, Failed, Unknown};
    move |step, fault, story| {
        // Begun as far as the journal says, and never called.
        let begun = matches!(fault, Fault::Write(_, "started", WriteFault::CrashAfter | WriteFault::Unsynced));
        match begun && !step.idempotent {
            true => ends(story, shape, Unknown, Failed),
            false => ends(story, shape, Done, Done),
        }
    }
}

/// What closes, where it is needed: the writer does not move, for the promotion is refused, or the run is stopped before it.
fn each_that_closes(promote: &str, stopped: Play) {
    use RunOutcome::{Aborted, Done, Failed};
    let shape = stopped.shape;
    let closing = |step: &Step| if step.closing.is_some() { calls(step) } else { Vec::new() };
    let ran = |step: &Step, story: &Story| match story.calls(step.id.as_str()) {
        0 => Err(format!("{} was not needed", step.id)),
        _ => Ok(()),
    };
    let promote = StepId::new(promote);
    let again = shape.plan().step(&promote).unwrap().idempotent;
    let refused = Play::of(shape).with([Fault::Call(promote, CallFault::Refused)]);
    each_in(&refused, closing, |step, _, story| {
        ran(step, story)?;
        ends(story, shape, Failed, if again { Done } else { Failed })
    });
    each_in(&stopped, closing, |step, fault, story| {
        ran(step, story)?;
        let open = matches!(fault, Fault::Call(_, CallFault::Refused)) && !step.best_effort;
        ends(story, shape, if open { Failed } else { Aborted }, Aborted)
    });
}

/// A failover whose promotion is refused for now, and that is stopped before it is asked for again.
fn stopped_failover(shape: Shape) -> Play {
    let throttled = Fault::Call(StepId::new("promote"), CallFault::Throttled);
    Play { orders: abort(Duration::from_millis(700)), ..Play::of(shape).with([throttled]) }
}

fn abort(after: Duration) -> Vec<(Duration, Order)> {
    vec![(after, Order::Abort { reason: "enough".to_owned() })]
}

#[test]
fn what_closes_a_failover() {
    each_that_closes("promote", stopped_failover(Shape::Failover));
}

#[test]
fn what_closes_a_failover_once() {
    each_that_closes("promote", stopped_failover(Shape::FailoverOnce));
}

/// Stopped while users are being led away.
#[test]
fn what_closes_a_failover_from_serving() {
    let orders = abort(Duration::from_mins(1));
    each_that_closes("promote", Play { orders, ..Play::of(Shape::FailoverFromServing) });
}

/// Stopped while the consumers are being paused.
#[test]
fn what_closes_a_switchover() {
    let orders = abort(Duration::from_secs(10));
    each_that_closes("promote", Play { orders, ..Play::of(Shape::Switchover) });
}

#[test]
fn what_closes_a_failback() {
    let orders = abort(Duration::from_secs(10));
    each_that_closes("promote", Play { orders, ..Play::of(Shape::Failback) });
}

/// The faults of the steps that move traffic and see it moved. In the plans of the other levers the rest is that of the
/// first, with which it is played; by chance everything is, in each of them.
fn of_traffic(faults: impl Fn(&Step) -> Vec<Fault>) -> impl Fn(&Step) -> Vec<Fault> {
    let moves = |step: &Step| ["shift-traffic", "answers", "serving"].contains(&step.id.as_str());
    move |step| if moves(step) { faults(step) } else { Vec::new() }
}

const OTHER_LEVERS: [Shape; 3] = [Shape::FailoverByStopObject, Shape::FailoverByRecords, Shape::FailoverByHealthChecks];

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
fn calls_of_failover_from_serving() {
    each(Shape::FailoverFromServing, calls, after_a_call(Shape::FailoverFromServing));
}

#[test]
fn writes_of_failover_from_serving() {
    each(Shape::FailoverFromServing, writes, after_a_write(Shape::FailoverFromServing));
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
fn calls_of_failback() {
    each(Shape::Failback, calls, after_a_call(Shape::Failback));
}

#[test]
fn writes_of_failback() {
    each(Shape::Failback, writes, after_a_write(Shape::Failback));
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
fn calls_of_drain_by_records() {
    each(Shape::DrainByRecords, calls, after_a_call(Shape::DrainByRecords));
}

#[test]
fn writes_of_drain_by_records() {
    each(Shape::DrainByRecords, writes, after_a_write(Shape::DrainByRecords));
}

#[test]
fn calls_of_undrain() {
    each(Shape::Undrain, calls, after_a_call(Shape::Undrain));
}

#[test]
fn writes_of_undrain() {
    each(Shape::Undrain, writes, after_a_write(Shape::Undrain));
}

#[test]
fn calls_of_undrain_by_records() {
    each(Shape::UndrainByRecords, calls, after_a_call(Shape::UndrainByRecords));
}

#[test]
fn writes_of_undrain_by_records() {
    each(Shape::UndrainByRecords, writes, after_a_write(Shape::UndrainByRecords));
}

#[test]
fn calls_of_recover() {
    each(Shape::Recover, calls, after_a_call(Shape::Recover));
}

#[test]
fn writes_of_recover() {
    each(Shape::Recover, writes, after_a_write(Shape::Recover));
}

#[test]
fn calls_that_move_traffic_by_other_levers() {
    for shape in OTHER_LEVERS {
        each(shape, of_traffic(calls), after_a_call(shape));
    }
}

#[test]
fn writes_of_traffic_that_moves_by_other_levers() {
    for shape in OTHER_LEVERS {
        each(shape, of_traffic(writes), after_a_write(shape));
    }
}

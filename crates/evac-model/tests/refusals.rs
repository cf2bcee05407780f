//! A call that was refused for now is made again only when it was looked at what has become of what it is for.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use evac_core::{
    plan::StepId,
    run::{Outcome, RunOutcome},
};
use evac_model::{CallFault, Fault, Play, Shape, Story, play};

fn promoting(shape: Shape, faults: &[Fault]) -> Story {
    let story = play(Play::of(shape).with(faults.iter().cloned())).unwrap();
    assert_eq!(story.broken, Vec::<String>::new(), "{shape:?}\n  {}", story.trace.join("\n  "));
    story
}

fn refused(step: &str, how: CallFault) -> Fault {
    Fault::Call(StepId::new(step), how)
}

/// RDS refuses to promote whom it promotes already, in words that may pass: asked on and on, it would never take it.
#[test]
fn what_is_refused_because_it_is_being_done_is_watched() {
    for (shape, step) in
        [(Shape::Failover, "promote"), (Shape::FailoverOnce, "promote"), (Shape::Switchover, "promote")]
    {
        let story = promoting(shape, &[refused(step, CallFault::Overtaken)]);
        let trace = story.trace.join("\n  ");
        assert_eq!((story.outcome(), story.calls(step)), (Some(RunOutcome::Done), 1), "{shape:?}\n  {trace}");
    }
}

/// Asked on until it is taken, it would be a second failover, of which nobody was asked what it loses.
#[test]
fn what_somebody_has_moved_elsewhere_meanwhile_is_not_called_for_again() {
    let elsewhere = Fault::Elsewhere(StepId::new("promote"));
    let story = promoting(Shape::Failover, &[elsewhere, refused("promote", CallFault::Throttled)]);
    let trace = story.trace.join("\n  ");
    assert_eq!((story.first_outcome(), story.calls("promote")), (Some(RunOutcome::Failed), 1), "{trace}");
    let state = story.state.unwrap();
    let Some(Outcome::Failed { why }) = state.steps[&StepId::new("promote")].outcome() else { unreachable!("{trace}") };
    assert!(why.contains("eu-west-1 writes"), "{why}");
}

#[test]
fn what_can_never_come_to_be_is_not_called_for_at_all() {
    let story = promoting(Shape::Switchover, &[Fault::Elsewhere(StepId::new("scale-akidb-api"))]);
    let trace = story.trace.join("\n  ");
    assert_eq!((story.first_outcome(), story.calls("promote")), (Some(RunOutcome::Failed), 0), "{trace}");
}

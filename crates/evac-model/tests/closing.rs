//! What a run began is taken back when it comes to nothing, and left when it made way for what was done.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use evac_core::{plan::StepId, run::RunOutcome};
use evac_engine::run::Order;
use evac_model::{CallFault, Fault, Play, Shape, Story, play};

/// A run whose writer does not move, for a reason.
fn unmoved(shape: Shape, play_on: impl FnOnce(Play) -> Play) -> Story {
    let story = play(play_on(Play::of(shape))).unwrap();
    let trace = story.trace.join("\n  ");
    assert_eq!(story.broken, Vec::<String>::new(), "{trace}");
    story
}

fn closes(story: &Story, step: &str) -> bool {
    let first = story.trace.iter().take_while(|line| !line.contains("ends: Ended(Finished"));
    first.filter(|line| line.ends_with(&format!("calls {step}"))).count() == 1
}

#[test]
fn what_a_promotion_that_was_refused_for_good_was_to_follow_is_taken_back() {
    for (shape, promote, closing) in [
        (Shape::Failover, "promote", "thaw-terraform-akidb-terraform"),
        (Shape::Switchover, "promote", "resume-consumer-ingest"),
    ] {
        for how in [CallFault::Refused, CallFault::GivenUp] {
            let fault = Fault::Call(StepId::new(promote), how);
            let story = unmoved(shape, |play| play.with([fault]));
            let trace = story.trace.join("\n  ");
            assert_eq!(story.first_outcome(), Some(RunOutcome::Failed), "{shape:?} {how:?}\n  {trace}");
            assert!(closes(&story, closing), "{shape:?} {how:?}\n  {trace}");
        }
    }
}

/// The lease is lost before the call is made, and the run is stopped: it never was.
#[test]
fn what_a_promotion_that_was_not_made_was_to_follow_is_taken_back() {
    let fault = Fault::Call(StepId::new("promote"), CallFault::Throttled);
    let orders = vec![(Duration::from_millis(700), Order::Abort { reason: "enough".to_owned() })];
    let story = unmoved(Shape::Failover, |play| Play { orders, ..play.with([fault]) });
    let trace = story.trace.join("\n  ");
    assert_eq!(story.calls("promote"), 1, "{trace}");
    assert!(closes(&story, "thaw-terraform-akidb-terraform"), "{trace}");
}

#[test]
fn what_a_promotion_that_may_have_been_made_needs_is_left() {
    for how in [CallFault::TimedOutAndDidNot, CallFault::TimedOutAndHappened] {
        let step = StepId::new("promote");
        let faults = [Fault::Call(step.clone(), how), Fault::DeafSince(step, Duration::from_mins(40))];
        let story = unmoved(Shape::Switchover, |play| play.with(faults));
        let trace = story.trace.join("\n  ");
        assert_eq!(story.first_outcome(), Some(RunOutcome::Unknown), "{how:?}\n  {trace}");
        assert!(!closes(&story, "resume-consumer-ingest"), "{how:?}\n  {trace}");
    }
}

//! Somebody moves the writer to a third region while a failover is on its way: what is written there would be lost.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use evac_core::{plan::StepId, run::RunOutcome};
use evac_model::{CallFault, Fault, Play, Shape, play};

#[test]
fn a_failover_whose_writer_has_gone_elsewhere_promotes_nothing() {
    let elsewhere = Fault::Elsewhere(StepId::new("freeze-argocd-us-west-2-akidb"));
    let story = play(Play::of(Shape::Failover).with([elsewhere])).unwrap();
    let trace = story.trace.join("\n  ");
    assert!(trace.contains("somebody moves the writer"), "{trace}");
    assert_eq!(story.broken, Vec::<String>::new(), "{trace}");
    assert_eq!((story.outcome(), story.calls("promote")), (Some(RunOutcome::Failed), 0), "{trace}");
}

#[test]
fn a_promotion_that_was_refused_for_now_is_not_tried_again_once_the_writer_has_gone_elsewhere() {
    let promote = || StepId::new("promote");
    let faults = [Fault::Elsewhere(promote()), Fault::Call(promote(), CallFault::Throttled)];
    let story = play(Play::of(Shape::Failover).with(faults)).unwrap();
    let trace = story.trace.join("\n  ");
    assert!(trace.contains("somebody moves the writer") && trace.contains("Throttled"), "{trace}");
    assert_eq!(story.broken, Vec::<String>::new(), "{trace}");
    assert_eq!((story.outcome(), story.calls("promote")), (Some(RunOutcome::Failed), 1), "{trace}");
}

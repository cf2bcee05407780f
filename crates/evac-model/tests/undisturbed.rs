//! Plans of every shape, when nothing goes wrong.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use evac_core::{
    guard::{GuardCode, Override},
    plan::StepId,
    run::{Outcome, RunOutcome},
};
use evac_engine::run::Order;
use evac_model::{Nature, Play, Shape, play};

#[test]
fn every_plan_is_done_when_nothing_goes_wrong() {
    for shape in Shape::ALL {
        let story = play(Play::of(shape)).unwrap();
        assert_eq!(story.broken, Vec::<String>::new(), "{shape:?}: {:#?}", story.trace);
        assert_eq!(story.outcome(), Some(RunOutcome::Done), "{shape:?}: {:#?}", story.trace);
    }
}

#[test]
fn a_gate_that_is_overridden_is_waited_at_no_longer() {
    let given = Override { code: GuardCode::FenceUnproven, reason: "the region is dark".to_owned() };
    let never = Nature { fence: None, ..Nature::default() };
    // Before the old writer is looked at, and while it is.
    for after in [1, 150] {
        let orders = vec![(Duration::from_secs(after), Order::Override { given: given.clone() })];
        let story = play(Play { nature: never.clone(), orders, ..Play::of(Shape::Failover) }).unwrap();
        assert_eq!(story.broken, Vec::<String>::new(), "{:#?}", story.trace);
        assert_eq!(story.outcome(), Some(RunOutcome::Done), "{:#?}", story.trace);
        let state = story.state.unwrap();
        let fence = &state.steps[&StepId::new("fence")];
        let Some(Outcome::Skipped { why }) = fence.outcome() else { unreachable!("{fence:#?}") };
        assert!(why.contains("the region is dark; seen instead: "), "{why}");
        let waited = fence.ended_at.unwrap().duration_since(fence.started_at.unwrap());
        assert!(waited.as_secs() < 90, "{waited:#}, though the word was given {after} s into the run");
    }
}

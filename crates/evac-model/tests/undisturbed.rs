//! Plans of every shape, when nothing goes wrong.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use evac_core::{
    History,
    guard::{GuardCode, NoteSeverity, Override, Situation, judge},
    plan::StepId,
    run::{Outcome, RunOutcome},
};
use evac_engine::run::Order;
use evac_model::{AtGate, Nature, Play, Shape, play};

#[test]
fn every_plan_is_done_when_nothing_goes_wrong() {
    for shape in Shape::ALL {
        let story = play(Play::of(shape)).unwrap();
        assert_eq!(story.broken, Vec::<String>::new(), "{shape:?}: {:#?}", story.trace);
        assert_eq!(story.outcome(), Some(RunOutcome::Done), "{shape:?}: {:#?}", story.trace);
    }
}

/// Resolvers elsewhere may have asked just before those that are looked at.
#[test]
fn a_writer_follows_its_users_once_what_they_were_answered_before_is_forgotten() {
    let story = play(Play::of(Shape::FailoverFromServing)).unwrap();
    let state = story.state.unwrap();
    let step = |id| &state.steps[&StepId::new(id)];
    let waited = step("promote").started_at.unwrap().duration_since(step("shift-traffic").ended_at.unwrap());
    let twice = 2 * Nature::default().ttl.as_secs();
    assert!(waited.as_secs().unsigned_abs() >= twice, "{waited:?}");
}

/// What is played is what the planner makes and the guards let through.
#[test]
fn nothing_stands_against_any_plan() {
    let history = History::default();
    for shape in Shape::ALL {
        let scene = shape.scene();
        let situation = Situation::new(&scene.stack, &scene.snapshot, &history, scene.plan.made_at, None);
        let notes = judge(&scene.plan, &situation);
        let blocking: Vec<_> = notes.into_iter().filter(|note| note.severity == NoteSeverity::Block).collect();
        assert_eq!(blocking, [], "{shape:?}");
    }
}

#[test]
fn a_gate_that_is_overridden_while_it_is_looked_at_is_waited_at_no_longer() {
    let given = Override { code: GuardCode::FenceUnproven, reason: "the region is dark".to_owned() };
    let never = Nature { fence: None, ..Nature::default() };
    let gate = |after| {
        let orders = vec![(Duration::from_secs(after), Order::Override { given: given.clone() })];
        let playing = Play { nature: never.clone(), orders, gate: AtGate::Override, ..Play::of(Shape::Failover) };
        let story = play(playing).unwrap();
        assert_eq!(story.broken, Vec::<String>::new(), "{:#?}", story.trace);
        assert_eq!(story.outcome(), Some(RunOutcome::Done), "{:#?}", story.trace);
        let state = story.state.unwrap();
        let fence = &state.steps[&StepId::new("fence")];
        let Some(Outcome::Skipped { why }) = fence.outcome() else { unreachable!("{fence:#?}") };
        let waited = fence.ended_at.unwrap().duration_since(fence.started_at.unwrap());
        (why.clone(), waited.as_secs())
    };
    let (why, waited) = gate(150);
    assert!(why.contains("the region is dark; seen instead: "), "{why}");
    assert!(waited < 90, "{waited} s");
    // A word for whatever may come, before there is anything to see, is none.
    let (_, waited) = gate(1);
    assert!(waited >= 180, "the whole time of the step, and what the operator took to give the word then: {waited} s");
}

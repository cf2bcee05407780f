//! An abort that comes while something is under way which nobody can stop: that is waited for, and it is told.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use evac_core::{
    plan::StepId,
    run::{Event, Journal, RunOutcome},
};
use evac_engine::run::Order;
use evac_model::{CallFault, Fault, Play, Shape, Story, play};

/// A failover that is aborted twenty seconds into its promotion, which takes ninety.
fn aborted(faults: &[Fault]) -> (Story, Vec<String>) {
    let orders = vec![(Duration::from_secs(20), Order::Abort { reason: "enough".to_owned() })];
    let story = play(Play { orders, ..Play::of(Shape::Failover).with(faults.iter().cloned()) }).unwrap();
    let trace = story.trace.join("\n  ");
    assert_eq!(story.broken, Vec::<String>::new(), "{trace}");
    assert_eq!(story.outcome(), Some(RunOutcome::Aborted), "{trace}");
    assert_eq!(story.calls("shift-traffic"), 0, "{trace}");
    let records = Journal::read(&story.journal).unwrap().records;
    let promoting = |event: Event| match event {
        Event::Waiting { step, on } if step == StepId::new("promote") => Some(on),
        _ => None,
    };
    (story, records.into_iter().filter_map(|record| promoting(record.event)).collect())
}

#[test]
fn it_takes_effect_when_the_promotion_has_ended_and_says_so_before() {
    let (story, waited) = aborted(&[]);
    assert_eq!(waited, ["the promotion", "the promotion; the run stops when this has ended"]);
    assert_eq!(story.calls("unlock-terraform"), 0, "the writer has moved");
}

#[test]
fn a_promotion_that_comes_to_nothing_is_not_waited_for_until_its_time_is_over() {
    let (story, _) = aborted(&[Fault::Call(StepId::new("promote"), CallFault::GivenUp)]);
    let state = story.state.unwrap();
    let promote = &state.steps[&StepId::new("promote")];
    let why = promote.outcome().unwrap().text();
    assert!(why.starts_with("it was under way, and came to nothing: not so, by "), "{why}");
    let waited = promote.ended_at.unwrap().duration_since(promote.started_at.unwrap());
    assert!(waited.as_secs() < 90, "{waited:#}");
}

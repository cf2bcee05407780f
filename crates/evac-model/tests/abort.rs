//! An abort that comes while something is under way which nobody can stop: that is waited for, and it is told.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use evac_core::{
    plan::StepId,
    run::{Event, Journal, RunOutcome},
};
use evac_engine::run::Order;
use evac_model::{CallFault, Fault, Nature, Play, Shape, Story, play};

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
    assert_eq!(story.calls("thaw-terraform-akidb-terraform"), 0, "the writer has moved");
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

/// Aborting after the promotion leaves the writer there and the users elsewhere: whoever decides to go on after all need
/// not do the rest by hand.
#[test]
fn a_run_that_was_stopped_after_its_promotion_goes_on_in_spite_of_that() {
    let orders = vec![(Duration::from_secs(20), Order::Abort { reason: "enough".to_owned() })];
    let story = play(Play { orders, despite_abort: true, ..Play::of(Shape::Failover) }).unwrap();
    let trace = story.trace.join("\n  ");
    assert_eq!(story.broken, Vec::<String>::new(), "{trace}");
    assert_eq!(
        (story.first_outcome(), story.outcome()),
        (Some(RunOutcome::Aborted), Some(RunOutcome::Done)),
        "{trace}"
    );
    assert_eq!((story.calls("promote"), story.calls("shift-traffic")), (1, 1), "{trace}");
}

/// Somebody has taken the promotion back since, by hand: nothing goes on on top of that.
#[test]
fn a_run_whose_promotion_does_not_stand_any_more_does_not_go_on_in_spite_of_its_abort() {
    let orders = vec![(Duration::from_secs(20), Order::Abort { reason: "enough".to_owned() })];
    let elsewhere = Fault::ElsewhereAfter(Duration::from_mins(10));
    let story = play(Play { orders, despite_abort: true, ..Play::of(Shape::Failover).with([elsewhere]) }).unwrap();
    let trace = story.trace.join("\n  ");
    assert_eq!(story.broken, Vec::<String>::new(), "{trace}");
    assert_eq!((story.outcome(), story.calls("shift-traffic")), (Some(RunOutcome::Aborted), 0), "{trace}");
    let (by, why) = story.state.unwrap().abort.unwrap();
    assert!(by == "evac" && why.starts_with("what promote did is not seen to stand any more: "), "{why}");
}

/// Nor when it had failed.
#[test]
fn a_run_that_failed_and_whose_promotion_does_not_stand_any_more_is_not_tried_again() {
    let faults =
        [Fault::Call(StepId::new("shift-traffic"), CallFault::Refused), Fault::ElsewhereAfter(Duration::from_mins(10))];
    let story = play(Play::of(Shape::Failover).with(faults)).unwrap();
    let trace = story.trace.join("\n  ");
    assert_eq!(story.broken, Vec::<String>::new(), "{trace}");
    let ends = (story.first_outcome(), story.outcome(), story.calls("shift-traffic"));
    assert_eq!(ends, (Some(RunOutcome::Failed), Some(RunOutcome::Aborted), 1), "{trace}");
}

/// Before, everything is given back, and a new plan is made of the world as it is then.
#[test]
fn a_run_that_was_stopped_before_its_promotion_is_over() {
    let orders = vec![(Duration::from_millis(400), Order::Abort { reason: "enough".to_owned() })];
    let story = play(Play { orders, despite_abort: true, ..Play::of(Shape::Failover) }).unwrap();
    let trace = story.trace.join("\n  ");
    assert_eq!((story.outcome(), story.calls("promote")), (Some(RunOutcome::Aborted), 0), "{trace}");
    assert!(!story.state.unwrap().may_go_on_despite_abort(), "{trace}");
}

/// Nobody waits until users are seen to have left, once they shall come back.
#[test]
fn a_run_that_is_stopped_before_it_moved_anything_waits_for_no_look() {
    let orders = vec![(Duration::from_secs(40), Order::Abort { reason: "the wrong region".to_owned() })];
    let nature = Nature { ttl: Duration::from_mins(10), ..Nature::default() };
    let story = play(Play { orders, nature, ..Play::of(Shape::FailoverFromServing) }).unwrap();
    let trace = format!("{:#?}", story.trace);
    assert_eq!(story.broken, Vec::<String>::new(), "{trace}");
    assert_eq!((story.first_outcome(), story.calls("return-traffic")), (Some(RunOutcome::Aborted), 1), "{trace}");
    let records = Journal::read(&story.journal).unwrap().records;
    let when = |is_it: &dyn Fn(&Event) -> bool| records.iter().find(|record| is_it(&record.event)).unwrap().world_at;
    let asked = when(&|event| matches!(event, Event::AbortAsked { .. }));
    let back = when(&|event| matches!(event, Event::Started { step, .. } if step.as_str() == "return-traffic"));
    assert!(back.duration_since(asked).as_secs() < 5, "{trace}");
}

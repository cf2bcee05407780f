//! Another machine goes on from a copy of the journal that lacks the newest records: what they would have told is found out
//! by looking, before anything is called again, and before what the run began is closed.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use evac_core::{plan::StepId, run::RunOutcome};
use evac_engine::run::Order;
use evac_model::{CallFault, Fault, Nature, Play, Shape, Story, WriteFault, play};

/// The runner dies in the call of a step, which was taken, and the copy lacks so many records. Another run has acted
/// meanwhile, so that the one that goes on may only close what was begun.
fn displaced_in(shape: Shape, step: &str, behind: usize) -> Story {
    let step = StepId::new(step);
    let taken = Fault::LeaseTaken(step.clone(), Duration::from_secs(90));
    let dies = Fault::Call(step, CallFault::CrashAndHappened);
    play(Play { moves: true, behind, ..Play::of(shape).with([taken, dies]) }).unwrap()
}

#[test]
fn what_the_copy_does_not_tell_of_is_closed_all_the_same() {
    for behind in 0..8 {
        let story = displaced_in(Shape::Restore, "read-only", behind);
        assert_eq!(story.broken, Vec::<String>::new(), "{behind} behind\n  {}", story.trace.join("\n  "));
        assert_eq!(story.outcome(), Some(RunOutcome::Aborted), "{behind} behind\n  {}", story.trace.join("\n  "));
        assert_eq!(story.calls("read-write"), 1, "{behind} behind\n  {}", story.trace.join("\n  "));
    }
}

#[test]
fn nothing_is_thawed_that_a_promotion_of_which_the_copy_does_not_tell_makes_wrong() {
    for behind in 0..12 {
        let story = displaced_in(Shape::Failover, "promote", behind);
        assert_eq!(story.broken, Vec::<String>::new(), "{behind} behind\n  {}", story.trace.join("\n  "));
        assert_eq!(story.outcome(), Some(RunOutcome::Aborted), "{behind} behind\n  {}", story.trace.join("\n  "));
        assert_eq!(story.calls("thaw-terraform-akidb-terraform"), 0, "{behind} behind\n  {}", story.trace.join("\n  "));
        assert_eq!(story.calls("promote"), 1, "{behind} behind\n  {}", story.trace.join("\n  "));
    }
}

/// What had to hold before it holds no more while it is under way: whoever waited for that would wait until it has failed.
#[test]
fn a_promotion_of_which_the_copy_does_not_tell_is_seen_to_its_end_and_not_waited_for_to_begin() {
    for (shape, behind) in [Shape::Switchover, Shape::Failback].into_iter().flat_map(|shape| [(shape, 1), (shape, 2)]) {
        let dies = Fault::Call(StepId::new("promote"), CallFault::CrashAndHappened);
        let story = play(Play { moves: true, behind, ..Play::of(shape).with([dies]) }).unwrap();
        let told = format!("{shape:?}, {behind} behind\n  {}", story.trace.join("\n  "));
        assert_eq!(story.broken, Vec::<String>::new(), "{told}");
        assert_eq!((story.first_outcome(), story.calls("promote")), (Some(RunOutcome::Done), 1), "{told}");
    }
}

#[test]
fn what_was_not_begun_is_known_not_to_have_been() {
    let step = StepId::new("freeze-terraform-akidb-terraform");
    let taken = Fault::LeaseTaken(step.clone(), Duration::from_secs(90));
    let dies = Fault::Call(step, CallFault::CrashAndDidNot);
    for behind in 0..4 {
        let story = play(Play { moves: true, behind, ..Play::of(Shape::Failover).with([taken.clone(), dies.clone()]) });
        let story = story.unwrap();
        assert_eq!(story.broken, Vec::<String>::new(), "{behind} behind\n  {}", story.trace.join("\n  "));
        assert_eq!(story.outcome(), Some(RunOutcome::Aborted), "{behind} behind\n  {}", story.trace.join("\n  "));
    }
}

/// The promotion was refused for now and tried again, and nothing came of it. Another run has acted since: the copy tells of
/// the refusal alone, and what was paused for the promotion is not left so.
#[test]
fn what_was_held_for_a_promotion_that_was_refused_and_perhaps_tried_again_is_given_back() {
    let promote = || StepId::new("promote");
    let faults = [
        Fault::Call(promote(), CallFault::Throttled),
        Fault::LeaseTaken(promote(), Duration::from_secs(90)),
        Fault::Call(promote(), CallFault::CrashAndDidNot),
    ];
    for behind in 0..6 {
        let story = play(Play { moves: true, behind, ..Play::of(Shape::Failback).with(faults.clone()) }).unwrap();
        let trace = story.trace.join("\n  ");
        assert_eq!(story.broken, Vec::<String>::new(), "{behind} behind\n  {trace}");
        assert_eq!(story.outcome(), Some(RunOutcome::Aborted), "{behind} behind\n  {trace}");
        assert_eq!(story.calls("resume-consumer-ingest"), 1, "{behind} behind\n  {trace}");
    }
}

/// A second attempt, of which the copy does not tell, is looked for like a first one.
#[test]
fn a_later_attempt_that_the_copy_does_not_tell_of_is_not_made_again_blindly() {
    let fault = |how| Fault::Call(StepId::new("promote"), how);
    for shape in [Shape::Failover, Shape::FailoverOnce] {
        for behind in 0..8 {
            let faults = [fault(CallFault::Throttled), fault(CallFault::CrashAndHappened)];
            let story = play(Play { moves: true, behind, ..Play::of(shape).with(faults) }).unwrap();
            assert_eq!(story.broken, Vec::<String>::new(), "{shape:?} {behind}\n  {}", story.trace.join("\n  "));
            assert_eq!(story.outcome(), Some(RunOutcome::Done), "{shape:?} {behind}\n  {}", story.trace.join("\n  "));
            assert_eq!(story.calls("promote"), 2, "{shape:?} {behind}\n  {}", story.trace.join("\n  "));
        }
    }
}

/// The runner was stopped, gave back what it held, and died: of a copy that does not tell, the run goes on, and holds it
/// again first.
#[test]
fn what_was_given_back_unseen_is_held_again() {
    for behind in 3..5 {
        let stops = Fault::Call(StepId::new("freeze-argocd-us-west-2-akidb"), CallFault::Refused);
        let dies = Fault::Write(None, "finished", WriteFault::CrashTorn);
        let story = play(Play { moves: true, behind, ..Play::of(Shape::Switchover).with([stops, dies]) }).unwrap();
        assert_eq!(story.broken, Vec::<String>::new(), "{behind} behind\n  {}", story.trace.join("\n  "));
        assert_eq!(
            story.calls("freeze-terraform-akidb-terraform"),
            2,
            "{behind} behind\n  {}",
            story.trace.join("\n  ")
        );
    }
}

/// Who goes on from such a copy and is killed before the lease knows of it goes on once more, and is not told that the run
/// went on elsewhere.
#[test]
fn who_took_over_and_died_at_once_can_go_on() {
    let promote = Some(StepId::new("promote"));
    let deaths = [(None, "resumed", WriteFault::CrashAfter), (promote, "ended", WriteFault::CrashBefore)];
    for (step, event, how) in deaths {
        // Twenty seconds of the world are one here: the promotion ends before the lease is renewed.
        let nature = Nature { pace: 20.0, ..Nature::default() };
        let orders = vec![(Duration::from_secs(1), Order::HandOver { to: "two".to_owned() })];
        let plain = Play { nature, orders, behind: 6, ..Play::of(Shape::Failover) };
        let story = play(plain.with([Fault::Write(step, event, how)])).unwrap();
        let trace = story.trace.join("\n  ");
        assert!(trace.contains("two takes over") && trace.contains("two ends: Killed"), "{event}\n  {trace}");
        assert_eq!(story.broken, Vec::<String>::new(), "{event}\n  {trace}");
        assert_eq!(story.outcome(), Some(RunOutcome::Done), "{event}\n  {trace}");
        assert_eq!(story.calls("promote"), 1, "{event}\n  {trace}");
    }
}

/// All that the runner before may have begun lies before the takeover: nothing is waited for once a step.
#[test]
fn who_goes_on_from_a_copy_waits_once_for_what_it_may_not_tell() {
    let length = |faults: Vec<Fault>| {
        let story = play(Play { moves: true, behind: 3, ..Play::of(Shape::Failover).with(faults) }).unwrap();
        let trace = story.trace.join("\n  ");
        assert_eq!((&story.broken, story.outcome()), (&Vec::new(), Some(RunOutcome::Done)), "{trace}");
        let state = story.state.unwrap();
        (state.last_at.duration_since(state.began_at).as_secs(), trace)
    };
    let dies = Fault::Write(Some(StepId::new("freeze-argocd-us-west-2-akidb")), "ended", WriteFault::CrashAfter);
    let (undisturbed, (taken_over, trace)) = (length(Vec::new()).0, length(vec![dies]));
    assert!(trace.contains("two takes over"), "{trace}");
    let late = taken_over - undisturbed;
    assert!(late < 100, "{late} s: the lease of the runner before, and one window\n  {trace}");
}

/// The writer has moved, so that the runner before cannot have given up what it froze: it may have thawed it, as the last
/// of the plan, and what is thawed then is not frozen once more.
#[test]
fn what_a_failback_thawed_unseen_is_left_thawed() {
    for behind in 0..14 {
        let dies = Fault::Write(None, "finished", WriteFault::CrashTorn);
        let story = play(Play { moves: true, behind, ..Play::of(Shape::Failback).with([dies]) }).unwrap();
        assert_eq!(story.broken, Vec::<String>::new(), "{behind} behind\n  {}", story.trace.join("\n  "));
        assert_eq!(story.outcome(), Some(RunOutcome::Done), "{behind} behind\n  {}", story.trace.join("\n  "));
        let freezes = story.calls("freeze-argocd-us-east-1-akidb");
        assert_eq!(freezes, 1, "{behind} behind\n  {}", story.trace.join("\n  "));
    }
}

/// Early on, the runner before may have given up what it froze. Once the writer has moved nobody has: what is not frozen
/// any more then is so because the plan thawed it.
#[test]
fn what_a_failback_thawed_is_left_thawed_whoever_took_it_over_before() {
    let dies = Fault::Call(StepId::new("freeze-argocd-us-east-1-akidb"), CallFault::CrashAndHappened);
    let blind = Fault::DeafSince(StepId::new("thaw-terraform-akidb-terraform"), Duration::from_mins(20));
    let story = play(Play { moves: true, ..Play::of(Shape::Failback).with([dies, blind]) }).unwrap();
    let trace = story.trace.join("\n  ");
    assert_eq!(
        (story.first_outcome(), story.outcome()),
        (Some(RunOutcome::Unknown), Some(RunOutcome::Done)),
        "{trace}"
    );
    assert_eq!((&story.broken, story.calls("freeze-argocd-us-east-1-akidb")), (&Vec::new(), 1), "{trace}");
}

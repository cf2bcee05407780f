//! Another run has acted in the place of this one: what this one was to do is void, however often its runner is killed
//! before it has written that down.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use evac_core::{plan::StepId, run::RunOutcome};
use evac_model::{CallFault, Fault, Play, Shape, Story, WriteFault, play};

/// The runner loses the lease to another run in the middle of a call, and is killed when it is about to write an event.
fn displaced(moves: bool, events: &[(&'static str, WriteFault)]) -> Story {
    let taken = Fault::LeaseTaken(StepId::new("freeze-argocd-us-west-2-akidb"), Duration::from_secs(90));
    let kills = events.iter().map(|(event, how)| Fault::Write(None, event, *how));
    let story = play(Play { moves, ..Play::of(Shape::Failover).with([taken].into_iter().chain(kills)) }).unwrap();
    let trace = story.trace.join("\n  ");
    assert!(trace.contains("the rival gave the lease back"), "{trace}");
    assert_eq!(trace.matches("fault: writing").count(), events.len(), "{events:?}\n  {trace}");
    assert_eq!(story.broken, Vec::<String>::new(), "{events:?}\n  {trace}");
    story
}

#[test]
fn a_run_that_was_displaced_only_closes_what_it_began() {
    use WriteFault::{CrashAfter, CrashBefore, CrashTorn};
    let kills: [&[_]; 6] = [
        &[],
        &[("resumed", CrashBefore)],
        &[("resumed", CrashTorn), ("resumed", CrashBefore)],
        &[("resumed", CrashAfter)],
        &[("abort-asked", CrashBefore)],
        &[("abort-asked", CrashAfter)],
    ];
    for events in kills {
        for moves in [false, true] {
            let story = displaced(moves, events);
            assert_eq!(story.outcome(), Some(RunOutcome::Aborted), "{events:?}: {:#?}", story.ends);
            assert_eq!((story.calls("promote"), story.calls("shift-traffic")), (0, 0), "{events:?}");
            assert_eq!(story.calls("freeze-argocd-us-west-2-akidb"), 1, "{events:?}");
        }
    }
}

/// What it began is open still: it can be gone on with, and is, until that is closed.
#[test]
fn a_run_that_could_not_close_is_not_over() {
    let taken = Fault::LeaseTaken(StepId::new("read-only"), Duration::from_secs(90));
    let refused = Fault::Call(StepId::new("read-write"), CallFault::Refused);
    let story = play(Play::of(Shape::Restore).with([taken, refused])).unwrap();
    assert_eq!(story.broken, Vec::<String>::new(), "{:#?}", story.trace);
    assert_eq!(story.first_outcome(), Some(RunOutcome::Failed), "{:#?}", story.trace);
    assert_eq!(story.outcome(), Some(RunOutcome::Aborted), "{:#?}", story.trace);
}

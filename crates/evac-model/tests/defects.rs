//! The model notices what it is there to notice: with each part broken on purpose, the invariant that it holds up is
//! told to be broken.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use evac_core::plan::StepId;
use evac_model::{AtGate, CallFault, Defect, Fault, Nature, Play, Shape, play};

/// A play in which the defect shows, and words of the invariant that it breaks.
fn scene(defect: Defect) -> (Play, &'static str) {
    let fault = |step, how| Fault::Call(StepId::new(step), how);
    let of = |shape| Play::of(shape);
    let never = Nature { fence: None, ..Nature::default() };
    let (scene, words) = match defect {
        Defect::JournalKeepsNothing => (of(Shape::Drain), "while the journal could not be read: it is empty"),
        Defect::JournalLosesWrites => (of(Shape::Failover), "could not be read: the journal is damaged"),
        Defect::JournalLags => (of(Shape::Drain), "stop was called and no intent of it is on the disk"),
        Defect::GateIgnored => (Play { nature: never, ..of(Shape::Failover) }, "two databases that both took writes"),
        Defect::RepeatsBlindly => {
            let lost = [fault("promote", CallFault::TimedOutAndHappened)];
            (of(Shape::FailoverOnce).with(lost), "promote was called again and nobody had looked")
        }
        Defect::LeaseIgnored => {
            let taken = Fault::LeaseTaken(StepId::new("promote"), Duration::from_secs(40));
            (of(Shape::Failover).with([taken]), "was called without the lease")
        }
        Defect::LeaseKept => (of(Shape::Drain), "the run has left, and still holds the lease"),
        Defect::OthersForgotten => {
            let taken = Fault::LeaseTaken(StepId::new("freeze-argo"), Duration::from_secs(90));
            (of(Shape::Failover).with([taken]), "promote was called after another run had acted")
        }
        Defect::ClosingSkipped => (of(Shape::Restore), "location/us-west-2/default was left read-only"),
        Defect::OtherConsent => (of(Shape::Drain), "stop was called without a consent to this plan"),
        Defect::OtherCall => (of(Shape::Drain), "a call that stands in no plan was made"),
        Defect::SeesWhatIsWished => (of(Shape::Recover), "protect is told to be done, and is not so"),
        // Where anything can be seen, what is on its way is found out about whatever was told.
        Defect::TakenToldRefused => {
            let deaf = Fault::Deaf(StepId::new("switchover"), Duration::from_secs(120));
            (of(Shape::Switchover).with([deaf]), "switchover is told to have failed, and was done")
        }
    };
    (Play { defect: Some(defect), gate: AtGate::Abort, ..scene }, words)
}

#[test]
fn every_defect_is_noticed() {
    for defect in Defect::ALL {
        let (scene, words) = scene(defect);
        let whole = play(Play { defect: None, ..scene.clone() }).unwrap();
        assert_eq!(whole.broken, Vec::<String>::new(), "{defect:?}: with whole parts nothing breaks");
        let story = play(scene).unwrap();
        let noticed = story.broken.iter().any(|broken| broken.contains(words));
        assert!(noticed, "{defect:?} is not noticed: {:#?}\n{:#?}", story.broken, story.trace);
    }
}

#[test]
fn what_must_not_be_repeated_is_noticed_when_it_is() {
    let lost = Fault::Call(StepId::new("promote"), CallFault::TimedOutAndHappened);
    let scene = Play { defect: Some(Defect::RepeatsBlindly), ..Play::of(Shape::FailoverOnce).with([lost]) };
    let story = play(scene).unwrap();
    assert!(story.broken.iter().any(|broken| broken.contains("promote was called twice")), "{:#?}", story.broken);
}

#[test]
fn a_journal_that_says_something_else_than_the_runner_shows_is_noticed() {
    let scene = Play { defect: Some(Defect::JournalLags), ..Play::of(Shape::Drain) };
    let story = play(scene).unwrap();
    let noticed = |words: &str| story.broken.iter().any(|broken| broken.contains(words));
    assert!(noticed("the runner shows another state at record"), "{:#?}", story.broken);
    assert!(noticed("the runner showed what is not in its journal"), "{:#?}", story.broken);
}

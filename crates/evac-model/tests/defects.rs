//! The model notices what it is there to notice: with each part broken on purpose, the invariant that it holds up is
//! told to be broken.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use evac_core::plan::StepId;
use evac_model::{
    AtGate, CallFault, Defect, Fault, Nature, Play, Shape,
    chance::{SEEDS, draw},
    play,
};

/// A play in which the defect shows, and at what: a step, or a thing.
fn scene(defect: Defect) -> (Play, &'static str) {
    let fault = |step, how| Fault::Call(StepId::new(step), how);
    let of = |shape| Play::of(shape);
    let never = Nature { fence: None, ..Nature::default() };
    let (scene, what) = match defect {
        Defect::JournalKeepsNothing | Defect::JournalRepeats | Defect::EndNotShown | Defect::ShowsOtherwise => {
            (of(Shape::Drain), "")
        }
        Defect::JournalLosesWrites => (of(Shape::Failover), ""),
        Defect::GateIgnored => (Play { nature: never, ..of(Shape::Failover) }, ""),
        Defect::RepeatsBlindly => {
            let lost = [fault("promote", CallFault::TimedOutAndHappened)];
            (of(Shape::FailoverOnce).with(lost), "promote")
        }
        Defect::LeaseIgnored => {
            let taken = Fault::LeaseTaken(StepId::new("promote"), Duration::from_secs(40));
            (of(Shape::Failover).with([taken]), "")
        }
        Defect::LeaseKept | Defect::LeaseForgetsRun | Defect::NeverAnswers => (of(Shape::Drain), ""),
        Defect::LeaseToldLost => (of(Shape::Failover), ""),
        Defect::OthersForgotten => {
            let taken = Fault::LeaseTaken(StepId::new("freeze-argocd-us-west-2-akidb"), Duration::from_secs(90));
            (of(Shape::Failover).with([taken]), "promote")
        }
        Defect::ClosingSkipped => (of(Shape::Restore), "location/us-west-2/velero/default"),
        Defect::ClosesRegardless => (of(Shape::Failover), "thaw-terraform-akidb-terraform"),
        Defect::GoesOnWithout => (of(Shape::Drain).with([fault("shift-traffic", CallFault::Refused)]), "shift-traffic"),
        Defect::JournalLags | Defect::OtherConsent => (of(Shape::Drain), "shift-traffic"),
        Defect::OtherCall => (of(Shape::Drain), ""),
        Defect::SeesWhatIsWished => (of(Shape::Recover), "protect"),
        // Where anything can be seen, what is on its way is found out about whatever was told.
        Defect::TakenToldRefused => {
            let deaf = Fault::DeafSince(StepId::new("promote"), Duration::from_secs(120));
            (of(Shape::Switchover).with([deaf]), "promote")
        }
    };
    (Play { defect: Some(defect), gate: AtGate::Abort, ..scene }, what)
}

/// Words of the invariants that the part holds up; the first is the one that breaks in its scene.
fn laws(defect: Defect) -> &'static [&'static str] {
    match defect {
        Defect::JournalKeepsNothing => &["while the journal could not be read: it is empty"],
        Defect::JournalLosesWrites => &[
            "could not be read: the journal is damaged",
            "the journal cannot be read: ",
            "the run cannot be taken up again",
        ],
        Defect::JournalLags => &[
            "was called and no intent of it is on the disk",
            "shows another state at record",
            "showed what is not in its journal",
        ],
        Defect::JournalRepeats => &["the journal cannot be replayed"],
        Defect::EndNotShown => &["the runner ended before it showed its end"],
        Defect::ShowsOtherwise => &["the journal says something else than the runner showed"],
        Defect::GateIgnored => &["two databases that both took writes"],
        Defect::RepeatsBlindly => &["was called again and nobody had looked"],
        Defect::LeaseIgnored => &["was called without the lease"],
        Defect::LeaseKept => &["the run has left, and still holds the lease"],
        Defect::LeaseForgetsRun => &["the lease does not know that it moved something"],
        Defect::LeaseToldLost => &["the runner says that it lost the lease, and holds it itself"],
        Defect::OthersForgotten => &["was called after another run had acted"],
        Defect::ClosingSkipped => &["was left read-only"],
        Defect::ClosesRegardless => &["was done or is being done"],
        Defect::GoesOnWithout => &["the run is told to be done, and "],
        Defect::NeverAnswers => &["the run does not come to an end"],
        Defect::OtherConsent => &["was called without a consent to this plan"],
        Defect::OtherCall => &["a call that stands in no plan was made"],
        Defect::SeesWhatIsWished => &["is told to be done, and is not so"],
        Defect::TakenToldRefused => &["is told to have failed, and was done"],
    }
}

#[test]
fn every_defect_is_noticed() {
    for defect in Defect::ALL {
        let (scene, what) = scene(defect);
        let whole = play(Play { defect: None, ..scene.clone() }).unwrap();
        assert_eq!(whole.broken, Vec::<String>::new(), "{defect:?}: with whole parts nothing breaks");
        let story = play(scene).unwrap();
        let noticed = story.broken.iter().any(|broken| broken.contains(what) && broken.contains(laws(defect)[0]));
        assert!(noticed, "{defect:?} is not noticed: {:#?}\n{:#?}", story.broken, story.trace);
    }
}

/// The plays of chance alone, those that are played every time, come upon each of them.
#[test]
fn every_defect_is_found_by_chance() {
    let missed = |defect: Defect| {
        let mut missed = laws(defect).to_vec();
        for seed in SEEDS {
            let story = play(Play { defect: Some(defect), ..draw(seed) }).unwrap();
            missed.retain(|law| !story.broken.iter().any(|broken| broken.contains(law)));
            if missed.is_empty() {
                break;
            }
        }
        missed
    };
    let missed: Vec<_> = Defect::ALL.into_iter().map(|defect| (defect, missed(defect))).collect();
    let missed: Vec<_> = missed.into_iter().filter(|(_, laws)| !laws.is_empty()).collect();
    assert_eq!(missed, [], "none of {SEEDS:?} finds them");
}

/// The one invariant that so few plays of chance do not come upon.
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

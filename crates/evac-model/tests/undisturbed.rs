//! Plans of every shape, when nothing goes wrong.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use evac_core::run::RunOutcome;
use evac_model::{Play, Shape, play};

#[test]
fn every_plan_is_done_when_nothing_goes_wrong() {
    for shape in Shape::ALL {
        let story = play(Play::of(shape)).unwrap();
        assert_eq!(story.broken, Vec::<String>::new(), "{shape:?}: {:#?}", story.trace);
        assert_eq!(story.outcome(), Some(RunOutcome::Done), "{shape:?}: {:#?}", story.trace);
    }
}

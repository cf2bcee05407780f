//! The model notices a plan that is wrong, though it is carried out to the letter: each mistake that a planner could make
//! breaks what must hold, in some play at least.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use evac_core::plan::StepId;
use evac_model::{CallFault, Fault, Mistake, Nature, Play, Shape, play};

/// A play in which the mistake shows, and words of what it breaks.
fn scene(mistake: Mistake) -> (Play, &'static str) {
    let of = |shape| Play::of(shape);
    let (scene, words) = match mistake {
        // The old writer goes on for long after the new one writes.
        Mistake::ShiftsEarly | Mistake::StartsEarly => {
            let nature = Nature { fence: Some(Duration::from_secs(170)), ..Nature::default() };
            (Play { nature, ..of(Shape::Failover) }, "two databases that both took writes")
        }
        // What users were answered outlives the promotion.
        Mistake::PromotesEarly => {
            let nature = Nature { promotion: Duration::from_secs(20), ..Nature::default() };
            (Play { nature, ..of(Shape::FailoverFromServing) }, "two databases that both took writes")
        }
        Mistake::LeavesTraffic => (of(Shape::FailoverByStopObject), "and users are sent to"),
        Mistake::ThawsAnyhow => (of(Shape::Switchover), "freeze-argocd-us-west-2-akidb froze was thawed"),
        Mistake::GivesNothingBack => {
            let refused = (0..5).map(|_| Fault::Call(StepId::new("promote"), CallFault::Refused));
            (of(Shape::FailoverOnce).with(refused), "no writer has moved, and argocd/us-west-2/argocd/akidb was left")
        }
        Mistake::ForgetsThawing => (of(Shape::Failback), "argocd/us-west-2/argocd/akidb is frozen still"),
    };
    (Play { mistake: Some(mistake), ..scene }, words)
}

#[test]
fn every_mistake_is_noticed() {
    for mistake in Mistake::ALL {
        let (scene, words) = scene(mistake);
        let right = play(Play { mistake: None, ..scene.clone() }).unwrap();
        assert_eq!(right.broken, Vec::<String>::new(), "{mistake:?}: the plan without it breaks nothing");
        let story = play(scene).unwrap();
        let noticed = story.broken.iter().any(|broken| broken.contains(words));
        assert!(noticed, "{mistake:?} is not noticed: {:#?}\n{:#?}", story.broken, story.trace);
    }
}

//! Where users are sent, and what resolvers shall answer once that has changed.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod world;

use std::collections::BTreeSet;

use evac_core::plan::{Check, Plan};
use world::*;

fn answers(plan: &Plan) -> (BTreeSet<String>, BTreeSet<String>) {
    let found = plan.steps.iter().find_map(|step| match &step.verification {
        Some(Check::Answers { answers, .. }) => answers.first().cloned(),
        _ => None,
    });
    found.map(|answer| (answer.wanted, answer.unwanted)).unwrap()
}

/// Route 53 answers with what has no weight when nothing that has one is well.
#[test]
fn a_region_that_stands_by_without_weight_is_looked_for_in_the_answers() {
    let [old, new] = [OLD, TARGET].map(|at| BTreeSet::from([address(at).to_owned()]));
    for standby in [standing_by(World::watched(), TARGET), without(standing_by(World::watched(), TARGET), false)] {
        let plan = standby.plan(&switchover(TARGET)).unwrap();
        assert_eq!(answers(&plan), (new.clone(), old.clone()), "{:?}", plan.lever);
    }
}

#[test]
fn a_region_that_no_record_leads_to_serves_nobody_after_a_failover_to_it() {
    let plan = lost().plan(&failover("eu-west-1")).unwrap();
    assert_eq!((plan.after.writers, plan.after.serving), ([region("eu-west-1")].into(), [region(TARGET)].into()));
}

#[test]
fn a_region_to_whose_place_another_ones_records_were_led_is_served_still() {
    let (world, standing) = repointed();
    let plan = world.plan_at(&undrain(OLD), now(), &standing).unwrap();
    assert_eq!(plan.before.serving, [region(TARGET)].into());
    assert_eq!(plan.after.serving, [region(OLD), region(TARGET)].into());
}

//! Where users are sent, and what resolvers shall answer once that has changed.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod world;

use std::collections::BTreeSet;

use evac_core::{
    Source,
    guard::GuardCode,
    plan::{Check, Plan, Step},
};
use jiff::SignedDuration;
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

/// Where both regions may be used, two databases would take the writes of users from the promotion to the fence.
#[test]
fn users_leave_before_the_writer_where_both_regions_may_serve_and_there_alone() {
    let leaves_first = |plan: &Plan| {
        let place = |id: &str| plan.steps.iter().position(|step| step.id.as_str() == id).unwrap();
        let gate = |step: &&Step| step.gate == Some(GuardCode::UsersRemain);
        let promote = &plan.steps[place("promote")];
        let waits = plan.steps.iter().find(gate).is_some_and(|gate| promote.after.contains(&gate.id));
        assert_eq!(waits, place("shift-traffic") < place("promote"));
        waits
    };
    let mut standby = standing_by(World::watched(), TARGET);
    standby.lose(OLD);
    let of = |world: &World| world.plan(&failover(TARGET)).unwrap();
    assert!(leaves_first(&of(&lost())));
    assert!(leaves_first(&of(&without(lost(), false))), "by a STOP object");
    assert!(!leaves_first(&of(&moved())), "health checks have led them away, and each resolver shows it");
    let mut answered = lost();
    answered.change(Source::Answers, OLD, |reading| {
        let answers = &mut reading!(reading, Answers).answers;
        answers.iter_mut().for_each(|answer| answer.values = Ok([address(TARGET).to_owned()].into()));
    });
    assert!(leaves_first(&of(&answered)), "by latency, resolvers elsewhere are never led there");
    let mut checked = away();
    checked.lose(TARGET);
    let back = |world: &World| world.plan(&failover(OLD)).unwrap();
    assert!(leaves_first(&back(&checked)));
    checked.change(Source::HealthChecks, OLD, |reading| {
        let checks = reading!(reading, HealthChecks).checks.iter_mut();
        checks.filter(|check| check.id.as_str() == "check-usw2").for_each(|check| check.checkers_healthy = 0);
    });
    assert!(!leaves_first(&back(&checked)), "Route 53 says that its check is red");
    assert!(!leaves_first(&of(&standby)), "nobody uses the target");
    assert!(!leaves_first(&World::watched().plan(&switchover(TARGET)).unwrap()), "the old writer stops by itself");
    // What was read is kept to where it costs no safety, and only there.
    assert!(leaves_first(&moved().plan_again(&of(&lost())).unwrap()));
    assert!(leaves_first(&lost().plan_again(&of(&moved())).unwrap()));
}

/// Whatever lives longest may be kept anywhere.
#[test]
fn users_have_left_once_the_answers_from_before_have_been_forgotten() {
    let mut world = World::watched();
    world.change(Source::Records, OLD, |reading| reading!(reading, Records).records[0].ttl = Some(300));
    world.lose(OLD);
    let plan = world.plan(&failover(TARGET)).unwrap();
    let lasting = plan.steps.iter().filter_map(|step| step.verification.as_ref().map(Check::lasting)).max();
    assert_eq!(lasting, Some(SignedDuration::from_secs(300 + 30)), "with what it takes until all answer so");
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

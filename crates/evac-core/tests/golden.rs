//! Plans as people read them, kept as files: a change of what would be done shows in a diff.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod world;

use evac_core::{
    Source,
    guard::{GuardCode, judge_beside},
    plan::{Call, ExistingResources, Intent, Lever, Plan, render},
};
use world::*;

/// Holds a plan, with what stands against it, to the file of its name.
fn hold(name: &str, world: &World, plan: &Plan) {
    let text = render(plan, &world.judge(plan), &world.stack);
    insta::with_settings!({ snapshot_path => "plans", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name, text);
    });
}

fn hold_intent(name: &str, world: &World, intent: &Intent) {
    hold(name, world, &world.plan(intent).unwrap());
}

#[test]
fn a_calm_switchover() {
    hold_intent("switchover", &World::watched(), &switchover(TARGET));
}

#[test]
fn a_failover_from_a_lost_primary_by_each_lever() {
    hold_intent("failover-health-checks", &moved(), &failover(TARGET));
    hold_intent("failover-routing-control", &lost(), &failover(TARGET));
    hold_intent("failover-stop-object", &without(lost(), false), &failover(TARGET));
    // The records cannot be changed while us-east-1 is lost: a region elsewhere is.
    let mut elsewhere = without(away(), true);
    elsewhere.lose(TARGET);
    hold_intent("failover-records", &elsewhere, &failover(OLD));
}

#[test]
fn a_plan_that_takes_longer_than_the_objective_says_so() {
    let mut world = World::watched();
    let plan = world.plan(&switchover(TARGET)).unwrap();
    let takes = |world: &World| {
        let text = render(&plan, &[], &world.stack);
        text.lines().find(|line| line.starts_with("takes")).unwrap().to_owned()
    };
    assert!(takes(&world).contains("within the RTO of 30 min"), "{}", takes(&world));
    world.stack.objectives.rto = evac_core::stack::Period::from_secs(120);
    assert!(takes(&world).contains("LONGER than the RTO of 2 min"), "{}", takes(&world));
}

/// The region that is left answers still, and may not for long.
#[test]
fn a_lever_that_the_region_which_is_left_must_work_for_is_the_last_resort() {
    let lever = |world: &World| world.plan(&switchover(TARGET)).unwrap().lever;
    let mut world = World::watched();
    let traffic = world.stack.traffic.as_mut().unwrap();
    traffic.routing_control.as_mut().unwrap().endpoints.retain(|at, _| at.as_str() == OLD);
    assert_eq!(lever(&world), Some(Lever::StopObject));
    let traffic = world.stack.traffic.as_mut().unwrap();
    traffic.stop.values_mut().for_each(|object| object.region = region(OLD));
    assert_eq!(lever(&world), Some(Lever::Records));
    world.stack.traffic.as_mut().unwrap().records.clear();
    assert_eq!(lever(&world), Some(Lever::RoutingControl), "there is no other");
}

#[test]
fn a_better_lever_that_comes_up_voids_no_plan_and_one_that_fails_does() {
    let world = lost();
    let plan = world.plan(&failover(TARGET)).unwrap();
    assert_eq!(plan.lever, Some(Lever::RoutingControl));
    let drifts = |world: &World| {
        let current = world.plan_again(&plan).unwrap();
        let notes = judge_beside(&plan, &current, &world.situation(&world.snapshot()));
        notes.iter().any(|note| note.code == GuardCode::PlanDrift)
    };
    let moved = moved();
    assert_eq!(moved.plan(&failover(TARGET)).unwrap().lever, Some(Lever::HealthChecks));
    assert!(!drifts(&moved));
    assert!(drifts(&without(lost(), false)), "the lever of the plan is gone");
}

#[test]
fn routing_controls_are_set_first_where_they_answer_and_which_that_is_voids_no_plan() {
    let (calm, mut silent) = (World::watched(), World::watched());
    silent.change(Source::RoutingControl, OLD, |reading| {
        reading!(reading, RoutingControl).answered.remove(&region(TARGET));
    });
    let endpoints = |plan: &Plan| {
        let set = plan.steps.iter().find_map(|step| match &step.call {
            Some(Call::SetRoutingControls { endpoints, .. }) => Some(endpoints.clone()),
            _ => None,
        });
        set.unwrap().into_iter().map(|(region, _)| region.to_string()).collect::<Vec<_>>()
    };
    let (plan, after) = (calm.plan(&switchover(TARGET)).unwrap(), silent.plan(&switchover(TARGET)).unwrap());
    assert_eq!(endpoints(&plan).first().unwrap(), TARGET);
    assert_eq!(endpoints(&after).first().unwrap(), "eu-west-1", "the nearest one is silent");
    assert_eq!(plan.differing_steps(&after), []);
}

/// us-east-1 itself answers, and nothing of Route 53 there.
#[test]
fn a_failover_while_the_control_plane_of_us_east_1_is_down() {
    let mut world = lost();
    for source in [Source::Records, Source::HealthChecks, Source::RoutingControl] {
        world.fail(source, OLD);
    }
    hold_intent("failover-nothing-global", &world, &failover(TARGET));
    let mut world = without(World::watched(), true);
    for source in [Source::Records, Source::HealthChecks] {
        world.fail(source, OLD);
    }
    hold_intent("switchover-control-plane-down", &world, &switchover(TARGET));
}

#[test]
fn a_failback_gives_back_what_the_failover_took() {
    let (world, plan) = failback();
    hold("failback", &world, &plan);
}

#[test]
fn a_restore_into_the_same_and_into_another_namespace() {
    let world = World::watched();
    for (name, mapping, existing) in [
        ("restore-skip", &[][..], ExistingResources::Skip),
        ("restore-update", &[], ExistingResources::Update),
        ("restore-beside-skip", &[("akidb", "akidb-restored")], ExistingResources::Skip),
        ("restore-beside-update", &[("akidb", "akidb-restored")], ExistingResources::Update),
    ] {
        hold_intent(name, &world, &restoring(TARGET, mapping, existing));
    }
}

#[test]
fn a_recovery_to_a_moment() {
    hold_intent("recover", &World::watched(), &recovery());
}

#[test]
fn traffic_leaves_and_comes_back() {
    hold_intent("drain", &World::watched(), &drain(OLD));
    hold_intent("drain-records", &without(World::watched(), true), &drain(OLD));
    hold_intent("undrain", &held_away(), &undrain(OLD));
}

//! Disasters of what moves traffic: changes of records that stay or are forgotten, a lever out of reach, and resolvers
//! that keep what they have.

use serde_json::json;

use crate::{
    desk::Desk,
    processes::{answered, ended},
    world::{HURRY, World},
};

const DRAIN: [&str; 3] = ["drain", "--region", "eu-west-1"];

#[test]
fn a_change_of_records_that_is_pending_is_not_done() {
    let world = World::start();
    world.leave_records_alone();
    let desk = Desk::new(&world);
    world.trigger("dns-change-pending");
    let run = desk.begin(&DRAIN);
    world.wait_for_words(&desk, &run, "shift-traffic", "Route 53 to bring the change to its servers");
    assert_eq!(world.users_go_to("eu-west-1"), "eu-west-1");
    assert_eq!(desk.step(&run, "answers").attempts, 0, "nobody looks at answers that cannot have changed");
    world.perform(&json!({"dns-changes": "normal"}));
    let told = desk.done(&["attach", &run]);
    assert!(told.contains("DONE shift-traffic: Route 53 has the record sets, INSYNC"), "{told}");
    assert_ne!(world.users_go_to("eu-west-1"), "eu-west-1");
    assert_eq!(world.changes_of("/rrset").len(), 1);
}

#[test]
fn a_change_of_records_that_is_forgotten_has_failed_and_is_made_anew_by_a_resumption() {
    let world = World::start();
    world.leave_records_alone();
    let desk = Desk::new(&world);
    // Time all but stands until the change was taken: two minutes later there is nobody to take it.
    world.speed(1);
    world.trigger("dns-change-forgotten");
    let run = desk.detach(&DRAIN);
    world.wait_for(&desk, &run, "the change is taken", answered("shift-traffic"));
    world.speed(HURRY);
    let said = desk.evac(&["attach", &run]);
    assert_eq!(said.status.code(), Some(1), "{said:#?}");
    let told = &said.stdout;
    assert!(told.contains("FAILED shift-traffic: it was under way, and came to nothing: "), "{told}");
    assert!(told.contains("no answer to looking: "), "its control plane was gone for some time: {told}");
    assert_eq!((world.users_go_to("eu-west-1"), world.changes_of("/rrset").len()), ("eu-west-1", 1));
    world.wait_until("the run's processes are gone", || !desk.is_running(&run));
    desk.done(&["resume", &run]);
    assert_eq!((world.verified(&desk, &run).plan.steps.len() > 1, world.changes_of("/rrset").len()), (true, 2));
    assert_ne!(world.users_go_to("eu-west-1"), "eu-west-1");
}

/// Two endpoints of five go silent, then a third; then nobody answers.
#[test]
fn a_lever_is_pulled_where_it_answers_and_the_next_one_where_it_does_not() {
    let world = World::start();
    let desk = Desk::new(&world);
    world.trigger("routing-control-loss");
    let told = desk.carry_out(&DRAIN);
    assert!(told.contains("DONE shift-traffic: by the endpoint in us-west-2"), "{told}");
    assert_ne!(world.users_go_to("eu-west-1"), "eu-west-1");
    desk.done(&["acknowledge"]);

    world.pass("25m");
    let said = desk.try_plan(&["undrain", "--region", "eu-west-1"]).map(|_| ()).unwrap_err();
    assert!(said.stderr.contains("it is not known what holds the traffic away from eu-west-1"), "{said:#?}");
    let told = desk.carry_out(&["drain", "--region", "us-west-2"]);
    assert!(told.contains("DONE shift-traffic: akidb-data-euw1/evac/stop/us-west-2 in eu-west-1 exists"), "{told}");
    world.wait_until("its users go elsewhere", || world.users_go_to("us-west-2") == "us-east-1");
    assert_eq!(world.changes_of("RoutingControl").len(), 1);
}

#[test]
fn a_drain_is_not_done_while_resolvers_lead_users_to_where_it_was() {
    let world = World::start();
    let desk = Desk::new(&world);
    // What they have, they keep.
    assert_eq!(world.users_go_to("eu-west-1"), "eu-west-1");
    world.trigger("stale-resolvers");
    let run = desk.begin(&DRAIN);
    world.wait_for(&desk, &run, "the lever is pulled", ended("shift-traffic"));
    world.wait_for_words(&desk, &run, "answers", "still answers 203.0.113.10 for api.akidb.example");
    world.wait_for(&desk, &run, "the others serve", ended("serving"));
    assert_eq!(world.users_go_to("eu-west-1"), "eu-west-1");
    assert!(!desk.journal(&run).records.iter().any(|record| answered("notify")(&record.event)), "nobody is told yet");
    for region in ["us-east-1", "eu-west-1"] {
        world.perform(&json!({"resolver": {"region": region, "keeps-old": false}}));
    }
    let told = desk.done(&["attach", &run]);
    assert!(told.contains("DONE answers: 3 answers as wanted"), "{told}");
    assert_ne!(world.users_go_to("eu-west-1"), "eu-west-1");
}

//! After a run that moved something, the next one waits until a person has seen how it ended.

use crate::{
    desk::{Desk, refused},
    world::World,
};

const COOL_DOWN: &str = "RUN-COOL-DOWN";

#[test]
fn a_second_failover_waits_for_the_acknowledgement_on_every_machine() {
    let world = World::start();
    let (ada, ben) = (Desk::new(&world), Desk::of("ben", &world));
    world.lose_primary();
    let run = ada.begin(&["failover", "--to", "us-west-2"]);
    ada.done(&["attach", &run]);
    world.wait_until("the run's processes are gone", || !ada.is_running(&run));
    let before = world.changes().len();
    let again = ben.plan(&["failover", "--to", "eu-west-1"]);
    assert!(again.blockers().contains(&COOL_DOWN), "{:?}", again.blockers());
    refused(&ben.evac(&ben.consent(&again)), &["there is no consent", COOL_DOWN, "evac acknowledge"]);
    assert_eq!(world.changes().len(), before);

    ben.done(&["acknowledge", &run]);
    refused(&ben.evac(&["acknowledge", &run]), &["was acknowledged before"]);
    // A run that is over begins no cool-down anew, whatever is asked of it.
    refused(&ada.evac(&["resume", &run]), &["the run is over: DONE"]);
    let again = ada.plan(&["failover", "--to", "eu-west-1"]);
    assert!(!again.blockers().contains(&COOL_DOWN), "{:?}", again.blockers());
}

#[test]
fn the_end_of_a_run_whose_journal_nobody_here_can_read_is_acknowledged_by_its_whole_name() {
    let world = World::start();
    let (ada, ben) = (Desk::new(&world), Desk::of("ben", &world));
    let run = ada.begin(&["drain", "--region", "eu-west-1"]);
    ada.done(&["attach", &run]);
    world.wait_until("the run's processes are gone", || !ada.is_running(&run));
    world.fault(None, Some("s3"), "refuse");
    refused(&ben.evac(&["acknowledge", &run[..20]]), &["there is no run"]);
    ben.done(&["acknowledge", &run]);
    refused(&ben.evac(&["acknowledge", &run]), &["was acknowledged before"]);
}

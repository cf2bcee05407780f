//! Each verb from the plan to its end, and what is true of the world then.

use crate::{desk::Desk, world::World};

#[test]
fn a_switchover_moves_the_writer_and_its_traffic() {
    let world = World::start();
    let desk = Desk::new(&world);
    let told = desk.carry_out(&["switchover", "--to", "us-west-2"]);
    assert!(told.contains("DONE promote: global cluster available; akidb-usw2 writes"), "{told}");
    assert_eq!(world.writers(), ["us-west-2"]);
    assert_eq!(world.split_seconds(), 0);
    assert_eq!(world.changes_of("SwitchoverGlobalCluster").len(), 1);
    assert!(world.has_object("us-west-2", "akidb-data-usw2", "evac/stop/us-east-1"));
    assert_eq!(world.replicas("us-west-2", "akidb-query"), (12, 12));
    assert_eq!(world.replicas("us-east-1", "ingest"), (0, 0));
    assert_eq!(world.replicas("us-west-2", "ingest"), (2, 2));
    let runs = desk.runs();
    assert_eq!((runs.len(), &runs[0]["state"]), (1, &"DONE".into()), "{runs:#?}");
    desk.done(&["acknowledge"]);
}

#[test]
fn a_failover_from_a_region_that_is_dark_turns_to_it_for_nothing() {
    let world = World::start();
    let desk = Desk::new(&world);
    world.lose_primary();
    let run = desk.begin(&["failover", "--to", "us-west-2"]);
    // From here on there is no process of evac but the run's own, and those that follow it by its journal.
    let before = world.turned_to("us-east-1");
    let told = desk.done(&["attach", &run]);
    assert_eq!(world.turned_to("us-east-1"), before, "connections and requests to a region that is lost");
    assert_eq!(world.writers(), ["us-west-2"]);
    assert!(told.contains("DONE fence"), "{told}");
    assert_eq!(world.changes_of("FailoverGlobalCluster").len(), 1);
    assert!(world.changes().iter().all(|change| change.region != "us-east-1"), "{:#?}", world.changes());
    assert!(world.has_object("us-west-2", "akidb-data-usw2", "evac/stop/us-east-1"));
    world.wait_until("the run's processes are gone", || desk.runs()[0]["running"] == false);
}

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

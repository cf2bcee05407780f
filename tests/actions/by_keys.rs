//! Each verb by keys, from the overview to its end; and what becomes of a run when its screen goes.

use std::fs;

use serde_json::json;

use crate::{
    desk::Desk,
    keys::{ENTER, Keys},
    processes::answered,
    verbs::backup,
    world::{PACE, World},
};

#[test]
fn a_switchover_and_a_failback_by_keys() {
    let world = World::start();
    let desk = Desk::new(&world);
    let mut keys = Keys::at(&desk);
    keys.press("A");
    // us-west-2 is the last of three: who chooses it has it take over.
    keys.press("h");
    keys.plan(&world, "S");
    keys.consent("us-west-2");
    keys.see_it_done(&world);
    assert_eq!(world.writers(), ["us-west-2"]);
    assert_eq!(world.split_seconds(), 0);
    // What was done is seen by who did it, and then the way back is open.
    keys.press("K");
    keys.answer("seen");
    keys.sees("acknowledged by ada@");
    keys.plan(&world, "B");
    keys.consent("us-east-1");
    keys.see_it_done(&world);
    assert_eq!(world.writers(), ["us-east-1"]);
    assert_eq!(keys.leave(), 0);
}

#[test]
fn a_failover_by_keys() {
    let world = World::start();
    let desk = Desk::new(&world);
    let mut keys = Keys::at(&desk);
    world.lose_primary();
    keys.sees("EVACUATE us-east-1");
    keys.press("A");
    // us-west-2 is the last of three: who chooses it has it take over.
    keys.press("h");
    keys.plan(&world, "f");
    keys.consent_losing("us-west-2", Some("15m"));
    keys.see_it_done(&world);
    assert_eq!(world.writers(), ["us-west-2"]);
    assert_eq!(world.split_seconds(), 0);
    assert_eq!(world.changes_of("FailoverGlobalCluster").len(), 1);
    assert_eq!(keys.leave(), 0);
}

#[test]
fn a_drain_and_an_undrain_by_keys() {
    let world = World::start();
    let desk = Desk::new(&world);
    let mut keys = Keys::at(&desk);
    keys.press("A");
    let chosen = |keys: &mut Keys| {
        keys.press("1");
        keys.sees("EVACUATE");
    };
    // eu-west-1 is the second of three.
    chosen(&mut keys);
    keys.press("l");
    keys.plan(&world, "d");
    keys.consent("eu-west-1");
    keys.see_it_done(&world);
    assert_ne!(world.users_go_to("eu-west-1"), "eu-west-1");
    keys.press("K");
    keys.answer("seen");
    keys.sees("acknowledged by ada@");
    chosen(&mut keys);
    keys.plan(&world, "u");
    keys.consent("eu-west-1");
    keys.see_it_done(&world);
    world.wait_until("users come back", || world.users_go_to("eu-west-1") == "eu-west-1");
    assert_eq!(keys.leave(), 0);
}

#[test]
fn a_deleted_namespace_is_restored_by_keys() {
    let world = World::start();
    let desk = Desk::new(&world);
    // Later ones are of a world without it.
    let whole = backup(&world, "us-west-2");
    let namespace = "/api/v1/namespaces/akidb";
    assert_eq!(world.kubernetes("us-west-2", "DELETE", namespace, &json!({})).0, 200);
    world.pass("2m");
    assert_eq!(world.kubernetes("us-west-2", "GET", namespace, &json!({})).0, 404);
    let mut keys = Keys::at(&desk);
    keys.press("A");
    // us-west-2 is the last of three.
    keys.press("h");
    keys.press("v");
    keys.sees("Choose a backup");
    keys.answer(&whole);
    keys.sees("Which namespaces?");
    keys.answer("akidb");
    keys.sees("Under another name?");
    keys.press(ENTER);
    keys.sees("What of objects that are there already?");
    keys.press(ENTER);
    keys.sees("READY");
    keys.consent("akidb");
    keys.see_it_done(&world);
    world.wait_until("the restored pods are ready", || world.replicas("us-west-2", "akidb-query") == (4, 4));
    assert_eq!(world.store_mode("us-west-2"), "ReadWrite");
    assert_eq!(keys.leave(), 0);
}

#[test]
fn a_recovery_by_keys() {
    let world = World::start();
    let desk = Desk::new(&world);
    let mut keys = Keys::at(&desk);
    keys.press("A");
    keys.press("m");
    keys.sees("Type the minute");
    keys.press(ENTER);
    keys.sees("READY");
    keys.consent("us-east-1");
    keys.see_it_done(&world);
    assert_eq!(world.writers(), ["us-east-1"]);
    assert_eq!(world.changes_of("RestoreDBClusterToPointInTime").len(), 1);
    assert_eq!(keys.leave(), 0);
}

/// A switchover that has just begun, before its screen.
fn begun(world: &World, desk: &Desk<'_>) -> Keys {
    let mut keys = Keys::at(desk);
    keys.press("A");
    // us-west-2 is the last of three: who chooses it has it take over.
    keys.press("h");
    keys.plan(world, "S");
    keys.consent("us-west-2");
    // From here on time all but stands, and the run with it.
    world.speed(1);
    keys.sees("RUNNING");
    keys
}

/// Opens another screen, which finds the run without being told, and sees it through.
fn seen_through(world: &World, desk: &Desk<'_>) {
    assert_eq!(desk.runs()[0]["state"], "RUNNING");
    let mut keys = Keys::open(desk);
    keys.press("7");
    keys.sees("RUNNING switchover");
    keys.see_it_done(world);
    assert_eq!(world.writers(), ["us-west-2"]);
    assert_eq!(world.changes_of("SwitchoverGlobalCluster").len(), 1);
    assert_eq!(desk.runs().len(), 1);
    assert_eq!(keys.leave(), 0);
}

#[test]
fn a_run_goes_on_when_its_screen_is_left_and_another_one_finds_it() {
    let world = World::start();
    let desk = Desk::new(&world);
    let keys = begun(&world, &desk);
    keys.sees("quit: the run goes on");
    assert_eq!(keys.leave(), 0);
    seen_through(&world, &desk);
}

#[test]
fn a_run_goes_on_when_its_screen_is_killed_or_its_terminal_closed() {
    for gone in [|keys: Keys| keys.kill(), |keys: Keys| assert_ne!(keys.hang_up(), 0)] {
        let world = World::start();
        let desk = Desk::new(&world);
        gone(begun(&world, &desk));
        seen_through(&world, &desk);
    }
}

#[test]
fn a_run_whose_journal_is_damaged_goes_on_by_keys_from_a_copy() {
    let world = World::start();
    world.shorten_lease();
    let (ada, ben) = (Desk::new(&world), Desk::of("ben", &world));
    let run = ada.begin(&["switchover", "--to", "us-west-2"]);
    world.speed(PACE);
    world.wait_for(&ada, &run, "the promotion is taken", answered("promote"));
    world
        .wait_until("so far as that it is copied", || ben.evac(&["attach", &run, "--once"]).stdout.contains("promote"));
    world.kill_both(&ada, &run);
    fs::write(ada.state().join("runs").join(&run).join("journal.jsonl"), b"no record\n").unwrap();

    let mut keys = Keys::open(&ada);
    keys.press("8");
    keys.sees("DAMAGED");
    // As long as the lease lasts, somebody may carry it out.
    world.wait_until("the lease is not renewed any more", || {
        keys.press("r");
        keys.text().contains("SILENT")
    });
    keys.press("A");
    keys.press("C");
    keys.sees("this machine's journal of it is set aside");
    keys.answer("resume");
    keys.press("7");
    keys.see_it_done(&world);
    world.verified(&ada, &run);
    assert_eq!(world.writers(), ["us-west-2"]);
    assert_eq!(world.changes_of("SwitchoverGlobalCluster").len(), 1);
    assert_eq!(keys.leave(), 0);
}

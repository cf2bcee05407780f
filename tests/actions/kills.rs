//! Processes of a run that are killed, at moments that its journal or the world shows, and how the run goes on.

use std::process::Stdio;

use evac_core::run::Event;

use crate::{
    desk::{Desk, at_once, refused},
    processes::{answered, child, ended, kill, parent, started},
    world::{PACE, World},
};

const SWITCHOVER: [&str; 3] = ["switchover", "--to", "us-west-2"];

/// What tells of a moment in a journal.
type Moment = Box<dyn Fn(&Event) -> bool>;

fn resumed(event: &Event) -> bool {
    matches!(event, Event::Resumed { .. })
}

#[test]
fn a_worker_that_is_killed_again_and_again_is_replaced_each_time() {
    let world = World::start();
    let desk = Desk::new(&world);
    let run = desk.begin(&SWITCHOVER);
    // So slow that each moment is seen while the run is there.
    world.speed(PACE);
    let watcher = parent(desk.worker(&run));
    let moments: [(&str, Moment); 4] = [
        ("the promotion is begun", Box::new(started("promote"))),
        ("the promotion is taken", Box::new(answered("promote"))),
        ("the old writer is fenced", Box::new(ended("fence"))),
        ("the traffic is moved", Box::new(answered("shift-traffic"))),
    ];
    for (moment, is_it) in moments {
        world.wait_for(&desk, &run, moment, is_it);
        // Time all but stands until the next worker was looked at: it may have little left to do.
        world.speed(1);
        world.kill_worker(&desk, &run);
        assert_eq!(parent(desk.worker(&run)), watcher);
        world.speed(PACE);
    }
    desk.done(&["attach", &run]);
    let state = world.verified(&desk, &run);
    assert_eq!(desk.journal(&run).records.iter().filter(|record| resumed(&record.event)).count(), 4);
    assert_eq!(world.writers(), ["us-west-2"]);
    assert_eq!(state.runner.operator, state.consent.by);
}

#[test]
fn a_call_that_was_under_way_at_the_kill_is_looked_for_and_not_made_again() {
    let world = World::start();
    let desk = Desk::new(&world);
    world.fault(Some("us-east-1"), Some("rds"), "lost-answer");
    let run = desk.detach(&SWITCHOVER);
    world.wait_until("the switchover is called", || !world.changes_of("SwitchoverGlobalCluster").is_empty());
    world.kill_worker(&desk, &run);
    desk.done(&["attach", &run]);
    let state = world.verified(&desk, &run);
    assert_eq!(world.changes_of("SwitchoverGlobalCluster").len(), 1);
    let promote = state.steps.iter().find(|(id, _)| id.as_str() == "promote").unwrap().1;
    assert_eq!(promote.attempts, 1);
}

#[test]
fn a_call_that_the_kill_kept_from_arriving_is_made_again_once_that_was_seen() {
    let world = World::start();
    let desk = Desk::new(&world);
    world.fault(Some("us-east-1"), Some("rds"), "lost-request");
    let run = desk.detach(&SWITCHOVER);
    world.wait_until("the switchover is called", || !world.changes_of("SwitchoverGlobalCluster").is_empty());
    world.kill_worker(&desk, &run);
    world.heal(Some("us-east-1"), "rds");
    desk.done(&["attach", &run]);
    world.verified(&desk, &run);
    let calls: Vec<_> = world.changes_of("SwitchoverGlobalCluster").iter().map(|call| call.status).collect();
    assert_eq!(calls, [None, Some(200)]);
    // Between the two stands what was seen.
    let journal = desk.journal(&run);
    let of_promote = journal.records.iter().filter_map(|record| match &record.event {
        event if started("promote")(event) => Some("started"),
        Event::Settled { step, .. } if step.as_str() == "promote" => Some("settled"),
        _ => None,
    });
    assert_eq!(of_promote.collect::<Vec<_>>(), ["started", "settled", "started"]);
}

#[test]
fn a_run_whose_processes_are_both_killed_is_gone_on_with_by_hand() {
    let world = World::start();
    let desk = Desk::new(&world);
    world.lose_primary();
    let run = desk.begin(&["failover", "--to", "us-west-2"]);
    world.speed(PACE);
    world.wait_for(&desk, &run, "the promotion is taken", answered("promote"));
    world.kill_both(&desk, &run);
    refused(&desk.evac(&["attach", &run]), &["no process carries", &format!("`evac resume {run}`")]);
    assert!(desk.done(&["runs"]).contains("LEFT"));
    assert_eq!(desk.runs()[0]["state"], "LEFT");

    desk.done(&["resume", &run]);
    world.verified(&desk, &run);
    assert_eq!(world.writers(), ["us-west-2"]);
    assert_eq!(world.changes_of("FailoverGlobalCluster").len(), 1);
    refused(&desk.evac(&["resume", &run]), &["the run is over: DONE"]);
    refused(&desk.evac(&["abort", &run, "--reason", "too late"]), &["is over: DONE"]);
}

#[test]
fn a_worker_whose_watcher_is_killed_goes_on_alone_and_is_not_joined() {
    let world = World::start();
    let desk = Desk::new(&world);
    let run = desk.begin(&SWITCHOVER);
    world.speed(PACE);
    let worker = desk.worker(&run);
    kill(parent(worker));
    world.wait_for(&desk, &run, "the promotion is taken", answered("promote"));
    refused(&desk.evac(&["resume", &run]), &["another process on this machine carries out the run"]);
    desk.done(&["attach", &run]);
    world.verified(&desk, &run);
    assert_eq!(desk.worker(&run), worker);
}

#[test]
fn many_who_go_on_with_a_run_while_its_worker_is_replaced_are_one_in_the_end() {
    let world = World::start();
    let desk = Desk::new(&world);
    let run = desk.begin(&SWITCHOVER);
    world.speed(PACE);
    world.wait_for(&desk, &run, "the promotion is taken", answered("promote"));
    kill(desk.worker(&run));
    let resume = || desk.command(&["resume", &run, "--detach"]);
    let said = at_once(vec![resume(), resume(), resume()]);
    for said in said.iter().filter(|said| !said.status.success()) {
        refused(said, &["another process on this machine carries out the run"]);
    }
    assert!(said.iter().filter(|said| said.status.success()).count() <= 1, "{said:#?}");
    desk.done(&["attach", &run]);
    world.verified(&desk, &run);
    let resumptions = desk.journal(&run).records.iter().filter(|record| resumed(&record.event)).count();
    assert_eq!(resumptions, 1, "one went on");
}

#[test]
fn a_store_of_backups_is_opened_again_by_whoever_goes_on_with_a_restore() {
    let world = World::start();
    let desk = Desk::new(&world);
    let backup = crate::verbs::backup(&world, "us-west-2");
    let verb = ["restore", "--region", "us-west-2", "--backup", &backup, "--namespace", "akidb"];
    let verb = [&verb[..], &["--map", "akidb=akidb-copy"]].concat();
    let run = desk.begin(&verb);
    world.speed(1);
    world.wait_for(&desk, &run, "the restore is begun", answered("restore"));
    world.kill_worker(&desk, &run);
    assert_eq!(world.store_mode("us-west-2"), "ReadOnly");
    world.kill_both(&desk, &run);
    assert_eq!(world.store_mode("us-west-2"), "ReadOnly", "nobody is there to open it");

    desk.done(&["resume", &run, "--detach"]);
    world.speed(PACE);
    desk.done(&["attach", &run]);
    world.verified(&desk, &run);
    assert_eq!(world.store_mode("us-west-2"), "ReadWrite");
    assert_eq!(world.changes_of("/restores").len(), 1);
}

#[test]
fn a_run_whose_lease_nobody_can_be_asked_for_goes_on_by_itself_once_somebody_can() {
    let world = World::start();
    let desk = Desk::new(&world);
    let backup = crate::verbs::backup(&world, "us-west-2");
    let verb = ["restore", "--region", "us-west-2", "--backup", &backup, "--namespace", "akidb"];
    let verb = [&verb[..], &["--map", "akidb=akidb-copy"]].concat();
    let run = desk.begin(&verb);
    world.speed(1);
    world.wait_for(&desk, &run, "the restore is begun", answered("restore"));
    world.fault(None, Some("dynamodb"), "refuse");
    kill(desk.worker(&run));
    world.wait_until("the next worker gives up", || desk.log().contains("the lease cannot be asked for"));
    assert_eq!(world.store_mode("us-west-2"), "ReadOnly");
    // Who follows it waits with those who see to it.
    assert!(desk.is_running(&run));
    world.heal(None, "dynamodb");
    world.speed(PACE);
    desk.done(&["attach", &run]);
    world.verified(&desk, &run);
    assert_eq!(world.store_mode("us-west-2"), "ReadWrite");
    assert_eq!(world.changes_of("/restores").len(), 1);
}

#[test]
fn whoever_asked_to_go_on_with_a_run_hears_when_its_worker_is_killed_before_it_does() {
    let world = World::start();
    let desk = Desk::new(&world);
    let run = desk.begin(&SWITCHOVER);
    world.speed(1);
    world.wait_for(&desk, &run, "the promotion is taken", answered("promote"));
    world.kill_both(&desk, &run);
    let records = desk.journal(&run).records.len();
    world.fault(None, Some("dynamodb"), "hang");
    let command = desk.command(&["resume", &run]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let worker = || child(u32::try_from(child(command.id())?.as_raw_nonzero().get()).unwrap());
    world.wait_until("its worker waits for the lease", || worker().is_some());
    kill(worker().unwrap());
    let said = command.wait_with_output().unwrap();
    let told = String::from_utf8_lossy(&said.stderr);
    assert!(!said.status.success() && told.contains("nothing was begun"), "{told}");
    assert_eq!(desk.journal(&run).records.len(), records);
    world.heal(None, "dynamodb");
    world.speed(PACE);
    desk.done(&["resume", &run]);
    world.verified(&desk, &run);
}

#[test]
fn whoever_waits_beside_a_worker_that_has_not_begun_takes_the_run_with_it() {
    let world = World::start();
    // Nobody says what it costs: that is waited for, and needed by nobody.
    world.fault(None, Some("cost-explorer"), "hang");
    let desk = Desk::new(&world);
    let planned = desk.plan(&SWITCHOVER);
    let mut command = desk.command(&[&desk.consent(&planned)[..], &["--detach"]].concat());
    let command = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    world.wait_until("the lease is taken", || world.lease_writes() > 0);
    kill(child(command.id()).unwrap());
    let said = command.wait_with_output().unwrap();
    let told = String::from_utf8_lossy(&said.stderr);
    assert!(!said.status.success() && told.contains("nothing was begun"), "{told}");
    desk.nothing_was_begun(&world);
}

//! A disk that is full in the middle of a run. A limit to the size of files does the same to a write as a disk without
//! room, and needs no rights.

use std::process::Command;

use rustix::process::{Pid, Resource, Rlimit, prlimit};

use crate::{
    desk::{Desk, refused},
    foreign::{PATIENCE, child::run},
    processes::{kill, parent, started},
    world::{PACE, World},
};
use evac_core::run::Event;

/// The program where no file may grow beyond a block, and a write that would is an error.
fn without_room(desk: &Desk<'_>, arguments: &[&str]) -> crate::foreign::child::Said {
    let inside = desk.command(arguments);
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' XFSZ; ulimit -f 1; exec \"$@\"", "sh"]).arg(inside.get_program());
    shell.args(inside.get_args()).env_clear();
    shell.envs(inside.get_envs().filter_map(|(name, value)| Some((name, value?))));
    run("evac without room", shell, PATIENCE)
}

/// A switchover whose worker may not write more than its journal holds, until it has given up. What becomes of who waits
/// beside it is decided before.
fn out_of_room(world: &World, desk: &Desk<'_>, beside: impl Fn(Pid, u64)) -> (String, Pid) {
    let run = desk.begin(&["switchover", "--to", "us-west-2"]);
    world.speed(1);
    world.wait_for(desk, &run, "the promotion is begun", started("promote"));
    let worker = desk.worker(&run);
    let (watcher, length) = (parent(worker), desk.journal(&run).length as u64);
    beside(watcher, length);
    limit(worker, Some(length));
    world.speed(PACE);
    world.wait_until("the worker gives up", || desk.log().contains("the journal cannot be written"));
    (run, watcher)
}

fn limit(process: Pid, length: Option<u64>) {
    prlimit(Some(process), Resource::Fsize, Rlimit { current: length, maximum: None }).unwrap();
}

#[test]
fn a_run_stops_before_a_call_that_it_cannot_record_and_goes_on_by_hand_once_there_is_room() {
    let world = World::start();
    let desk = Desk::new(&world);
    let (run, _) = out_of_room(&world, &desk, |watcher, _| kill(watcher));
    world.wait_until("the run is left", || !desk.is_running(&run));

    // Each call that was made is in the journal, and none is made while nothing can be written.
    let begun =
        desk.journal(&run).records.iter().filter(|record| matches!(record.event, Event::Started { .. })).count();
    let calls = world.changes().len();
    assert!(calls <= begun, "{calls} calls and {begun} records of them: {:#?}", world.changes());
    refused(&without_room(&desk, &["attach", &run]), &["no process carries", "cannot write", "evac resume"]);
    refused(&without_room(&desk, &["resume", &run]), &["the journal cannot be written"]);
    assert_eq!(world.changes().len(), calls);
    assert!(!desk.is_running(&run));

    desk.done(&["resume", &run]);
    world.verified(&desk, &run);
    assert_eq!(world.changes_of("SwitchoverGlobalCluster").len(), 1);
    assert_eq!(world.writers(), ["us-west-2"]);
}

#[test]
fn a_run_that_had_no_room_goes_on_by_itself_once_there_is_some() {
    let world = World::start();
    let desk = Desk::new(&world);
    let (run, watcher) = out_of_room(&world, &desk, |watcher, length| limit(watcher, Some(length)));
    limit(watcher, None);
    desk.done(&["attach", &run]);
    world.verified(&desk, &run);
    assert_eq!(world.changes_of("SwitchoverGlobalCluster").len(), 1);
}

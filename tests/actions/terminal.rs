//! Terminals that are closed, and screens that are killed, beside a run that goes on.

use crate::{
    desk::Desk,
    processes::{kill, parent},
    world::{PACE, World},
};
use evac_core::run::Event;
use rustix::process::Pid;

fn was_never_resumed(desk: &Desk<'_>, run: &str) -> bool {
    !desk.journal(run).records.iter().any(|record| matches!(record.event, Event::Resumed { .. }))
}

#[test]
fn a_run_outlives_the_terminal_in_which_it_is_followed() {
    let world = World::start();
    let desk = Desk::new(&world);
    let planned = desk.plan(&["switchover", "--to", "us-west-2"]);
    let mut terminal = desk.terminal(&desk.consent(&planned));
    terminal.wait_for("started").unwrap();
    let run = desk.runs()[0]["run"].as_str().unwrap().to_owned();
    let (worker, watcher) = (desk.worker(&run), parent(desk.worker(&run)));
    terminal.hang_up();
    assert!(!terminal.wait().unwrap().success(), "who followed is gone with the terminal");
    assert_eq!(parent(worker), watcher, "nothing of it reached the run");
    desk.done(&["attach", &run]);
    world.verified(&desk, &run);
    assert!(was_never_resumed(&desk, &run));
}

#[test]
fn a_run_outlives_the_terminal_that_began_it_and_a_screen_that_is_killed() {
    let world = World::start();
    let desk = Desk::new(&world);
    let planned = desk.plan(&["switchover", "--to", "us-west-2"]);
    let mut terminal = desk.terminal(&[&desk.consent(&planned)[..], &["--detach"]].concat());
    terminal.wait_for("-switchover-").unwrap();
    terminal.hang_up();
    let run = desk.runs()[0]["run"].as_str().unwrap().to_owned();
    world.speed(1);

    let mut screen = desk.terminal(&[]);
    screen.wait_for("WRITER").unwrap();
    screen.send(b"7").unwrap();
    screen.wait_for(&run[..run.len().min(24)]).unwrap();
    screen.send(b"\r").unwrap();
    screen.wait_for("promote").unwrap();
    kill(Pid::from_raw(i32::try_from(screen.process().unwrap()).unwrap()).unwrap());
    assert!(!screen.wait().unwrap().success());

    world.speed(PACE);
    desk.done(&["attach", &run]);
    world.verified(&desk, &run);
    assert!(was_never_resumed(&desk, &run));
}

//! Whoever asked for a run leaves: before it begins there is none, and afterwards it goes on.

use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, Command, Stdio},
};

use rustix::process::{Pid, Signal, kill_process};

use crate::{
    desk::Desk,
    keys::Keys,
    world::{PACE, World},
};

const SWITCHOVER: [&str; 3] = ["switchover", "--to", "us-west-2"];

impl Desk<'_> {
    /// Waits until no process of a run is there any more. None has begun, and nothing stands in the way of the next.
    #[track_caller]
    pub fn nothing_was_begun(&self, world: &World) {
        let state = self.state().display().to_string();
        let is_left = || {
            let said = Command::new("ps").args(["-A", "-ww", "-o", "args="]).output().unwrap();
            let text = String::from_utf8_lossy(&said.stdout).into_owned();
            !text.lines().any(|line| line.contains(" runner ") && line.contains(&state))
        };
        world.wait_until("the processes of the run are gone", is_left);
        assert_eq!(self.runs(), Vec::<serde_json::Value>::new());
        assert!(world.changes().is_empty(), "{:#?}", world.changes());
        let blockers = self.plan(&SWITCHOVER);
        assert_eq!(blockers.blockers(), Vec::<&str>::new(), "the lease was given back");
    }
}

/// Starts the program, to be listened to while it works.
fn listened_to(desk: &Desk<'_>, arguments: &[&str]) -> Child {
    desk.command(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn send(child: &Child, signal: Signal) {
    kill_process(Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap(), signal).unwrap();
}

#[test]
fn whoever_leaves_before_a_run_begins_has_begun_none() {
    let world = World::start();
    // Nobody says what it costs: that is waited for, and needed by nobody.
    world.fault(None, Some("cost-explorer"), "hang");
    for signal in [Signal::INT, Signal::KILL] {
        let desk = Desk::new(&world);
        let planned = desk.plan(&SWITCHOVER);
        let before = world.lease_writes();
        let child = listened_to(&desk, &desk.consent(&planned));
        world.wait_until("the lease is taken", || world.lease_writes() > before);
        send(&child, signal);
        let said = child.wait_with_output().unwrap();
        let told = String::from_utf8_lossy(&said.stderr);
        assert!(told.contains("waiting for the lease of the stack"), "{told}");
        if signal == Signal::INT {
            assert_eq!(said.status.code(), Some(130), "{said:?}");
            assert!(told.contains("left: nothing was begun"), "{told}");
        }
        assert!(said.stdout.is_empty(), "{said:?}");
        desk.nothing_was_begun(&world);
    }
}

#[test]
fn a_screen_that_is_killed_before_its_run_begins_has_begun_none() {
    let world = World::start();
    let desk = Desk::new(&world);
    let mut keys = Keys::at(&desk);
    keys.press("A");
    // us-west-2 is the last of three: who chooses it has it take over.
    keys.press("h");
    keys.plan(&world, "S");
    // What it costs is on this machine by now, and asked for no more. What the records are is remembered.
    world.fault(None, Some("route53"), "hang");
    keys.press("c");
    keys.sees("Consent to");
    keys.answer("us-west-2");
    world.wait_until("the lease is taken", || world.lease_writes() > 0);
    keys.sees("BEGINNING: waiting for every source to answer");
    keys.kill();
    world.heal(None, "route53");
    desk.nothing_was_begun(&world);
}

#[test]
fn who_follows_a_run_and_leaves_says_so_and_never_that_it_is_done() {
    let world = World::start();
    let desk = Desk::new(&world);
    let run = desk.begin(&SWITCHOVER);
    world.speed(1);
    for (signal, status) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let mut child = listened_to(&desk, &["attach", &run, "--json"]);
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut text = String::new();
        stdout.read_line(&mut text).unwrap();
        send(&child, signal);
        stdout.read_to_string(&mut text).unwrap();
        let said = child.wait_with_output().unwrap();
        assert_eq!(said.status.code(), Some(status), "{said:?}");
        for line in text.lines() {
            serde_json::from_str::<serde_json::Value>(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        }
        let told = String::from_utf8_lossy(&said.stderr);
        assert!(told.contains(&format!("left; {run} goes on: `evac attach {run}`")), "{told}");
    }
    // A reader that goes has not seen the end either.
    let mut child = listened_to(&desk, &["attach", &run]);
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    stdout.read_line(&mut String::new()).unwrap();
    drop(stdout);
    world.speed(PACE);
    assert_eq!(child.wait().unwrap().code(), Some(141));
    desk.done(&["attach", &run]);
    // Of a run that is over the status is its outcome, however little is read of it.
    let mut child = listened_to(&desk, &["attach", &run]);
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

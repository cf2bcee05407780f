//! Processes that are killed at moments that nobody chose: drawn from a seed, counted in records of the journal.

use std::env;

use evac_core::run::Event;
use fastrand::Rng;
use rustix::process::{Pid, Signal, kill_process};

use crate::{
    desk::Desk,
    keys::Keys,
    processes::find_parent,
    world::{PACE, World},
};

/// The variables by which other moments, and more of them, are tried by hand.
const SEED: &str = "EVAC_KILL_SEED";
const KILLS: &str = "EVAC_KILLS";

/// What is killed.
#[derive(Debug, Clone, Copy)]
enum Victim {
    Worker,
    Watcher,
    Both,
    Screen,
}

const VICTIMS: [Victim; 4] = [Victim::Worker, Victim::Watcher, Victim::Both, Victim::Screen];

/// A run whose processes are killed.
struct Hunted<'a> {
    world: &'a World,
    desk: &'a Desk<'a>,
    run: String,
    /// True when nobody waits beside the worker any more.
    alone: bool,
}

impl Hunted<'_> {
    fn records(&self) -> usize {
        self.desk.journal(&self.run).records.len()
    }

    fn is_over(&self) -> bool {
        let records = self.desk.journal(&self.run).records;
        records.iter().any(|record| matches!(record.event, Event::Finished { .. }))
    }

    /// Lets it go until its journal has so many more records, or until it is over. Then time all but stands.
    fn let_go(&self, records: usize) {
        let until = self.records() + records;
        self.world.speed(PACE);
        self.world.wait_until("the run goes on", || self.records() >= until || self.is_over());
        self.world.speed(1);
    }

    /// Kills what is drawn. The run may come to its end by itself in the same moment.
    fn strike(&mut self, victim: Victim) {
        let worker = self.desk.worker(&self.run);
        // Whoever took in a worker whose watcher is gone is none of the run's.
        let watcher = find_parent(worker).filter(|_| !self.alone);
        match victim {
            Victim::Screen => self.kill_screen(),
            Victim::Watcher => {
                watcher.into_iter().for_each(kill_if_there);
                self.alone = true;
                self.world.wait_until("the watcher is gone", || watcher.is_none() || find_parent(worker) != watcher);
            }
            Victim::Worker if !self.alone => {
                kill_if_there(worker);
                let goes_on = || self.desk.worker(&self.run) != worker || self.is_over();
                self.world.wait_until("another worker goes on", goes_on);
            }
            Victim::Worker | Victim::Both => {
                watcher.into_iter().for_each(kill_if_there);
                kill_if_there(worker);
                self.world.wait_until("nobody carries it out", || !self.desk.is_running(&self.run));
                if !self.is_over() {
                    self.desk.done(&["resume", &self.run, "--detach"]);
                    self.alone = false;
                }
            }
        }
    }

    fn kill_screen(&self) {
        let mut screen = Keys::open(self.desk);
        screen.press("7");
        screen.sees(&self.run[..24]);
        screen.kill();
        assert_ne!(screen.hang_up(), 0);
    }
}

fn kill_if_there(process: Pid) {
    // It may be gone by itself.
    let _ = kill_process(process, Signal::KILL);
}

/// A number that somebody has set, or the one that is taken otherwise.
fn number(name: &str, otherwise: u64) -> u64 {
    let set = env::var(name).ok().map(|text| text.parse().unwrap_or_else(|error| panic!("{name}={text}: {error}")));
    set.unwrap_or(otherwise)
}

/// Kills processes of a run to us-west-2 again and again, and sees it to a verified end.
#[allow(clippy::print_stdout, reason = "whoever reads of a failure reads which moments led to it")]
fn killed_at_random(world: &World, verb: &str, seed: u64) {
    let seed = number(SEED, seed);
    let mut random = Rng::with_seed(seed);
    let desk = Desk::new(world);
    world.speed(1);
    let run = desk.detach(&[verb, "--to", "us-west-2"]);
    let mut hunted = Hunted { world, desk: &desk, run, alone: false };
    let mut victims = Vec::new();
    for _ in 0..number(KILLS, 4) {
        if victims.is_empty() {
            // Each is killed as often as the others.
            victims.extend(VICTIMS);
            random.shuffle(&mut victims);
        }
        let (records, victim) = (random.usize(1..14), victims.pop().unwrap());
        hunted.let_go(records);
        println!("{SEED}={seed}: {victim:?} after {records} records more, of {}", hunted.records());
        hunted.strike(victim);
    }
    world.speed(PACE);
    // Who is killed alone leaves nobody to go on; whoever is there is followed.
    desk.done(&["attach", &hunted.run]);
    world.verified(&desk, &hunted.run);
    assert_eq!(world.writers(), ["us-west-2"]);
    let promotions = world.changes_of("overGlobalCluster");
    assert_eq!(promotions.iter().filter(|change| change.is_once()).count(), 1, "{promotions:#?}");
}

#[test]
fn a_switchover_that_is_killed_at_random_moments_comes_to_its_end() {
    killed_at_random(&World::start(), "switchover", 7);
}

#[test]
fn a_failover_that_is_killed_at_random_moments_comes_to_its_end() {
    let world = World::start();
    world.lose_primary();
    killed_at_random(&world, "failover", 11);
}

//! What who follows a run is told when nothing newer can be seen of it.

use std::{fs, io::Write};

use crate::{
    desk::Desk,
    foreign::{PATIENCE, child::Server},
    processes::answered,
    world::{PACE, World},
};

const SWITCHOVER: [&str; 3] = ["switchover", "--to", "us-west-2"];

/// Follows a run, and waits for the first of its records.
fn follower(desk: &Desk<'_>, run: &str) -> Server {
    let mut follower = Server::start("evac attach", desk.command(&["attach", run]));
    hears(&mut follower, "begins");
    follower
}

#[track_caller]
fn hears(follower: &mut Server, words: &str) {
    follower.wait_for(PATIENCE, |line| line.contains(words).then_some(()));
}

#[test]
fn a_journal_that_is_damaged_in_the_middle_of_a_run_is_told_and_followed_no_further() {
    let world = World::start();
    let desk = Desk::new(&world);
    let run = desk.begin(&SWITCHOVER);
    world.speed(1);
    world.wait_for(&desk, &run, "the promotion is taken", answered("promote"));
    let mut follower = follower(&desk, &run);
    hears(&mut follower, "accepted");
    let journal = desk.state().join("runs").join(&run).join("journal.jsonl");
    fs::File::options().append(true).open(journal).unwrap().write_all(b"no record\n").unwrap();
    hears(&mut follower, "error: ");
    hears(&mut follower, &format!("`evac resume {run}` goes on by a copy"));
}

#[test]
fn who_follows_by_copies_is_told_once_that_nobody_answers_and_that_somebody_does_again() {
    let world = World::start();
    let (ada, ben) = (Desk::new(&world), Desk::of("ben", &world));
    let run = ada.begin(&SWITCHOVER);
    world.speed(1);
    world.wait_until("a copy is there", || ben.evac(&["attach", &run, "--once"]).status.success());
    let mut follower = follower(&ben, &run);
    world.fault(None, Some("s3"), "refuse");
    hears(&mut follower, &format!("nothing newer is seen of {run}: "));
    world.heal(None, "s3");
    hears(&mut follower, &format!("{run} is seen again"));
    world.speed(PACE);
    hears(&mut follower, "DONE  ");
    ada.done(&["attach", &run]);
}

#[test]
fn who_follows_a_run_on_another_machine_hears_of_its_death() {
    let world = World::start();
    world.shorten_lease();
    let (ada, ben) = (Desk::new(&world), Desk::of("ben", &world));
    let run = ada.begin(&SWITCHOVER);
    world.speed(1);
    world.wait_until("a copy is there", || ben.evac(&["attach", &run, "--once"]).status.success());
    let mut follower = follower(&ben, &run);
    world.kill_both(&ada, &run);
    hears(&mut follower, &format!("nobody carries {run} out any more"));
    hears(&mut follower, &format!("`evac resume {run}`"));
}

#[test]
fn a_list_of_runs_says_what_it_could_not_read() {
    let world = World::start();
    let (ada, ben) = (Desk::new(&world), Desk::of("ben", &world));
    let run = ada.begin(&["drain", "--region", "eu-west-1"]);
    ada.done(&["attach", &run]);
    world.wait_until("the run's processes are gone", || !ada.is_running(&run));
    assert_eq!(ben.runs()[0]["run"], run.as_str());
    let list = ben.done(&["runs"]);
    let words: Vec<Vec<_>> = list.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(words[0], ["RUN", "STATE", "WHAT", "TOOK", "BY", "PLACE", "NOTE"]);
    assert_eq!(words[1][..4], [run.as_str(), "DONE", "drain", "eu-west-1"], "{list}");
    let fields = |rows: &[serde_json::Value]| rows[0].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let whole = fields(&ben.runs());

    // One bucket is not heard: the other has it all the same.
    world.fault(Some("us-east-1"), Some("s3"), "refuse");
    let said = ben.evac(&["runs"]);
    assert!(said.status.success() && said.stdout.contains(&run), "{said:#?}");
    assert!(said.stderr.contains("not heard, and what is kept there alone is not listed: us-east-1: "), "{said:#?}");
    world.fault(None, Some("s3"), "refuse");
    let said = ben.evac(&["runs"]);
    assert_eq!((said.status.code(), said.stdout.trim()), (Some(1), "no run is known here"), "{said:#?}");
    let said = ben.evac(&["attach"]);
    assert!(
        said.stderr.contains("no run is known here") && said.stderr.contains("not heard: us-west-2: "),
        "{said:#?}"
    );

    // A journal that nobody can believe is in the list all the same, with every field of the others.
    let journal = ada.state().join("runs").join(&run).join("journal.jsonl");
    fs::write(journal, b"no record\n").unwrap();
    let rows = ada.evac(&["runs", "--json"]);
    let rows: Vec<serde_json::Value> = serde_json::from_str(&rows.stdout).unwrap();
    assert_eq!((&rows[0]["state"], fields(&rows)), (&"DAMAGED".into(), whole));
    assert!(rows[0]["damage"].as_str().unwrap().contains("the journal is damaged"), "{rows:#?}");
}

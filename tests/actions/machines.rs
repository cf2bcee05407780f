//! Two operators, each on a machine of their own, and one stack.

use std::time::Instant;

use evac_core::run::Event;
use rustix::process::{Signal, kill_process};

use crate::{
    desk::{Desk, Stage, at_once, refused},
    foreign::{PATIENCE, child::Said},
    processes::{answered, started},
    world::{HURRY, PACE, World},
};

const SWITCHOVER: [&str; 3] = ["switchover", "--to", "us-west-2"];

/// Two plan a switchover, and begin at once: what the one that acts said, and the other.
fn race(sides: [(&Desk<'_>, &str); 2]) -> (String, Said) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let plans = sides.map(|(desk, to)| desk.plan(&["switchover", "--to", to]));
        let begin = |side: usize| {
            let (desk, plan) = (sides[side].0, &plans[side]);
            desk.command(&[&desk.consent(plan)[..], &["--detach"]].concat())
        };
        let said = at_once(vec![begin(0), begin(1)]);
        let won: Vec<_> = (0..2).filter(|side| said[*side].status.success()).collect();
        // On a busy machine one that had the lease may not have seen enough for a consent, and has given it back.
        let unseen = |said: &Said| said.stderr.contains("there is no consent");
        match won[..] {
            [won] if !unseen(&said[1 - won]) => {
                let [first, second] = <[Said; 2]>::try_from(said).unwrap();
                let (won, lost) = if won == 0 { (first, second) } else { (second, first) };
                return (won.stdout.trim().to_owned(), lost);
            }
            [won] => return (said[won].stdout.trim().to_owned(), at_once(vec![begin(1 - won)]).remove(0)),
            _ => assert!(won.is_empty() && said.iter().any(unseen) && Instant::now() < deadline, "{said:#?}"),
        }
    }
}

#[test]
fn of_two_who_act_at_once_one_does_and_the_other_is_told_who_since_when_and_what() {
    let world = World::start();
    world.shorten_lease();
    let (ada, ben) = (Desk::new(&world), Desk::of("ben", &world));
    // The same target, then another each.
    for [to_ada, to_ben] in [["us-west-2"; 2], ["us-east-1", "eu-west-1"]] {
        let before = world.changes_of("SwitchoverGlobalCluster").len();
        world.speed(1);
        let (run, other) = race([(&ada, to_ada), (&ben, to_ben)]);
        let (desk, who, to) = match ada.journal(&run).records.is_empty() {
            false => (&ada, "ada@", to_ada),
            true => (&ben, "ben@", to_ben),
        };
        refused(&other, &[&run, "is under way since 20", &format!("switchover to {to}"), who]);
        world.speed(HURRY);
        desk.done(&["attach", &run]);
        world.speed(PACE);
        assert_eq!(world.writers(), [to]);
        assert_eq!(world.changes_of("SwitchoverGlobalCluster").len(), before + 1);
        world.wait_until("the run's processes are gone", || !desk.is_running(&run));
        desk.done(&["acknowledge", &run]);
    }
    assert_eq!(world.split_seconds(), 0);
}

#[test]
fn viewers_on_another_machine_see_a_run_to_its_end_and_change_nothing() {
    let world = World::start();
    let (ada, ben) = (Desk::new(&world), Desk::of("ben", &world));
    let run = ada.begin(&SWITCHOVER);
    world.wait_until("a copy is there", || ben.evac(&["attach", &run, "--once"]).status.success());
    // It cannot be taken from somebody who lives, and to have tried that does not blind anybody.
    world.speed(1);
    refused(&ben.evac(&["resume", &run]), &[&run, "is under way since 20", "ada@"]);
    let attach = |desk: &Desk<'_>| desk.command(&["attach", &run]);
    let viewers = vec![attach(&ben), attach(&ben), attach(&ben), attach(&ada)];
    world.speed(PACE);
    for said in at_once(viewers) {
        assert!(said.status.success(), "{said:#?}");
        assert!(said.stdout.contains("DONE promote"), "{said:#?}");
    }
    world.verified(&ada, &run);
    let handled = |event: &Event| matches!(event, Event::Resumed { .. } | Event::AbortAsked { .. });
    assert!(!ada.journal(&run).records.iter().any(|record| handled(&record.event)));
}

#[test]
fn a_run_is_stopped_from_another_machine_at_its_next_safe_point() {
    let world = World::start();
    let (ada, ben) = (Desk::new(&world), Desk::of("ben", &world));
    let run = ada.begin(&SWITCHOVER);
    world.speed(1);
    world.wait_for(&ada, &run, "the promotion is taken", answered("promote"));
    world.wait_until("a copy is there", || ben.evac(&["attach", &run, "--once"]).status.success());
    ben.done(&["abort", &run, "--reason", "the wrong week"]);
    world.wait_for(&ada, &run, "it is asked to stop", |event| {
        matches!(event, Event::AbortAsked { by, reason, .. } if by.starts_with("ben@") && reason == "the wrong week")
    });
    world.speed(PACE);
    let said = ben.evac(&["attach", &run]);
    assert_eq!(said.status.code(), Some(1), "{said:#?}");
    // What was begun is seen to its end; the rest is not begun, and both are said.
    assert!(said.stdout.contains("ABORTED") && said.stdout.contains("DONE promote"), "{}", said.stdout);
    assert!(said.stdout.contains("NOT BEGUN shift-traffic"), "{}", said.stdout);
    assert!(said.stdout.contains("(undone by `failback`)"), "{}", said.stdout);
    assert_eq!(world.writers(), ["us-west-2"]);
    assert_eq!(world.users_go_to("us-east-1"), "us-east-1", "traffic is where it was");
    refused(&ben.evac(&["abort", &run, "--reason", "again"]), &["is over: ABORTED"]);

    // Users are left without a writer: whoever has read who stopped it, and why, can have the rest done.
    let said = ada.evac(&["resume", &run]);
    refused(&said, &["ben@", "has stopped", "the wrong week", "--despite-abort"]);
    let told = ada.done(&["resume", &run, "--despite-abort"]);
    assert!(told.contains("though it was stopped") && told.contains("DONE shift-traffic"), "{told}");
    assert_eq!(world.users_go_to("us-east-1"), "us-west-2");
    assert_eq!(world.changes_of("SwitchoverGlobalCluster").len(), 1);
    world.verified(&ada, &run);
}

#[test]
fn a_run_that_was_stopped_before_anything_moved_does_not_go_on_in_spite_of_that() {
    let world = World::start();
    let desk = Desk::new(&world);
    // What stops before the promotion is asked for gets no answer until the run was stopped.
    world.fault(Some("us-east-1"), Some("kubernetes"), "lost-request");
    let run = desk.detach(&SWITCHOVER);
    desk.done(&["abort", &run, "--reason", "the wrong week"]);
    world.wait_for(&desk, &run, "it is asked to stop", |event| matches!(event, Event::AbortAsked { .. }));
    world.heal(Some("us-east-1"), "kubernetes");
    world.hurry(true);
    let said = desk.evac(&["attach", &run]);
    assert_eq!(said.status.code(), Some(1), "{said:#?}");
    assert!(world.changes_of("SwitchoverGlobalCluster").is_empty(), "it was stopped too late");
    refused(
        &desk.evac(&["resume", &run, "--despite-abort"]),
        &["has stopped", "nothing of it is left", "make a new plan"],
    );
}

#[test]
fn a_run_goes_on_at_another_machine_when_its_own_dies_and_back_again() {
    let world = World::start();
    world.shorten_lease();
    let (ada, ben) = (Desk::new(&world), Desk::of("ben", &world));
    let run = ada.begin(&SWITCHOVER);
    world.speed(PACE);
    world.wait_for(&ada, &run, "the promotion is taken", answered("promote"));
    world
        .wait_until("so far as that it is copied", || ben.evac(&["attach", &run, "--once"]).stdout.contains("promote"));
    world.kill_both(&ada, &run);

    ben.done(&["resume", &run, "--detach"]);
    world.wait_for(
        &ben,
        &run,
        "ben goes on",
        |event| matches!(event, Event::Resumed { runner, doubtful: true, .. } if runner.operator.starts_with("ben@")),
    );
    world.wait_for(&ben, &run, "the traffic is moved", answered("shift-traffic"));
    let told = |desk: &Desk<'_>| desk.evac(&["attach", &run, "--once"]).stdout;
    world.wait_until("ada sees that by the copy", || told(&ada).contains("resumed   by ben@"));
    world.kill_both(&ben, &run);

    ada.done(&["resume", &run]);
    world.verified(&ada, &run);
    let journal = ada.journal(&run);
    let runners = journal.records.iter().filter_map(|record| match &record.event {
        Event::Began { runner, .. } | Event::Resumed { runner, .. } => runner.operator.split('@').next(),
        _ => None,
    });
    assert_eq!(runners.collect::<Vec<_>>(), ["ada", "ben", "ada"]);
    assert_eq!(world.changes_of("SwitchoverGlobalCluster").len(), 1);
    world.wait_until("ben sees the end", || told(&ben).contains("DONE  "));
    assert_eq!(ben.runs()[0]["state"], "DONE");
    refused(&ben.evac(&["resume", &run]), &["over: DONE"]);
}

#[test]
fn a_run_that_is_handed_over_goes_on_at_once_elsewhere() {
    let world = World::start();
    let (ada, ben) = (Desk::new(&world), Desk::of("ben", &world));
    let run = ada.begin(&SWITCHOVER);
    world.speed(PACE);
    world.wait_for(&ada, &run, "the promotion is begun", started("promote"));
    ada.done(&["hand-over", &run, "--to", "ben, who is awake"]);
    world.wait_until("ada's process leaves it", || !ada.is_running(&run));
    assert!(ada.evac(&["attach", &run]).stdout.contains("to ben, who is awake"));

    ben.done(&["resume", &run]);
    world.verified(&ben, &run);
    let doubtful = |event: &Event| matches!(event, Event::Resumed { doubtful: true, .. });
    assert!(!ben.journal(&run).records.iter().any(|record| doubtful(&record.event)), "all was told");
    assert_eq!(world.changes_of("SwitchoverGlobalCluster").len(), 1);
}

#[test]
fn a_machine_that_slept_through_the_loss_of_its_lease_acts_no_more() {
    let world = World::start();
    world.shorten_lease();
    let (ada, ben) = (Desk::new(&world), Desk::of("ben", &world));
    let run = ada.begin(&SWITCHOVER);
    world.speed(PACE);
    world.wait_for(&ada, &run, "the promotion is begun", started("promote"));
    world
        .wait_until("so far as that it is copied", || ben.evac(&["attach", &run, "--once"]).stdout.contains("promote"));
    let asleep = ada.worker(&run);
    kill_process(asleep, Signal::STOP).unwrap();
    ben.done(&["resume", &run]);
    let (changes, records) = (world.changes().len(), ada.journal(&run).records.len());
    kill_process(asleep, Signal::CONT).unwrap();
    world.wait_until("it leaves the run", || !ada.is_running(&run));
    assert_eq!(world.changes().len(), changes, "it made no call");
    let journal = ada.journal(&run);
    let begun = journal.records[records..].iter().filter(|record| matches!(record.event, Event::Started { .. }));
    assert_eq!(begun.count(), 0);
    world.verified(&ben, &run);
    assert_eq!(ada.runs()[0]["state"], "DONE", "ada is shown how it ended");
}

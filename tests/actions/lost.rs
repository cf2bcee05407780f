//! Answers that are lost on the way: whether the call was made is found out by looking, and only then may it be made
//! again.

use evac_core::run::{CallAnswer, Event};

use crate::{
    desk::{Desk, refused},
    processes::answered,
    world::{PACE, World},
};

/// Begins where a service loses what it is asked to change.
fn begin(world: &World, desk: &Desk<'_>, verb: &[&str], region: &str, service: &str, fault: &str) -> String {
    world.fault(Some(region), Some(service), fault);
    let run = desk.detach(verb);
    world.speed(PACE);
    run
}

/// Whether some call of a step had an answer that nobody knows.
fn was_unknown(desk: &Desk<'_>, run: &str, step: &str) -> bool {
    let unknown = |event: &Event| matches!(event, Event::Answered { step: of, answer: CallAnswer::Unknown { .. }, .. } if of.as_str() == step);
    desk.journal(run).records.iter().any(|record| unknown(&record.event))
}

fn statuses(world: &World, what: &str) -> Vec<Option<u64>> {
    world.changes_of(what).iter().map(|call| call.status).collect()
}

#[test]
fn a_failover_that_happened_without_an_answer_is_not_made_twice() {
    let world = World::start();
    let desk = Desk::new(&world);
    world.lose_primary();
    let run = begin(&world, &desk, &["failover", "--to", "us-west-2"], "us-west-2", "rds", "cut-answer");
    desk.done(&["attach", &run]);
    world.verified(&desk, &run);
    assert!(was_unknown(&desk, &run, "promote"));
    assert_eq!(statuses(&world, "FailoverGlobalCluster"), [Some(200)]);
    assert_eq!(world.writers(), ["us-west-2"]);
}

#[test]
fn a_failover_that_never_arrived_is_made_once_it_was_seen_not_to_have_happened() {
    let world = World::start();
    let desk = Desk::new(&world);
    world.lose_primary();
    let run = begin(&world, &desk, &["failover", "--to", "us-west-2"], "us-west-2", "rds", "lost-request");
    world.wait_until("the failover is called", || !world.changes_of("FailoverGlobalCluster").is_empty());
    world.heal(Some("us-west-2"), "rds");
    desk.done(&["attach", &run]);
    world.verified(&desk, &run);
    assert!(was_unknown(&desk, &run, "promote"));
    assert_eq!(statuses(&world, "FailoverGlobalCluster"), [None, Some(200)]);
    assert_eq!(desk.step(&run, "promote").attempts, 2);
}

/// A colleague decides for another region while the outcome of the call is still unknown.
#[test]
fn a_failover_that_never_arrived_gives_way_to_one_that_somebody_made_elsewhere() {
    let world = World::start();
    let desk = Desk::new(&world);
    world.lose_primary();
    let run = begin(&world, &desk, &["failover", "--to", "us-west-2"], "us-west-2", "rds", "lost-request");
    world.wait_until("the failover is called", || !world.changes_of("FailoverGlobalCluster").is_empty());
    world.rds(
        "eu-west-1",
        "FailoverGlobalCluster&GlobalClusterIdentifier=akidb-global&AllowDataLoss=true\
         &TargetDbClusterIdentifier=arn:aws:rds:eu-west-1:123456789012:cluster:akidb-euw1",
    );
    world.heal(Some("us-west-2"), "rds");
    let said = desk.evac(&["attach", &run]);
    assert!(!said.status.success() && said.stdout.contains("FAILED promote"), "{said:#?}");
    assert_eq!(statuses(&world, "FailoverGlobalCluster"), [None, Some(200)], "not made again");
    assert_eq!(desk.step(&run, "promote").attempts, 1);
    world.wait_until("the writer is where the colleague wanted it", || world.writers() == ["eu-west-1"]);
}

#[test]
fn a_change_of_records_without_an_answer_is_looked_for() {
    let world = World::start();
    world.leave_records_alone();
    let desk = Desk::new(&world);
    let run = begin(&world, &desk, &["drain", "--region", "eu-west-1"], "us-east-1", "route53", "cut-answer");
    desk.done(&["attach", &run]);
    assert!(was_unknown(&desk, &run, "shift-traffic"));
    assert_eq!(desk.step(&run, "shift-traffic").attempts, 1);
    assert_ne!(world.users_go_to("eu-west-1"), "eu-west-1");
    world.heal(Some("us-east-1"), "route53");
    desk.done(&["acknowledge", &run]);

    let run = begin(&world, &desk, &["undrain", "--region", "eu-west-1"], "us-east-1", "route53", "lost-request");
    let before = world.changes_of("/rrset").len();
    world.wait_until("the change is asked for", || world.changes_of("/rrset").len() > before);
    world.heal(Some("us-east-1"), "route53");
    desk.done(&["attach", &run]);
    assert_eq!(statuses(&world, "/rrset"), [Some(200), None, Some(200)]);
    world.wait_until("users come back", || world.users_go_to("eu-west-1") == "eu-west-1");
}

#[test]
fn a_restore_whose_calls_are_all_without_an_answer_is_one_restore() {
    let world = World::start();
    let desk = Desk::new(&world);
    let backup = crate::verbs::backup(&world, "us-west-2");
    let verb = ["restore", "--region", "us-west-2", "--backup", &backup, "--namespace", "akidb"];
    let verb = [&verb[..], &["--map", "akidb=akidb-copy"]].concat();
    let run = begin(&world, &desk, &verb, "us-west-2", "kubernetes", "cut-answer");
    desk.done(&["attach", &run]);
    world.verified(&desk, &run);
    for of in ["read-only", "restore", "read-write"] {
        assert!(was_unknown(&desk, &run, of), "{of}");
        assert_eq!(desk.step(&run, of).attempts, 1, "{of}");
    }
    assert_eq!(statuses(&world, "/restores"), [Some(201)]);
    assert_eq!(world.store_mode("us-west-2"), "ReadWrite");
}

#[test]
fn what_nothing_shows_stays_unknown_until_somebody_can_look() {
    let world = World::start();
    let desk = Desk::new(&world);
    world.fault(None, Some("routing-control"), "lost-answer");
    let run = desk.detach(&["drain", "--region", "eu-west-1"]);
    world.wait_until("the control is switched", || !statuses(&world, "RoutingControl").is_empty());
    // From here on nobody can see what came of it.
    world.fault(None, Some("routing-control"), "refuse");
    let said = desk.evac(&["attach", &run]);
    assert!(!said.status.success() && said.stdout.contains("UNKNOWN shift-traffic"), "{said:#?}");
    assert_eq!(statuses(&world, "RoutingControl"), [Some(200)]);

    world.heal(None, "routing-control");
    let told = desk.done(&["resume", &run]);
    assert!(told.contains("DONE shift-traffic"), "{told}");
    assert_eq!(statuses(&world, "RoutingControl"), [Some(200)], "it was looked for, and not repeated");
    assert_ne!(world.users_go_to("eu-west-1"), "eu-west-1");
}

#[test]
fn a_failover_that_can_ask_nobody_for_the_lease_acts_by_one_of_its_machine_once_that_is_said_by_name() {
    let world = World::start();
    let desk = Desk::new(&world);
    world.lose_primary();
    world.fault(None, Some("dynamodb"), "refuse");
    let planned = desk.plan(&["failover", "--to", "us-west-2"]);
    assert_eq!(planned.blockers(), ["LSE-UNREACHABLE"]);
    let words = desk.consent(&planned);
    refused(&desk.evac(&words), &["the lease cannot be asked for", "override LSE-UNREACHABLE"]);
    assert!(desk.runs().is_empty() && world.changes().is_empty());

    let overridden = ["--override", "LSE-UNREACHABLE=ben and cy were asked", "--detach"];
    let run = desk.done(&[&words[..], &overridden].concat()).trim().to_owned();
    world.speed(PACE);
    world.wait_for(&desk, &run, "the promotion is taken", answered("promote"));
    // The table knows nothing of the run, and another worker does not ask it.
    world.kill_worker(&desk, &run);
    desk.done(&["attach", &run]);
    let state = world.verified(&desk, &run);
    assert_eq!(state.consent.overrides[0].reason, "ben and cy were asked");
    let taken = desk.journal(&run).records.into_iter().filter_map(|record| match record.event {
        Event::LeaseTaken { local, .. } => Some(local),
        _ => None,
    });
    assert_eq!(taken.collect::<Vec<_>>(), [true, true]);
    assert_eq!(world.writers(), ["us-west-2"]);
}

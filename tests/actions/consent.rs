//! What is no consent: the exit status, the words, and that nothing was changed.

use evac_core::run::Event;

use crate::{
    desk::{Desk, Planned, Stage},
    foreign::child::Said,
    world::World,
};

/// The words that consent to a plan, with one of them changed.
fn changed(desk: &Desk<'_>, planned: &Planned, flag: &str, value: &str) -> Said {
    let mut words = desk.consent(planned);
    match words.iter().position(|word| *word == flag) {
        Some(place) => words[place + 1] = value,
        None => words.extend([flag, value]),
    }
    desk.evac(&words)
}

#[track_caller]
fn refused(said: &Said, status: i32, words: &[&str]) {
    assert_eq!(said.status.code(), Some(status), "{said:#?}");
    for words in words {
        assert!(said.stderr.contains(words), "`{words}` is not said: {}", said.stderr);
    }
    assert!(said.stdout.is_empty(), "{said:#?}");
}

#[track_caller]
fn nothing_was_done(world: &World, desk: &Desk<'_>) {
    assert!(world.changes().is_empty(), "{:#?}", world.changes());
    assert!(desk.runs().is_empty());
}

const NO_CONSENT: &str = "error: there is no consent, and nothing was changed";

#[test]
fn a_wrong_name_hash_or_verb_is_no_consent() {
    let world = World::start();
    let desk = Desk::new(&world);
    let planned = desk.plan(&["switchover", "--to", "us-west-2"]);
    assert!(planned.blockers().is_empty(), "{:?}", planned.blockers());
    refused(&changed(&desk, &planned, "--confirm", "us-east-1"), 1, &[NO_CONSENT, "type `us-west-2`", "`us-east-1`"]);
    refused(&changed(&desk, &planned, "--confirm", ""), 1, &[NO_CONSENT, "type `us-west-2`"]);
    refused(&changed(&desk, &planned, "--plan", "0123456789ab"), 1, &["0123456789ab"]);
    refused(&changed(&desk, &planned, "--plan", &planned.hash()[..4]), 1, &["8 digits"]);
    refused(&changed(&desk, &planned, "--plan", "../../etc/passwd"), 1, &["error: "]);
    refused(&changed(&desk, &planned, "--to", "eu-west-1"), 2, &["is for another action", "evac plan"]);
    let hash = planned.hash();
    let other = ["failover", "--to", "us-west-2", "--plan", hash, "--confirm", "us-west-2", "--accept-loss", "15m"];
    refused(&desk.evac(&other), 2, &["is for another action: a switchover"]);
    refused(&desk.evac(&["switchover", "--to", "us-west-2"]), 2, &["--plan", "--confirm"]);
    nothing_was_done(&world, &desk);
}

#[test]
fn consent_to_a_smaller_loss_is_void() {
    let world = World::start();
    let desk = Desk::new(&world);
    world.lose_primary();
    let planned = desk.plan(&["failover", "--to", "us-west-2"]);
    for accepted in ["", "1s", "none", "unknown", "three minutes", "0s", "-15m"] {
        let flag = format!("--accept-loss={accepted}");
        let mut words = desk.consent(&planned);
        words.truncate(words.len() - 2);
        words.push(&flag);
        refused(&desk.evac(&words), 1, &[NO_CONSENT, "the loss is stated as `", "type that to accept it"]);
    }
    nothing_was_done(&world, &desk);
}

#[test]
fn what_blocks_a_plan_is_overridden_by_name_and_reason_or_not_at_all() {
    let world = World::start();
    let desk = Desk::new(&world);
    desk.carry_out(&["drain", "--region", "eu-west-1"]);
    let (before, runs) = (world.changes().len(), desk.runs().len());
    let planned = desk.plan(&["drain", "--region", "us-west-2"]);
    assert_eq!(planned.blockers(), ["RUN-COOL-DOWN"]);
    let with = |given: &str| changed(&desk, &planned, "--override", given);
    refused(&desk.evac(&desk.consent(&planned)), 1, &[NO_CONSENT, "RUN-COOL-DOWN", "evac acknowledge"]);
    refused(&with("RUN-COOL-DOWN="), 2, &["give a reason"]);
    refused(&with("RUN-COOL-DOWN"), 2, &["CODE=REASON"]);
    refused(&with("NO-SUCH-CODE=why not"), 2, &["no guard is called `NO-SUCH-CODE`"]);
    refused(&with("PLN-DRIFT=it will do"), 1, &[NO_CONSENT, "PLN-DRIFT cannot be overridden"]);
    refused(&with("FNC-UNPROVEN=for whatever may come"), 1, &[NO_CONSENT, "does not stand against this plan"]);
    refused(&desk.evac(&["override", "--code", "PLN-DRIFT", "--reason", "x"]), 2, &["cannot be overridden"]);
    refused(&desk.evac(&["override", "--code", "FNC-UNPROVEN", "--reason", " "]), 2, &["give a reason"]);
    assert_eq!((world.changes().len(), desk.runs().len()), (before, runs), "nothing was done");

    let reason = "RUN-COOL-DOWN=ada saw the end of the other run";
    let mut words = desk.consent(&planned);
    words.extend(["--override", reason, "--json"]);
    let journal = desk.done(&words);
    assert!(journal.lines().next().unwrap().contains("ada saw the end of the other run"), "{journal}");
    assert_ne!(world.users_go_to("us-west-2"), "us-west-2");
}

/// The old writer goes on in a region that nobody reaches, and nothing tells whether it was stopped.
#[test]
fn traffic_waits_for_a_fence_that_nothing_tells_of_until_an_operator_takes_it_upon_himself() {
    held_and_overridden("fence-unknown", "proof");
}

/// The same, and RDS says that it tried.
#[test]
fn traffic_waits_for_a_fence_that_was_refused_until_an_operator_takes_it_upon_himself() {
    held_and_overridden("fence-refused", "proof, for an attempt that timed out is none: ");
}

fn held_and_overridden(scenario: &str, awaited: &str) {
    let world = World::start();
    let desk = Desk::new(&world);
    // Who takes over stands by: where it serves already, users leave before the promotion.
    desk.carry_out(&["drain", "--region", "us-west-2"]);
    desk.done(&["acknowledge"]);
    world.lose_primary_by(scenario);
    let run = desk.begin(&["failover", "--to", "us-west-2"]);
    world.wait_until("the run is held at its gate", || desk.runs()[0]["state"] == "HELD");
    let held = |event: &Event| matches!(event, Event::Gated { why, .. } if why.contains(awaited));
    assert!(desk.journal(&run).records.iter().any(|record| held(&record.event)), "{awaited}");
    let begun = |step: &str| {
        let started = |event: &Event| matches!(event, Event::Started { step: of, .. } if of.as_str() == step);
        desk.journal(&run).records.iter().any(|record| started(&record.event))
    };
    assert!(begun("promote") && !begun("transaction") && !begun("shift-traffic"));
    assert_eq!(world.writers(), ["us-east-1", "us-west-2"], "the old writer was not stopped");

    let said = desk.evac(&["override", &run, "--code", "FNC-UNPROVEN", "--reason", " "]);
    refused(&said, 2, &["give a reason"]);
    assert!(!begun("shift-traffic"));
    desk.done(&["override", &run, "--code", "FNC-UNPROVEN", "--reason", "its racks are without power"]);
    let told = desk.done(&["attach", &run]);
    assert!(told.contains("SKIPPED fence: FNC-UNPROVEN is overridden"), "{told}");
    assert!(told.contains("its racks are without power") && told.contains("ada"), "{told}");
    assert!(begun("transaction") && begun("shift-traffic"));
    world.wait_until("users are led to it", || world.users_go_to("us-west-2") == "us-west-2");
}

#[test]
fn a_world_that_has_changed_since_makes_the_plan_void() {
    let world = World::start();
    let desk = Desk::new(&world);
    let planned = desk.plan(&["switchover", "--to", "us-west-2"]);
    let other = Desk::new(&world);
    other.carry_out(&["switchover", "--to", "us-west-2"]);
    let before = world.changes().len();
    let said = desk.evac(&desk.consent(&planned));
    assert_eq!(said.status.code(), Some(1), "{said:#?}");
    assert_eq!(world.changes().len(), before, "{said:#?}");
    assert_eq!(world.writers(), ["us-west-2"]);
    // It is told what has changed, not only that something has.
    assert!(said.stderr.contains("us-west-2"), "{}", said.stderr);
}

#[test]
fn a_gate_is_overridden_where_it_is_waited_at_and_not_before() {
    let world = World::start();
    let desk = Desk::new(&world);
    world.lose_primary();
    let run = desk.detach(&["failover", "--to", "us-west-2"]);
    let records =
        || desk.journal(&run).records.iter().filter(|it| matches!(it.event, Event::Overridden { .. })).count();
    let with = |code: &str| desk.evac(&["override", &run, "--code", code, "--reason", "for whatever may come"]);
    refused(&with("FNC-UNPROVEN"), 1, &["is not at its gate", "evac attach"]);
    refused(&with("RUN-COOL-DOWN"), 1, &["has no gate that waits for RUN-COOL-DOWN"]);
    assert_eq!(records(), 0);
    world.hurry(true);
    desk.done(&["attach", &run]);
    assert_eq!(records(), 0);
}

#[test]
fn the_sources_are_waited_for_as_long_as_the_consent_says() {
    let world = World::start();
    let desk = Desk::new(&world);
    let planned = desk.plan(&["switchover", "--to", "us-west-2"]);
    world.fault(None, Some("rds"), "hang");
    // In no time RDS has not answered, and what nobody shows is nothing to act on.
    let said = changed(&desk, &planned, "--wait", "0s");
    refused(&said, 1, &["waiting for every source to answer, 0 s at most", NO_CONSENT, "SNP-STALE"]);
    nothing_was_done(&world, &desk);
}

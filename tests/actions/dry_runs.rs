//! Dry runs: each verb is looked through step by step, and nothing in the world is any other than before.

use serde_json::{Value, json};

use crate::{
    desk::Desk,
    foreign::{list, text},
    verbs::backup,
    world::World,
};

#[test]
fn a_dry_run_of_any_verb_looks_at_each_step_and_changes_nothing() {
    let world = World::start();
    let desk = Desk::new(&world);
    let backup = backup(&world, "us-west-2");
    let restore = ["restore", "--region", "us-west-2", "--backup", &backup, "--namespace", "akidb"];
    let verbs: [&[&str]; 5] = [
        &["switchover", "--to", "us-west-2"],
        &["failover", "--to", "us-west-2"],
        &[&restore[..], &["--map", "akidb=akidb-copy"]].concat(),
        &["recover", "--region", "us-east-1"],
        &["drain", "--region", "eu-west-1"],
    ];
    verbs.iter().for_each(|verb| dry(&desk, verb));
    nothing_was_asked_for(&world, 0);
    // The two ways back are open once there is something to come back from.
    desk.carry_out(&["drain", "--region", "eu-west-1"]);
    desk.done(&["acknowledge"]);
    let before = everything(&world);
    dry(&desk, &["undrain", "--region", "eu-west-1"]);
    nothing_was_asked_for(&world, before);
    desk.carry_out(&["undrain", "--region", "eu-west-1"]);
    desk.done(&["acknowledge"]);
    desk.carry_out(&["switchover", "--to", "us-west-2"]);
    desk.done(&["acknowledge"]);
    let before = everything(&world);
    dry(&desk, &["failback"]);
    nothing_was_asked_for(&world, before);
    assert_eq!(desk.runs().len(), 3, "none but those that were carried out");
}

/// Makes a plan with a dry run, for people and for scripts.
#[track_caller]
fn dry(desk: &Desk<'_>, verb: &[&str]) {
    let document = desk.evac(&[&["plan", "--json", "--dry-run"], verb].concat()).stdout;
    let document: Value = serde_json::from_str(&document).unwrap_or_else(|error| panic!("{verb:?}: {error}"));
    let (seen, steps) = (list(&document, "/dry_run"), list(&document, "/plan/steps"));
    let ids = |steps: &[Value], name: &str| steps.iter().map(|step| text(step, name).to_owned()).collect::<Vec<_>>();
    assert_eq!(ids(seen, "/step"), ids(steps, "/id"), "{verb:?}: each step is looked at");
    assert!(seen.iter().any(|step| step["after"]["seen"] == "not yet"), "{verb:?}: something is to be done: {seen:#?}");
}

/// Every change that was ever asked for, those of leases and journals included.
fn everything(world: &World) -> usize {
    list(&world.control("GET", "/requests", &json!({})), "/changes").len()
}

#[track_caller]
fn nothing_was_asked_for(world: &World, since: usize) {
    let requests = world.control("GET", "/requests", &json!({}));
    assert_eq!(list(&requests, "/changes").get(since..), Some(&[][..]));
}

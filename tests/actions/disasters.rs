//! Simulated disasters that strike a run, or go on while there is one: what evac does, what it says, and the end.

use evac_core::run::Event;
use serde_json::json;

use crate::{
    desk::{Desk, refused},
    foreign::{child::Said, list, text},
    processes::{answered, ended},
    verbs::backup,
    world::{HURRY, PACE, World},
};

const SWITCHOVER: [&str; 3] = ["switchover", "--to", "us-west-2"];

impl World {
    /// Waits until a step of a run at a desk waits for something that is told in these words.
    #[track_caller]
    pub fn wait_for_words(&self, desk: &Desk<'_>, run: &str, step: &str, words: &str) {
        let is_it = |event: &Event| matches!(event, Event::Waiting { step: of, on } if of.as_str() == step && on.contains(words));
        self.wait_for(desk, run, &format!("{step} waits for `{words}`"), is_it);
    }

    /// Changes something in the clusters of a region.
    fn change_cluster(&self, region: &str, change: &serde_json::Value) {
        self.perform(&json!({"kubernetes": {"region": region, "change": change}}));
    }
}

/// A disaster that slows a switchover or stands in its way for a while, and does not keep it from its end.
struct Hindrance {
    scenario: &'static str,
    /// What is told of it on the way.
    told: &'static str,
}

#[test]
fn what_only_hinders_a_switchover_is_told_and_it_comes_to_its_end() {
    let hindrances = [
        // Nothing but time: the promotion takes longer than the plan expects.
        Hindrance { scenario: "promotion-slow", told: "waits     global cluster switching-over" },
        Hindrance { scenario: "contended-writes", told: "put off   s3:PutObject: ConditionalRequestConflict" },
        Hindrance {
            scenario: "us-east-1-control-plane",
            told: "; not in us-east-1: service error: sts:GetCallerIdentity: ",
        },
    ];
    for Hindrance { scenario, told } in hindrances {
        let world = World::start();
        let desk = Desk::new(&world);
        world.trigger(scenario);
        let run = desk.begin(&SWITCHOVER);
        let said = desk.done(&["attach", &run]);
        assert!(said.contains(told), "{scenario}: {said}");
        let state = world.verified(&desk, &run);
        assert_eq!(world.writers(), ["us-west-2"], "{scenario}");
        assert_eq!(world.changes_of("SwitchoverGlobalCluster").len(), 1, "{scenario}");
        assert_eq!(world.users_go_to("us-west-2"), "us-west-2", "{scenario}");
        let promote = desk.step(&run, "promote");
        let expected = state.plan.steps.iter().find(|step| step.id.as_str() == "promote").unwrap().expected;
        let took = promote.ended_at.unwrap().duration_since(promote.started_at.unwrap());
        assert!(scenario != "promotion-slow" || took > expected, "{took:#} of {expected:#}");
    }
}

/// RDS says first that its attempt to stop the old writer timed out, and minutes later that it has stopped it.
#[test]
fn a_gate_opens_by_itself_when_the_fence_comes_late_and_not_before() {
    let world = World::start();
    let desk = Desk::new(&world);
    world.lose_primary_by("fence-late");
    let run = desk.detach(&["failover", "--to", "us-west-2"]);
    world.speed(PACE);
    world.wait_for_words(&desk, &run, "fence", "an attempt that timed out is none");
    assert_eq!(world.writers(), ["us-east-1", "us-west-2"], "two write, one of them for nobody");
    world.speed(HURRY);
    let told = desk.done(&["attach", &run]);
    assert!(told.contains("DONE fence: ") && told.contains("succeeded."), "{told}");
    let journal = desk.journal(&run);
    let place = |is_it: &dyn Fn(&Event) -> bool| journal.records.iter().position(|record| is_it(&record.event));
    let of = |event: &Event, name: &str| matches!(event, Event::Started { step, .. } if step.as_str() == name);
    for step in ["transaction", "start-consumer-ingest"] {
        assert!(place(&ended("fence")) < place(&|event| of(event, step)), "{step} waits for the fence");
    }
    assert!(place(&ended("answers")) < place(&|event| of(event, "promote")), "users have left before");
    assert!(place(&|event| matches!(event, Event::Overridden { .. })).is_none());
    assert_eq!(world.writers(), ["us-west-2"]);
    assert_eq!(world.users_go_to("us-west-2"), "us-west-2");
}

#[test]
fn a_target_without_machines_is_none_and_one_without_room_gets_no_traffic_until_it_has_some() {
    let world = World::start();
    let desk = Desk::new(&world);
    world.trigger("capacity-loss");
    world.pass("5m");
    let planned = desk.plan(&SWITCHOVER);
    assert!(planned.blockers().contains(&"TGT-NO-GO"), "{:?}", planned.blockers());
    refused(&desk.evac(&desk.consent(&planned)), &["there is no consent", "TGT-NO-GO"]);
    assert!(world.changes().is_empty());

    world.trigger("calm-day");
    world.wait_until("its pods are back", || world.replicas("us-west-2", "akidb-api").1 == 3);
    world.wait_until("the target is good again", || desk.plan(&SWITCHOVER).blockers().is_empty());
    world.trigger("scale-up-short");
    let run = desk.begin(&SWITCHOVER);
    world.wait_for_words(&desk, &run, "scale-akidb-query", "a pod has no place");
    world.wait_for(&desk, &run, "the transaction is committed", ended("transaction"));
    assert_eq!(desk.step(&run, "shift-traffic").attempts, 0);
    assert_eq!(world.users_go_to("us-east-1"), "us-east-1", "who cannot be served there is not led there");
    world.change_cluster("us-west-2", &json!({"schedulable": {"nodes": 6}}));
    desk.done(&["attach", &run]);
    world.verified(&desk, &run);
    assert_ne!(world.users_go_to("us-east-1"), "us-east-1");
}

#[test]
fn credentials_that_have_ended_begin_nothing_and_those_that_end_under_way_are_waited_for() {
    let world = World::start();
    let desk = Desk::new(&world);
    let run = desk.begin(&SWITCHOVER);
    world.speed(PACE);
    world.wait_for(&desk, &run, "the promotion is taken", answered("promote"));
    world.trigger("expired-credentials");
    world.pass("2m");
    world.wait_for_words(&desk, &run, "promote", "ExpiredToken");
    // Meanwhile nothing else may begin.
    let other = Desk::of("ben", &world);
    let verb = ["drain", "--region", "eu-west-1"];
    let blocked = other.try_plan(&verb).map(|planned| planned.blockers().contains(&"CRD-DENIED"));
    assert!(blocked.as_ref().is_ok_and(|blocked| *blocked), "{blocked:?}");
    // Whoever signs in again has to do nothing else.
    world.trigger("calm-day");
    world.speed(HURRY);
    desk.done(&["attach", &run]);
    world.verified(&desk, &run);
    assert_eq!(world.changes_of("SwitchoverGlobalCluster").len(), 1);
    assert_eq!(world.writers(), ["us-west-2"]);
    // It is told once that nothing can be seen, and not by each of the questions of each look.
    let journal = desk.journal(&run);
    let waits = journal.records.iter().filter_map(|record| match &record.event {
        Event::Waiting { step, on } if step.as_str() == "promote" => Some(on.contains("denied: ")),
        _ => None,
    });
    let waits: Vec<_> = waits.collect();
    assert!(waits.contains(&true) && !waits.windows(2).any(|pair| pair == [true, true]), "{waits:?}");
}

/// Begins a copy of a namespace in us-west-2, where a scenario goes on.
fn begin_restore(world: &World, desk: &Desk<'_>, scenario: &str) -> String {
    let backup = backup(world, "us-west-2");
    world.trigger(scenario);
    let verb = ["restore", "--region", "us-west-2", "--backup", &backup, "--namespace", "akidb"];
    desk.begin(&[&verb[..], &["--map", "akidb=akidb-copy"]].concat())
}

#[track_caller]
fn failed(world: &World, said: &Said, words: &str) {
    assert_eq!(said.status.code(), Some(1), "{said:#?}");
    assert!(said.stdout.contains("FAILED restore: ") && said.stdout.contains(words), "{said:#?}");
    assert!(said.stdout.contains("DONE read-write: "), "{said:#?}");
    assert_eq!(world.store_mode("us-west-2"), "ReadWrite");
    assert_eq!(world.changes_of("/restores").iter().filter(|change| change.is_once()).count(), 1);
}

#[test]
fn a_restore_that_brings_back_a_part_has_failed_and_says_how_much_is_missing() {
    let world = World::start();
    let desk = Desk::new(&world);
    let run = begin_restore(&world, &desk, "restore-partial");
    failed(&world, &desk.evac(&["attach", &run]), "PartiallyFailed: 37 of 37 items, 0 warnings and 4 errors");
}

/// Velero has no way to stop a restore but to delete it, and evac deletes nothing of what it was asked to bring back.
#[test]
fn a_restore_that_stands_still_is_seen_to_its_end_and_whoever_deletes_it_ends_it() {
    let world = World::start();
    let desk = Desk::new(&world);
    let run = begin_restore(&world, &desk, "restore-stuck");
    world.wait_for_words(&desk, &run, "restore", "InProgress");
    desk.done(&["abort", &run, "--reason", "it stands still"]);
    world.wait_for_words(&desk, &run, "restore", "the run stops when this has ended");
    assert_eq!(world.store_mode("us-west-2"), "ReadOnly", "what is read is not written");
    let restores = "/apis/velero.io/v1/namespaces/velero/restores";
    let (_, found) = world.kubernetes("us-west-2", "GET", restores, &json!({}));
    let own = list(&found, "/items").iter().map(|restore| text(restore, "/metadata/name"));
    let own = own.filter(|name| name.starts_with("evac-")).collect::<Vec<_>>();
    let [own] = own[..] else { panic!("{own:?}") };
    assert_eq!(world.kubernetes("us-west-2", "DELETE", &format!("{restores}/{own}"), &json!({})).0, 200);
    failed(&world, &desk.evac(&["attach", &run]), "came to nothing: there is no Restore evac-");
}

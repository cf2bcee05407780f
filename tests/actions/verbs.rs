//! Each verb from the plan to its end, and what is true of the world then.

use std::collections::BTreeMap;

use evac_core::{
    RegionId,
    plan::Step,
    run::{RunState, StepState},
};
use jiff::SignedDuration;
use serde_json::json;

use crate::{
    desk::{Desk, Stage},
    foreign::{list, text},
    processes::{answered, is_there, started},
    world::{HURRY, World},
};

pub const NAMESPACE: &str = "/api/v1/namespaces/akidb";
/// How late STS may answer, so that a source still has its answer in time.
const FIRST_STEP: u64 = 700;
const BACKUPS: &str = "/apis/velero.io/v1/namespaces/velero/backups";

#[test]
fn a_switchover_moves_the_writer_and_its_traffic() {
    let world = World::start();
    let desk = Desk::new(&world);
    let told = desk.carry_out(&["switchover", "--to", "us-west-2"]);
    assert!(told.contains("DONE promote: global cluster available; akidb-usw2 writes"), "{told}");
    assert_eq!(world.writers(), ["us-west-2"]);
    assert_eq!(world.split_seconds(), 0);
    assert_eq!(world.changes_of("SwitchoverGlobalCluster").len(), 1);
    assert_ne!(world.users_go_to("us-east-1"), "us-east-1");
    assert_eq!(world.replicas("us-west-2", "akidb-query"), (12, 12));
    assert_eq!(world.replicas("us-east-1", "ingest"), (0, 0));
    assert_eq!(world.replicas("us-west-2", "ingest"), (2, 2));
    let runs = desk.runs();
    assert_eq!((runs.len(), &runs[0]["state"]), (1, &"DONE".into()), "{runs:#?}");
    desk.done(&["acknowledge"]);
}

#[test]
fn a_promotion_that_is_given_up_fails_the_run_and_what_was_paused_for_it_goes_on() {
    let world = World::start();
    let desk = Desk::new(&world);
    let consumers = world.replicas("us-east-1", "ingest");
    assert!(consumers.1 > 0, "{consumers:?}");
    world.trigger("promotion-fails");
    let run = desk.begin(&["switchover", "--to", "us-west-2"]);
    let said = desk.evac(&["attach", &run]);
    assert_eq!(said.status.code(), Some(1), "{said:#?}");
    let told = said.stdout;
    assert!(told.contains("FAILED promote: it was under way, and came to nothing: "), "{told}");
    assert_eq!(world.changes_of("SwitchoverGlobalCluster").len(), 1, "it is not called for again");
    assert_eq!(world.writers(), ["us-east-1"]);
    assert!(told.contains("DONE resume-consumer-ingest"), "{told}");
    world.wait_until("the consumers are back", || world.replicas("us-east-1", "ingest") == consumers);
}

#[test]
fn a_failover_from_a_region_that_is_dark_turns_to_it_for_nothing() {
    let world = World::start();
    let desk = Desk::new(&world);
    world.lose_primary();
    // The first step of a run asks STS, and every other one waits for it: none has begun when the count does.
    world.delay("us-west-2", "sts", FIRST_STEP);
    let run = desk.detach(&["failover", "--to", "us-west-2"]);
    // From here on there is no process of evac but the run's own, and those that follow it by its journal.
    let before = world.turned_to("us-east-1");
    world.heal(Some("us-west-2"), "sts");
    world.speed(HURRY);
    for service in ["cloudwatch", "kubernetes", "probe", "rds", "route53", "s3", "sts"] {
        assert!(before[service].0 > 0, "{service} is counted: before the run it was tried, global or not: {before:#?}");
    }
    let worker = desk.worker(&run);
    let told = desk.done(&["attach", &run]);
    world.wait_until("its process has done all that there was to do", || !is_there(worker));
    assert_eq!(world.turned_to("us-east-1"), before, "connections and requests to a region that is lost");
    let state = world.verified(&desk, &run);
    let lost = RegionId::new("us-east-1").unwrap();
    let needs = |step: &Step| step.region.as_ref() == Some(&lost) || step.killed_by.contains(&lost);
    assert!(!state.plan.steps.iter().any(needs), "no step needs what is lost: {:#?}", state.plan.steps);
    assert_eq!(world.writers(), ["us-west-2"]);
    assert!(told.contains("DONE fence"), "{told}");
    assert_eq!(world.changes_of("FailoverGlobalCluster").len(), 1);
    assert!(world.changes().iter().all(|change| change.region != "us-east-1"), "{:#?}", world.changes());
    assert_eq!(world.users_go_to("us-west-2"), "us-west-2");
    world.wait_until("the run's processes are gone", || desk.runs()[0]["running"] == false);
}

#[test]
fn when_the_next_region_is_lost_too_the_third_takes_over() {
    let world = World::start();
    let desk = Desk::new(&world);
    world.lose_primary();
    desk.carry_out(&["failover", "--to", "us-west-2"]);
    desk.done(&["acknowledge"]);
    // Until then RDS makes the third region's cluster anew from the new writer.
    world.pass("45m");
    world.perform(&json!({"power": {"region": "us-west-2", "on": false}}));
    world.fault(Some("us-west-2"), None, "hang");
    let verb = ["failover", "--to", "eu-west-1"];
    let planned = desk.plan(&verb);
    // That us-east-1 wrote when it was last seen stands against nothing: it is reported to have been stopped. Both
    // replicas of the lease table are gone, which is told and can be lived with.
    assert_eq!(planned.blockers(), ["LSE-UNREACHABLE"]);
    let overridden = ["--override", "LSE-UNREACHABLE=nobody else is awake"];
    let told = desk.done(&[&desk.consent(&planned)[..], &overridden].concat());
    assert!(told.contains("DONE promote"), "{told}");
    assert_eq!((world.writers(), world.split_seconds()), (vec!["eu-west-1".to_owned()], 0));
}

/// The newest backup of a region that is whole.
pub fn backup(world: &World, region: &str) -> String {
    let (_, backups) = world.kubernetes(region, "GET", BACKUPS, &json!({}));
    let whole = list(&backups, "/items").iter().filter(|backup| backup["status"]["phase"] == "Completed");
    let hot = whole.map(|backup| text(backup, "/metadata/name")).filter(|name| name.starts_with("pvc-5m-"));
    hot.max().unwrap().to_owned()
}

#[test]
fn a_deleted_namespace_is_restored_and_a_copy_of_it_beside() {
    let world = World::start();
    let desk = Desk::new(&world);
    let backup = backup(&world, "us-west-2");
    assert_eq!(world.kubernetes("us-west-2", "DELETE", NAMESPACE, &json!({})).0, 200);
    world.pass("2m");
    assert_eq!(world.kubernetes("us-west-2", "GET", NAMESPACE, &json!({})).0, 404);
    let verb = ["restore", "--region", "us-west-2", "--backup", &backup, "--namespace", "akidb"];
    desk.carry_out(&verb);
    world.wait_until("the restored pods are ready", || world.replicas("us-west-2", "akidb-query") == (4, 4));
    assert_eq!(world.store_mode("us-west-2"), "ReadWrite");

    let told = desk.carry_out(&[&verb[..], &["--map", "akidb=akidb-copy"]].concat());
    assert!(told.contains("DONE restore"), "{told}");
    let copies = "/apis/apps/v1/namespaces/akidb-copy/deployments";
    let (_, copies) = world.kubernetes("us-west-2", "GET", copies, &json!({}));
    assert_eq!(list(&copies, "/items").len(), 4, "{copies:#}");
    assert_eq!(world.store_mode("us-west-2"), "ReadWrite");
    assert_eq!(world.changes_of("/restores").len(), 2);
}

#[test]
fn a_recovered_cluster_stands_beside_the_old_one_with_an_instance() {
    let world = World::start();
    let desk = Desk::new(&world);
    let told = desk.carry_out(&["recover", "--region", "us-east-1"]);
    assert!(told.contains("is available at akidb-use1-evac-"), "where it is reached: {told}");
    let clusters = world.rds("us-east-1", "DescribeDBClusters");
    let name = "<DBClusterIdentifier>akidb-use1";
    assert_eq!(clusters.matches(name).count(), 2, "{clusters}");
    assert_eq!(clusters.matches("<DeletionProtection>true").count(), 2, "{clusters}");
    let instances = world.rds("us-east-1", "DescribeDBInstances");
    assert!(instances.contains("<DBClusterIdentifier>akidb-use1-evac-"), "{instances}");
    assert_eq!(world.changes_of("RestoreDBClusterToPointInTime").len(), 1);
    assert_eq!(world.writers(), ["us-east-1"]);
}

/// How long the steps of the newest run took.
fn times(desk: &Desk<'_>) -> BTreeMap<String, SignedDuration> {
    let run = desk.runs()[0]["run"].as_str().unwrap().to_owned();
    let state = RunState::replay(&desk.journal(&run).records).unwrap().unwrap();
    let took = |step: &StepState| Some(step.ended_at?.duration_since(step.started_at?));
    state.steps.iter().filter_map(|(id, step)| Some((id.to_string(), took(step)?))).collect()
}

#[test]
fn a_drained_region_gets_no_traffic_until_it_is_undrained() {
    let world = World::start();
    let desk = Desk::new(&world);
    let told = desk.carry_out(&["drain", "--region", "eu-west-1"]);
    assert!(told.contains("DONE answers"), "{told}");
    assert_ne!(world.users_go_to("eu-west-1"), "eu-west-1");
    assert_eq!(world.writers(), ["us-east-1"]);
    let first = times(&desk);
    desk.done(&["acknowledge"]);
    let told = desk.carry_out(&["undrain", "--region", "eu-west-1"]);
    assert!(told.contains("DONE shift-traffic: by the endpoint in "), "by its routing control: {told}");
    world.wait_until("its users come back", || world.users_go_to("eu-west-1") == "eu-west-1");
    let states: Vec<_> = world.changes_of("RoutingControl").iter().map(|change| change.status).collect();
    assert_eq!(states, [Some(200); 2], "taken away once, and given back once");

    // The next plan expects of each step what it took.
    let second = times(&desk);
    desk.done(&["acknowledge"]);
    let drain = ["drain", "--region", "eu-west-1"];
    world.wait_until("its traffic is seen to be back", || desk.try_plan(&drain).is_ok());
    let planned = desk.plan(&drain);
    let mut known = 0;
    for step in list(&planned.document, "/plan/steps") {
        let mut times: Vec<_> = [&first, &second].iter().filter_map(|times| times.get(text(step, "/id"))).collect();
        times.sort();
        let Some(typical) = times.get(times.len() / 2) else { continue };
        let expected: SignedDuration = serde_json::from_value(step["expected"].clone()).unwrap();
        assert_eq!(expected, (**typical).max(SignedDuration::from_secs(1)), "{step:#}: {times:?}");
        known += 1;
    }
    assert!(known > 3, "{planned:#?}");
}

/// Its users are served still: nobody but evac is cut off from it.
#[test]
fn users_leave_a_region_that_is_cut_off_before_the_writer_does_and_come_back_if_that_stays() {
    let world = World::start();
    let (ada, ben) = (Desk::new(&world), Desk::of("ben", &world));
    world.cut_off_primary();
    let run = ada.detach(&["failover", "--to", "us-west-2"]);
    // Nobody sees what users are answered until the run was stopped.
    world.fault(None, Some("resolver"), "hang");
    world.hurry(true);
    world.wait_for(&ada, &run, "users are being led away", answered("shift-traffic"));
    ada.done(&["abort", &run, "--reason", "the wrong region"]);
    world.heal(None, "resolver");
    let told = ada.evac(&["attach", &run]).stdout;
    assert!(told.contains("DONE return-traffic") && told.contains("NOT BEGUN promote"), "{told}");
    assert!(world.changes_of("FailoverGlobalCluster").is_empty());
    world.wait_until("users come back", || world.users_go_to("us-east-1") == "us-east-1");
    ada.done(&["acknowledge"]);

    world.speed(1);
    let run = ben.begin(&["failover", "--to", "us-west-2"]);
    world.wait_for(&ben, &run, "the promotion is asked for", started("promote"));
    assert_eq!(world.users_go_to("us-east-1"), "us-west-2");
    // What the old writer is now is known in its own region alone.
    world.wait_until("the run is held at its gate", || ben.runs()[0]["state"] == "HELD");
    ben.done(&["override", &run, "--code", "FNC-UNPROVEN", "--reason", "nobody is led there any more"]);
    let told = ben.done(&["attach", &run]);
    assert!(told.contains("DONE answers") && told.contains("DONE serving"), "{told}");
    assert_eq!(world.writers(), ["us-west-2"]);
}

#[test]
fn a_failback_goes_home_once_the_lost_region_is_rebuilt() {
    let world = World::start();
    let desk = Desk::new(&world);
    world.lose_primary();
    desk.carry_out(&["failover", "--to", "us-west-2"]);
    desk.done(&["acknowledge"]);
    world.trigger("calm-day");
    let early = desk.plan(&["failback"]);
    assert!(early.blockers().contains(&"TGT-NO-GO"), "{:?}", early.blockers());
    // RDS makes the old primary anew, with its instances, in its own time.
    world.pass("40m");
    world.wait_until("the old primary is whole", || !desk.plan(&["failback"]).blockers().contains(&"TGT-NO-GO"));
    let planned = desk.plan(&["failback"]);
    let steps = list(&planned.document, "/plan/steps").iter();
    let lost = steps.filter(|step| step["call"]["call"] == "copy-snapshot").count();
    desk.carry_out(&["failback"]);
    assert_eq!(world.writers(), ["us-east-1"]);
    assert_eq!(world.split_seconds(), 0);
    // What the failover lost is in a snapshot that RDS deletes in time: it is copied once.
    let copies: Vec<_> = world.changes_of("CopyDBClusterSnapshot").iter().map(|change| change.status).collect();
    assert_eq!((lost, copies), (1, vec![Some(200)]));
    assert!(world.rds("us-east-1", "DescribeDBClusterSnapshots").contains("evac-kept-"));
    assert_eq!(world.changes_of("SwitchoverGlobalCluster").len(), 1);
    world.wait_until("users come back", || world.users_go_to("us-east-1") == "us-east-1");
    assert!(!world.has_object("us-west-2", "akidb-terraform", "akidb/terraform.tfstate.tflock"), "the lock is lifted");
    assert_eq!(world.replicas("us-east-1", "ingest"), (2, 2));
    assert_eq!(world.replicas("us-west-2", "ingest"), (0, 0));
}

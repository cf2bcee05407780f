//! Whole runs by command, on machines that know of each other only by what the server keeps.

use std::{fs, process::Command, thread, time::Instant};

use serde_json::Value;

use crate::{
    desk::{Desk, Stage},
    foreign::{
        PATIENCE, at,
        child::{Said, Server, run},
        list,
        python::{Packages, Python},
        servers::Foreign,
        text,
    },
    ground::{Ground, Seen},
    lacking::{BESIDE, FENCE, STATES},
    seeded_stack::SeededStack,
};

const STOP: &str = "evac/stop/eu-west-1";
const LOCK: &str = "shop/terraform.tfstate.tflock";
/// The addresses that the records of us-east-1 and us-west-2 begin with.
const ADDRESSES: [&str; 2] = ["192.0.2.10", "198.51.100.10"];

/// Plans and consents until it is so that a run has begun. A busy machine does not hear of everything in time: then there
/// is no plan or no consent, and nothing was changed.
fn begin(desk: &Desk<'_>, verb: &[&str], more: &[&str]) -> String {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let said = match desk.try_plan(verb) {
            Ok(planned) => desk.evac(&[&desk.consent(&planned)[..], more, &["--detach"]].concat()),
            Err(said) => said,
        };
        if said.status.success() {
            return said.stdout.trim().to_owned();
        }
        assert!(Instant::now() < deadline, "evac {verb:?}: {said:#?}");
    }
}

/// Sees a run to its good end.
fn carry_out(desk: &Desk<'_>, verb: &[&str], more: &[&str]) -> String {
    let run = begin(desk, verb, more);
    desk.done(&["attach", &run])
}

/// Takes the fence of a run upon oneself, which opens only so, and sees the run to its good end.
fn take_upon_oneself(desk: &Desk<'_>, run: &str) -> String {
    let word = ["override", run, "--code", "FNC-UNPROVEN", "--reason", FENCE.operation];
    let deadline = Instant::now() + PATIENCE;
    loop {
        let said = desk.evac(&word);
        if said.status.success() {
            break;
        }
        assert!(said.stderr.contains("is not at its gate") && Instant::now() < deadline, "{said:#?}");
    }
    let told = desk.done(&["attach", run]);
    assert!(
        told.contains("SKIPPED fence: FNC-UNPROVEN is overridden"),
        "MiniStack has learned {}: {told}",
        FENCE.operation
    );
    told
}

#[test]
fn traffic_leaves_a_region_of_ministack_by_an_object_that_is_replicated() {
    let test = "traffic_leaves_a_region_of_ministack_by_an_object_that_is_replicated";
    let Some(python) = Python::with(Packages::Servers, test) else { return };
    let ground = Ground::ministack(python);
    let desk = Desk::new(&ground);
    let told = carry_out(&desk, &["drain", "--region", "eu-west-1"], &[]);
    assert!(told.contains("DONE answers: "), "{told}");
    let seen = ground.look();
    let [put] = seen.versions("/data/us-west-2", STOP)[..] else { panic!("{seen:#?}") };
    assert!(text(put, "/body").contains(" takes eu-west-1 out, by evac ("), "{put}");
    let [copy] = seen.versions("/data/us-east-1", STOP)[..] else { panic!("{seen:#?}") };
    assert_eq!((text(put, "/replication"), text(copy, "/replication")), ("COMPLETED", "REPLICA"));
    assert_eq!(put["body"], copy["body"]);

    desk.done(&["acknowledge"]);
    carry_out(&desk, &["undrain", "--region", "eu-west-1"], &[]);
    let seen = ground.look();
    assert!(seen.is_deleted("/data/us-west-2", STOP), "{seen:#?}");
    assert_eq!(seen.versions("/data/us-west-2", STOP).len(), 1, "what was there is kept as an old version");
    assert_eq!(at(seen.lease(), "/epoch"), 2);
    assert!(seen.lease().get("holder").is_none(), "{}", seen.lease());
    assert_eq!(at(seen.lease(), "/last/outcome"), "DONE");
}

/// Two machines begin the same at once, until one has begun it: which of them, its run, and what the other was told.
fn race(desks: &[Desk<'_>; 2], verb: &[&str]) -> (usize, String, Said) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let begun = desks.each_ref().map(|desk| {
            let planned = desk.try_plan(verb);
            let words = planned.as_ref().map(|planned| [&desk.consent(planned)[..], &["--detach"]].concat());
            words.map(|words| desk.command(&words)).map_err(|said| format!("{said:#?}"))
        });
        let racing = begun.map(|command| thread::spawn(move || Ok::<_, String>(run("evac", command?, PATIENCE))));
        let said = racing.map(|racer| racer.join().unwrap());
        match said {
            [Ok(one), Ok(other)] if one.status.success() => return (0, one.stdout.trim().to_owned(), other),
            [Ok(other), Ok(one)] if one.status.success() => return (1, one.stdout.trim().to_owned(), other),
            said => assert!(Instant::now() < deadline, "nobody begins {verb:?}: {said:#?}"),
        }
    }
}

/// Ends the two processes of a run as no program can catch it: the one that watches, then the one that works.
fn kill(desk: &Desk<'_>, run: &str) {
    let journal = fs::read_to_string(desk.state().join("runs").join(run).join("journal.jsonl")).unwrap();
    let began: Value = serde_json::from_str(journal.lines().next().unwrap()).unwrap();
    let worker = at(&began, "/event/runner/process").to_string();
    let ancestry = fs::read_to_string(format!("/proc/{worker}/stat")).unwrap();
    let parent = ancestry.rsplit(')').next().unwrap().split_whitespace().nth(1).unwrap().to_owned();
    for process in [parent, worker] {
        assert!(Command::new("kill").args(["-9", &process]).status().unwrap().success(), "kill -9 {process}");
    }
}

/// Each copy of a run's journal as the holder of an epoch wrote it, newest first; nobody may take any of it back.
fn copies<'a>(seen: &'a Seen, region: &str, run: &str, epoch: u64) -> Vec<&'a str> {
    let key = format!("evac/runs/{run}/journal-{epoch:010}.jsonl");
    let versions = seen.versions(&format!("/journals/{region}"), &key);
    for version in &versions {
        assert_eq!((text(version, "/mode"), text(version, "/deleting")), ("COMPLIANCE", "AccessDenied"), "{key}");
    }
    versions.into_iter().map(|version| text(version, "/body")).collect()
}

/// Two machines want the same. The one that gets the lease is killed in the middle, and the other goes on by the copy of
/// the journal, under a newer epoch.
#[test]
fn a_switchover_on_ministack_is_begun_once_taken_over_and_brought_back() {
    let test = "a_switchover_on_ministack_is_begun_once_taken_over_and_brought_back";
    let Some(python) = Python::with(Packages::Servers, test) else { return };
    let ground = Ground::ministack(python);
    let desks = [Desk::new(&ground), Desk::new(&ground)];
    let (won, run, lost) = race(&desks, &["switchover", "--to", "us-west-2"]);
    let (first, second, run) = (&desks[won], &desks[1 - won], run.as_str());
    for words in [run, "is under way since", "switchover to us-west-2"] {
        assert!(lost.stderr.contains(words), "{lost:#?}");
    }

    // From another machine the run is seen by its copy. It has come to the fence, where it stays.
    let mut watching = Server::start("evac attach", second.command(&["attach", run]));
    watching.wait_for(PATIENCE, |line| (line.contains("fence") && line.contains(FENCE.instead)).then_some(()));
    let seen = ground.look();
    let epoch = at(seen.lease(), "/epoch").as_u64().unwrap();
    assert_eq!(at(seen.lease(), "/holder/run"), run);
    kill(first, run);
    drop(watching);
    let resumed = second.done(&["resume", run, "--detach"]);
    assert!(resumed.contains(run), "{resumed}");
    let told = take_upon_oneself(second, run);
    assert!(told.contains("DONE shift-traffic: Route 53 has the record sets, INSYNC"), "{told}");
    assert!(told.contains("Route 53 to bring the change to its servers"), "it was PENDING before: {told}");

    let seen = ground.look();
    assert_eq!(seen.writers(), &serde_json::json!(["us-west-2"]));
    assert_eq!(seen.record("api", "us-east-1")[0], ADDRESSES[1], "by latency");
    let weights = ["us-east-1", "us-west-2"].map(|region| seen.record("www", region)[1].clone());
    assert_eq!(weights, [0, 100], "by weight");
    let [lock] = seen.versions("/terraform", LOCK)[..] else { panic!("{seen:#?}") };
    assert!(text(lock, "/body").contains("evac switchover"), "{lock}");
    assert_eq!(at(seen.lease(), "/epoch"), epoch + 1, "it was taken over");
    let journal = fs::read_to_string(second.state().join("runs").join(run).join("journal.jsonl")).unwrap();
    for region in ["us-west-2", "eu-west-1"] {
        let (before, after) = (copies(&seen, region, run, epoch), copies(&seen, region, run, epoch + 1));
        assert!(before.len() > 1 && before.windows(2).all(|pair| pair[0].starts_with(pair[1])), "{before:#?}");
        assert_eq!(after[0], journal, "the whole journal is in {region}");
    }

    second.done(&["acknowledge"]);
    ground.publish("us-west-2");
    let told = take_upon_oneself(second, &begin(second, &["failback"], &[]));
    assert!(told.contains("DONE shift-traffic: "), "{told}");
    let seen = ground.look();
    assert_eq!(seen.writers(), &serde_json::json!(["us-east-1"]));
    assert_eq!(seen.record("api", "us-east-1")[0], ADDRESSES[0]);
    assert_eq!(["us-east-1", "us-west-2"].map(|region| seen.record("www", region)[1].clone()), [100, 0]);
    assert!(seen.versions("/terraform", LOCK).is_empty(), "the lock is lifted");
}

#[test]
fn a_failover_on_ministack_is_carried_out_with_what_it_loses() {
    let test = "a_failover_on_ministack_is_carried_out_with_what_it_loses";
    let Some(python) = Python::with(Packages::Servers, test) else { return };
    let ground = Ground::ministack(python);
    let desk = Desk::new(&ground);
    let fence = format!("FNC-UNPROVEN={}", FENCE.operation);
    let overrides = ["--override", "WRT-HEALTHY=a drill", "--override", &fence];
    let told = take_upon_oneself(&desk, &begin(&desk, &["failover", "--to", "us-west-2"], &overrides));
    assert!(told.contains("DONE promote: global cluster available; shop-us-west-2 writes"), "{told}");
    let mut promoting = told.lines().filter(|line| line.contains(" promote "));
    assert!(!promoting.any(|line| line.contains(" waits ")), "MiniStack has learned {}: {told}", STATES.operation);
    let seen = ground.look();
    assert_eq!(seen.writers(), &serde_json::json!(["us-west-2"]));
    assert_eq!(seen.record("api", "us-east-1")[0], ADDRESSES[1]);
}

impl Stage for SeededStack {
    fn stack(&self) -> std::path::PathBuf {
        self.file()
    }
}

#[test]
fn a_cluster_of_moto_is_recovered_beside_the_old_one() {
    let Some(python) = Python::with(Packages::Servers, "a_cluster_of_moto_is_recovered_beside_the_old_one") else {
        return;
    };
    let moto = Foreign::moto(python);
    let stack = SeededStack::write(&moto.url, &moto.json("seed_moto.py", &[]));
    let desk = Desk::new(&stack);
    let told = carry_out(&desk, &["recover", "--region", "us-east-1"], &[]);
    assert!(told.contains("DONE recover: DB cluster shop-us-east-1-evac-"), "{told}");
    let (_, picture) = stack.status();
    let old = at(&picture, "/by_source/cluster/us-east-1/reading");
    assert_eq!((text(old, "/cluster"), text(old, "/status")), ("shop-us-east-1", "available"));
    let clusters = moto.json("look_moto.py", &["us-east-1"]);
    let [made] = list(&clusters, "/beside") else { panic!("{clusters:#}") };
    assert_eq!((text(made, "/Status"), &made["DeletionProtection"]), ("available", &true.into()));
    assert_eq!(text(made, "/GlobalClusterIdentifier"), BESIDE.instead, "moto has learned {}", BESIDE.operation);
    assert_eq!(
        text(made, "/DBClusterMembers/0/DBInstanceIdentifier"),
        format!("{}-1", text(made, "/DBClusterIdentifier"))
    );
    for like in ["Port", "DBSubnetGroup", "StorageType", "EngineVersion"] {
        assert_eq!(made[like], clusters["old"][like], "{like}");
    }
}

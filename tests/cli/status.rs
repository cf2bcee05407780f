//! `evac status` and `evac doctor` against a simulator that runs as its own process.

use std::{
    io::{BufRead, BufReader},
    process::Stdio,
};

use serde_json::Value;

use crate::evac::{Home, signal};

const STACK: [&str; 2] = ["--stack", "sim/stack.toml"];

fn asked(home: &Home, more: &[&str]) -> crate::evac::Run {
    home.run(&[&STACK, more].concat())
}

#[test]
fn a_calm_world_is_go_in_every_form_and_a_lost_one_is_not() {
    let home = Home::new();
    let simulator = home.simulator(&["--speed", "10", "--seed", "7"]);

    let json = asked(&home, &["status", "--json"]);
    assert_eq!((json.status, json.stderr.as_str()), (Some(0), ""), "{}", json.stdout);
    let picture: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!((&picture["version"], &picture["stack"]), (&1.into(), &"akidb".into()));
    assert_eq!(picture["assessment"]["verdict"], "GO");
    assert_eq!(picture["assessment"]["regions"]["us-east-1"]["role"], "writer");
    for (source, region, essential) in [
        ("global-cluster", "us-east-1", "/members/0/is_writer"),
        ("metrics", "us-west-2", "/aurora/rpo/0/value"),
        ("metrics", "us-west-2", "/replication/0/bytes_pending/0/value"),
        ("records", "us-east-1", "/records/0/name"),
        ("health-checks", "us-east-1", "/checks/0/checkers_healthy"),
        ("replication", "eu-west-1", "/rules/0/rule"),
        ("backups", "eu-west-1", "/backups/0/phase"),
        ("workloads", "us-west-2", "/deployments/0/ready"),
        ("alarms", "us-west-2", "/alarms"),
        ("cost", "us-east-1", "/lines/0/amount"),
        ("identity", "eu-west-1", "/account"),
    ] {
        let found = picture["sources"]
            .as_array()
            .unwrap()
            .iter()
            .find(|state| state["source"] == source && state["region"] == region);
        let state = found.unwrap_or_else(|| panic!("{source} of {region} is not there"));
        assert_eq!(state["freshness"], "fresh", "{source} of {region}: {}", state["failure"]);
        assert!(state["reading"].pointer(essential).is_some(), "{source} of {region} has no {essential}: {state}");
    }

    let plain = asked(&home, &["status", "--plain"]);
    assert_eq!(plain.status, Some(0));
    assert!(
        plain.stdout.contains("Verdict: GO.\n") && plain.stdout.contains("Region us-west-2: GO.\n"),
        "{}",
        plain.stdout
    );
    assert!(plain.stdout.is_ascii(), "{}", plain.stdout);

    let doctor = asked(&home, &["doctor"]);
    assert_eq!(doctor.status, Some(0), "{}", doctor.stdout);
    assert!(
        doctor.stdout.contains("Every source answers.") && doctor.stdout.contains("USD a day"),
        "{}",
        doctor.stdout
    );

    // The world is lost for good: nobody answers any more.
    let (status, said) = simulator.stop();
    assert_eq!(status, Some(0));
    assert!(said.contains("evac --stack sim/stack.toml status\n") && said.contains("kubectl --kubeconfig"), "{said}");
    let lost = asked(&home, &["status"]);
    assert_eq!(lost.status, Some(4), "{}", lost.stdout);
    // One cause is told once for each region, and once more as the reason of its verdict.
    assert_eq!(lost.stdout.matches("SRC-FAILED").count(), 2 * 3, "{}", lost.stdout);
    assert!(lost.stdout.contains("sources do not answer (unreachable)"), "{}", lost.stdout);
    let doctor = asked(&home, &["doctor", "--json"]);
    assert_eq!(doctor.status, Some(1));
    let examination: Value = serde_json::from_str(&doctor.stdout).unwrap();
    assert_eq!(examination["regions"][0]["sources"][0]["reachable"], false);
}

#[test]
fn watching_says_what_changed_until_it_is_interrupted() {
    let home = Home::new();
    let _simulator = home.simulator(&["--speed", "10"]);
    let mut command = home.command(&[&STACK[..], &["status", "--watch"]].concat());
    let mut watching = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(watching.stdout.take().unwrap()).lines().map(Result::unwrap);
    let first = lines.next().unwrap();
    assert!(first.contains(" GO ") && first.contains("us-east-1=GO/WRITER"), "{first}");
    let triggered = home.run(&["sim", "trigger", "--dir", "sim", "region-loss"]);
    assert_eq!(
        (triggered.status, triggered.stdout.as_str()),
        (Some(0), "region-loss has begun\n"),
        "{}",
        triggered.stderr
    );
    let lost = lines.find(|line| line.contains("us-east-1=NO-GO/WRITER") || line.contains("us-east-1=UNKNOWN/WRITER"));
    assert!(lost.is_some_and(|line| line.contains("@us-east-1")));
    signal("INT", watching.id());
    assert!(lines.all(|line| !line.is_empty()), "the rest is lines too, and it ends");
    assert!(watching.wait().unwrap().code().is_some_and(|code| [0, 3, 4].contains(&code)));
}

//! boto3 and the AWS CLI move the database's writer, copy what a failover left behind, and recover beside it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{
    aws_cli::Cli,
    foreign::{
        at,
        evac::Simulator,
        list,
        python::{Packages, Python},
        text,
    },
};

const WEST: &str = "arn:aws:rds:us-west-2:123456789012:cluster:akidb-usw2";
const EUROPE: &str = "arn:aws:rds:eu-west-1:123456789012:cluster:akidb-euw1";
/// What takes minutes there is over in a second here, and slow enough for each of its states to be seen.
const SPEED: u32 = 200;

/// The operations that change something, and those that show what became of it.
const OPERATIONS: [&str; 14] = [
    "CopyDBClusterSnapshot",
    "CreateDBInstance",
    "DeleteDBCluster",
    "DeleteDBInstance",
    "DescribeDBClusterSnapshots",
    "DescribeDBClusters",
    "DescribeDBInstances",
    "DescribeEvents",
    "DescribeGlobalClusters",
    "FailoverGlobalCluster",
    "ModifyDBCluster",
    "RemoveFromGlobalCluster",
    "RestoreDBClusterToPointInTime",
    "SwitchoverGlobalCluster",
];

#[track_caller]
fn refusal(value: &Value, pointer: &str, class: &str, status: u64) {
    let refusal = at(value, pointer);
    assert_eq!((text(refusal, "/class"), refusal["status"].as_u64()), (class, Some(status)), "{pointer}: {refusal}");
}

#[test]
fn boto3_moves_the_writer_and_recovers_beside_it() {
    let test = "boto3_moves_the_writer_and_recovers_beside_it";
    let Some(python) = Python::with(Packages::Clients, test) else { return };
    let world = Simulator::start(SPEED);
    let document = python.json("boto3_database.py", world.home(), &[world.file("aws-config").to_str().unwrap()]);
    let called: BTreeSet<_> = list(&document, "/called").iter().map(|name| name.as_str().unwrap()).collect();
    assert_eq!(called, OPERATIONS.into());
    switchover(at(&document, "/switchover"));
    failover(at(&document, "/failover"));
    recovery(at(&document, "/recovery"));

    let detached = at(&document, "/detached/cluster");
    assert!(detached.get("GlobalClusterIdentifier").is_none() && detached.get("ReplicationSourceIdentifier").is_none());
    assert_eq!(at(detached, "/DBClusterMembers/0/IsClusterWriter"), true);
}

/// What was seen of the global cluster, without how its members follow.
fn states(answers: &Value) -> Vec<Value> {
    let mut states: Vec<_> = list(answers, "/states").iter().map(|state| json!([state[0], state[1]])).collect();
    states.dedup();
    states
}

fn switchover(answers: &Value) {
    let begun = at(answers, "/begun/GlobalCluster/FailoverState");
    assert_eq!((text(begun, "/Status"), text(begun, "/ToDbClusterArn")), ("pending", WEST));
    assert_eq!(at(begun, "/IsDataLossAllowed"), false);
    let states = states(answers);
    assert_eq!(states.last().unwrap(), &json!(["available", null]));
    assert!(states.contains(&json!(["switching-over", "switching-over"])), "{states:?}");
    let state = "InvalidGlobalClusterStateFault";
    refusal(answers, "/refusals/name", "ClientError", 400);
    refusal(answers, "/refusals/elsewhere", state, 400);
    refusal(answers, "/refusals/writer", "InvalidDBClusterStateFault", 400);
    refusal(answers, "/refusals/unknown", "DBClusterNotFoundFault", 404);
    refusal(answers, "/refusals/nothing", "GlobalClusterNotFoundFault", 404);
    refusal(answers, "/refusals/twice", state, 400);
    let fence = text(answers, "/fence/0/Message");
    assert_eq!(fence, "Attempt to block writes for DB cluster akidb-use1 in Region us-east-1 succeeded.");
}

fn failover(answers: &Value) {
    refusal(answers, "/both", "ClientError", 400);
    assert_eq!(at(answers, "/begun/GlobalCluster/FailoverState/IsDataLossAllowed"), true);
    let states = states(answers);
    assert!(states.contains(&json!(["failing-over", "failing-over"])), "{states:?}");
    let synchronizations: Vec<_> = list(answers, "/states").iter().map(|state| &state[2]).collect();
    assert!(synchronizations.contains(&&json!(["connected", "pending-resync"])), "{synchronizations:?}");
    assert!(text(answers, "/left/0").starts_with("rds:unplanned-global-failover-akidb-usw2-"));
    assert_eq!(text(answers, "/copied/SnapshotType"), "manual");
    assert!(text(answers, "/copied/SourceDBClusterSnapshotArn").ends_with(text(answers, "/left/0")));
    let completed = json!("Global failover to DB cluster akidb-euw1 in Region eu-west-1 completed.");
    assert!(list(answers, "/events").contains(&completed), "{answers:#}");
}

fn recovery(answers: &Value) {
    refusal(answers, "/beyond", "ClientError", 400);
    assert_eq!((text(answers, "/restored/Status"), text(answers, "/made/Status")), ("creating", "available"));
    assert!(list(answers, "/restored/DBClusterMembers").is_empty());
    assert!(at(answers, "/made").get("GlobalClusterIdentifier").is_none(), "it stands beside the global cluster");
    assert_eq!(text(answers, "/created/DBInstanceStatus"), "creating");
    assert_eq!(text(answers, "/made/DBClusterMembers/0/DBInstanceIdentifier"), "recovery-1");
    assert_eq!(at(answers, "/protected/DeletionProtection"), true);
    assert_eq!(at(answers, "/protected/BackupRetentionPeriod"), 2);
    refusal(answers, "/kept", "ClientError", 400);
    refusal(answers, "/full", "InvalidDBClusterStateFault", 400);
}

#[test]
fn the_aws_cli_moves_the_writer_and_recovers_beside_it() {
    let test = "the_aws_cli_moves_the_writer_and_recovers_beside_it";
    let Some(python) = Python::with(Packages::Clients, test) else { return };
    let cli = Cli::new(python, SPEED);
    let rds = |region: &str, arguments: &[&str]| cli.json(region, &[&["rds"], arguments].concat());
    // Version 1 has to be told where RDS is in us-east-1.
    let endpoint = cli.world.endpoint("rds", "us-east-1");
    let global = ["--global-cluster-identifier", "akidb-global"];
    let to = |arn: &'static str| ["--target-db-cluster-identifier", arn];
    let switchover = [&["switchover-global-cluster"][..], &global, &to(WEST), &["--endpoint-url", &endpoint]].concat();
    assert_eq!(text(&rds("us-east-1", &switchover), "/GlobalCluster/FailoverState/Status"), "pending");
    let settled = |writer: &str| {
        let seen = rds("eu-west-1", &[&["describe-global-clusters"][..], &global].concat());
        let members = list(&seen, "/GlobalClusters/0/GlobalClusterMembers");
        let follows = |member: &Value| member.get("SynchronizationStatus").is_none_or(|status| status == "connected");
        let moved = |member: &Value| member["IsWriter"] == true && member["DBClusterArn"] == writer;
        text(&seen, "/GlobalClusters/0/Status") == "available"
            && members.iter().all(follows)
            && members.iter().any(moved)
    };
    wait_until(|| settled(WEST));

    let failover = [&["failover-global-cluster"][..], &global, &to(EUROPE), &["--allow-data-loss"]].concat();
    assert_eq!(at(&rds("eu-west-1", &failover), "/GlobalCluster/FailoverState/IsDataLossAllowed"), true);
    wait_until(|| settled(EUROPE));
    let snapshots = rds("us-west-2", &["describe-db-cluster-snapshots", "--snapshot-type", "automated"]);
    let mut names = list(&snapshots, "/DBClusterSnapshots").iter().map(|one| text(one, "/DBClusterSnapshotIdentifier"));
    let left = names.find(|name| name.starts_with("rds:unplanned-global-failover-")).unwrap();
    let copy = ["copy-db-cluster-snapshot", "--source-db-cluster-snapshot-identifier", left];
    let copy = [&copy[..], &["--target-db-cluster-snapshot-identifier", "lost-writes"]].concat();
    assert_eq!(text(&rds("us-west-2", &copy), "/DBClusterSnapshot/Status"), "copying");

    let restore = ["restore-db-cluster-to-point-in-time", "--db-cluster-identifier", "recovery"];
    let from = ["--source-db-cluster-identifier", "akidb-usw2", "--use-latest-restorable-time"];
    assert_eq!(text(&rds("us-west-2", &[&restore[..], &from].concat()), "/DBCluster/Status"), "creating");
    let cluster = ["--db-cluster-identifier", "recovery"];
    let instance = ["--db-instance-identifier", "recovery-1"];
    let class = ["--db-instance-class", "db.r6g.large", "--engine", "aurora-postgresql"];
    rds("us-west-2", &[&["create-db-instance"][..], &instance, &cluster, &class].concat());
    let status = || {
        let seen = rds("us-west-2", &[&["describe-db-instances"][..], &instance].concat());
        text(&seen, "/DBInstances/0/DBInstanceStatus").to_owned()
    };
    wait_until(|| status() == "available");
    rds("us-west-2", &[&["modify-db-cluster"][..], &cluster, &["--deletion-protection"]].concat());
    let delete = [&["rds", "delete-db-cluster"][..], &cluster, &["--skip-final-snapshot"]].concat();
    let refused = cli.say("us-west-2", &delete);
    assert!(refused.stderr.contains("Cannot delete protected Cluster"), "{refused:#?}");
    rds("us-west-2", &[&["modify-db-cluster"][..], &cluster, &["--no-deletion-protection"]].concat());
    rds("us-west-2", &[&["delete-db-instance"][..], &instance, &["--skip-final-snapshot"]].concat());
    assert_eq!(text(&cli.json("us-west-2", &delete), "/DBCluster/Status"), "deleting");

    let remove = [&["remove-from-global-cluster"][..], &global, &["--db-cluster-identifier", WEST]].concat();
    rds("us-west-2", &remove);
    wait_until(|| {
        let seen = rds("us-west-2", &["describe-db-clusters", "--db-cluster-identifier", "akidb-usw2"]);
        at(&seen, "/DBClusters/0").get("GlobalClusterIdentifier").is_none()
    });
}

/// Asks again until it is so: to start the command takes longer than anything should wait.
fn wait_until(holds: impl Fn() -> bool) {
    assert!((0..120).any(|_| holds()), "it never came, however often it was asked for");
}

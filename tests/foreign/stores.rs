//! boto3 and the AWS CLI race for objects and leases, and keep what is locked.

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

/// The operations of the stores that write, and those that read what others do not.
const OPERATIONS: [&str; 21] = [
    "dynamodb.CreateTable",
    "dynamodb.DeleteItem",
    "dynamodb.DeleteTable",
    "dynamodb.DescribeTable",
    "dynamodb.GetItem",
    "dynamodb.ListTables",
    "dynamodb.PutItem",
    "dynamodb.Query",
    "dynamodb.Scan",
    "dynamodb.UpdateItem",
    "s3.CopyObject",
    "s3.DeleteObject",
    "s3.GetObject",
    "s3.GetObjectLegalHold",
    "s3.GetObjectLockConfiguration",
    "s3.GetObjectRetention",
    "s3.HeadObject",
    "s3.ListObjectVersions",
    "s3.PutObject",
    "s3.PutObjectLegalHold",
    "s3.PutObjectRetention",
];

#[track_caller]
fn refusal(value: &Value, pointer: &str, class: &str, code: &str, status: u64) {
    let refusal = at(value, pointer);
    let found = (text(refusal, "/class"), text(refusal, "/code"), refusal["status"].as_u64());
    assert_eq!(found, (class, code, Some(status)), "{pointer}: {refusal}");
}

#[test]
fn boto3_races_for_objects_and_leases() {
    let test = "boto3_races_for_objects_and_leases";
    let Some(python) = Python::with(Packages::Clients, test) else { return };
    let world = Simulator::start(20);
    let config = world.file("aws-config");
    let document = python.json("boto3_stores.py", world.home(), &[config.to_str().unwrap(), &world.control()]);
    let called: BTreeSet<_> = list(&document, "/called").iter().map(|name| name.as_str().unwrap()).collect();
    assert_eq!(called, OPERATIONS.into());
    conditions(at(&document, "/conditions"));
    versions(at(&document, "/versions"));
    locks(at(&document, "/locks"));
    let terraform = at(&document, "/terraform");
    let expected = json!({"version": 4, "won": ["None", "PreconditionFailed"], "holder": true, "again": null});
    assert_eq!(terraform, &expected);
    lease(at(&document, "/lease"));
    table(at(&document, "/table"));
}

fn conditions(answers: &Value) {
    let lost = |count: usize| [vec!["None"], vec!["PreconditionFailed"; count]].concat();
    assert_eq!(answers["created"], json!(lost(7)), "exactly one creates it");
    assert_eq!(answers["replaced"], json!(lost(3)), "exactly one replaces it");
    refusal(answers, "/stale delete", "ClientError", "PreconditionFailed", 412);
    refusal(answers, "/absent", "NoSuchKey", "NoSuchKey", 404);
    refusal(answers, "/conflict", "ClientError", "ConditionalRequestConflict", 409);
}

fn versions(answers: &Value) {
    let expected: Vec<_> = list(answers, "/written").iter().rev().map(|id| json!([id, false])).collect();
    assert_eq!(answers["listed"], json!(expected), "the newest first, and none is the latest behind a marker");
    assert_eq!(at(answers, "/markers/0"), at(answers, "/markers/1"));
    assert_eq!(at(answers, "/markers/2"), true);
    refusal(answers, "/gone", "NoSuchKey", "NoSuchKey", 404);
    let texts = ["/middle", "/back", "/copy"].map(|pointer| text(answers, pointer));
    assert_eq!(texts, ["version 1", "version 2", "version 0"]);
    assert_eq!((&answers["digest"], &answers["copied"]), (&json!(true), &json!(true)));
}

fn locks(answers: &Value) {
    assert_eq!(answers["configuration"], json!({"ObjectLockEnabled": "Enabled"}));
    let none = "ObjectLockConfigurationNotFoundError";
    refusal(answers, "/no configuration", "ClientError", none, 404);
    for denied in ["/delete", "/shorten", "/governed"] {
        refusal(answers, denied, "AccessDenied", "AccessDenied", 403);
    }
    refusal(answers, "/no hold", "ClientError", "NoSuchObjectLockConfiguration", 404);
    assert_eq!((&answers["longer"], &answers["hold"]), (&json!(true), &json!("ON")));
    assert_eq!(answers["head"], json!(["COMPLIANCE", "ON"]));
    assert_eq!(answers["still there"], "evidence");
}

fn lease(answers: &Value) {
    for rounds in ["/taken", "/overtaken"] {
        for round in list(answers, rounds) {
            assert_eq!(round, &json!(["ConditionalCheckFailedException", "None"]), "exactly one wins");
        }
    }
    assert!(list(answers, "/views").iter().all(|same| same == true), "{answers}");
    let failed = "ConditionalCheckFailedException";
    refusal(answers, "/late", failed, failed, 400);
    assert_eq!(at(answers, "/late/item/epoch/N"), "2", "who comes late is told who was first");
    let conflict = "ReplicatedWriteConflictException";
    refusal(answers, "/conflict", conflict, conflict, 400);
    let missing = "ResourceNotFoundException";
    refusal(answers, "/europe", missing, missing, 400);
    assert_eq!(text(answers, "/table/MultiRegionConsistency"), "STRONG");
    assert_eq!(text(answers, "/table/GlobalTableWitnesses/0/RegionName"), "us-east-2");
    assert_eq!(list(answers, "/table/Replicas").len(), 2);
}

fn table(answers: &Value) {
    assert_eq!(text(answers, "/status"), "CREATING");
    assert_eq!(answers["names"], json!(["foreign"]));
    assert_eq!(answers["query"], json!([6, 8, 10]));
    assert_eq!(answers["newest"], 12);
    assert_eq!(answers["pages"], json!([5, 5, 2]));
    let failed = "ConditionalCheckFailedException";
    refusal(answers, "/changed", failed, failed, 400);
    assert_eq!(answers["count"], 12);
}

#[test]
fn the_aws_cli_races_for_objects_and_leases() {
    let test = "the_aws_cli_races_for_objects_and_leases";
    let Some(python) = Python::with(Packages::Clients, test) else { return };
    let cli = Cli::new(python, 20);
    let refused = |profile: &str, arguments: &[&str], code: &str| {
        let said = cli.say(profile, arguments);
        assert!(!said.status.success() && said.stderr.contains(&format!("({code})")), "aws {arguments:?}: {said:#?}");
    };
    let object = |operation: &'static str, key: &'static str| {
        ["s3api", operation, "--bucket", "akidb-evac-journal-usw2", "--key", key]
    };
    let create = [&object("put-object", "cli/lock")[..], &["--if-none-match", "*"]].concat();
    cli.json("us-west-2", &create);
    refused("us-west-2", &create, "PreconditionFailed");
    let until = "2099-01-01T00:00:00Z";
    let locked = ["--object-lock-mode", "COMPLIANCE", "--object-lock-retain-until-date", until];
    let put = [&object("put-object", "cli/kept")[..], &locked].concat();
    let written = cli.json("us-west-2", &put);
    let version = ["--version-id", text(&written, "/VersionId")];
    let retention = cli.json("us-west-2", &object("get-object-retention", "cli/kept"));
    assert_eq!(text(&retention, "/Retention/Mode"), "COMPLIANCE");
    refused("us-west-2", &[&object("delete-object", "cli/kept")[..], &version].concat(), "AccessDenied");

    let names = json!({"#s": "stack", "#t": "ttl"}).to_string();
    let key = json!({"stack": {"S": "cli"}}).to_string();
    let item = json!({"stack": {"S": "cli"}, "ttl": {"N": "20"}}).to_string();
    let put = ["dynamodb", "put-item", "--table-name=evac-lease", "--item", &item];
    let condition = ["--condition-expression", "attribute_not_exists(#s) OR #t < :t"];
    let values = json!({":t": {"N": "20"}}).to_string();
    let placeholders = ["--expression-attribute-names", &names, "--expression-attribute-values", &values];
    let put = [&put[..], &condition, &placeholders].concat();
    cli.text("us-east-1", &put);
    refused("us-west-2", &put, "ConditionalCheckFailedException");
    let get = ["dynamodb", "get-item", "--table-name=evac-lease", "--consistent-read", "--key", &key];
    assert_eq!(text(&cli.json("us-west-2", &get), "/Item/ttl/N"), "20");
    refused("eu-west-1", &get, "ResourceNotFoundException");
}

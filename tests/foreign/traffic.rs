//! boto3 and the AWS CLI move traffic: records, health checks and routing controls.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{
    aws_cli::Cli,
    foreign::{
        at,
        evac::Simulator,
        list, names,
        python::{Packages, Python},
        text,
    },
};

const ZONE: &str = "Z04AKIDB3REGIONS20XY";
const CALCULATED: &str = "5f1c1e0a-0001-4a1d-9b7e-6d2f0a2c2001";

/// The operations that move traffic, and those that say where it is.
const OPERATIONS: [&str; 10] = [
    "route53.ChangeResourceRecordSets",
    "route53.GetChange",
    "route53.GetHealthCheck",
    "route53.GetHealthCheckStatus",
    "route53.ListResourceRecordSets",
    "route53.UpdateHealthCheck",
    "route53-recovery-cluster.GetRoutingControlState",
    "route53-recovery-cluster.ListRoutingControls",
    "route53-recovery-cluster.UpdateRoutingControlState",
    "route53-recovery-cluster.UpdateRoutingControlStates",
];

fn refusal(value: &Value, pointer: &str, class: &str, status: u64, words: &str) {
    let refusal = at(value, pointer);
    assert_eq!((text(refusal, "/class"), refusal["status"].as_u64()), (class, Some(status)), "{pointer}: {refusal}");
    assert!(text(refusal, "/message").contains(words), "{pointer}: {refusal}");
}

#[test]
fn boto3_moves_traffic_with_every_lever() {
    let test = "boto3_moves_traffic_with_every_lever";
    let Some(python) = Python::with(Packages::Clients, test) else { return };
    let world = Simulator::start(20);
    let (config, tokyo) = (world.file("aws-config"), world.endpoint("routing-control", "ap-northeast-1"));
    let document = python.json("boto3_traffic.py", world.home(), &[config.to_str().unwrap(), &tokyo]);
    let called: BTreeSet<_> = list(&document, "/called").iter().map(|name| name.as_str().unwrap()).collect();
    assert_eq!(called, OPERATIONS.into());

    let records = at(&document, "/records");
    assert_eq!(text(records, "/submitted/Status"), "PENDING");
    assert_eq!(text(records, "/in_sync/Status"), "INSYNC");
    assert_eq!(at(records, "/in_sync/SubmittedAt"), at(records, "/submitted/SubmittedAt"));
    assert_eq!(text(records, "/after/ResourceRecords/0/Value"), "192.0.2.55");
    assert_eq!(text(records, "/after/HealthCheckId"), CALCULATED);
    refusal(records, "/there", "InvalidChangeBatch", 400, "but it already exists");
    refusal(records, "/other", "InvalidChangeBatch", 400, "but the values provided do not match the current values");
    refusal(records, "/weighted", "InvalidChangeBatch", 400, "a latency RRSet with the same name, type and region");
    refusal(records, "/check", "NoSuchHealthCheck", 404, "does not exist");

    let checks = at(&document, "/checks");
    assert_eq!(at(checks, "/types"), &json!(["HTTPS", "CALCULATED", "RECOVERY_CONTROL", "HTTP"]));
    assert_eq!((list(checks, "/children").len(), &checks["inverted"]), (3, &json!(true)));
    refusal(checks, "/version", "HealthCheckVersionMismatch", 409, "");
    refusal(checks, "/status", "InvalidInput", 400, "");
    assert_eq!(at(checks, "/updated/HealthCheckVersion"), 2);
    assert_eq!(at(checks, "/updated/HealthCheckConfig/Inverted"), true);

    let controls = at(&document, "/controls");
    let listed = names(controls, "/listed", "/RoutingControlArn");
    assert!(listed.len() == 3 && listed.contains(&text(checks, "/control")), "{listed:?}");
    refusal(controls, "/none_on", "ConflictException", 409, ":controlpanel/");
    refusal(controls, "/unknown", "ResourceNotFoundException", 404, "");
    assert_eq!(text(controls, "/off/RoutingControlState"), "Off");
    assert_eq!(text(controls, "/on/RoutingControlState"), "On", "every endpoint says the same");
    assert_eq!(names(controls, "/overridden", "/RoutingControlState"), ["Off"; 3]);
}

#[test]
fn the_aws_cli_moves_traffic_with_every_lever() {
    let test = "the_aws_cli_moves_traffic_with_every_lever";
    let Some(python) = Python::with(Packages::Clients, test) else { return };
    let cli = Cli::new(python, 20);
    let set = json!({
        "Name": "app.akidb.example", "Type": "A", "SetIdentifier": "one", "Weight": 10, "TTL": 60,
        "ResourceRecords": [{"Value": "192.0.2.1"}], "HealthCheckId": CALCULATED,
    });
    let batch = json!({"Changes": [{"Action": "CREATE", "ResourceRecordSet": set}]}).to_string();
    let submit = ["route53", "change-resource-record-sets", "--hosted-zone-id", ZONE, "--change-batch", &batch];
    let submitted = cli.json("eu-west-1", &submit);
    let id = text(&submitted, "/ChangeInfo/Id");
    // The CLI's own waiter sleeps 30 s between two looks.
    let status = || cli.json("eu-west-1", &["route53", "get-change", "--id", id]);
    while text(&status(), "/ChangeInfo/Status") == "PENDING" {}
    assert_eq!(text(&status(), "/ChangeInfo/Status"), "INSYNC");
    let again = cli.say("eu-west-1", &submit);
    assert!(
        again.stderr.contains("(InvalidChangeBatch)") && again.stderr.contains("set-identifier='one'"),
        "{again:#?}"
    );

    let update = ["route53", "update-health-check", "--health-check-id", CALCULATED, "--disabled", "--no-inverted"];
    assert_eq!(at(&cli.json("eu-west-1", &update), "/HealthCheck/HealthCheckConfig/Disabled"), true);

    let cluster = |operation: &'static str| ["route53-recovery-cluster", operation];
    let listed = cli.json("eu-west-1", &cluster("list-routing-controls"));
    let arn = text(&listed, "/RoutingControls/0/RoutingControlArn");
    let one = ["--routing-control-arn", arn];
    let off = [&cluster("update-routing-control-state")[..], &one, &["--routing-control-state", "Off"]].concat();
    cli.text("eu-west-1", &off);
    let state = cli.json("us-east-1", &[&cluster("get-routing-control-state")[..], &one].concat());
    assert_eq!(text(&state, "/RoutingControlState"), "Off");
    let entries: Vec<_> = names(&listed, "/RoutingControls", "/RoutingControlArn")
        .into_iter()
        .map(|arn| json!({"RoutingControlArn": arn, "RoutingControlState": "Off"}))
        .collect();
    let entries = Value::from(entries).to_string();
    let all = [&cluster("update-routing-control-states")[..], &["--update-routing-control-state-entries", &entries]];
    let refused = cli.say("us-west-2", &all.concat());
    assert!(refused.stderr.contains("(ConflictException)"), "{refused:#?}");
}

//! The AWS CLI calls every operation, as `evac sim` tells people to call it: with a config file that has a profile a
//! region.

use std::{cell::RefCell, collections::BTreeSet, fs, path::PathBuf, process::Command};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::{
    boto3_client::served,
    foreign::{
        PATIENCE, at,
        child::{Said, run},
        evac::Simulator,
        list, names,
        python::{Packages, Python},
        text,
    },
};

/// The AWS CLI beside a simulated world.
pub struct Cli {
    python: Python,
    /// The world.
    pub world: Simulator,
    /// What was called and answered, as `service.operation` in small letters without dashes.
    called: RefCell<BTreeSet<String>>,
}

impl Cli {
    /// The CLI, and a world in which so many seconds pass each second.
    pub fn new(python: Python, speed: u32) -> Self {
        Self { python, world: Simulator::start(speed), called: RefCell::default() }
    }

    fn command(&self, profile: &str, arguments: &[&str]) -> Command {
        let mut command = self.python.module("awscli", self.world.home());
        command.env("AWS_CONFIG_FILE", self.world.file("aws-config")).args(["--profile", profile]).args(arguments);
        command
    }

    /// What a command says, well or not.
    pub fn say(&self, profile: &str, arguments: &[&str]) -> Said {
        run(&format!("aws {}", arguments.join(" ")), self.command(profile, arguments), PATIENCE)
    }

    /// What a command prints, which has to end well.
    pub fn text(&self, profile: &str, arguments: &[&str]) -> String {
        let said = self.say(profile, arguments);
        assert!(said.status.success() && said.stderr.is_empty(), "aws {arguments:?}: {said:#?}");
        let service = if arguments[0] == "s3api" { "s3" } else { arguments[0] };
        self.called.borrow_mut().insert(format!("{service}.{}", arguments[1].replace('-', "")));
        said.stdout
    }

    /// The document that a command prints.
    pub fn json(&self, profile: &str, arguments: &[&str]) -> Value {
        let text = self.text(profile, arguments);
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("aws {arguments:?}: {error}\n{text}"))
    }

    fn file(&self, name: &str) -> PathBuf {
        self.world.home().join(name)
    }
}

#[test]
fn the_aws_cli_calls_every_operation_through_its_profiles() {
    let test = "the_aws_cli_calls_every_operation_through_its_profiles";
    let Some(python) = Python::with(Packages::Clients, test) else { return };
    let cli = Cli::new(python, 20);
    database(&cli);
    metrics(&cli);
    let now = storage(&cli);
    traffic(&cli);
    costs_and_identity(&cli, now);
    the_rest(&cli, now);
    errors(&cli);
    let called = cli.called.into_inner();
    let missing: Vec<_> = served().into_iter().filter(|name| !called.contains(&name.to_lowercase())).collect();
    assert_eq!(missing, [""; 0], "served by the simulator, and not called by the CLI");
}

fn database(cli: &Cli) {
    // Of RDS in us-east-1, and of nothing else here, version 1 of the CLI believes to know better than the profile where
    // it is (awscli/customizations/overridesslcommonname.py): there it has to be told.
    let endpoint = cli.world.endpoint("rds", "us-east-1");
    for (region, more) in [("us-west-2", &[][..]), ("eu-west-1", &[]), ("us-east-1", &["--endpoint-url", &endpoint])] {
        let clusters = cli.json(region, &[&["rds", "describe-global-clusters"], more].concat());
        let members = list(&clusters, "/GlobalClusters/0/GlobalClusterMembers");
        let writers: Vec<_> = members.iter().filter(|member| member["IsWriter"] == true).collect();
        assert_eq!((members.len(), writers.len()), (3, 1));
        assert!(text(writers[0], "/DBClusterArn").contains(":us-east-1:"));
    }
    let query = ["--query", "DBClusters[].[DBClusterIdentifier,Status]", "--output", "text"];
    let arguments = [&["rds", "describe-db-clusters"][..], &query].concat();
    assert_eq!(cli.text("eu-west-1", &arguments).trim(), "akidb-euw1\tavailable");
    let filter = ["rds", "describe-db-instances", "--filters", "Name=db-cluster-id,Values=akidb-usw2"];
    let instances = cli.json("us-west-2", &filter);
    assert_eq!(names(&instances, "/DBInstances", "/DBInstanceIdentifier"), ["akidb-usw2-1", "akidb-usw2-2"]);
    let snapshots = cli.json("us-west-2", &["rds", "describe-db-cluster-snapshots", "--max-items", "3"]);
    assert_eq!(list(&snapshots, "/DBClusterSnapshots").len(), 3);
    assert!(!text(&snapshots, "/NextToken").is_empty(), "there are more");
    let events = cli.json("us-west-2", &["rds", "describe-events", "--duration", "20160"]);
    assert!(list(&events, "/Events").iter().all(|event| event["Date"].is_string()), "{events:#}");
}

fn metrics(cli: &Cli) {
    let now = Timestamp::now();
    let (start, end) =
        ((now - SignedDuration::from_hours(2)).to_string(), (now + SignedDuration::from_hours(2)).to_string());
    let metric = json!({
        "Namespace": "AWS/RDS", "MetricName": "AuroraGlobalDBRPOLag",
        "Dimensions": [{"Name": "DBClusterIdentifier", "Value": "akidb-usw2"}],
    });
    let query = json!([{"Id": "lag", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Maximum"}}]).to_string();
    let arguments = ["cloudwatch", "get-metric-data", "--metric-data-queries", &query];
    let arguments = [&arguments[..], &["--start-time", &start, "--end-time", &end]].concat();
    let lag = |region: &str| cli.json(region, &arguments);
    let values: Vec<f64> =
        list(&lag("us-west-2"), "/MetricDataResults/0/Values").iter().map(|value| value.as_f64().unwrap()).collect();
    assert!(values.len() > 60 && values.iter().all(|value| (0.0..10_000.0).contains(value)), "{values:?}");
    assert_eq!(lag("us-east-1")["MetricDataResults"][0]["Values"], json!([]), "published where the secondary is, only");

    let alarms = cli.json("us-east-1", &["cloudwatch", "describe-alarms", "--alarm-name-prefix", "akidb-health"]);
    assert_eq!(
        names(&alarms, "/MetricAlarms", "/AlarmName"),
        ["akidb-health-euw1", "akidb-health-use1", "akidb-health-usw2"]
    );
    for alarm in list(&alarms, "/MetricAlarms") {
        assert!(["OK", "INSUFFICIENT_DATA"].contains(&text(alarm, "/StateValue")), "{alarm:#}");
    }
}

/// Gives the time in the world, which runs ahead of ours: when an object was written just now.
fn storage(cli: &Cli) -> Timestamp {
    let bucket = ["--bucket", "akidb-data-usw2"];
    let s3 = |operation: &'static str| [&["s3api", operation][..], &bucket].concat();
    let rules = cli.json("us-west-2", &s3("get-bucket-replication"));
    assert_eq!(names(&rules, "/ReplicationConfiguration/Rules", "/ID"), ["usw2-to-euw1", "usw2-to-use1"]);
    assert_eq!(cli.json("us-west-2", &s3("get-bucket-versioning"))["Status"], "Enabled");
    let body = cli.file("body");
    fs::write(&body, "written by the AWS CLI").unwrap();
    let key = ["--key", "foreign/aws cli"];
    let put = [&s3("put-object")[..], &key, &["--body", body.to_str().unwrap()]].concat();
    let written = cli.json("us-west-2", &put);
    let head = cli.json("us-west-2", &[&s3("head-object")[..], &key].concat());
    assert_eq!((&head["ETag"], &head["VersionId"]), (&written["ETag"], &written["VersionId"]));
    assert_eq!(head["ContentLength"], 22);
    assert!(["PENDING", "COMPLETED"].contains(&text(&head, "/ReplicationStatus")));
    let back = cli.file("back");
    cli.json("us-west-2", &[&s3("get-object")[..], &key, &[back.to_str().unwrap()]].concat());
    assert_eq!(fs::read_to_string(back).unwrap(), "written by the AWS CLI");
    // The high-level commands stream, with a checksum behind the body.
    let target = "s3://akidb-data-usw2/foreign/copied";
    cli.text("us-west-2", &["s3", "cp", "--no-progress", body.to_str().unwrap(), target]);
    let listed = cli.text("us-west-2", &["s3", "ls", "s3://akidb-data-usw2/foreign/"]);
    assert!(listed.contains("22 aws cli") && listed.contains("22 copied"), "{listed}");
    cli.text("us-west-2", &["s3", "rm", target]);
    cli.text("us-west-2", &[&s3("delete-object")[..], &key].concat());
    jiff::fmt::rfc2822::parse(text(&head, "/LastModified")).unwrap().timestamp()
}

fn traffic(cli: &Cli) {
    let zones = cli.json("us-west-2", &["route53", "list-hosted-zones"]);
    let zone = text(&zones, "/HostedZones/0/Id");
    let records = cli.json("us-west-2", &["route53", "list-resource-record-sets", "--hosted-zone-id", zone]);
    let latency: Vec<_> =
        list(&records, "/ResourceRecordSets").iter().filter_map(|record| record["Region"].as_str()).collect();
    assert_eq!(latency, ["eu-west-1", "us-east-1", "us-west-2"]);
    let checks = cli.json("us-west-2", &["route53", "list-health-checks"]);
    let id = text(&checks, "/HealthChecks/0/Id");
    assert_eq!(list(&checks, "/HealthChecks").len(), 12, "four kinds in three regions");
    let status = cli.json("us-west-2", &["route53", "get-health-check-status", "--health-check-id", id]);
    assert_eq!(list(&status, "/HealthCheckObservations").len(), 16);
}

fn costs_and_identity(cli: &Cli, now: Timestamp) {
    let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let period = format!("Start={},End={}", today.first_of_month(), today.tomorrow().unwrap());
    let arguments = ["ce", "get-cost-and-usage", "--time-period", &period, "--granularity", "MONTHLY"];
    let grouped =
        ["--metrics", "UnblendedCost", "--group-by", "Type=DIMENSION,Key=REGION", "Type=DIMENSION,Key=SERVICE"];
    let costs = cli.json("us-west-2", &[&arguments[..], &grouped].concat());
    let groups = list(&costs, "/ResultsByTime/0/Groups");
    let amount = |group: &Value| text(group, "/Metrics/UnblendedCost/Amount").parse::<f64>().unwrap();
    assert!(groups.len() > 20 && groups.iter().map(amount).all(|amount| amount >= 0.0), "{costs:#}");

    let identity = cli.json("us-west-2", &["sts", "get-caller-identity"]);
    assert_eq!(at(&identity, "/Account"), "123456789012");
    assert!(text(&identity, "/Arn").starts_with("arn:aws:sts::123456789012:assumed-role/"));
}

/// The operations that the above did not need, each with a value that its answer has to have.
fn the_rest(cli: &Cli, now: Timestamp) {
    let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let ahead = format!("Start={today},End={}", today.tomorrow().unwrap());
    let hour_ago = (now - SignedDuration::from_hours(1)).to_string();
    let now = now.to_string();
    let check = "5f1c1e0a-0002-4a1d-9b7e-6d2f0a2c1002";
    let checked = |operation: &'static str| ["route53", operation, "--health-check-id", check];
    let bucket = |operation: &'static str| ["s3api", operation, "--bucket", "akidb-data-usw2"];
    let statistics = [
        "cloudwatch",
        "get-metric-statistics",
        "--namespace=AWS/RDS",
        "--metric-name=AuroraGlobalDBRPOLag",
        "--dimensions=Name=DBClusterIdentifier,Value=akidb-usw2",
        "--period=3600",
        "--statistics=SampleCount",
        &format!("--start-time={hour_ago}"),
        &format!("--end-time={now}"),
    ];
    let forecast =
        ["ce", "get-cost-forecast", "--granularity=DAILY", "--metric=UNBLENDED_COST", "--time-period", &ahead];
    let lag_metrics = ["cloudwatch", "list-metrics", "--metric-name", "AuroraGlobalDBRPOLag"];
    let zone = ["route53", "get-hosted-zone", "--id", "Z04AKIDB3REGIONS20XY"];
    let change = ["route53", "get-change", "--id", "C04AKIDB0RECORDS0001"];
    let cases: [(&[&str], &str, Value); 12] = [
        (&statistics, "/Label", json!("AuroraGlobalDBRPOLag")),
        (&lag_metrics, "/Metrics/0/Dimensions/0/Value", json!("akidb-usw2")),
        (&zone, "/HostedZone/Name", json!("akidb.example.")),
        (&["route53", "list-hosted-zones-by-name"], "/HostedZones/0/Name", json!("akidb.example.")),
        (&change, "/ChangeInfo/Status", json!("INSYNC")),
        (&["route53", "get-health-check-count"], "/HealthCheckCount", json!(12)),
        (&checked("get-health-check"), "/HealthCheck/HealthCheckConfig/FailureThreshold", json!(3)),
        (&["s3api", "list-buckets"], "/Buckets/2/Name", json!("akidb-data-usw2")),
        (&bucket("get-bucket-location"), "/LocationConstraint", json!("us-west-2")),
        (&bucket("head-bucket"), "/BucketRegion", json!("us-west-2")),
        (&bucket("list-objects-v2"), "/Contents/0/StorageClass", json!("STANDARD")),
        (&forecast, "/Total/Unit", json!("USD")),
    ];
    for (arguments, pointer, expected) in cases {
        assert_eq!(at(&cli.json("us-west-2", arguments), pointer), &expected, "aws {arguments:?}");
    }
    // Mostly none: a request is lost on the way now and then.
    let failures = cli.json("us-west-2", &checked("get-health-check-last-failure-reason"));
    assert!(list(&failures, "/HealthCheckObservations").len() < 4, "{failures:#}");
}

/// What is refused says why, and ends with a status that a script sees.
fn errors(cli: &Cli) {
    let cases: [(&[&str], &str); 6] = [
        (&["rds", "describe-db-clusters", "--db-cluster-identifier", "nope"], "(DBClusterNotFoundFault)"),
        (&["rds", "describe-db-proxies"], "(InvalidAction)"),
        (&["cloudwatch", "list-dashboards"], "(UnknownOperationException)"),
        (&["route53", "list-resource-record-sets", "--hosted-zone-id", "ZNOPE"], "(NoSuchHostedZone)"),
        (&["s3api", "get-bucket-replication", "--bucket", "nope-nope"], "(NoSuchBucket)"),
        (&["s3api", "head-object", "--bucket", "akidb-data-usw2", "--key", "nope"], "(404)"),
    ];
    for (arguments, code) in cases {
        let said = cli.say("us-west-2", arguments);
        assert_eq!(said.status.code(), Some(255), "aws {arguments:?}: {said:#?}");
        assert!(said.stdout.is_empty() && said.stderr.contains(code), "aws {arguments:?}: {said:#?}");
    }
}

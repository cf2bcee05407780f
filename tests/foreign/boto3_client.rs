//! boto3 calls every operation that the simulator serves.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::{
    REGIONS,
    foreign::{
        at,
        evac::Simulator,
        list, names,
        python::{Packages, Python},
        text,
    },
};

/// The REST operations, which have no table in the simulator's sources: `service.Operation`.
const REST: [&str; 20] = [
    "route53.GetChange",
    "route53.GetHealthCheck",
    "route53.GetHealthCheckCount",
    "route53.GetHealthCheckLastFailureReason",
    "route53.GetHealthCheckStatus",
    "route53.GetHostedZone",
    "route53.ListHealthChecks",
    "route53.ListHostedZones",
    "route53.ListHostedZonesByName",
    "route53.ListResourceRecordSets",
    "s3.DeleteObject",
    "s3.GetBucketLocation",
    "s3.GetBucketReplication",
    "s3.GetBucketVersioning",
    "s3.GetObject",
    "s3.HeadBucket",
    "s3.HeadObject",
    "s3.ListBuckets",
    "s3.ListObjectsV2",
    "s3.PutObject",
];

/// Where the operations of the other services are named, and boto3's name for the service.
const NAMED: [(&str, &str); 4] = [
    ("rds", include_str!("../../crates/evac-sim/src/wire/rds/mod.rs")),
    ("cloudwatch", include_str!("../../crates/evac-sim/src/wire/cloudwatch/mod.rs")),
    ("ce", include_str!("../../crates/evac-sim/src/wire/cost_explorer.rs")),
    ("sts", include_str!("../../crates/evac-sim/src/wire/sts.rs")),
];

#[test]
fn boto3_calls_every_operation_and_reads_what_the_world_is() {
    let test = "boto3_calls_every_operation_and_reads_what_the_world_is";
    let Some(python) = Python::with(Packages::Clients, test) else { return };
    let world = Simulator::start(20);
    let config = world.file("aws-config");
    let document = python.json("boto3_reads.py", world.home(), &[config.to_str().unwrap()]);

    every_operation_was_called(&document);
    for (region, short) in REGIONS {
        let answers = at(&document, &format!("/regions/{region}"));
        database(answers, region, short);
        metrics(answers, region, short);
        storage(answers, region, short);
        assert_eq!(text(answers, "/identity/Account"), "123456789012");
    }
    replication(&document);
    traffic(at(&document, "/route53"));
    costs(at(&document, "/costs"));
    errors(at(&document, "/errors"));
}

/// Every operation that the simulator serves and that only reads the database, as `service.Operation` in boto3's names.
pub fn served() -> BTreeSet<String> {
    let mut served: BTreeSet<String> = REST.map(str::to_owned).into();
    for (service, source) in NAMED {
        let before = served.len();
        // A match on the operation with one arm each, or a comparison with the only one.
        let table = source.split("request.operation").nth(1).and_then(|rest| rest.split("return None").next());
        let table = table.expect(service);
        let lines = table.lines().take(if table.starts_with(" == ") { 1 } else { usize::MAX });
        for line in lines.filter(|line| line.starts_with(" == ") || line.contains("\" => ")) {
            served.insert(format!("{service}.{}", line.split('"').nth(1).unwrap_or_default()));
        }
        assert!(served.len() > before, "no operation of {service} was found in its source");
    }
    // What changes the database is called by the tests of database.rs.
    served.retain(|name| !name.starts_with("rds.") || name.starts_with("rds.Describe"));
    served
}

fn every_operation_was_called(document: &Value) {
    let called: BTreeSet<String> =
        list(document, "/called").iter().map(|name| name.as_str().unwrap().to_owned()).collect();
    assert_eq!(called, served(), "called by boto3, and served by the simulator");
}

fn database(answers: &Value, region: &str, short: &str) {
    // Every region has the same view: one writer, in the primary.
    let members = list(answers, "/rds/global_cluster/GlobalClusterMembers");
    let writers: Vec<_> = members.iter().filter(|member| member["IsWriter"] == true).collect();
    assert_eq!(members.len(), 3, "{region}");
    assert_eq!(writers.len(), 1, "{region}");
    assert_eq!(text(writers[0], "/DBClusterArn"), "arn:aws:rds:us-east-1:123456789012:cluster:akidb-use1");
    assert_eq!(list(writers[0], "/Readers").len(), 2);
    assert_eq!(text(answers, "/rds/global_cluster/Status"), "available");

    let cluster = at(answers, "/rds/cluster");
    assert_eq!(text(cluster, "/DBClusterIdentifier"), format!("akidb-{short}"));
    assert_eq!(text(cluster, "/Status"), "available");
    assert_eq!(text(cluster, "/EngineVersion"), text(answers, "/rds/global_cluster/EngineVersion"));
    assert_eq!(cluster.get("ReplicationSourceIdentifier").is_some(), region != "us-east-1");
    let writing: Vec<_> =
        list(cluster, "/DBClusterMembers").iter().filter(|member| member["IsClusterWriter"] == true).collect();
    assert_eq!(writing.len(), usize::from(region == "us-east-1"), "no instance of a secondary writes");
    assert_eq!(
        names(answers, "/rds/instances", "/DBInstanceIdentifier"),
        [format!("akidb-{short}-1"), format!("akidb-{short}-2")]
    );
    for instance in list(answers, "/rds/instances") {
        assert_eq!(text(instance, "/DBInstanceStatus"), "available");
    }

    // More snapshots than a page holds: all of them came, each once.
    let snapshots = names(answers, "/rds/snapshots/items", "/DBClusterSnapshotIdentifier");
    let different: BTreeSet<_> = snapshots.iter().collect();
    assert_eq!(different.len(), snapshots.len());
    assert_eq!(at(answers, "/rds/snapshots/pages").as_u64().unwrap(), snapshots.len().div_ceil(20).max(1) as u64);
    assert!(snapshots.iter().any(|name| name.starts_with("rds:")), "automated snapshots: {snapshots:?}");
    assert!(at(answers, "/rds/events/items").is_array());
}

/// How many values a query brought, by its name in the script.
fn values(answers: &Value) -> BTreeMap<&str, usize> {
    let values = at(answers, "/cloudwatch/values").as_object().unwrap();
    values.iter().map(|(name, values)| (name.as_str(), values.as_array().unwrap().len())).collect()
}

fn metrics(answers: &Value, region: &str, short: &str) {
    let counts = values(answers);
    let published: BTreeSet<&str> = counts.iter().filter(|(_, count)| **count > 0).map(|(name, _)| *name).collect();
    let mut expected = BTreeSet::new();
    let primary = region == "us-east-1";
    if !primary {
        // The lag of a secondary is published where it is, and a writer has none.
        expected.insert("rpo_lag".to_owned());
    }
    for (_, other) in REGIONS.iter().filter(|(_, other)| *other != short) {
        // What waits is published at the destination, what failed at the source.
        for name in ["ReplicationLatency", "BytesPendingReplication", "OperationsPendingReplication"] {
            expected.insert(format!("{name}_in_{other}"));
        }
        expected.insert(format!("OperationsFailedReplication_out_{other}"));
    }
    for (_, checked) in REGIONS.iter().filter(|_| primary) {
        expected.insert(format!("HealthCheckStatus_{checked}"));
        expected.insert(format!("HealthCheckPercentageHealthy_{checked}"));
    }
    assert_eq!(published, expected.iter().map(String::as_str).collect(), "{region}");

    // A point appears a minute after its own is over, at the earliest. What S3 says comes from the same clock.
    let time = |pointer: &str| text(answers, pointer).parse::<Timestamp>().unwrap();
    let late = time("/s3/head/LastModified").duration_since(time("/cloudwatch/newest"));
    assert!(late > SignedDuration::from_secs(90), "{region}: the newest point is {late:#} old");

    // In pages and in one piece, it is the same.
    assert!(at(answers, "/cloudwatch/pages").as_u64().unwrap() > 1, "{region}");
    for (name, whole) in at(answers, "/cloudwatch/whole").as_object().unwrap() {
        let whole = usize::try_from(whole.as_u64().unwrap()).unwrap();
        assert!(counts[name.as_str()].abs_diff(whole) <= 3, "{region} {name}: a fast world may add a minute between");
    }
    let statistics = list(answers, "/cloudwatch/statistics");
    assert_eq!(statistics.is_empty(), primary);
    for point in statistics {
        let number = |name: &str| point[name].as_f64().unwrap();
        assert!(number("Maximum") >= number("Average") && number("SampleCount") >= 1.0, "{point}");
        assert_eq!(point["Unit"], "Milliseconds");
    }

    let listed = at(answers, "/cloudwatch/metrics");
    let has = |namespace: &str, name: &str| listed[namespace].as_array().unwrap().contains(&json!(name));
    assert_eq!(has("AWS/RDS", "AuroraGlobalDBRPOLag"), !primary, "{region}");
    assert_eq!(has("AWS/Route53", "HealthCheckStatus"), primary, "{region}");
    assert!(has("AWS/S3", "ReplicationLatency") && has("AWS/S3", "OperationsFailedReplication"), "{region}");

    let alarms = names(answers, "/cloudwatch/alarms/items", "/AlarmName");
    assert_eq!(at(answers, "/cloudwatch/alarms/pages").as_u64(), Some(alarms.len() as u64), "one on each page");
    assert!(alarms.contains(&format!("akidb-aurora-rpo-lag-{short}").as_str()), "{alarms:?}");
    assert_eq!(alarms.iter().filter(|name| name.starts_with("akidb-health-")).count(), if primary { 3 } else { 0 });
}

fn storage(answers: &Value, region: &str, short: &str) {
    let s3 = at(answers, "/s3");
    let buckets = [
        "akidb-data-euw1",
        "akidb-data-use1",
        "akidb-data-usw2",
        "akidb-evac-journal-euw1",
        "akidb-evac-journal-use1",
        "akidb-evac-journal-usw2",
        "akidb-terraform",
    ];
    assert_eq!(s3["buckets"], json!(buckets));
    // The oldest region has no name here.
    assert_eq!(s3["location"], if region == "us-east-1" { Value::Null } else { json!(region) });
    assert_eq!(s3["home"], region);
    assert_eq!(s3["versioning"], "Enabled");

    let mut rules: Vec<_> = REGIONS.iter().filter(|(_, other)| *other != short).collect();
    rules.sort_unstable();
    for (_, other) in rules {
        let name = format!("{short}-to-{other}");
        let rule = list(s3, "/replication/Rules").iter().find(|rule| rule["ID"] == name.as_str()).expect(&name);
        assert_eq!(rule["Status"], "Enabled");
        assert_eq!(text(rule, "/Destination/Bucket"), format!("arn:aws:s3:::akidb-data-{other}"));
        assert_eq!(text(rule, "/DeleteMarkerReplication/Status"), "Disabled");
    }

    let keys = names(s3, "/objects/items", "/Key");
    assert!(keys.len() >= 24, "the objects that were always there: {keys:?}");
    assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len());
    assert_eq!(at(s3, "/objects/pages").as_u64(), Some(keys.len().div_ceil(7) as u64));
    assert!(list(s3, "/folders").contains(&json!("segments/")));

    assert_eq!(s3["body"], "written by boto3");
    assert_eq!(s3["head"]["ContentLength"], 16);
    assert_eq!(s3["head"]["ETag"], s3["written"]["ETag"]);
    assert_eq!(s3["head"]["VersionId"], s3["written"]["VersionId"]);
    assert_eq!(s3["head"]["Metadata"], json!({"origin": region}));
    assert!(["PENDING", "COMPLETED"].contains(&text(s3, "/head/ReplicationStatus")));
}

/// What was written in one region arrived in the others.
fn replication(document: &Value) {
    for (origin, _) in REGIONS {
        for (place, _) in REGIONS {
            let expected = if place == origin { "COMPLETED" } else { "REPLICA" };
            assert_eq!(text(document, &format!("/replicas/{origin}/{place}")), expected, "{origin} in {place}");
        }
    }
}

fn traffic(route53: &Value) {
    assert_eq!(text(route53, "/zone/Name"), "akidb.example.");
    assert_eq!(text(route53, "/by_name/0/Id"), text(route53, "/zone/Id"));
    assert_eq!(list(route53, "/get_zone/DelegationSet/NameServers").len(), 4);
    let records = list(route53, "/records/items");
    assert_eq!(at(route53, "/records/pages").as_u64(), Some(records.len().div_ceil(2) as u64));
    let latency: BTreeMap<_, _> = records
        .iter()
        .filter_map(|record| Some((record.get("Region")?.as_str()?, record)))
        .inspect(|(_, record)| assert_eq!(text(record, "/Name"), "api.akidb.example."))
        .collect();
    assert_eq!(latency.keys().copied().collect::<BTreeSet<_>>(), REGIONS.map(|(region, _)| region).into());
    let checks = names(route53, "/health_checks/items", "/Id");
    assert_eq!((checks.len(), at(route53, "/count").as_u64()), (12, Some(12)));
    assert_eq!(at(route53, "/health_checks/pages").as_u64(), Some(12));
    for (region, record) in latency {
        assert!(checks.contains(&text(record, "/HealthCheckId")));
        assert_eq!(record["TTL"], 60);
        let observations = list(route53, &format!("/status/{region}"));
        assert_eq!(observations.len(), 16);
        let healthy = observations.iter().filter(|seen| text(seen, "/StatusReport/Status").starts_with("Success"));
        assert!(healthy.count() > 12, "{region} is healthy, but for a request lost on the way");
    }
    assert_eq!(text(route53, "/check/HealthCheckConfig/FullyQualifiedDomainName"), "us-west-2.api.akidb.example");
    assert_eq!(text(route53, "/change/Status"), "INSYNC");
}

fn costs(costs: &Value) {
    let number = |value: &Value| text(value, "/Amount").parse::<f64>().unwrap();
    let groups: Vec<&Value> =
        list(costs, "/usage/ResultsByTime").iter().flat_map(|result| list(result, "/Groups")).collect();
    let regions: BTreeSet<_> = groups.iter().map(|group| text(group, "/Keys/0")).collect();
    assert_eq!(regions, BTreeSet::from(["eu-west-1", "global", "us-east-1", "us-west-2"]));
    let sum = |results: &[Value], metric: &dyn Fn(&Value) -> f64| results.iter().map(metric).sum::<f64>();
    let grouped: f64 = groups.iter().map(|group| number(&group["Metrics"]["UnblendedCost"])).sum();
    let total = |result: &Value| number(&result["Total"]["UnblendedCost"]);
    let monthly = sum(list(costs, "/total/ResultsByTime"), &total);
    let daily = sum(list(costs, "/daily/ResultsByTime"), &total);
    assert!(grouped > 0.0);
    // The world's day goes on between two questions, and each amount is rounded.
    assert!(
        (grouped / monthly - 1.0).abs() < 0.05 && (daily / monthly - 1.0).abs() < 0.05,
        "{grouped} {monthly} {daily}"
    );
    assert!(list(costs, "/daily/ResultsByTime").len() >= list(costs, "/total/ResultsByTime").len());
    assert_eq!(list(costs, "/forecast/ForecastResultsByTime").len(), 10);
    assert!(number(&costs["forecast"]["Total"]) > 0.0);
}

/// What each wrong call came to: boto3's class for it, the code, and the HTTP status.
fn errors(errors: &Value) {
    #[rustfmt::skip]
    let expected = [
        ("rds global cluster", "GlobalClusterNotFoundFault", "GlobalClusterNotFoundFault", 404),
        ("rds cluster", "DBClusterNotFoundFault", "DBClusterNotFoundFault", 404),
        ("rds cluster elsewhere", "DBClusterNotFoundFault", "DBClusterNotFoundFault", 404),
        ("rds instance", "DBInstanceNotFoundFault", "DBInstanceNotFound", 404),
        ("rds snapshot", "DBClusterSnapshotNotFoundFault", "DBClusterSnapshotNotFoundFault", 404),
        ("rds page size", "ClientError", "InvalidParameterValue", 400),
        ("rds marker", "ClientError", "InvalidParameterValue", 400),
        ("rds operation", "ClientError", "InvalidAction", 400),
        ("cloudwatch period", "ValidationException", "ValidationError", 400),
        ("cloudwatch token", "InvalidNextToken", "InvalidNextToken", 400),
        ("cloudwatch operation", "ClientError", "UnknownOperationException", 400),
        ("s3 bucket", "NoSuchBucket", "NoSuchBucket", 404),
        ("s3 key", "NoSuchKey", "NoSuchKey", 404),
        ("s3 head", "ClientError", "404", 404),
        ("s3 condition", "ClientError", "PreconditionFailed", 412),
        ("s3 operation", "ClientError", "NotImplemented", 501),
        ("route53 zone", "NoSuchHostedZone", "NoSuchHostedZone", 404),
        ("route53 check", "NoSuchHealthCheck", "NoSuchHealthCheck", 404),
        ("route53 change", "NoSuchChange", "NoSuchChange", 404),
        ("route53 operation", "ClientError", "InvalidAction", 404),
        ("ce period", "ClientError", "ValidationException", 400),
        ("ce operation", "ClientError", "UnknownOperationException", 400),
        ("sts operation", "ClientError", "InvalidAction", 400),
    ];
    let expected: BTreeMap<_, _> =
        expected.into_iter().map(|(call, class, code, status)| (call, (class, code, status))).collect();
    let found = errors.as_object().unwrap().iter().map(|(call, error)| {
        assert!(!error["class"].is_null(), "{call} was answered: {error}");
        (call.as_str(), (text(error, "/class"), text(error, "/code"), error["status"].as_i64().unwrap()))
    });
    assert_eq!(found.collect::<BTreeMap<_, _>>(), expected);
}

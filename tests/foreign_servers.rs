//! Servers that nobody here wrote, read by `evac status --json`: a three-region stack is seeded into moto and into
//! MiniStack with boto3, and the picture has to show it. What a server cannot do is in [`LACKING`], by name, with what
//! the picture has to say instead: a source that is not there has to be fresh.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod foreign;

#[path = "foreign/seeded_stack.rs"]
mod seeded_stack;

use foreign::{
    at, list, names,
    python::{Packages, Python},
    servers::Foreign,
    text,
};
use seeded_stack::SeededStack;
use serde_json::{Value, json};

/// Something that a server cannot do, and what evac says of the source that needs it.
struct Lacking {
    server: &'static str,
    operation: &'static str,
    source: &'static str,
    instead: Instead,
}

enum Instead {
    /// The source failed, in every region that has it: the kind, and the beginning of the message.
    Failure(&'static str, &'static str),
    /// The source is fresh, and this of its reading has this value.
    Value(&'static str, fn() -> Value),
}

const LACKING: [Lacking; 7] = [
    Lacking {
        server: "moto",
        operation: "cloudwatch:GetMetricData in rpc-v2-cbor, which is all that the Rust SDK speaks",
        source: "metrics",
        instead: Instead::Failure("not found", "cloudwatch:GetMetricData: HTTP 404"),
    },
    Lacking {
        server: "moto",
        operation: "cloudwatch:DescribeAlarms in rpc-v2-cbor",
        source: "alarms",
        instead: Instead::Failure("not found", "cloudwatch:DescribeAlarms: HTTP 404"),
    },
    Lacking {
        server: "moto",
        operation: "s3:GetBucketVersioning with the root element that S3 sends, so that the Rust SDK cannot read it",
        source: "replication",
        instead: Instead::Failure("malformed answer", "s3:GetBucketVersioning: the answer cannot be read"),
    },
    Lacking {
        server: "moto",
        operation: "ce:GetCostForecast",
        source: "cost",
        instead: Instead::Value("/forecast", || Value::Null),
    },
    Lacking {
        server: "moto",
        operation: "events of DB clusters in rds:DescribeEvents: it has those of instances",
        source: "events",
        instead: Instead::Value("/events", || json!([])),
    },
    Lacking {
        server: "MiniStack",
        operation: "ce:GetCostAndUsage",
        source: "cost",
        instead: Instead::Failure("service error", "ce:GetCostAndUsage: HTTP 400"),
    },
    Lacking {
        server: "MiniStack",
        operation: "route53:GetHealthCheckStatus",
        source: "health-checks",
        instead: Instead::Value("/checks/0/checkers_total", || json!(0)),
    },
];

#[test]
fn what_the_servers_cannot_show_is_listed() {
    let page = include_str!("../docs/SERVERS.md");
    for Lacking { server, operation, .. } in &LACKING {
        assert!(page.contains(&format!("| {server} | {operation} | reading |")), "{server}: {operation}");
    }
}

const REGIONS: [&str; 3] = ["us-east-1", "us-west-2", "eu-west-1"];

#[test]
fn a_stack_in_moto_is_read() {
    let Some(python) = Python::with(Packages::Servers, "a_stack_in_moto_is_read") else { return };
    let moto = Foreign::moto(python);
    let seeded = moto.json("seed_moto.py", &[]);
    let stack = SeededStack::write(&moto.url, &seeded);
    let (status, picture) = stack.status();

    sources(&picture, "moto");
    roles(&picture, "us-east-1");
    clusters(&picture);
    records(&picture, &seeded);
    health_checks(&picture, &seeded);
    assert_eq!(list(&picture, &reading("health-checks", "us-east-1", "/checks"))[0]["checkers_healthy"], 1);
    let lines = list(&picture, &reading("cost", "us-east-1", "/lines"));
    let amount = |region: &str| {
        lines.iter().filter(|line| line["region"] == region).map(|line| text(line, "/amount")).collect::<Vec<_>>()
    };
    assert_eq!(amount("us-east-1"), ["214.50", "74.25"]);
    assert_eq!((amount("us-west-2"), amount("eu-west-1")), (vec!["139.00"], vec!["141.75"]));

    // Metrics and replication rules are required, and nobody knows them.
    assert_eq!((status, text(&picture, "/assessment/verdict")), (4, "UNKNOWN"));
}

#[test]
fn a_stack_in_ministack_is_read_and_its_switchover_is_seen() {
    let test = "a_stack_in_ministack_is_read_and_its_switchover_is_seen";
    let Some(python) = Python::with(Packages::Servers, test) else { return };
    let ministack = Foreign::ministack(python);
    let seeded = ministack.json("seed_ministack.py", &[]);
    let stack = SeededStack::write(&ministack.url, &seeded);
    let (status, picture) = stack.status();

    sources(&picture, "MiniStack");
    roles(&picture, "us-east-1");
    clusters(&picture);
    records(&picture, &seeded);
    health_checks(&picture, &seeded);
    lag_and_backlog(&picture, &seeded);
    rules(&picture);
    alarms(&picture);
    assert_eq!((status, text(&picture, "/assessment/verdict")), (0, "GO"));

    let moved = ministack.json("seed_ministack.py", &["switchover", "us-west-2"]);
    assert!(moved["status"].is_string());
    let (_, picture) = stack.status();
    roles(&picture, "us-west-2");
}

/// Where a source's reading has something, as a pointer that [`SeededStack::status`] made possible.
fn reading(source: &str, region: &str, rest: &str) -> String {
    format!("/by_source/{source}/{region}/reading{rest}")
}

/// Every source is fresh, but those that the server lacks something for: these say what.
fn sources(picture: &Value, server: &str) {
    let lacking: Vec<_> = LACKING.iter().filter(|lacking| lacking.server == server).collect();
    for lacking in &lacking {
        let known = at(picture, "/by_source").get(lacking.source);
        assert!(known.is_some(), "{server} lacks {}, and no source needs it", lacking.operation);
    }
    for state in list(picture, "/sources") {
        let (source, region) = (text(state, "/source"), text(state, "/region"));
        let of_source = lacking.iter().filter(|lacking| lacking.source == source);
        let mut failed = false;
        for Lacking { operation, instead, .. } in of_source {
            let named = format!("{server} lacks {operation}: {region} {source} is {state:#}");
            match instead {
                Instead::Failure(kind, message) => {
                    failed = true;
                    assert_eq!(text(state, "/failure/kind"), *kind, "{named}");
                    assert!(text(state, "/failure/message").starts_with(message), "{named}");
                    assert_eq!((text(state, "/freshness"), &state["reading"]), ("failed", &Value::Null), "{named}");
                }
                Instead::Value(pointer, value) => {
                    assert_eq!(at(at(state, "/reading"), pointer), &value(), "{named}");
                }
            }
        }
        if !failed {
            assert_eq!((text(state, "/freshness"), &state["failure"]), ("fresh", &Value::Null), "{state:#}");
        }
    }
}

/// Every region has the same view, with one writer, and the assessment follows it.
fn roles(picture: &Value, writer: &str) {
    for region in REGIONS {
        let members = list(picture, &reading("global-cluster", region, "/members"));
        let writers: Vec<_> =
            members.iter().filter(|member| member["is_writer"] == true).map(|member| text(member, "/region")).collect();
        assert_eq!((members.len(), writers), (3, vec![writer]), "as {region} sees it");
        let role = if region == writer { "writer" } else { "secondary" };
        assert_eq!(text(picture, &format!("/assessment/regions/{region}/role")), role, "{region}");
    }
    assert_eq!(text(picture, "/assessment/writers/holder"), writer);
}

fn clusters(picture: &Value) {
    for region in REGIONS {
        let cluster = at(picture, &reading("cluster", region, ""));
        assert_eq!(text(cluster, "/cluster"), format!("shop-{region}"));
        assert_eq!((text(cluster, "/status"), text(cluster, "/engine_version")), ("available", "16.8"));
        let instance = at(cluster, "/instances/0");
        assert_eq!(text(instance, "/name"), format!("shop-{region}-1"));
        assert_eq!((text(instance, "/status"), text(instance, "/class")), ("available", "db.r6g.large"));
        let snapshots = names(picture, &reading("snapshots", region, "/snapshots"), "/name");
        assert!(snapshots.contains(&format!("shop-{region}-manual").as_str()), "{snapshots:?}");
    }
}

fn records(picture: &Value, seeded: &Value) {
    let records = list(picture, &reading("records", "us-east-1", "/records"));
    let find = |name: &str, region: &str| {
        let mut of_name = records.iter().filter(|record| record["name"] == name);
        of_name.find(|record| record["set_identifier"] == region).unwrap_or_else(|| panic!("{name} {region}"))
    };
    for region in REGIONS {
        let record = find("api.shop.example", region);
        assert_eq!((&record["region"], &record["weight"]), (&json!(region), &Value::Null), "answers by latency");
        assert_eq!((&record["ttl"], &record["kind"]), (&json!(60), &json!("A")));
        assert_eq!(record["health_check"], seeded["health_checks"][region]);
    }
    for (region, weight, address) in [("us-east-1", 100, "192.0.2.10"), ("us-west-2", 0, "198.51.100.10")] {
        let record = find("www.shop.example", region);
        assert_eq!((&record["weight"], &record["region"]), (&json!(weight), &Value::Null), "answers by weight");
        assert_eq!(record["values"], json!([address]));
    }
    assert_eq!(records.len(), 5, "the zone's own records are not of the stack");
}

fn health_checks(picture: &Value, seeded: &Value) {
    let checks = list(picture, &reading("health-checks", "us-east-1", "/checks"));
    assert_eq!(checks.len(), 3);
    for region in REGIONS {
        let id = &seeded["health_checks"][region];
        let check = checks.iter().find(|check| check["id"] == *id).expect(region);
        assert!(text(check, "/target").contains(&format!("{region}.shop.example")), "{check}");
        assert_eq!((&check["inverted"], &check["disabled"]), (&json!(false), &json!(false)));
    }
}

fn lag_and_backlog(picture: &Value, seeded: &Value) {
    for (region, milliseconds, lag) in [("us-west-2", 420.0, "PT0.42S"), ("eu-west-1", 730.0, "PT0.73S")] {
        let points = list(picture, &reading("metrics", region, "/aurora/rpo"));
        assert!(points.iter().all(|point| point["value"] == milliseconds) && !points.is_empty(), "{points:?}");
        assert_eq!(text(picture, &format!("/assessment/regions/{region}/lag/lag")), lag);
        let rule = at(picture, &reading("metrics", region, "/replication/0"));
        assert_eq!(text(rule, "/rule/rule"), format!("us-east-1-to-{region}"));
        let newest = |series: &str| list(rule, series).last().map(|point| point["value"].clone());
        assert_eq!(newest("/latency"), Some(json!(7.0)));
        assert_eq!((newest("/bytes_pending"), newest("/operations_pending")), (Some(json!(4096.0)), Some(json!(2.0))));
    }
    assert_eq!(at(picture, &reading("metrics", "us-east-1", "/aurora/rpo")), &json!([]), "the writer has no lag");
    for check in REGIONS.map(|region| text(&seeded["health_checks"], &format!("/{region}"))) {
        let checker = at(picture, &reading("metrics", "us-east-1", &format!("/checkers/{check}")));
        assert_eq!(list(checker, "/status").last().unwrap()["value"], 1.0);
        assert_eq!(list(checker, "/percent_healthy").last().unwrap()["value"], 100.0);
    }
}

/// Rules lead from the primary to both others, and back.
fn rules(picture: &Value) {
    for (region, targets) in
        [("us-east-1", &["eu-west-1", "us-west-2"][..]), ("us-west-2", &["us-east-1"]), ("eu-west-1", &["us-east-1"])]
    {
        assert_eq!(at(picture, &reading("replication", region, "/versioned")), true, "{region}");
        let pointer = reading("replication", region, "/rules");
        let expected = |form: fn(&str, &str) -> String| targets.iter().map(|to| form(region, to)).collect::<Vec<_>>();
        assert_eq!(names(picture, &pointer, "/rule"), expected(|from, to| format!("{from}-to-{to}")));
        assert_eq!(names(picture, &pointer, "/destination"), expected(|_, to| format!("shop-data-{to}")));
        assert!(list(picture, &pointer).iter().all(|rule| rule["enabled"] == true), "{region}");
    }
}

fn alarms(picture: &Value) {
    for region in REGIONS {
        let alarms = list(picture, &reading("alarms", region, "/alarms"));
        assert_eq!(names(picture, &reading("alarms", region, "/alarms"), "/name"), [format!("shop-lag-{region}")]);
        assert_eq!(alarms[0]["state"] == "alarm", region == "us-west-2", "{region}: {alarms:?}");
    }
}

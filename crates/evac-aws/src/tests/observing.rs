//! Each check as it is looked at, and what answers mean for it.

use std::collections::BTreeMap;

use evac_core::{
    SourceErrorKind,
    plan::{Check, RecordSet},
};
use evac_engine::{Look, Observer as _, Sight};
use jiff::SignedDuration;

use super::{
    World,
    server::{DATE, Reply, Request, Server},
};

const USW2: &str = "us-west-2";

async fn looked(
    check: &Check,
    receipt: &[(&str, &str)],
    answer: impl Fn(&Request) -> Reply + Send + Sync + 'static,
) -> (Look, Vec<Request>) {
    let server = Server::start(answer).await;
    let world = World::at(&server, "[polling]\ntimeout = \"2s\"").await;
    let receipt = receipt.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let observer = crate::observer(&world.stack, world.directory.path(), world.clock.clone()).await;
    let look = observer.observe(check, &receipt).await;
    (look, server.requests())
}

/// A sight as a word, with its text.
fn said(look: &Look) -> (&'static str, &str) {
    match look.sight.as_ref().unwrap() {
        Sight::Met { evidence } => ("met", evidence),
        Sight::Underway { on } => ("underway", on),
        Sight::Untouched { on } => ("untouched", on),
        Sight::Never { why } => ("never", why),
    }
}

fn xml(operation: &str, inner: &str) -> Reply {
    Reply::ok(format!("<{operation}Response><{operation}Result>{inner}</{operation}Result></{operation}Response>"))
}

fn object(exists: bool) -> Check {
    let (region, bucket) = (USW2.parse().unwrap(), "akidb-us-west-2".parse().unwrap());
    Check::Object { region, bucket, key: "evac/stop/us-east-1".to_owned(), exists }
}

const ABSENT: &str = "<Error><Code>NoSuchKey</Code><Message>gone</Message></Error>";

#[tokio::test]
async fn an_object_is_there_or_not_and_a_bucket_that_is_not_there_says_nothing() {
    for exists in [true, false] {
        let (look, requests) = looked(&object(exists), &[], |_| Reply::object("stop")).await;
        assert_eq!(said(&look).0, if exists { "met" } else { "untouched" });
        assert_eq!(requests[0].line, "GET /akidb-us-west-2/evac/stop/us-east-1?x-id=GetObject");
        assert_eq!(look.source_clock.unwrap().to_string(), "2026-03-04T05:06:30Z", "{DATE}");
        let (look, _) = looked(&object(exists), &[], |_| Reply::new(404, ABSENT)).await;
        assert_eq!(said(&look).0, if exists { "untouched" } else { "met" });
    }
    let answer = |_: &Request| Reply::new(404, "<Error><Code>NoSuchBucket</Code><Message>gone</Message></Error>");
    let (look, _) = looked(&object(false), &[], answer).await;
    assert_eq!(look.sight.unwrap_err().kind, SourceErrorKind::NotFound);
    let (look, _) = looked(&object(true), &[], |_| Reply::ok("welcome to this network")).await;
    assert_eq!(look.sight.unwrap_err().kind, SourceErrorKind::Malformed, "it is none of S3's answers");
}

#[tokio::test]
async fn a_lock_is_ours_somebody_elses_or_none() {
    let (region, bucket, key, id) = (USW2, "akidb-us-west-2", "state.tflock", "4f0c");
    let check = |locked: bool| {
        let (region, bucket) = (region.parse().unwrap(), bucket.parse().unwrap());
        let (key, id) = (key.to_owned(), id.to_owned());
        match locked {
            true => Check::TerraformLocked { region, bucket, key, id },
            false => Check::TerraformUnlocked { region, bucket, key, id },
        }
    };
    let lock = |id: &str| format!(r#"{{"ID":"{id}","Operation":"OperationTypeApply","Who":"ada@build"}}"#);
    for (answer, locked, unlocked) in
        [(Some(lock("4f0c")), "met", "untouched"), (Some(lock("77aa")), "untouched", "met"), (None, "untouched", "met")]
    {
        for (wanted, word) in [(true, locked), (false, unlocked)] {
            let answer = answer.clone();
            let reply = move |_: &Request| answer.clone().map_or_else(|| Reply::new(404, ABSENT), Reply::object);
            let (look, _) = looked(&check(wanted), &[], reply).await;
            assert_eq!(said(&look).0, word, "{look:?}");
        }
    }
}

#[tokio::test]
async fn what_is_not_there_is_untouched_and_what_is_being_made_is_under_way() {
    let instance = |status: &str| {
        let inner = format!(
            "<DBInstances><DBInstance><DBInstanceIdentifier>akidb-new-1</DBInstanceIdentifier>\
             <DBInstanceStatus>{status}</DBInstanceStatus></DBInstance></DBInstances>"
        );
        xml("DescribeDBInstances", &inner)
    };
    let check = Check::InstanceAvailable { region: USW2.parse().unwrap(), instance: "akidb-new-1".to_owned() };
    for (status, word) in [("creating", "underway"), ("available", "met"), ("failed", "never")] {
        assert_eq!(said(&looked(&check, &[], move |_| instance(status)).await.0).0, word);
    }
    let (look, _) = looked(&check, &[], |_| Reply::refusal(404, "DBInstanceNotFound", "no")).await;
    assert_eq!(said(&look).0, "untouched");
    let check = Check::Snapshot { region: USW2.parse().unwrap(), snapshot: "kept".to_owned() };
    let (look, _) = looked(&check, &[], |_| Reply::refusal(404, "DBClusterSnapshotNotFoundFault", "no")).await;
    assert_eq!(said(&look).0, "untouched");
    let snapshot = "<DBClusterSnapshots><DBClusterSnapshot><DBClusterSnapshotIdentifier>kept\
        </DBClusterSnapshotIdentifier><SnapshotType>manual</SnapshotType><Status>copying</Status></DBClusterSnapshot>\
        </DBClusterSnapshots>";
    let (look, _) = looked(&check, &[], |_| xml("DescribeDBClusterSnapshots", snapshot)).await;
    assert_eq!(said(&look).0, "underway");
}

#[tokio::test]
async fn a_cluster_is_protected_or_not() {
    let check = |protected| Check::ClusterProtected {
        region: USW2.parse().unwrap(),
        cluster: "akidb-usw2".parse().unwrap(),
        protected,
    };
    let answer = |_: &Request| {
        let inner = "<DBClusters><DBCluster><DBClusterIdentifier>akidb-usw2</DBClusterIdentifier><Status>available\
            </Status><DeletionProtection>true</DeletionProtection></DBCluster></DBClusters>";
        xml("DescribeDBClusters", inner)
    };
    assert_eq!(said(&looked(&check(true), &[], answer).await.0).0, "met");
    assert_eq!(said(&looked(&check(false), &[], answer).await.0).0, "untouched");
    let available = Check::ClusterAvailable { region: USW2.parse().unwrap(), cluster: "akidb-usw2".parse().unwrap() };
    assert_eq!(said(&looked(&available, &[], answer).await.0).0, "met");
    let absent = |_: &Request| Reply::refusal(404, "DBClusterNotFoundFault", "no");
    assert_eq!(said(&looked(&available, &[], absent).await.0).0, "untouched");
}

#[tokio::test]
async fn credentials_answer_in_every_region() {
    let check = Check::Credentials {
        regions: vec!["us-east-1".parse().unwrap(), USW2.parse().unwrap()],
        lasting: SignedDuration::from_hours(1),
    };
    let identity = |_: &Request| {
        let inner = "<Arn>arn:aws:iam::123456789012:user/ada</Arn><UserId>1</UserId><Account>123456789012</Account>";
        xml("GetCallerIdentity", inner)
    };
    let (look, requests) = looked(&check, &[], identity).await;
    assert_eq!((said(&look).0, requests.len()), ("met", 2));
    let one = move |request: &Request| match request.header("authorization").contains("/us-west-2/") {
        true => Reply::refusal(403, "ExpiredToken", "it is over"),
        false => identity(request),
    };
    let error = looked(&check, &[], one).await.0.sight.unwrap_err();
    assert_eq!(error.kind, SourceErrorKind::Denied);
    assert!(error.message.starts_with("us-west-2: "), "{error}");
    // An STS that is down says nothing of the credentials that another one takes.
    let down = move |request: &Request| match request.header("authorization").contains("/us-west-2/") {
        true => Reply::refusal(500, "InternalFailure", "nobody knows"),
        false => identity(request),
    };
    let (look, _) = looked(&check, &[], down).await;
    assert!(said(&look).0 == "met" && said(&look).1.contains("; not in us-west-2: service error: "), "{look:?}");
    let none = |_: &Request| Reply::refusal(500, "InternalFailure", "nobody knows");
    assert_eq!(looked(&check, &[], none).await.0.sight.unwrap_err().kind, SourceErrorKind::Service);
}

#[tokio::test]
async fn routing_controls_are_asked_at_the_next_endpoint_when_one_fails() {
    let arn = |name: &str| format!("arn:aws:route53-recovery-control::1:controlpanel/p/routingcontrol/{name}");
    let answer = move |request: &Request| {
        if request.header("authorization").contains("/us-east-1/") {
            return Reply::new(503, r#"{"__type":"EndpointTemporarilyUnavailableException"}"#);
        }
        let on = String::from_utf8_lossy(&request.body).contains("routingcontrol/east");
        let (name, state) = if on { ("east", "On") } else { ("west", "Off") };
        Reply::ok(format!(r#"{{"RoutingControlArn":"{}","RoutingControlState":"{state}"}}"#, arn(name)))
    };
    let server = Server::start(answer).await;
    let world = World::at(&server, "").await;
    let observer = crate::observer(&world.stack, world.directory.path(), world.clock.clone()).await;
    let endpoint = |region: &str| (region.parse().unwrap(), server.url.clone());
    let states =
        |east, west| BTreeMap::from([(arn("east").parse().unwrap(), east), (arn("west").parse().unwrap(), west)]);
    let check = |states| Check::RoutingControls { endpoints: vec![endpoint("us-east-1"), endpoint(USW2)], states };
    let look = observer.observe(&check(states(true, false)), &BTreeMap::new()).await;
    assert_eq!(said(&look).0, "met", "{look:?}");
    assert!(said(&look).1.contains("us-west-2"));
    let look = observer.observe(&check(states(false, true)), &BTreeMap::new()).await;
    assert_eq!(said(&look).0, "untouched");
}

fn records() -> Check {
    let set = RecordSet {
        name: "api.akidb.example".parse().unwrap(),
        kind: "A".to_owned(),
        set_identifier: "us-east-1".to_owned(),
        weight: Some(0),
        region: None,
        ttl: Some(60),
        values: vec!["192.0.2.1".to_owned()],
        alias: None,
        health_check: None,
    };
    Check::Records { zone: "Z1".parse().unwrap(), records: vec![set] }
}

fn route53(weight: u8, status: &'static str) -> impl Fn(&Request) -> Reply {
    move |request: &Request| {
        if request.line.contains("/change/") {
            return match status {
                "none" => Reply::refusal(404, "NoSuchChange", "no"),
                status => Reply::ok(format!(
                    "<GetChangeResponse><ChangeInfo><Id>/change/C1</Id><Status>{status}</Status>\
                     <SubmittedAt>2026-03-04T05:06:07Z</SubmittedAt></ChangeInfo></GetChangeResponse>"
                )),
            };
        }
        Reply::ok(format!(
            "<ListResourceRecordSetsResponse><ResourceRecordSets><ResourceRecordSet><Name>api.akidb.example.</Name>\
             <Type>A</Type><SetIdentifier>us-east-1</SetIdentifier><Weight>{weight}</Weight><TTL>60</TTL>\
             <ResourceRecords><ResourceRecord><Value>192.0.2.1</Value></ResourceRecord></ResourceRecords>\
             </ResourceRecordSet></ResourceRecordSets><IsTruncated>false</IsTruncated><MaxItems>100</MaxItems>\
             </ListResourceRecordSetsResponse>"
        ))
    }
}

#[tokio::test]
async fn records_are_equal_and_their_change_is_insync_or_that_is_not_proven() {
    let receipt = [("change-id", "C1")];
    for (weight, status, word) in [
        (0, "INSYNC", "met"),
        (0, "PENDING", "underway"),
        (10, "PENDING", "underway"),
        (10, "INSYNC", "untouched"),
        (10, "none", "untouched"),
    ] {
        let (look, requests) = looked(&records(), &receipt, route53(weight, status)).await;
        assert_eq!(said(&look).0, word, "{weight} {status}: {look:?}");
        assert!(requests.iter().any(|request| request.line.contains("/change/C1")));
    }
    let (look, _) = looked(&records(), &receipt, route53(0, "none")).await;
    assert!(matches!(said(&look), ("met", words) if words.contains("not proven")), "{look:?}");
    let (look, requests) = looked(&records(), &[], route53(0, "INSYNC")).await;
    assert!(matches!(said(&look), ("met", words) if words.contains("not proven")), "{look:?}");
    assert_eq!(requests.len(), 1, "without its id a change is not asked about");
}

fn fenced(regions: &[&str]) -> Check {
    let arn = |region: &str, name: &str| format!("arn:aws:rds:{region}:123456789012:cluster:{name}").parse().unwrap();
    Check::Fenced {
        regions: regions.iter().map(|region| region.parse().unwrap()).collect(),
        global_cluster: "akidb".parse().unwrap(),
        old: arn("us-east-1", "akidb-use1"),
        new: arn(USW2, "akidb-usw2"),
        since: "2026-03-04T05:00:00Z".parse().unwrap(),
    }
}

fn blocked(at: &str) -> Reply {
    let inner = format!(
        "<Events><Event><SourceIdentifier>akidb-usw2-1</SourceIdentifier><SourceType>db-instance</SourceType>\
         <Message>Attempt to block writes for DB cluster akidb-use1 in Region us-east-1 succeeded.</Message>\
         <EventCategories><EventCategory>notification</EventCategory></EventCategories><Date>{at}</Date></Event></Events>"
    );
    xml("DescribeEvents", &inner)
}

#[tokio::test]
async fn a_fence_is_proven_by_an_instances_event_and_only_the_regions_given_are_asked() {
    let answer = |at: &'static str| {
        move |request: &Request| match request.asks("SourceType=db-instance") {
            true => blocked(at),
            false => xml("DescribeEvents", "<Events/>"),
        }
    };
    let (look, requests) = looked(&fenced(&[USW2]), &[], answer("2026-03-04T05:05:00Z")).await;
    assert_eq!(said(&look).0, "met", "{look:?}");
    assert!(requests.iter().all(|request| request.header("authorization").contains("/us-west-2/rds/")));
    assert!(requests.iter().any(|request| request.asks("EventCategories.EventCategory.1=global-failover")));
    let (look, _) = looked(&fenced(&[USW2]), &[], answer("2026-03-04T04:59:59Z")).await;
    assert_eq!(said(&look).0, "untouched", "what happened before does not count: {look:?}");
}

#[tokio::test]
async fn where_a_region_does_not_answer_nothing_is_called_untouched() {
    let answer = |request: &Request| match request.header("authorization").contains("/us-east-1/") {
        true => Reply::refusal(403, "AccessDenied", "no"),
        false => xml("DescribeEvents", "<Events/>"),
    };
    let (look, _) = looked(&fenced(&["us-east-1", USW2]), &[], answer).await;
    let error = look.sight.unwrap_err();
    assert!(error.message.starts_with("us-east-1: "), "{error}");
}

#[tokio::test]
async fn a_look_ends_in_time_whatever_is_not_answered() {
    let server = Server::start(|_| Reply::Silence).await;
    let world = World::at(&server, "[polling]\ntimeout = \"300ms\"").await;
    let observer = crate::observer(&world.stack, world.directory.path(), world.clock.clone()).await;
    let look = observer.observe(&object(true), &BTreeMap::new()).await;
    assert_eq!(look.sight.unwrap_err().kind, SourceErrorKind::Timeout);
    let elsewhere = Check::Serving { region: USW2.parse().unwrap(), url: server.url.clone() };
    assert!(!crate::Observer::sees(&elsewhere) && crate::Observer::sees(&object(true)));
    let look = observer.observe(&elsewhere, &BTreeMap::new()).await;
    assert_eq!(look.sight.unwrap_err().kind, SourceErrorKind::Setup);
}

//! Each call as it is made, and what its answers mean.

use std::collections::BTreeMap;

use evac_core::{
    guard::Consent,
    ids::DnsName,
    plan::{Call, RecordChange, RecordSet},
    reading::AliasTarget,
    run::CallAnswer,
};
use evac_engine::{Actor as _, Permit};
use evac_model::plans::consent_to_nothing;

use super::{
    World,
    server::{Reply, Request, Server},
};

pub(super) const USW2: &str = "us-west-2";

fn consent_to(region: &str) -> Consent {
    consent_to_nothing(region.parse().unwrap()).unwrap()
}

impl World {
    pub(super) async fn act(&self, call: &Call) -> CallAnswer {
        let consent = consent_to(USW2);
        crate::actor(&self.stack, self.directory.path(), &consent).await.perform(&consent, call).await
    }
}

/// Makes one call at a server that answers so, and gives what came of it with the requests that came.
async fn made(call: &Call, answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> (CallAnswer, Vec<Request>) {
    let server = Server::start(answer).await;
    let answer = World::at(&server, "[polling]\ntimeout = \"300ms\"").await.act(call).await;
    (answer, server.requests())
}

pub(super) fn receipt(answer: &CallAnswer) -> BTreeMap<&str, &str> {
    let CallAnswer::Accepted { receipt } = answer else { panic!("{answer:?}") };
    receipt.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

pub(super) fn refusal(answer: &CallAnswer) -> (&str, bool) {
    let CallAnswer::Refused { why, temporary } = answer else { panic!("{answer:?}") };
    (why, *temporary)
}

pub(super) fn body(request: &Request) -> String {
    String::from_utf8_lossy(&request.body).into_owned()
}

fn arn(region: &str) -> evac_core::ids::Arn {
    format!("arn:aws:rds:{region}:123456789012:cluster:akidb").parse().unwrap()
}

fn switchover() -> Call {
    let (region, target) = ("us-east-1".parse().unwrap(), arn(USW2));
    Call::Switchover { region, global_cluster: "akidb".parse().unwrap(), target }
}

fn instance() -> Call {
    Call::CreateInstance {
        region: USW2.parse().unwrap(),
        cluster: "akidb-new".parse().unwrap(),
        instance: "akidb-new-1".to_owned(),
        class: "db.r6g.large".to_owned(),
        engine: "aurora-postgresql".to_owned(),
    }
}

fn rds(operation: &str) -> Reply {
    Reply::ok(format!(
        "<{operation}Response><{operation}Result/><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata>
        </{operation}Response>"
    ))
    .with("x-amzn-requestid", "r-1")
}

#[tokio::test]
async fn nothing_is_sent_by_the_consent_to_another_plan() {
    let server = Server::start(|_| rds("SwitchoverGlobalCluster")).await;
    let world = World::at(&server, "").await;
    let actor = crate::actor(&world.stack, world.directory.path(), &consent_to(USW2)).await;
    for call in [switchover(), instance()] {
        let answer = actor.perform(&consent_to("eu-west-1"), &call).await;
        assert!(!refusal(&answer).1, "{answer:?}");
    }
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn the_calls_to_rds_name_all_that_the_plan_fixed_and_go_to_the_region_that_it_named() {
    let region = || USW2.parse().unwrap();
    let global_cluster = || "akidb".parse().unwrap();
    let calls = [
        (
            switchover(),
            "us-east-1",
            "Action=SwitchoverGlobalCluster&Version=2014-10-31&GlobalClusterIdentifier=akidb&TargetDbClusterIdentifier=arn%3Aaws%3Ards%3Aus-west-2%3A123456789012%3Acluster%3Aakidb",
        ),
        (
            Call::Failover { region: region(), global_cluster: global_cluster(), target: arn(USW2) },
            USW2,
            "Action=FailoverGlobalCluster&Version=2014-10-31&GlobalClusterIdentifier=akidb&TargetDbClusterIdentifier=arn%3Aaws%3Ards%3Aus-west-2%3A123456789012%3Acluster%3Aakidb&AllowDataLoss=true",
        ),
        (
            Call::Detach { region: region(), global_cluster: global_cluster(), member: arn(USW2) },
            USW2,
            "Action=RemoveFromGlobalCluster&Version=2014-10-31&GlobalClusterIdentifier=akidb&DbClusterIdentifier=arn%3Aaws%3Ards%3Aus-west-2%3A123456789012%3Acluster%3Aakidb",
        ),
        (
            Call::CopySnapshot { region: region(), snapshot: "rds:lost".to_owned(), copy: "kept".to_owned() },
            USW2,
            "Action=CopyDBClusterSnapshot&Version=2014-10-31&SourceDBClusterSnapshotIdentifier=rds%3Alost&TargetDBClusterSnapshotIdentifier=kept&CopyTags=true",
        ),
        (
            Call::ProtectCluster { region: region(), cluster: "akidb-new".parse().unwrap(), protected: true },
            USW2,
            "Action=ModifyDBCluster&Version=2014-10-31&DBClusterIdentifier=akidb-new&ApplyImmediately=true&DeletionProtection=true",
        ),
        (
            instance(),
            USW2,
            "Action=CreateDBInstance&Version=2014-10-31&DBInstanceIdentifier=akidb-new-1&DBInstanceClass=db.r6g.large&Engine=aurora-postgresql&DBClusterIdentifier=akidb-new",
        ),
    ];
    for (call, region, expected) in calls {
        let operation = expected.split(['=', '&']).nth(1).unwrap().to_owned();
        let (answer, requests) = made(&call, move |_| rds(&operation)).await;
        assert_eq!(receipt(&answer), BTreeMap::from([("request-id", "r-1")]));
        assert_eq!(requests.len(), 1);
        assert_eq!(body(&requests[0]), expected);
        assert!(requests[0].header("authorization").contains(&format!("/{region}/rds/")));
        assert_eq!(requests[0].header("amz-sdk-request"), "attempt=1; max=1");
    }
}

#[tokio::test]
async fn a_restored_cluster_takes_over_its_network_port_keys_and_parameters() {
    let call = |at: Option<&str>| Call::RestoreToTime {
        region: USW2.parse().unwrap(),
        source: "akidb-usw2".parse().unwrap(),
        target: "akidb-new".parse().unwrap(),
        at: at.map(|at| at.parse().unwrap()),
    };
    let answer = |request: &Request| match request.asks("Action=DescribeDBClusters") {
        true => Reply::ok(
            "<DescribeDBClustersResponse><DescribeDBClustersResult><DBClusters><DBCluster>
            <DBClusterIdentifier>akidb-usw2</DBClusterIdentifier><DBSubnetGroup>private</DBSubnetGroup>
            <DBClusterParameterGroup>ours</DBClusterParameterGroup><Port>6432</Port><KmsKeyId>key-1</KmsKeyId>
            <VpcSecurityGroups><VpcSecurityGroupMembership><VpcSecurityGroupId>sg-1</VpcSecurityGroupId>
            </VpcSecurityGroupMembership><VpcSecurityGroupMembership><VpcSecurityGroupId>sg-2</VpcSecurityGroupId>
            </VpcSecurityGroupMembership></VpcSecurityGroups></DBCluster></DBClusters></DescribeDBClustersResult>
            </DescribeDBClustersResponse>",
        ),
        false => rds("RestoreDBClusterToPointInTime"),
    };
    let (restored, requests) = made(&call(Some("2026-03-04T05:00:00Z")), answer).await;
    receipt(&restored);
    let sent = body(&requests[1]);
    for part in [
        "SourceDBClusterIdentifier=akidb-usw2",
        "DBClusterIdentifier=akidb-new",
        "RestoreToTime=2026-03-04T05%3A00%3A00Z",
        "DBSubnetGroupName=private",
        "DBClusterParameterGroupName=ours",
        "Port=6432",
        "KmsKeyId=key-1",
        "VpcSecurityGroupIds.VpcSecurityGroupId.1=sg-1",
        "VpcSecurityGroupIds.VpcSecurityGroupId.2=sg-2",
    ] {
        assert!(sent.contains(part), "{part} is not in {sent}");
    }
    let (_, requests) = made(&call(None), answer).await;
    assert!(body(&requests[1]).contains("UseLatestRestorableTime=true"));
    // What cannot be described is not restored.
    let (refused, requests) = made(&call(None), |_| Reply::refusal(404, "DBClusterNotFoundFault", "none")).await;
    assert!(!refusal(&refused).1 && requests.len() == 1);
    let (refused, requests) = made(&call(None), |_| Reply::refusal(500, "InternalFailure", "down")).await;
    assert!(refusal(&refused).1 && requests.len() == 1, "a read that fails leaves nothing unknown");
}

#[tokio::test]
async fn what_is_there_already_by_our_own_name_is_made() {
    for code in ["DBInstanceAlreadyExists", "DBInstanceAlreadyExistsFault"] {
        let (answer, _) = made(&instance(), move |_| Reply::refusal(400, code, "it is there")).await;
        assert_eq!(receipt(&answer), BTreeMap::from([("existed", "true")]));
    }
}

/// What the answers to one call mean.
#[tokio::test]
async fn an_answer_is_accepted_refused_or_unknown_and_the_call_is_made_once() {
    type Told = fn() -> Reply;
    let refused: [(Told, bool); 8] = [
        (|| Reply::refusal(400, "Throttling", "Rate exceeded"), true),
        (|| Reply::refusal(503, "ServiceUnavailable", "overloaded"), true),
        (|| Reply::refusal(400, "InvalidGlobalClusterStateFault", "not available"), true),
        (|| Reply::refusal(403, "ExpiredToken", "over"), true),
        (|| Reply::refusal(403, "AccessDenied", "no"), false),
        (|| Reply::refusal(404, "GlobalClusterNotFoundFault", "none"), false),
        (|| Reply::refusal(400, "InvalidParameterCombination", "both"), false),
        (|| Reply::new(404, ""), false),
    ];
    for (reply, expected) in refused {
        let (answer, requests) = made(&switchover(), move |_| reply()).await;
        let (why, temporary) = refusal(&answer);
        assert_eq!(temporary, expected, "{why}");
        assert!(why.starts_with("rds:SwitchoverGlobalCluster: "));
        assert_eq!(requests.len(), 1, "{why}");
    }
    let unknown: [Told; 9] = [
        || Reply::Silence,
        || Reply::Close,
        || Reply::Half(Box::new(rds("SwitchoverGlobalCluster"))),
        || Reply::refusal(500, "InternalFailure", "down"),
        || Reply::new(500, ""),
        || Reply::new(502, "<html>Bad gateway</html>"),
        || Reply::new(504, "<html>Timeout</html>"),
        || Reply::new(408, ""),
        || Reply::ok("<html>Welcome to the hotel's network</html>"),
    ];
    for reply in unknown {
        let (answer, requests) = made(&switchover(), move |_| reply()).await;
        assert!(matches!(answer, CallAnswer::Unknown { .. }), "{answer:?}");
        assert_eq!(requests.len(), 1, "{answer:?}");
    }
}

#[tokio::test]
async fn what_was_never_sent_was_certainly_not_taken() {
    let server = Server::start(|_| rds("SwitchoverGlobalCluster")).await;
    let url = server.url.clone();
    let world = World::at(&server, "[regions.us-east-1.aws]\nprofile = \"nobody\"").await;
    let answer = world.act(&switchover()).await;
    assert!(refusal(&answer).1 && refusal(&answer).0.contains("nobody"), "no credentials yet: {answer:?}");
    let world = World::at(&server, "[regions.us-east-1.aws]\nconfig_file = \"nowhere\"").await;
    assert!(!refusal(&world.act(&switchover()).await).1, "a region that is not set up");
    let elsewhere = Call::PutStop {
        region: "ap-south-1".parse().unwrap(),
        bucket: "b".parse().unwrap(),
        key: "k".to_owned(),
        body: String::new(),
    };
    assert!(!refusal(&world.act(&elsewhere).await).1, "a region that the stack does not name");
    assert_eq!(server.requests().len(), 0);
    drop(server);
    // The port is free again, and nobody listens on it.
    let answer = World::at_url(&url, "").await.act(&switchover()).await;
    assert!(refusal(&answer).1, "{answer:?}");
    let answer = World::at_url("http://no-such-host.invalid:1", "").await.act(&switchover()).await;
    assert!(refusal(&answer).1, "{answer:?}");
}

#[tokio::test]
async fn nothing_is_sent_once_the_lease_has_run_out() {
    let server = Server::start(|_| rds("SwitchoverGlobalCluster")).await;
    let world = World::at(&server, "").await;
    let answer = Permit::new(|| false).over(world.act(&switchover())).await;
    let (why, temporary) = refusal(&answer);
    assert!(temporary && why.ends_with("the lease ran out before it was sent"), "{why}");
    assert_eq!(server.requests().len(), 0);
    receipt(&Permit::new(|| true).over(world.act(&switchover())).await);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn no_tls_means_no_connection() {
    let server = Server::start(|_| rds("SwitchoverGlobalCluster")).await;
    let answer = World::at_url(&server.url.replace("http:", "https:"), "").await.act(&switchover()).await;
    assert!(refusal(&answer).1, "{answer:?}");
}

#[tokio::test]
async fn a_consent_to_another_plan_opens_nothing() {
    let server = Server::start(|_| rds("SwitchoverGlobalCluster")).await;
    let world = World::at(&server, "").await;
    let actor = crate::actor(&world.stack, world.directory.path(), &consent_to(USW2)).await;
    let answer = actor.perform(&consent_to("eu-west-1"), &switchover()).await;
    assert!(!refusal(&answer).1);
    let answer = actor.perform(&consent_to(USW2), &Call::Notify { text: "x".to_owned() }).await;
    assert!(!refusal(&answer).1 && !crate::Actor::makes(&Call::Notify { text: "x".to_owned() }));
    assert_eq!(server.requests().len(), 0);
    assert!(crate::Actor::makes(&switchover()));
}

fn record(region: &str, weight: i64, alias: bool) -> RecordSet {
    RecordSet {
        name: "api.akidb.example".parse().unwrap(),
        kind: "A".to_owned(),
        set_identifier: region.to_owned(),
        weight: Some(weight),
        region: None,
        ttl: (!alias).then_some(60),
        values: if alias { Vec::new() } else { vec!["192.0.2.1".to_owned()] },
        alias: alias.then(|| AliasTarget {
            zone: "Z2".parse().unwrap(),
            name: DnsName::new("lb.example").unwrap(),
            evaluate_health: true,
        }),
        health_check: Some("hc-1".parse().unwrap()),
    }
}

#[tokio::test]
async fn records_are_changed_in_one_batch_that_repeats_everything() {
    let change = |from, to| RecordChange { from, to };
    let call = Call::ChangeRecords {
        zone: "Z1".parse().unwrap(),
        changes: vec![
            change(record("us-east-1", 100, false), record("us-east-1", 0, false)),
            change(record(USW2, 0, true), record(USW2, 100, true)),
        ],
        comment: "evac".to_owned(),
    };
    let (answer, requests) = made(&call, |_| {
        Reply::ok(
            "<ChangeResourceRecordSetsResponse><ChangeInfo><Id>/change/C1</Id><Status>PENDING</Status>
            <SubmittedAt>2026-03-04T05:06:07Z</SubmittedAt></ChangeInfo></ChangeResourceRecordSetsResponse>",
        )
    })
    .await;
    assert_eq!(receipt(&answer)["change-id"], "C1");
    assert!(requests[0].line.starts_with("POST /2013-04-01/hostedzone/Z1/rrset"), "{}", requests[0].line);
    assert!(requests[0].header("authorization").contains("/us-east-1/route53/"));
    let sent = body(&requests[0]);
    assert!(sent.contains("<Comment>evac</Comment>"));
    assert!(sent.contains(
        "<Action>UPSERT</Action><ResourceRecordSet><Name>api.akidb.example</Name><Type>A</Type>\
        <SetIdentifier>us-east-1</SetIdentifier><Weight>0</Weight><TTL>60</TTL><ResourceRecords><ResourceRecord>\
        <Value>192.0.2.1</Value></ResourceRecord></ResourceRecords><HealthCheckId>hc-1</HealthCheckId>"
    ));
    assert!(sent.contains(
        "<SetIdentifier>us-west-2</SetIdentifier><Weight>100</Weight><AliasTarget><HostedZoneId>Z2</HostedZoneId>\
        <DNSName>lb.example</DNSName><EvaluateTargetHealth>true</EvaluateTargetHealth></AliasTarget>"
    ));
    let (answer, _) = made(&call, |_| Reply::refusal(400, "PriorRequestNotComplete", "busy")).await;
    assert!(refusal(&answer).1);
    let (answer, _) = made(&call, |_| Reply::refusal(400, "InvalidChangeBatch", "no such set")).await;
    assert!(!refusal(&answer).1);
}

const LOCKED: &str = r#"{"ID":"plan-1","Operation":"evac","Who":"ada@laptop"}"#;
const OTHERS: &str = r#"{"ID":"4f0c","Operation":"OperationTypeApply","Who":"ci@runner"}"#;

fn error(status: u16, code: &str) -> Reply {
    Reply::new(status, format!("<Error><Code>{code}</Code><Message>m</Message></Error>"))
}

fn lock() -> Call {
    Call::LockTerraform {
        region: USW2.parse().unwrap(),
        bucket: "states".parse().unwrap(),
        key: "akidb.tfstate.tflock".to_owned(),
        id: "plan-1".to_owned(),
        body: LOCKED.to_owned(),
    }
}

#[tokio::test]
async fn a_lock_is_taken_only_where_there_is_none_and_known_again_when_it_is_ours() {
    let (answer, requests) = made(&lock(), |_| Reply::ok("").with("x-amz-request-id", "s3-1")).await;
    assert_eq!(receipt(&answer), BTreeMap::from([("request-id", "s3-1")]));
    assert!(requests[0].line.starts_with("PUT /states/akidb.tfstate.tflock"));
    assert_eq!((requests[0].header("if-none-match"), body(&requests[0]).as_str()), ("*", LOCKED));

    let there = |content: &'static str| {
        move |request: &Request| match request.line.starts_with("PUT") {
            true => error(412, "PreconditionFailed"),
            false if content.is_empty() => error(404, "NoSuchKey"),
            false => Reply::ok(content).with("etag", "\"e1\""),
        }
    };
    let (answer, _) = made(&lock(), there(LOCKED)).await;
    assert_eq!(receipt(&answer), BTreeMap::from([("existed", "true")]));
    let (answer, _) = made(&lock(), there(OTHERS)).await;
    assert_eq!(refusal(&answer), ("the state is locked by ci@runner (OperationTypeApply, lock 4f0c)", true));
    assert!(refusal(&made(&lock(), there("")).await.0).1);
    assert!(refusal(&made(&lock(), |_| error(409, "ConditionalRequestConflict")).await.0).1);
    let unread = |request: &Request| match request.line.starts_with("PUT") {
        true => error(412, "PreconditionFailed"),
        false => Reply::Close,
    };
    let (answer, _) = made(&lock(), unread).await;
    assert!(refusal(&answer).1, "the lock was certainly not taken: {answer:?}");
    assert!(matches!(made(&lock(), |_| Reply::Close).await.0, CallAnswer::Unknown { .. }));
}

#[tokio::test]
async fn a_lock_is_let_go_of_only_if_it_is_ours_and_as_it_was_read() {
    let call = Call::UnlockTerraform {
        region: USW2.parse().unwrap(),
        bucket: "states".parse().unwrap(),
        key: "akidb.tfstate.tflock".to_owned(),
        id: "plan-1".to_owned(),
    };
    let there = |content: &'static str, deleted: fn() -> Reply| {
        move |request: &Request| match request.line.starts_with("DELETE") {
            true => deleted(),
            false if content.is_empty() => error(404, "NoSuchKey"),
            false => Reply::ok(content).with("etag", "\"e1\""),
        }
    };
    let (answer, requests) = made(&call, there(LOCKED, || Reply::new(204, ""))).await;
    receipt(&answer);
    assert!(requests[1].line.starts_with("DELETE /states/akidb.tfstate.tflock"));
    assert_eq!(requests[1].header("if-match"), "\"e1\"");
    for (content, expected) in [("", ("absent", "true")), (OTHERS, ("held-by", "ci@runner"))] {
        let (answer, requests) = made(&call, there(content, || Reply::Close)).await;
        assert_eq!(receipt(&answer), BTreeMap::from([expected]));
        assert_eq!(requests.len(), 1, "nothing is deleted");
    }
    let (answer, _) = made(&call, there(LOCKED, || error(412, "PreconditionFailed"))).await;
    assert!(refusal(&answer).1);
    let (answer, _) = made(&call, there(LOCKED, || Reply::Close)).await;
    assert!(matches!(answer, CallAnswer::Unknown { .. }));
    assert!(refusal(&made(&call, |_| Reply::Close).await.0).1, "nothing was sent that changes anything");
}

#[tokio::test]
async fn stop_objects_are_put_and_removed() {
    let (region, bucket, key) = (USW2.parse().unwrap(), "akidb-us-west-2".parse().unwrap(), "evac/stop/a".to_owned());
    let call = Call::PutStop { region, bucket, key, body: "stop".to_owned() };
    let (answer, requests) = made(&call, |_| Reply::ok("")).await;
    receipt(&answer);
    assert!(requests[0].line.starts_with("PUT /akidb-us-west-2/evac/stop/a"));
    assert_eq!(body(&requests[0]), "stop");
    let (region, bucket, key) = (USW2.parse().unwrap(), "akidb-us-west-2".parse().unwrap(), "evac/stop/a".to_owned());
    let (answer, requests) = made(&Call::RemoveStop { region, bucket, key }, |_| Reply::new(204, "")).await;
    receipt(&answer);
    assert!(requests[0].line.starts_with("DELETE /akidb-us-west-2/evac/stop/a"));
}

//! One answer of each service, in its own protocol, through the SDK's parser to the reading.

use evac_core::{Reading, Source, SourceErrorKind};

use super::{
    World, failure,
    server::{Reply, Request, Server},
};

async fn reading(source: Source, region: &str, answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Reading {
    let server = Server::start(answer).await;
    World::at(&server, "").await.ask(source, region).await.result.unwrap().reading
}

#[tokio::test]
async fn identity_is_asked_in_the_region() {
    let server = Server::start(|_| {
        Reply::ok(
            "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/operator</Arn>
            <UserId>AIDA</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>",
        )
    })
    .await;
    let answer = World::at(&server, "").await.ask(Source::Identity, "eu-west-1").await;
    let Reading::Identity(identity) = answer.result.unwrap().reading else { panic!() };
    assert_eq!((identity.account.as_str(), identity.expires_at), ("123456789012", None));
    assert!(server.requests()[0].header("authorization").contains("/eu-west-1/sts/"));
}

#[tokio::test]
async fn a_cluster_without_instances_is_headless() {
    let reading = reading(Source::Cluster, "us-west-2", |request| {
        if request.asks("Action=DescribeDBInstances") {
            return Reply::ok(
                "<DescribeDBInstancesResponse><DescribeDBInstancesResult><DBInstances/></DescribeDBInstancesResult>
                </DescribeDBInstancesResponse>",
            );
        }
        Reply::ok(
            "<DescribeDBClustersResponse><DescribeDBClustersResult><DBClusters><DBCluster>
            <DBClusterIdentifier>akidb-usw2</DBClusterIdentifier><Status>available</Status>
            <DBClusterArn>arn:aws:rds:us-west-2:123456789012:cluster:akidb-usw2</DBClusterArn>
            <BackupRetentionPeriod>7</BackupRetentionPeriod>
            <LatestRestorableTime>2026-03-04T05:01:00Z</LatestRestorableTime>
            </DBCluster></DBClusters></DescribeDBClustersResult></DescribeDBClustersResponse>",
        )
    })
    .await;
    let Reading::Cluster(cluster) = reading else { panic!() };
    assert_eq!((cluster.status.as_str(), cluster.backup_retention_days), ("available", Some(7)));
    assert_eq!(cluster.latest_restorable.unwrap().to_string(), "2026-03-04T05:01:00Z");
    assert_eq!(cluster.instances, []);
}

#[tokio::test]
async fn events_are_asked_of_the_cluster_and_of_failovers_and_snapshots_come_newest_first() {
    let reading_of = |request: &Request| {
        if request.asks("DescribeDBClusterSnapshots") {
            let snapshot = |name: &str, day: u8| {
                format!(
                    "<DBClusterSnapshot><DBClusterSnapshotIdentifier>{name}</DBClusterSnapshotIdentifier>
                    <SnapshotType>automated</SnapshotType><Status>available</Status>
                    <SnapshotCreateTime>2026-03-0{day}T01:00:00Z</SnapshotCreateTime></DBClusterSnapshot>"
                )
            };
            let broken = "<DBClusterSnapshot><Status>available</Status></DBClusterSnapshot>";
            let all = format!("{}{broken}{}", snapshot("rds:old", 1), snapshot("rds:new", 2));
            return Reply::ok(format!(
                "<DescribeDBClusterSnapshotsResponse><DescribeDBClusterSnapshotsResult><DBClusterSnapshots>{all}
                </DBClusterSnapshots></DescribeDBClusterSnapshotsResult></DescribeDBClusterSnapshotsResponse>"
            ));
        }
        let event = |what: &str, category: &str| {
            format!(
                "<Event><SourceIdentifier>akidb-usw2</SourceIdentifier><SourceType>db-cluster</SourceType>
                <Message>{what}</Message><EventCategories><EventCategory>{category}</EventCategory></EventCategories>
                <Date>2026-03-04T05:00:00Z</Date></Event>"
            )
        };
        let event = if request.asks("global-failover") {
            event("promoted", "global-failover")
        } else {
            event("backed up", "backup")
        };
        Reply::ok(format!(
            "<DescribeEventsResponse><DescribeEventsResult><Events>{event}</Events></DescribeEventsResult>
            </DescribeEventsResponse>"
        ))
    };
    let Reading::Events(events) = reading(Source::Events, "us-west-2", reading_of).await else { panic!() };
    let messages: Vec<_> = events.events.iter().map(|event| event.message.as_str()).collect();
    assert_eq!(messages, ["backed up", "promoted"]);
    let Reading::Snapshots(snapshots) = reading(Source::Snapshots, "us-west-2", reading_of).await else { panic!() };
    let names: Vec<_> = snapshots.snapshots.iter().map(|snapshot| snapshot.name.as_str()).collect();
    assert_eq!(names, ["rds:new", "rds:old"], "the one without a name is left out");
}

#[tokio::test]
async fn a_bucket_without_rules_is_no_failure_and_one_that_is_not_there_is() {
    let replication = |request: &Request| match request.line.contains("versioning") {
        true => Reply::ok("<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"),
        false => {
            Reply::new(404, "<Error><Code>ReplicationConfigurationNotFoundError</Code><Message>none</Message></Error>")
        }
    };
    let Reading::Replication(bucket) = reading(Source::Replication, "us-east-1", replication).await else { panic!() };
    assert_eq!((bucket.bucket.as_str(), bucket.versioned, bucket.rules.len()), ("akidb-us-east-1", true, 0));

    let server =
        Server::start(|_| Reply::new(404, "<Error><Code>NoSuchBucket</Code><Message>gone</Message></Error>")).await;
    let answer = World::at(&server, "").await.ask(Source::Replication, "us-east-1").await;
    failure(&answer, SourceErrorKind::NotFound);
    assert!(server.requests()[0].line.starts_with("GET /akidb-us-east-1"), "the bucket stands in the path");
}

#[tokio::test]
async fn replication_rules_are_read_as_the_bucket_has_them() {
    let reading = reading(Source::Replication, "us-east-1", |request| match request.line.contains("versioning") {
        true => Reply::ok("<VersioningConfiguration/>"),
        false => Reply::ok(
            "<ReplicationConfiguration><Role>arn:aws:iam::1:role/r</Role><Rule><ID>to-usw2</ID><Status>Enabled</Status>
            <Priority>1</Priority><Filter/><DeleteMarkerReplication><Status>Enabled</Status></DeleteMarkerReplication>
            <Destination><Bucket>arn:aws:s3:::akidb-us-west-2</Bucket></Destination></Rule></ReplicationConfiguration>",
        ),
    })
    .await;
    let Reading::Replication(bucket) = reading else { panic!() };
    assert!(!bucket.versioned && bucket.rules[0].enabled && bucket.rules[0].delete_markers);
    assert_eq!(bucket.rules[0].destination.as_str(), "akidb-us-west-2");
}

#[tokio::test]
async fn only_the_records_of_the_stacks_names_are_kept() {
    let set = |name: &str, region: &str| {
        format!(
            "<ResourceRecordSet><Name>{name}.</Name><Type>A</Type><SetIdentifier>{region}</SetIdentifier>
            <Region>{region}</Region><TTL>60</TTL><ResourceRecords><ResourceRecord><Value>192.0.2.1</Value>
            </ResourceRecord></ResourceRecords><HealthCheckId>hc</HealthCheckId></ResourceRecordSet>"
        )
    };
    let list = move |sets: String, next: &str| {
        Reply::ok(format!(
            "<ListResourceRecordSetsResponse><ResourceRecordSets>{sets}</ResourceRecordSets>{next}
            <MaxItems>100</MaxItems></ListResourceRecordSetsResponse>"
        ))
    };
    let server = Server::start(move |request| {
        if request.line.contains("identifier=us-west-2") {
            let rest = set("api.akidb.example", "us-west-2") + &set("bpi.akidb.example", "us-west-2");
            return list(rest, "<IsTruncated>false</IsTruncated>");
        }
        let next = "<IsTruncated>true</IsTruncated><NextRecordName>api.akidb.example.</NextRecordName>
            <NextRecordType>A</NextRecordType><NextRecordIdentifier>us-west-2</NextRecordIdentifier>";
        list(set("api.akidb.example", "us-east-1"), next)
    })
    .await;
    let answer = World::at(&server, "").await.ask(Source::Records, "us-east-1").await;
    let Reading::Records(records) = answer.result.unwrap().reading else { panic!() };
    let found: Vec<_> = records.records.iter().map(|record| record.set_identifier.as_deref().unwrap()).collect();
    assert_eq!(found, ["us-east-1", "us-west-2"]);
    assert!(
        server.requests()[0].line.starts_with("GET /2013-04-01/hostedzone/Z1/rrset?"),
        "{:?}",
        server.requests()[0]
    );
}

#[tokio::test]
async fn health_checks_are_counted_by_their_checkers() {
    let check = |id: &str, kind: &str| {
        format!(
            "<HealthCheck><Id>{id}</Id><CallerReference>r</CallerReference><HealthCheckVersion>1</HealthCheckVersion>
            <HealthCheckConfig><Type>{kind}</Type><FullyQualifiedDomainName>us.akidb.example</FullyQualifiedDomainName>
            <Port>443</Port><ResourcePath>/healthz</ResourcePath><Inverted>true</Inverted></HealthCheckConfig>
            </HealthCheck>"
        )
    };
    let answer = move |request: &Request| {
        if request.line.contains("/status") {
            let seen = |status: &str| {
                format!(
                    "<HealthCheckObservation><Region>us-east-1</Region><StatusReport><Status>{status}</Status>
                    </StatusReport></HealthCheckObservation>"
                )
            };
            let all = seen("Success: HTTP Status Code 200, OK") + &seen("Failure: timed out") + &seen("Success: OK");
            return Reply::ok(format!(
                "<GetHealthCheckStatusResponse><HealthCheckObservations>{all}</HealthCheckObservations>
                </GetHealthCheckStatusResponse>"
            ));
        }
        let all = check("hc-use1", "HTTPS") + &check("another", "HTTPS") + &check("hc-usw2", "CALCULATED");
        Reply::ok(format!(
            "<ListHealthChecksResponse><HealthChecks>{all}</HealthChecks><Marker></Marker>
            <IsTruncated>false</IsTruncated><MaxItems>100</MaxItems></ListHealthChecksResponse>"
        ))
    };
    let server = Server::start(answer).await;
    let asked = World::at(&server, "").await.ask(Source::HealthChecks, "us-east-1").await;
    let Reading::HealthChecks(checks) = asked.result.unwrap().reading else { panic!() };
    let found: Vec<_> = checks
        .checks
        .iter()
        .map(|check| (check.id.as_str(), check.target.as_str(), check.checkers_healthy, check.checkers_total))
        .collect();
    let expected =
        [("hc-use1", "https://us.akidb.example:443/healthz", 2, 3), ("hc-usw2", "calculated of 0 checks", 0, 0)];
    assert_eq!(found, expected);
    assert!(checks.checks[0].inverted);
    assert_eq!(server.count("/status"), 1, "a calculated check has no checkers to ask for");
}

#[tokio::test]
async fn a_stack_without_us_east_1_asks_there_for_what_is_global_and_lives_without_it() {
    let server = Server::start(|request| {
        let global = request.header("authorization").contains("/us-east-1/");
        match request.line.contains("GetMetricData") {
            true if global => Reply::Close,
            true => super::clocks::metric_data(1_772_600_000, &[1.0]),
            false => Reply::new(403, "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>"),
        }
    })
    .await;
    let elsewhere = super::STACK.replace("us-east-1", "ca-central-1");
    let world = World::of(&elsewhere, &server.url, "").await;
    let answer = world.ask(Source::Metrics, "ca-central-1").await;
    let Reading::Metrics(metrics) = answer.result.unwrap().reading else { panic!() };
    assert_eq!(metrics.aurora.rpo.len(), 1, "the region's own metrics do not need us-east-1");
    assert!(metrics.checkers.values().all(|check| check.status.is_empty()));
    for source in [Source::Records, Source::HealthChecks] {
        failure(&world.ask(source, "ca-central-1").await, SourceErrorKind::Denied);
    }
    let signed = |what: &str| {
        let requests = server.requests();
        let of = |request: &Request| request.header("authorization").contains(what);
        requests.iter().filter(|request| of(request)).count()
    };
    assert_eq!(signed("/us-east-1/route53/"), 2);
    assert_eq!((signed("/ca-central-1/monitoring/"), signed("/us-east-1/monitoring/")), (1, 3));
}

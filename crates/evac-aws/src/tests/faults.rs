//! What can go wrong between the question and the answer, and how each is told.

use evac_core::{
    Reading, Source,
    SourceErrorKind::{Denied, Malformed, NotFound, Service, Throttled, Timeout, Unreachable},
};

use super::{
    World, failure,
    server::{DATE, Reply, Server},
};

pub(super) const GLOBAL: &str = "<DescribeGlobalClustersResponse><DescribeGlobalClustersResult><GlobalClusters>
    <GlobalClusterMember><GlobalClusterIdentifier>akidb</GlobalClusterIdentifier><Status>available</Status>
    <Engine>aurora-postgresql</Engine><EngineVersion>16.8</EngineVersion><GlobalClusterMembers>
    <GlobalClusterMember><DBClusterArn>arn:aws:rds:us-east-1:123456789012:cluster:akidb-use1</DBClusterArn>
    <Readers/><IsWriter>true</IsWriter></GlobalClusterMember>
    <GlobalClusterMember><DBClusterArn>arn:aws:rds:us-west-2:123456789012:cluster:akidb-usw2</DBClusterArn>
    <Readers/><IsWriter>false</IsWriter><SynchronizationStatus>connected</SynchronizationStatus></GlobalClusterMember>
    </GlobalClusterMembers><FailoverState/></GlobalClusterMember></GlobalClusters></DescribeGlobalClustersResult>
    <ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></DescribeGlobalClustersResponse>";

fn date() -> Option<jiff::Timestamp> {
    assert!(DATE.ends_with("05:06:30 GMT"));
    Some("2026-03-04T05:06:30Z".parse().unwrap())
}

async fn ask(server: &Server) -> evac_engine::Answer {
    World::at(server, "").await.ask(Source::GlobalCluster, "us-west-2").await
}

#[tokio::test]
async fn an_answer_is_dated_by_the_source_and_not_by_this_machine() {
    let server = Server::start(|_| Reply::ok(GLOBAL)).await;
    let world = World::at(&server, "").await;
    let answer = world.ask(Source::GlobalCluster, "us-west-2").await;
    assert_eq!(answer.source_clock, date());
    let sampled = answer.result.unwrap();
    assert_eq!(Some(sampled.sampled_at), date());
    let Reading::GlobalCluster(reading) = sampled.reading else { panic!("{:?}", sampled.reading) };
    assert_eq!(reading.writers().map(|region| region.as_str()).collect::<Vec<_>>(), ["us-east-1"]);
    assert_eq!(reading.members[1].synchronization.as_deref(), Some("connected"));
    assert_eq!(reading.failover, None);

    let request = server.requests().remove(0);
    assert!(request.header("authorization").contains("/us-west-2/rds/"), "{request:?}");
    let endpoints = world.connection.endpoints();
    assert_eq!(endpoints.len(), 1);
    assert_eq!((endpoints[0].service, endpoints[0].url.as_str()), ("rds", server.url.as_str()));
}

#[tokio::test]
async fn a_throttle_is_tried_again_a_few_times_and_told_with_the_date() {
    let server = Server::start(|_| Reply::refusal(400, "Throttling", "Rate exceeded")).await;
    let answer = ask(&server).await;
    let error = failure(&answer, Throttled);
    assert_eq!(error.message, "rds:DescribeGlobalClusters: Throttling: Rate exceeded");
    assert_eq!(answer.source_clock, date(), "a refusal shows the clock too");
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn refusals_are_told_by_their_kind_in_the_services_words() {
    for (status, code, kind) in [
        (403, "AccessDenied", Denied),
        (400, "ExpiredToken", Denied),
        (404, "GlobalClusterNotFoundFault", NotFound),
        (400, "InvalidParameterValue", Service),
    ] {
        let server = Server::start(move |_| Reply::refusal(status, code, "no &#x202e;&#9; good")).await;
        let error = failure(&ask(&server).await, kind);
        assert_eq!(error.message, format!("rds:DescribeGlobalClusters: {code}: no \u{fffd} good"));
    }
}

#[tokio::test]
async fn a_silent_server_is_left_in_time_and_shows_no_clock() {
    let server = Server::start(|_| Reply::Silence).await;
    let world = World::at(&server, "[polling]\ntimeout = \"200ms\"").await;
    for source in [Source::GlobalCluster, Source::Cluster, Source::Metrics, Source::Identity, Source::Alarms] {
        let answer = world.ask(source, "us-east-1").await;
        failure(&answer, Timeout);
        assert_eq!(answer.source_clock, None);
    }
}

#[tokio::test]
async fn a_connection_refused_or_closed_is_unreachable() {
    let server = Server::start(|_| Reply::Close).await;
    let answer = ask(&server).await;
    failure(&answer, Unreachable);
    let url = server.url.clone();
    drop(server);
    // The port is free again, and nobody listens on it.
    let answer = World::at_url(&url, "").await.ask(Source::GlobalCluster, "us-west-2").await;
    failure(&answer, Unreachable);
    assert_eq!(answer.source_clock, None);
}

#[tokio::test]
async fn half_an_answer_is_none_but_shows_the_clock() {
    let server = Server::start(|_| Reply::Half(Box::new(Reply::ok(GLOBAL)))).await;
    let answer = ask(&server).await;
    let error = answer.result.clone().unwrap_err();
    assert!(matches!(error.kind, Malformed | Unreachable), "{error}");
    assert_eq!(answer.source_clock, date());
}

#[tokio::test]
async fn what_is_no_answer_of_the_service_is_malformed_or_a_service_error() {
    for (status, body, kind) in [
        (200, "<html>Welcome to the hotel's network</html>", Malformed),
        (200, "", Malformed),
        (200, "\u{1b}[2J\u{0}", Malformed),
        (502, "<html>Bad gateway</html>", Service),
        (503, "", Service),
    ] {
        let server = Server::start(move |_| Reply::new(status, body)).await;
        let error = failure(&ask(&server).await, kind);
        assert!(!error.message.contains('\u{1b}'));
    }
}

#[tokio::test]
async fn hostile_texts_are_cleaned_or_make_the_answer_malformed() {
    let hostile = GLOBAL.replace("available", "avail&#x202e;able").replace("16.8", &"9".repeat(100_000));
    let server = Server::start(move |_| Reply::ok(hostile.as_str())).await;
    let Reading::GlobalCluster(reading) = ask(&server).await.result.unwrap().reading else { panic!() };
    assert_eq!(reading.status, "avail\u{fffd}able");
    assert!(reading.engine_version.unwrap().chars().count() <= evac_core::text::MAX_TEXT_LENGTH + 1);

    let hostile = GLOBAL.replace("akidb-use1", "akidb&#x202e;use1");
    let server = Server::start(move |_| Reply::ok(hostile.as_str())).await;
    let error = failure(&ask(&server).await, Malformed);
    assert!(error.message.contains("DBClusterArn"), "{error}");
}

#[tokio::test]
async fn the_same_page_for_ever_is_malformed() {
    let events = "<DescribeEventsResponse><DescribeEventsResult><Marker>again</Marker><Events/></DescribeEventsResult>
        </DescribeEventsResponse>";
    let server = Server::start(move |_| Reply::ok(events)).await;
    let answer = World::at(&server, "").await.ask(Source::Events, "us-west-2").await;
    failure(&answer, Malformed);
}

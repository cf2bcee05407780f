//! Cost Explorer is asked rarely, and its answers outlive it for a while.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use evac_core::{Reading, Source, SourceErrorKind, reading::CostReading};
use evac_engine::Answer;

use super::{
    World, failure,
    server::{Reply, Request, Server},
};

fn json(body: &str) -> Reply {
    Reply::ok(body).with("content-type", "application/x-amz-json-1.1")
}

fn refused(code: &str) -> Reply {
    let body = format!("{{\"__type\":\"{code}\",\"message\":\"not now\"}}");
    Reply::new(400, body).with("content-type", "application/x-amz-json-1.1")
}

fn bill() -> Reply {
    json(
        r#"{"ResultsByTime":[{"TimePeriod":{"Start":"2026-03-01","End":"2026-03-05"},"Total":{},"Groups":[
        {"Keys":["us-east-1","Amazon S3"],"Metrics":{"UnblendedCost":{"Amount":"10.25","Unit":"USD"}}},
        {"Keys":["NoRegion","Tax"],"Metrics":{"UnblendedCost":{"Amount":"0.75","Unit":"USD"}}}],"Estimated":true}]}"#,
    )
}

fn forecast() -> Reply {
    json(
        r#"{"Total":{"Amount":"6","Unit":"USD"},"ForecastResultsByTime":[
        {"TimePeriod":{"Start":"2026-03-05","End":"2026-03-06"},"MeanValue":"2.5"},
        {"TimePeriod":{"Start":"2026-03-06","End":"2026-03-07"},"MeanValue":"3.5"}]}"#,
    )
}

async fn explorer(forecast: fn() -> Reply) -> (Server, Arc<AtomicBool>) {
    let down = Arc::new(AtomicBool::new(false));
    let is_down = down.clone();
    let answer = move |request: &Request| match () {
        () if is_down.load(Ordering::Relaxed) => refused("AccessDeniedException"),
        () if request.asks("GetCostForecast") => forecast(),
        () => bill(),
    };
    (Server::start(answer).await, down)
}

fn cost(answer: Answer) -> CostReading {
    match answer.result.unwrap().reading {
        Reading::Cost(reading) => reading,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_answer_is_kept_over_a_restart_until_it_is_due() {
    let (server, _) = explorer(forecast).await;
    let mut world = World::at(&server, "[cost]\nrefresh = \"6h\"").await;
    let first = cost(world.ask(Source::Cost, "us-east-1").await);
    assert_eq!(first.asked_at.to_string(), "2026-03-04T05:06:30Z", "by the source's clock");
    assert_eq!(first.month.to_string(), "2026-03-01");
    assert_eq!(first.month_to_date(None).to_string(), "11.00");
    assert_eq!(first.month_to_date(Some("NoRegion")).to_string(), "0.75");
    assert_eq!(first.forecast.unwrap().normalize().to_string(), "17");
    assert_eq!(server.requests().len(), 2);
    assert!(server.requests().iter().all(|request| request.header("authorization").contains("/us-east-1/ce/")));

    world.reconnect().await;
    let again = world.ask(Source::Cost, "us-east-1").await;
    assert_eq!(again.source_clock, None, "nothing was asked");
    let sampled = again.result.clone().unwrap();
    assert_eq!(sampled.sampled_at, first.asked_at, "shown with its age");
    assert_eq!(cost(again), first);
    assert_eq!(server.requests().len(), 2);

    world.clock.set("2026-03-04T12:00:00Z");
    cost(world.ask(Source::Cost, "us-east-1").await);
    assert_eq!(server.requests().len(), 4, "six hours later it is due");
}

#[tokio::test]
async fn a_kept_answer_is_served_through_a_failure_until_it_is_too_old() {
    let (server, down) = explorer(forecast).await;
    let world = World::at(&server, "[cost]\nrefresh = \"6h\"").await;
    let first = cost(world.ask(Source::Cost, "us-east-1").await);
    down.store(true, Ordering::Relaxed);
    world.clock.set("2026-03-04T20:00:00Z");
    let kept = world.ask(Source::Cost, "us-east-1").await;
    assert_eq!(kept.result.unwrap().sampled_at, first.asked_at);
    world.clock.set("2026-03-05T20:00:00Z");
    failure(&world.ask(Source::Cost, "us-east-1").await, SourceErrorKind::Denied);
}

#[tokio::test]
async fn a_forecast_that_fails_hides_nothing_of_what_was_spent() {
    let (server, _) = explorer(|| refused("DataUnavailableException")).await;
    let world = World::at(&server, "").await;
    let reading = cost(world.ask(Source::Cost, "us-east-1").await);
    assert_eq!((reading.month_to_date(None).to_string(), reading.forecast), ("11.00".to_owned(), None));
}

#[tokio::test]
async fn a_broken_file_is_asked_for_anew() {
    let (server, _) = explorer(forecast).await;
    let world = World::at(&server, "").await;
    cost(world.ask(Source::Cost, "us-east-1").await);
    let file = std::fs::read_dir(world.directory.path().join("cache")).unwrap().next().unwrap().unwrap().path();
    std::fs::write(&file, "{\"version\":1,").unwrap();
    cost(world.ask(Source::Cost, "us-east-1").await);
    assert_eq!(server.requests().len(), 4);
    assert!(std::fs::read_to_string(file).unwrap().contains("NoRegion"), "and replaced");
}

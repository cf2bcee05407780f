//! Questions about a time window follow the source's clock.

use aws_smithy_cbor::{Decoder, Encoder, data::Type};
use aws_smithy_types::DateTime;
use evac_core::{Reading, Source};

use super::{
    World,
    server::{Reply, Request, Server},
};

/// An answer of CloudWatch with one series, `q0`, whose points are 60 s apart from this second on.
pub(super) fn metric_data(start: i64, values: &[f64]) -> Reply {
    let mut encoder = Encoder::new(Vec::new());
    encoder.map(1).str("MetricDataResults").array(1).map(4);
    encoder.str("Id").str("q0").str("StatusCode").str("Complete").str("Timestamps").array(values.len());
    for minute in (0..).take(values.len()) {
        encoder.timestamp(&DateTime::from_secs(start + 60 * minute));
    }
    encoder.str("Values").array(values.len());
    for value in values {
        encoder.double(*value);
    }
    Reply::ok(encoder.into_writer()).with("smithy-protocol", "rpc-v2-cbor").with("content-type", "application/cbor")
}

/// The start and end of the window that a request asks for, in seconds since 1970.
fn window(request: &Request) -> (i64, i64) {
    let mut decoder = Decoder::new(&request.body);
    let (mut start, mut end) = (0, 0);
    decoder.map().unwrap();
    while decoder.datatype().unwrap() != Type::Break {
        match decoder.str().unwrap().as_ref() {
            "StartTime" => start = decoder.timestamp().unwrap().secs(),
            "EndTime" => end = decoder.timestamp().unwrap().secs(),
            _ => decoder.skip().unwrap(),
        }
    }
    (start, end)
}

const DATE: &str = "Sat, 01 Jun 2030 12:00:20 GMT";

#[tokio::test]
async fn a_window_follows_the_sources_clock_from_the_first_answer_on() {
    let noon: i64 = "2030-06-01T12:00:00Z".parse::<jiff::Timestamp>().unwrap().as_second();
    let server = Server::start(move |_| metric_data(noon - 120, &[40.0, f64::NAN, 55.5]).dated(DATE)).await;
    // This machine is four years behind.
    let world = World::at(&server, "").await;
    let answer = world.ask(Source::Metrics, "us-west-2").await;
    let sampled = answer.result.unwrap();
    assert_eq!(sampled.sampled_at.as_second(), noon + 20);
    let Reading::Metrics(reading) = sampled.reading else { panic!() };
    let points: Vec<_> =
        reading.aurora.decisive().iter().map(|point| (point.at.as_second() - noon, point.value)).collect();
    assert_eq!(points, [(-120, 40.0), (0, 55.5)]);

    world.ask(Source::Metrics, "us-west-2").await.result.unwrap();
    let windows: Vec<_> = server.requests().iter().map(window).collect();
    assert_eq!(windows.len(), 3, "once with the wrong clock, at once again, and once with the right one");
    assert!(windows[0].1 < noon - 86_400 * 365);
    for (start, end) in windows[1..].iter().copied() {
        assert_eq!(start, noon - 7_200, "the window outlasts an outage");
        assert!(end > noon + 20 && end <= noon + 240, "{}", end - noon);
    }
}

#[tokio::test]
async fn a_clock_that_is_right_is_asked_once() {
    let server = Server::start(|_| metric_data(1_772_600_000, &[1.0])).await;
    let world = World::at(&server, "").await;
    world.ask(Source::Metrics, "us-west-2").await.result.unwrap();
    assert_eq!(server.requests().len(), 1);
    assert_eq!(server.requests()[0].line, "POST /service/GraniteServiceVersion20100801/operation/GetMetricData");
}

//! Every fault, as a client sees it on the wire, and that it ends.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::io::ErrorKind;

use common::{address, ask, form, parsed, soon, world};
use evac_sim::{
    Fault, FaultTarget,
    topology::{Region, Service},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

const READ: &str = "Action=DescribeDBClusters&Version=2014-10-31";

fn target(service: Service) -> FaultTarget {
    FaultTarget { region: Some(Region::UsWest2.into()), service: Some(service) }
}

#[tokio::test]
async fn a_refusing_endpoint_is_refused_by_the_kernel_and_comes_back_at_the_same_port() {
    let (simulator, _directory) = world(None).await;
    let rds = address(&simulator, Service::Rds, Region::UsWest2);
    simulator.set_fault(target(Service::Rds), Fault::Refuse).await;
    for _ in 0..20 {
        assert_eq!(TcpStream::connect(&rds).await.unwrap_err().kind(), ErrorKind::ConnectionRefused);
    }
    // The other endpoints of the region are none the worse.
    let probe = address(&simulator, Service::Probe, Region::UsWest2);
    assert_eq!(ask(&probe, "GET", "/healthz", "", "").await.unwrap().status, 200);
    simulator.clear_faults(FaultTarget::default()).await;
    assert_eq!(form(&rds, READ).await.unwrap().status, 200);
    simulator.shut_down().await;
}

#[tokio::test]
async fn a_hanging_endpoint_takes_connections_and_answers_nothing_until_it_is_healed() {
    let (simulator, _directory) = world(None).await;
    let rds = address(&simulator, Service::Rds, Region::UsWest2);
    simulator.set_fault(target(Service::Rds), Fault::Hang).await;
    let mut stream = TcpStream::connect(&rds).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    // Nothing can be read while it hangs; healing ends the connection, and only then does the read end.
    let read = tokio::spawn(async move {
        let mut byte = [0];
        stream.read(&mut byte).await
    });
    let probe = address(&simulator, Service::Probe, Region::UsWest2);
    assert_eq!(soon(ask(&probe, "GET", "/healthz", "", "")).await.unwrap().status, 200);
    assert!(!read.is_finished());
    simulator.clear_faults(FaultTarget::default()).await;
    let ended = soon(read).await.unwrap();
    assert!(matches!(&ended, Err(error) if error.kind() == ErrorKind::ConnectionReset), "{ended:?}");
    assert_eq!(form(&rds, READ).await.unwrap().status, 200);
    simulator.shut_down().await;
}

#[tokio::test]
async fn a_fault_reaches_connections_that_stand_and_watches_under_way() {
    let (simulator, _directory) = world(None).await;
    for (service, path) in [
        (Service::Probe, "/healthz".to_owned()),
        (Service::Kubernetes, "/apis/velero.io/v1/backups?watch=1&resourceVersion=0".to_owned()),
    ] {
        for fault in [Fault::Refuse, Fault::Reset, Fault::Http503] {
            simulator.clear_faults(FaultTarget::default()).await;
            let mut stream = TcpStream::connect(address(&simulator, service, Region::UsWest2)).await.unwrap();
            let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n");
            stream.write_all(request.as_bytes()).await.unwrap();
            let mut some = [0; 64];
            assert!(soon(stream.read(&mut some)).await.unwrap() > 0);
            simulator.set_fault(target(service), fault).await;
            let mut rest = Vec::new();
            let ended = soon(stream.read_to_end(&mut rest)).await;
            assert!(ended.is_err_and(|error| error.kind() == ErrorKind::ConnectionReset), "{service} {fault}");
        }
    }
    simulator.shut_down().await;
}

#[tokio::test]
async fn answers_break_off_in_the_middle() {
    let (simulator, _directory) = world(None).await;
    let rds = address(&simulator, Service::Rds, Region::UsWest2);
    let whole = form(&rds, READ).await.unwrap().body.len();
    simulator.set_fault(target(Service::Rds), Fault::Truncate).await;
    let cut = form(&rds, READ).await.unwrap();
    assert_eq!(cut.header("content-length"), Some(whole.to_string().as_str()));
    assert_eq!(cut.body.len(), whole / 2);
    simulator.set_fault(target(Service::Rds), Fault::Reset).await;
    let mut stream = TcpStream::connect(&rds).await.unwrap();
    let request = format!("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{READ}", READ.len());
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = vec![0; 256];
    let begun = soon(stream.read(&mut answer)).await.unwrap_or_default();
    let mut rest = Vec::new();
    let ended = soon(stream.read_to_end(&mut rest)).await;
    assert!(ended.is_err_and(|error| error.kind() == ErrorKind::ConnectionReset), "after {begun} bytes");
    simulator.shut_down().await;
}

#[tokio::test]
async fn each_service_has_its_own_words_for_its_errors() {
    let (simulator, _directory) = world(None).await;
    let cases = [
        (Service::Rds, Fault::Throttle, 400, "<Code>Throttling</Code>"),
        (Service::Rds, Fault::Http500, 500, "<Code>InternalFailure</Code>"),
        (Service::Sts, Fault::Http503, 503, "<Code>ServiceUnavailable</Code>"),
        (Service::S3, Fault::Throttle, 503, "<Code>SlowDown</Code>"),
        (Service::S3, Fault::Http500, 500, "<Code>InternalError</Code>"),
        (Service::CloudWatch, Fault::Throttle, 400, "<Code>Throttling</Code>"),
        (Service::Kubernetes, Fault::Throttle, 429, "\"TooManyRequests\""),
        (Service::Probe, Fault::Http503, 503, "error"),
    ];
    for (service, fault, status, word) in cases {
        simulator.set_fault(target(service), fault).await;
        let address = address(&simulator, service, Region::UsWest2);
        let answer = ask(&address, "GET", "/", "", "").await.unwrap();
        assert_eq!(answer.status, status, "{service} {fault}");
        assert!(answer.text().contains(word), "{service} {fault}: {}", answer.text());
        assert_eq!(answer.header("date"), Some("sun, 22 nov 2026 12:00:00 gmt"));
        if status == 429 {
            assert_eq!(answer.header("retry-after"), Some("1"));
        }
    }
    let route53 = address(&simulator, Service::Route53, Region::UsEast1);
    let everywhere = FaultTarget { region: None, service: Some(Service::Route53) };
    simulator.set_fault(everywhere, Fault::Throttle).await;
    let answer = ask(&route53, "GET", "/2013-04-01/hostedzone", "", "").await.unwrap();
    assert!(answer.status == 400 && answer.text().contains("<Code>Throttling</Code>"));
    simulator.shut_down().await;
}

#[tokio::test]
async fn cbor_and_json_clients_of_cloudwatch_are_throttled_in_their_own_protocol() {
    let (simulator, _directory) = world(None).await;
    simulator.set_fault(target(Service::CloudWatch), Fault::Throttle).await;
    let address = address(&simulator, Service::CloudWatch, Region::UsWest2);
    let path = "/service/GraniteServiceVersion20100801/operation/DescribeAlarms";
    let answer = ask(&address, "POST", path, "smithy-protocol: rpc-v2-cbor\r\n", "").await.unwrap();
    assert_eq!(answer.header("x-amzn-query-error"), Some("throttling;sender"));
    assert_eq!(answer.header("content-type"), Some("application/cbor"));
    let target = "x-amz-target: GraniteServiceVersion20100801.DescribeAlarms\r\n";
    let answer = ask(&address, "POST", "/", target, "{}").await.unwrap();
    assert!(answer.text().contains("\"__type\":\"Throttling\""), "{}", answer.text());
    simulator.shut_down().await;
}

#[tokio::test]
async fn garbage_and_hostile_answers_are_valid_http() {
    let (simulator, _directory) = world(None).await;
    for (service, request) in [(Service::Rds, READ), (Service::Kubernetes, ""), (Service::Probe, "")] {
        let address = address(&simulator, service, Region::UsWest2);
        simulator.set_fault(target(service), Fault::Garbage).await;
        let garbage = form(&address, request).await.unwrap();
        assert_eq!(garbage.status, 200);
        assert_eq!(garbage.header("content-length"), Some(garbage.body.len().to_string().as_str()));
        simulator.clear_faults(FaultTarget::default()).await;
    }
    let rds = address(&simulator, Service::Rds, Region::UsWest2);
    let right = form(&rds, READ).await.unwrap().text();
    simulator.set_fault(target(Service::Rds), Fault::WrongType).await;
    let wrong = form(&rds, READ).await.unwrap();
    assert_eq!(wrong.status, 200);
    assert_ne!(wrong.text(), right);
    assert!(wrong.text().starts_with("<?xml") && wrong.text().ends_with("</DescribeDBClustersResponse>"));
    let kubernetes = address(&simulator, Service::Kubernetes, Region::UsWest2);
    simulator.set_fault(target(Service::Kubernetes), Fault::WrongType).await;
    let answer = ask(&kubernetes, "GET", "/apis/velero.io/v1/backups", "", "").await.unwrap();
    assert!(serde_json::from_slice::<serde_json::Value>(&answer.body).is_ok(), "it is still JSON");
    simulator.shut_down().await;
}

#[tokio::test]
async fn a_delay_is_waited_for_and_leaves_the_answer_as_it_is() {
    let (simulator, _directory) = world(None).await;
    let rds = address(&simulator, Service::Rds, Region::UsWest2);
    simulator.set_fault(target(Service::Rds), Fault::Delay { milliseconds: 1 }).await;
    assert_eq!(form(&rds, READ).await.unwrap().status, 200);
    simulator.shut_down().await;
}

/// Begins a request and leaves it without an answer.
async fn begin(address: &str, method: &str, path: &str, headers: &str, body: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let length = body.len();
    let request = format!("{method} {path} HTTP/1.1\r\nhost: x\r\n{headers}content-length: {length}\r\n\r\n{body}");
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

#[tokio::test]
async fn a_change_whose_answer_is_lost_has_happened_and_one_that_is_lost_itself_has_not() {
    let (simulator, _directory) = world(None).await;
    let s3 = address(&simulator, Service::S3, Region::UsWest2);
    for (fault, happened) in [(Fault::LostAnswer, true), (Fault::CutAnswer, true), (Fault::LostRequest, false)] {
        let path = format!("/akidb-data-usw2/{fault}");
        // A connection that stands already is not harmed by the fault's beginning.
        let mut stream = begin(&s3, "HEAD", "/akidb-data-usw2/segments/000001.akidb", "", "").await;
        let mut some = [0; 1024];
        assert!(soon(stream.read(&mut some)).await.unwrap() > 0);
        simulator.set_fault(target(Service::S3), fault).await;
        let put = format!("PUT {path} HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nhello");
        stream.write_all(put.as_bytes()).await.unwrap();
        if fault == Fault::CutAnswer {
            let ended = soon(stream.read(&mut some)).await;
            assert!(ended.is_err_and(|error| error.kind() == ErrorKind::ConnectionReset));
        }
        // Reads are served meanwhile, and tell what became of it.
        while happened && ask(&s3, "HEAD", &path, "", "").await.unwrap().status != 200 {
            tokio::task::yield_now().await;
        }
        if !happened {
            assert_eq!(ask(&s3, "HEAD", &path, "", "").await.unwrap().status, 404);
        }
        if fault != Fault::CutAnswer {
            // Healing does not bring the answer back.
            simulator.clear_faults(FaultTarget::default()).await;
            let read = tokio::spawn(async move { stream.read(&mut [0]).await.unwrap_or_default() });
            assert_eq!(ask(&s3, "GET", "/akidb-data-usw2?versioning", "", "").await.unwrap().status, 200);
            assert!(!read.is_finished());
            read.abort();
        }
        simulator.clear_faults(FaultTarget::default()).await;
    }
    simulator.shut_down().await;
}

#[tokio::test]
async fn a_change_of_a_cluster_is_lost_like_any_other() {
    let (simulator, _directory) = world(None).await;
    let kubernetes = address(&simulator, Service::Kubernetes, Region::UsWest2);
    simulator.set_fault(target(Service::Kubernetes), Fault::LostAnswer).await;
    let path = "/apis/apps/v1/namespaces/akidb/deployments/akidb-api/scale";
    let replicas = async || {
        let text = ask(&kubernetes, "GET", path, "", "").await.unwrap().text();
        serde_json::from_str::<serde_json::Value>(&text).unwrap()["spec"]["replicas"].clone()
    };
    let headers = "content-type: application/merge-patch+json\r\n";
    assert_ne!(replicas().await, 9);
    let waiting = begin(&kubernetes, "PATCH", path, headers, r#"{"spec":{"replicas":9}}"#).await;
    while replicas().await != 9 {
        tokio::task::yield_now().await;
    }
    // Nobody can be told any more, and the world can stop all the same.
    drop(waiting);
    soon(simulator.shut_down()).await;
}

#[tokio::test]
async fn a_world_that_stops_closes_every_connection() {
    let (simulator, directory) = world(None).await;
    let probe = address(&simulator, Service::Probe, Region::UsWest2);
    let mut stream = TcpStream::connect(&probe).await.unwrap();
    stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let mut head = vec![0; 4096];
    let read = soon(stream.read(&mut head)).await.unwrap();
    head.truncate(read);
    assert_eq!(parsed(head).unwrap().status, 200);
    soon(simulator.shut_down()).await;
    assert_eq!(soon(stream.read(&mut [0])).await.unwrap_or_default(), 0);
    assert_eq!(TcpStream::connect(&probe).await.unwrap_err().kind(), ErrorKind::ConnectionRefused);
    assert!(!directory.path().join("control.json").exists());
}

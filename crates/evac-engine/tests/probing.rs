//! The probe against real sockets.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use evac_core::{Reading, SourceErrorKind, Stack};
use evac_engine::{Answer, Clock, Port, SystemClock, probes};
use jiff::{SignedDuration, Timestamp};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

/// Asks a probe of this address once, with so many milliseconds to answer.
async fn ask(address: SocketAddr, timeout: u32) -> Answer {
    probe(&format!("http://{address}/health?secret=1"), timeout).sample().await
}

fn probe(url: &str, timeout: u32) -> Arc<dyn Port> {
    probe_by(url, timeout, Arc::new(SystemClock::start()))
}

fn probe_by(url: &str, timeout: u32, clock: Arc<dyn Clock>) -> Arc<dyn Port> {
    let text = format!(
        "version = 1\nname = \"test\"\nenvironment = \"TEST\"\npolling.timeout = \"{timeout}ms\"\n\
         [regions.us-east-1]\nrole = \"primary\"\nprobe = \"{url}\"\n[regions.us-west-2]\nrole = \"secondary\"\n"
    );
    let mut probes = probes(&Stack::parse(&text).unwrap(), &clock);
    assert_eq!(probes.len(), 1, "a region without an endpoint has no probe");
    probes.remove(0)
}

/// Answers every connection with these bytes and closes it, or, without any, keeps it open in silence.
async fn serve(answer: Option<&'static str>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut open = Vec::new();
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let Some(answer) = answer else {
                open.push(stream);
                continue;
            };
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    address
}

async fn failure(answer: Option<&'static str>) -> (SourceErrorKind, String) {
    let error = ask(serve(answer).await, 200).await.result.unwrap_err();
    assert!(!error.message.contains("secret"), "{error}");
    (error.kind, error.message)
}

#[tokio::test]
async fn an_answer_tells_its_status_and_the_servers_clock() {
    let head = "HTTP/1.1 503 Service Unavailable\r\ndate: Sun, 22 Nov 2026 08:49:37 GMT\r\ncontent-length: 2\r\n\r\nno";
    let answer = ask(serve(Some(head)).await, 5_000).await;
    let then = "2026-11-22T08:49:37Z".parse().unwrap();
    assert_eq!(answer.source_clock, Some(then));
    let sampled = answer.result.unwrap();
    let Reading::Probe(reading) = sampled.reading else { panic!("{:?}", sampled.reading) };
    assert_eq!((sampled.sampled_at, reading.status, reading.is_healthy()), (then, 503, false));
}

/// Three seconds later each time that it is looked at.
struct Ticking(AtomicI64);

impl Clock for Ticking {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.fetch_add(3, Ordering::Relaxed)).unwrap()
    }
}

/// So that what a test or a bench says of an endpoint is the same on a busy machine.
#[tokio::test]
async fn how_long_an_answer_took_is_told_by_the_clock_that_was_passed_in() {
    let address = serve(Some("HTTP/1.1 204 No Content\r\n\r\n")).await;
    let probe = probe_by(&format!("http://{address}/"), 5_000, Arc::new(Ticking(AtomicI64::new(0))));
    let Reading::Probe(reading) = probe.sample().await.result.unwrap().reading else { panic!("a probe's reading") };
    assert_eq!(reading.latency, SignedDuration::from_secs(3));
}

#[tokio::test]
async fn a_redirect_is_told_and_not_followed() {
    let head = "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n";
    let answer = ask(serve(Some(head)).await, 5_000).await;
    assert_eq!(answer.source_clock, None);
    let Reading::Probe(reading) = answer.result.unwrap().reading else { panic!("a probe's reading") };
    assert_eq!(reading.status, 302);
}

#[tokio::test]
async fn failures_are_told_in_few_words_without_the_url() {
    let gone = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap()
    };
    let refused = ask(gone, 5_000).await.result.unwrap_err();
    assert_eq!(
        (refused.kind, refused.message.as_str()),
        (SourceErrorKind::Unreachable, "no connection: connection refused")
    );
    assert_eq!(failure(None).await, (SourceErrorKind::Timeout, "no answer within 200 ms".to_owned()));
    for broken in ["", "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nshort", "\u{1b}[2J garbage\r\n\r\n"] {
        let (kind, message) = failure(Some(broken)).await;
        assert_eq!(kind, SourceErrorKind::Unreachable, "{broken:?}: {message}");
        assert!(message.starts_with("the answer broke off: "), "{message}");
    }
}

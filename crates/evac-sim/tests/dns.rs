//! The resolvers at the wire.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;
mod resolution;

use common::{soon, world};
use evac_sim::{
    Fault, FaultTarget,
    topology::{Region, Service},
};
use hickory_proto::{
    op::{Message, ResponseCode},
    rr::RecordType,
};
use jiff::SignedDuration;
use resolution::{addresses, over_tcp, over_udp, query, resolved};

const NAME: &str = "api.akidb.example.";

fn target() -> FaultTarget {
    FaultTarget { region: Some(Region::UsWest2.into()), service: Some(Service::Resolver) }
}

#[tokio::test]
async fn each_resolver_answers_with_its_nearest_region_over_udp_and_tcp() {
    let (simulator, _directory) = world(None).await;
    for (region, resolver) in simulator.resolvers() {
        assert_eq!(addresses(resolver, "API.akidb.EXAMPLE.").await, [region.address()]);
        let answer = Message::from_vec(&over_tcp(resolver, &query(NAME, RecordType::A)).await.unwrap()).unwrap();
        assert_eq!(answer.answers[0].data.to_string(), region.address());
        assert!((1..=60).contains(&answer.answers[0].ttl));
        for other in Region::ALL {
            assert_eq!(addresses(resolver, &format!("{}.", other.host())).await, [other.address()]);
        }
    }
    let resolver = simulator.resolvers()[0].1;
    let servers = resolved(resolver, "akidb.example.", RecordType::NS).await;
    assert_eq!(servers.answers.len(), 4);
    for (name, kind, code) in [
        ("nothing.akidb.example.", RecordType::A, ResponseCode::NXDomain),
        (NAME, RecordType::AAAA, ResponseCode::NoError),
        ("example.com.", RecordType::A, ResponseCode::Refused),
    ] {
        let answer = resolved(resolver, name, kind).await;
        assert_eq!((answer.metadata.response_code, answer.answers.len()), (code, 0), "{name}");
    }
    simulator.shut_down().await;
}

#[tokio::test]
async fn the_time_to_live_runs_down_with_the_worlds_clock_and_begins_anew() {
    let (simulator, _directory) = world(None).await;
    let resolver = simulator.resolvers()[0].1;
    let ttl = || async { resolved(resolver, NAME, RecordType::A).await.answers[0].ttl };
    let first = ttl().await;
    simulator.clock().advance(SignedDuration::from_secs(1));
    let second = ttl().await;
    assert!(second == first - 1 || (first, second) == (1, 60), "{first} {second}");
    simulator.clock().advance(SignedDuration::from_secs(i64::from(second)));
    assert_eq!(ttl().await, 60);
    simulator.shut_down().await;
}

#[tokio::test]
async fn a_resolver_can_be_cut_off_like_other_endpoints() {
    let (simulator, _directory) = world(None).await;
    let resolver = simulator.resolvers()[1].1;
    let ask = query(NAME, RecordType::A);
    simulator.set_fault(target(), Fault::Refuse).await;
    assert_eq!(over_udp(resolver, &ask).await.unwrap_err().kind(), std::io::ErrorKind::ConnectionRefused);
    assert_eq!(over_tcp(resolver, &ask).await.unwrap_err().kind(), std::io::ErrorKind::ConnectionRefused);
    for (fault, code) in [(Fault::Http500, ResponseCode::ServFail), (Fault::Throttle, ResponseCode::Refused)] {
        simulator.set_fault(target(), fault).await;
        assert_eq!(resolved(resolver, NAME, RecordType::A).await.metadata.response_code, code);
    }
    simulator.set_fault(target(), Fault::Truncate).await;
    let cut = resolved(resolver, NAME, RecordType::A).await;
    assert!(cut.metadata.truncation && cut.answers.is_empty());
    assert!(over_tcp(resolver, &ask).await.is_err());
    simulator.set_fault(target(), Fault::Garbage).await;
    assert!(Message::from_vec(&over_udp(resolver, &ask).await.unwrap()).is_err());
    simulator.set_fault(target(), Fault::WrongType).await;
    assert!(
        resolved(resolver, NAME, RecordType::A)
            .await
            .answers
            .iter()
            .all(|record| record.record_type() == RecordType::TXT)
    );
    simulator.set_fault(target(), Fault::Hang).await;
    let unanswered = tokio::spawn(async move { over_udp(resolver, &ask).await });
    let other = simulator.resolvers()[0].1;
    assert_eq!(addresses(other, NAME).await, [Region::UsEast1.address()], "the others are none the worse");
    assert!(!unanswered.is_finished());
    unanswered.abort();
    simulator.clear_faults(FaultTarget::default()).await;
    assert_eq!(addresses(resolver, NAME).await, [Region::UsWest2.address()]);
    soon(simulator.shut_down()).await;
}

#[tokio::test]
async fn nothing_that_a_client_sends_ends_a_resolver() {
    let (simulator, _directory) = world(None).await;
    let resolver = simulator.resolvers()[0].1;
    let socket = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    socket.connect(resolver).await.unwrap();
    let mut random = fastrand::Rng::with_seed(5);
    let real = query(NAME, RecordType::A).to_vec().unwrap();
    for _ in 0..400 {
        let mut bytes = real.clone();
        for _ in 0..random.usize(1..6) {
            let place = random.usize(..bytes.len());
            bytes[place] = random.u8(..);
        }
        bytes.truncate(random.usize(..=bytes.len()));
        socket.send(&bytes).await.unwrap();
    }
    assert_eq!(addresses(resolver, NAME).await, [Region::UsEast1.address()]);
    soon(simulator.shut_down()).await;
}

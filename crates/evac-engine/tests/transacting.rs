//! The business transaction over a real socket.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use evac_core::{plan::Call, run::CallAnswer};
use evac_engine::network_actor;
use evac_model::plans::consent_to_nothing;
use futures::FutureExt;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

#[tokio::test]
async fn a_transaction_is_made_by_the_consent_to_its_own_plan_alone() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/transaction", listener.local_addr().unwrap());
    let call = Call::Transact { region: common::AWAY.parse().unwrap(), url, key: "evac-5f1c1e".to_owned() };
    let [own, other] = [common::AWAY, common::HOME].map(|region| consent_to_nothing(region.parse().unwrap()).unwrap());
    let actor = network_actor(&common::stack(), &own);

    let answer = actor.perform(&other, &call).await;
    assert!(matches!(answer, CallAnswer::Refused { temporary: false, .. }), "{answer:?}");
    assert!(listener.accept().now_or_never().is_none(), "nobody is asked");

    let serve = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            request.push(stream.read_u8().await.unwrap());
        }
        stream.write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n").await.unwrap();
        String::from_utf8_lossy(&request).into_owned()
    };
    let (answer, request) = tokio::join!(actor.perform(&own, &call), serve);
    assert!(matches!(answer, CallAnswer::Accepted { .. }), "{answer:?}");
    assert!(
        request.starts_with("POST /transaction ") && request.contains("idempotency-key: evac-5f1c1e\r\n"),
        "{request}"
    );
}

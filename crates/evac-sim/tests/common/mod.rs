//! A plain HTTP client that shows what really is on the wire.
#![allow(dead_code, reason = "every test file uses a part of it")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::{io, time::Duration};

use evac_sim::{
    Options, Simulator,
    topology::{Place, Service},
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A paused world in a directory of its own, at noon.
pub async fn world(scenario: Option<&str>) -> (Simulator, TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let simulator = Simulator::start(Options {
        scenario: scenario.map(str::to_owned),
        start: Some("2026-11-22T12:00:00Z".parse().unwrap()),
        seed: 7,
        ..Options::new(directory.path())
    })
    .await
    .unwrap();
    simulator.clock().pause();
    (simulator, directory)
}

/// The address of an endpoint.
pub fn address(simulator: &Simulator, service: Service, place: impl Into<Place>) -> String {
    let place = place.into();
    let addresses = simulator.addresses();
    let (.., url) = addresses.iter().find(|(this, here, _)| *this == service && *here == place).unwrap();
    url.strip_prefix("http://").unwrap().to_owned()
}

/// What came back: the status, the head in lower case, and the body.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

/// Everything that an address sends for one request, to the end of the connection.
pub async fn raw(address: &str, request: &str) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer).await {
        Ok(_) => Ok(answer),
        Err(error) => Err(error),
    }
}

/// One request on a connection of its own.
pub async fn ask(address: &str, method: &str, path: &str, headers: &str, body: &str) -> io::Result<Answer> {
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n{headers}content-length: {length}\r\n\r\n{body}"
    );
    parsed(raw(address, &request).await?)
}

pub fn parsed(answer: Vec<u8>) -> io::Result<Answer> {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").ok_or(io::ErrorKind::UnexpectedEof)?;
    let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
    Ok(Answer { status, head, body: answer[end + 4..].to_vec() })
}

/// A form of awsQuery.
pub async fn form(address: &str, form: &str) -> io::Result<Answer> {
    ask(address, "POST", "/", "content-type: application/x-www-form-urlencoded\r\n", form).await
}

/// The time that nothing may take, so that a test that waits for ever fails instead.
pub async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(30), what).await.expect("it never came")
}

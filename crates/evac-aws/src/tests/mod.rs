//! The ports against a small HTTP server: the SDK's own clients and parsers over real sockets, each answer written
//! out. What the tests share stands here: a stack of three regions, of which the third has nothing but a name, and
//! the ports of such a stack at one endpoint.

#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used, reason = "a test fails by panicking")]

mod acting;
mod answers;
mod canary;
mod clocks;
mod costs;
mod faults;
mod keeping;
mod levers;
mod observing;
mod routing_controls;
mod server;
mod setup;

use std::sync::{Arc, Mutex};

use evac_core::{Source, SourceError, SourceErrorKind, Stack};
use evac_engine::{Answer, Clock, Port};
use jiff::Timestamp;
use server::Server;
use tempfile::TempDir;

use crate::Connection;

/// The stack.
pub(crate) fn stack() -> Stack {
    Stack::parse(STACK).unwrap()
}

/// A clock that stands where it is put.
struct SetClock(Mutex<Timestamp>);

impl SetClock {
    fn at(time: &str) -> Arc<Self> {
        Arc::new(Self(Mutex::new(time.parse().unwrap())))
    }

    fn set(&self, time: &str) {
        *self.0.lock().unwrap() = time.parse().unwrap();
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// The ports of the stack with all endpoints at one server, and this machine's clock.
struct World {
    clock: Arc<SetClock>,
    directory: TempDir,
    stack: Stack,
    connection: Connection,
}

impl World {
    /// The stack at a server; `more` is TOML that goes in front of it.
    async fn at(server: &Server, more: &str) -> Self {
        Self::at_url(&server.url, more).await
    }

    async fn at_url(url: &str, more: &str) -> Self {
        Self::of(STACK, url, more).await
    }

    async fn of(base: &str, url: &str, more: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let keys = "[profile test]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = secret\n";
        std::fs::write(directory.path().join("aws-config"), keys).unwrap();
        let access = format!("[aws]\nprofile = \"test\"\nconfig_file = \"aws-config\"\nendpoints.all = \"{url}\"\n");
        let stack = Stack::parse(&format!("{base}\n{access}\n{more}")).unwrap();
        let clock = SetClock::at("2026-03-04T05:06:07Z");
        let connection = connected(&stack, &directory, &clock).await;
        Self { clock, directory, stack, connection }
    }

    /// The same again, as after a restart.
    async fn reconnect(&mut self) {
        self.connection = connected(&self.stack, &self.directory, &self.clock).await;
    }

    fn port(&self, source: Source, region: &str) -> &Arc<dyn Port> {
        let mut ports = self.connection.ports.iter();
        ports.find(|port| port.id().source == source && port.id().region.as_str() == region).unwrap()
    }

    async fn ask(&self, source: Source, region: &str) -> Answer {
        self.port(source, region).sample().await
    }
}

async fn connected(stack: &Stack, directory: &TempDir, clock: &Arc<SetClock>) -> Connection {
    crate::connect(stack, directory.path(), &directory.path().join("cache"), clock.clone()).await
}

/// The failure of an answer that has to be of this kind.
fn failure(answer: &Answer, kind: SourceErrorKind) -> SourceError {
    let error = answer.result.clone().expect_err("an answer that should be a failure");
    assert_eq!(error.kind, kind, "{error}");
    error
}

const STACK: &str = r#"
version = 1
name = "akidb"
environment = "TEST"

[regions.us-east-1]
role = "primary"
health_check = "hc-use1"

[regions.us-west-2]
role = "secondary"
health_check = "hc-usw2"

[regions.eu-west-1]
role = "standby"

[aurora]
global_cluster = "akidb"
members = { us-east-1 = "akidb-use1", us-west-2 = "akidb-usw2" }

[buckets]
us-east-1 = "akidb-us-east-1"
us-west-2 = "akidb-us-west-2"

[[replication]]
rule = "to-usw2"
from = "us-east-1"
source = "akidb-us-east-1"
to = "us-west-2"
destination = "akidb-us-west-2"

[traffic]
hosted_zone = "Z1"

[[traffic.records]]
name = "api.akidb.example"
region = "us-east-1"
set_identifier = "us-east-1"
health_check = "hc-use1"

[[traffic.records]]
name = "api.akidb.example"
region = "us-west-2"
set_identifier = "us-west-2"
health_check = "hc-usw2"
"#;

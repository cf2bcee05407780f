//! What the tests share: a stack of three regions, of which the third has nothing but a name.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use evac_core::Stack;

/// The stack.
pub(crate) fn stack() -> Stack {
    Stack::parse(STACK).unwrap()
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

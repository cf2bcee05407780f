//! The simulator, called by clients that nobody here wrote: boto3, the AWS CLI, the Python client of Kubernetes and
//! kubectl. Their parsed answers are judged here; the scripts that make the calls are in `tests/foreign`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod foreign;

#[path = "foreign/aws_cli.rs"]
mod aws_cli;
#[path = "foreign/boto3_client.rs"]
mod boto3_client;
#[path = "foreign/database.rs"]
mod database;
#[path = "foreign/kubectl.rs"]
mod kubectl;
#[path = "foreign/kubernetes_client.rs"]
mod kubernetes_client;
#[path = "foreign/stores.rs"]
mod stores;
#[path = "foreign/traffic.rs"]
mod traffic;

/// The regions of the simulated stack, and their short names in those of its clusters and buckets.
const REGIONS: [(&str, &str); 3] = [("us-east-1", "use1"), ("us-west-2", "usw2"), ("eu-west-1", "euw1")];

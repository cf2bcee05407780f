//! evac acts on servers that nobody here wrote: whole runs by command on MiniStack, a recovery on moto, and each call by
//! itself on both. What became of it is asked of the server, by boto3. What a server cannot do is listed by name in
//! `foreign/lacking.rs`, and each item of the list is held to: a release that learns it makes a test say so.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(dead_code, reason = "each server needs its own part of what is shared")]

#[path = "foreign/calls.rs"]
mod calls;
#[path = "actions/desk.rs"]
mod desk;
mod foreign;
#[path = "foreign/ground.rs"]
mod ground;
#[path = "foreign/lacking.rs"]
mod lacking;
#[path = "foreign/leases.rs"]
mod leases;
#[path = "foreign/runs.rs"]
mod runs;
#[path = "foreign/seeded_stack.rs"]
mod seeded_stack;

const REGIONS: [&str; 3] = ["us-east-1", "us-west-2", "eu-west-1"];

#[test]
fn what_the_servers_cannot_do_is_listed() {
    let page = include_str!("../docs/SERVERS.md");
    let others = [lacking::FENCE, lacking::STATES, lacking::CONSISTENCY, lacking::BESIDE];
    for lacking::Lacking { server, operation, .. } in lacking::CALLS.into_iter().chain(others) {
        assert!(page.contains(&format!("| {server} | {operation} | acting |")), "{server}: {operation}");
    }
}

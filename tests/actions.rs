//! The commands that act, from start to end: the real program, a simulator of its own for each test, and real sockets
//! between them. What became of the world is asked of the world, not of the program.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(dead_code, reason = "each verb looks at its own part of the world")]

#[path = "actions/by_keys.rs"]
mod by_keys;
#[path = "actions/consent.rs"]
mod consent;
#[path = "actions/desk.rs"]
mod desk;
mod foreign;
#[path = "actions/keys.rs"]
mod keys;
#[path = "actions/verbs.rs"]
mod verbs;
#[path = "actions/world.rs"]
mod world;

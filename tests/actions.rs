//! The commands that act, from start to end: the real program, a simulator of its own for each test, and real sockets
//! between them. What became of the world is asked of the world, not of the program.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(dead_code, reason = "each verb looks at its own part of the world")]

#[path = "actions/by_keys.rs"]
mod by_keys;
#[path = "actions/consent.rs"]
mod consent;
#[path = "actions/cool_down.rs"]
mod cool_down;
#[path = "actions/desk.rs"]
mod desk;
#[path = "actions/disasters.rs"]
mod disasters;
#[path = "actions/disk.rs"]
#[cfg(target_os = "linux")]
mod disk;
#[path = "actions/dry_runs.rs"]
mod dry_runs;
#[path = "actions/following.rs"]
mod following;
mod foreign;
#[path = "actions/guide.rs"]
mod guide;
#[path = "actions/keys.rs"]
mod keys;
#[path = "actions/kills.rs"]
mod kills;
#[path = "actions/leaving.rs"]
mod leaving;
#[path = "actions/levers.rs"]
mod levers;
#[path = "actions/lost.rs"]
mod lost;
#[path = "actions/machines.rs"]
mod machines;
#[path = "actions/moments.rs"]
mod moments;
#[path = "actions/processes.rs"]
mod processes;
#[path = "actions/takeover.rs"]
mod takeover;
#[path = "actions/terminal.rs"]
mod terminal;
#[path = "actions/verbs.rs"]
mod verbs;
#[path = "actions/world.rs"]
mod world;

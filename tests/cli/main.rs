//! The command line as scripts and people meet it: the real binary, its words and its exit statuses.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod bad_input;
mod evac;
mod generated;
mod settings;
mod stack_files;
mod status;

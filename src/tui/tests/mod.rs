//! What tests of the screen share.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

pub mod deeds;

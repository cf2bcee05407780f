//! The full screen in a real terminal: it shows a world, obeys its keys, bears every size, and leaves the terminal as
//! it was, however it ends.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod pty_support;

#[path = "pty/acting.rs"]
mod acting;
#[path = "pty/craft.rs"]
mod craft;
#[path = "pty/endings.rs"]
mod endings;
#[path = "pty/keys.rs"]
mod keys;
#[path = "pty/session.rs"]
mod session;
#[path = "pty/themes.rs"]
mod themes;

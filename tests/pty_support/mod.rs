//! The terminal that whole-program tests run evac in, shared with the screenshots.
#![allow(unused_imports, reason = "each test binary uses its own part")]

pub use evac_pty::{Command, PATIENCE, Screen, Terminal, command};

//! evac, the program: its command line, its settings and its full-screen face. What it knows of stacks, clouds and
//! clusters is in the crates beside it.

mod acting;
mod causes;
pub mod cli;
pub mod config;
pub mod tui;

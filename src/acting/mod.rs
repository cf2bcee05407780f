//! Acts on a stack: makes and judges plans, starts the process that carries one out, and watches what it does. The
//! command line and the screen act through this alone.

mod asker;
mod harm;
mod holding;
mod keeping;
mod launch;
mod means;
mod notify;
mod operator;
mod past;
mod pulse;
mod request;
pub mod runner;
mod screen;
mod watch;
pub mod watcher;

pub use harm::Harm;
pub use launch::{NotLaunched, Ready};
pub use operator::Operator;
pub use request::RunRequest;

/// The person and machine that something is recorded under: `user@machine`.
pub fn signature() -> String {
    evac_core::text::clean(&format!("{}@{}", user(), machine()))
}

/// The user, as the environment names them.
fn user() -> String {
    let named = ["LOGNAME", "USER"].iter().find_map(|name| std::env::var(name).ok().filter(|user| !user.is_empty()));
    named.unwrap_or_else(|| format!("uid {}", rustix::process::getuid().as_raw()))
}

/// The machine. Its name alone may be that of many (a laptop, a container): the id of its running system tells them
/// apart.
fn machine() -> String {
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    match boot.trim().get(..8) {
        Some(boot) => format!("{name}/{boot}"),
        None => name,
    }
}

//! What a process takes of the machine, as Linux counts it.

use std::{fs, time::Duration};

use anyhow::Context;

/// What a process has taken so far.
pub(super) struct Taken {
    /// Time on a processor.
    pub(super) processor: Duration,
    /// Memory that it holds now, and held at most, in KiB.
    pub(super) memory: u64,
    pub(super) most_memory: u64,
}

/// Ticks a second in `/proc`: so in every Linux of today, whatever its kernel counts with inside.
const TICKS: f64 = 100.0;

impl Taken {
    /// What a process has taken.
    pub(super) fn by(process: Option<u32>) -> anyhow::Result<Self> {
        let process = process.context("the program has no process")?;
        let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
        let status = fs::read_to_string(format!("/proc/{process}/status"))?;
        // The name, in brackets, may hold anything; what comes after it does not.
        let after = stat.rsplit_once(')').context("/proc/PID/stat has another form")?.1;
        let ticks = after.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<f64>().ok());
        let of = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|line| line.split_whitespace().next()?.parse().ok()).context("/proc/PID/status lacks a field")
        };
        Ok(Self {
            processor: Duration::from_secs_f64(ticks.sum::<f64>() / TICKS),
            memory: of("VmRSS:")?,
            most_memory: of("VmHWM:")?,
        })
    }
}

/// `0.42 %` of one core.
pub(super) fn share(before: &Taken, after: &Taken, over: Duration) -> String {
    let taken = after.processor.saturating_sub(before.processor);
    format!("{:.2} % of a core", 100.0 * taken.as_secs_f64() / over.as_secs_f64())
}

/// `31.2 MiB`.
pub(super) fn mebibytes(kibibytes: u64) -> String {
    format!("{:.1} MiB", kibibytes as f64 / 1_024.0)
}

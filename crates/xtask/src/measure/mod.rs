//! The measurements of docs/PERFORMANCE.md that need a terminal: the release program in one process, the simulator in
//! another, and this one as the person who types and looks.
//!
//! It writes a table. Nothing here passes or fails: a figure depends on the machine, and is worth something only
//! beside another one of the same run.

mod figures;
mod growth;
mod idle;
mod keys;
mod picture;
mod process;
mod runs;
mod starts;
mod subject;
mod world;

use std::{
    io::{self, Write},
    path::PathBuf,
};

use anyhow::{Context, bail, ensure};

/// One thing that was measured.
struct Row {
    what: String,
    figure: String,
    budget: &'static str,
}

impl Row {
    fn new(what: impl Into<String>, figure: impl Into<String>, budget: &'static str) -> Self {
        Self { what: what.into(), figure: figure.into(), budget }
    }
}

type Part = fn(&subject::Subject) -> anyhow::Result<Vec<Row>>;

/// The parts, each with its name.
const PARTS: [(&str, Part); 7] = [
    ("starts", starts::measure),
    ("picture", picture::measure),
    ("keys", keys::measure),
    ("idle", idle::measure),
    ("growth", growth::measure),
    ("calls", picture::calls),
    ("runs", runs::measure),
];

/// Measures everything, or the parts of these names, and writes a table.
pub fn measure(only: &[String]) -> anyhow::Result<()> {
    if let Some(unknown) = only.iter().find(|name| PARTS.iter().all(|(known, _)| known != name)) {
        let names: Vec<_> = PARTS.iter().map(|(name, _)| *name).collect();
        bail!("there is no part {unknown:?}; there are {}", names.join(", "));
    }
    let subject = subject::Subject::new(program()?)?;
    writeln!(io::stdout().lock(), "| what | figure | budget |\n| --- | --- | --- |")?;
    for (name, part) in PARTS.iter().filter(|(name, _)| only.is_empty() || only.iter().any(|wanted| wanted == name)) {
        let rows = part(&subject).with_context(|| format!("measuring {name}"))?;
        let mut output = io::stdout().lock();
        for Row { what, figure, budget } in rows {
            writeln!(output, "| {what} | {figure} | {budget} |")?;
        }
        output.flush()?;
    }
    Ok(())
}

/// The program as it is shipped.
fn program() -> anyhow::Result<PathBuf> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| subject::root().join("target"), PathBuf::from);
    let program = target.join("release/evac");
    ensure!(program.exists(), "there is no release build: cargo build --release -p evac");
    Ok(program)
}

//! How long it takes until every source was heard, beside the same questions asked by a script; and what asking costs.

use std::{
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use serde_json::Value;

use super::{
    Row,
    figures::{median, time},
    subject::{From, Subject, root},
    world::World,
};

const PICTURES: usize = 5;
/// An answer from another continent.
const FAR: &str = r#"{"kind": "delay", "milliseconds": 300}"#;

pub(super) fn measure(subject: &Subject) -> anyhow::Result<Vec<Row>> {
    let world = World::start(subject)?;
    let mut rows = Vec::new();
    for (place, fault) in [("answers at once", None), ("every answer 300 ms late", Some(FAR))] {
        world.fault(fault)?;
        let mut pictures = Vec::new();
        for _ in 0..PICTURES {
            let mut screen = subject.screen(&world.stack(), From::Here, (200, 60))?;
            pictures.push(screen.first_picture()?);
            screen.quit()?;
        }
        let picture = median(&mut pictures);
        let budget = "1.2 × the slowest single question";
        rows.push(Row::new(format!("full picture, {place}, p50 of {PICTURES}"), time(picture), budget));
        let (all, slowest, which) = status(subject, &world.stack())?;
        rows.push(Row::new(format!("`evac status --json`, {place}"), time(all), ""));
        let ratio = picture.as_secs_f64() / slowest.as_secs_f64();
        rows.push(Row::new(
            format!("slowest single question of that, {place}"),
            format!("{} ({which}); the picture takes {ratio:.2} ×", time(slowest)),
            "",
        ));
        for (name, parallel) in [("one after the other", false), ("the regions side by side", true)] {
            let what = format!("by_hand.sh, {name}, {place}");
            let figure = match by_hand(world.directory(), parallel)? {
                Some(taken) => {
                    let ratio = taken.as_secs_f64() / picture.as_secs_f64();
                    format!("{}: {ratio:.0} × the full picture", time(taken))
                }
                None => "aws or kubectl is not installed".to_owned(),
            };
            rows.push(Row::new(what, figure, ""));
        }
    }
    Ok(rows)
}

/// How long a status takes, and the slowest question in it.
fn status(subject: &Subject, stack: &Path) -> anyhow::Result<(Duration, Duration, String)> {
    let begun = Instant::now();
    let status = json(subject.command().arg("--stack").arg(stack).args(["status", "--json"]))?;
    let taken = begun.elapsed();
    let mut slowest = (Duration::ZERO, String::new());
    for source in status.get("sources").and_then(Value::as_array).context("no sources")? {
        let took: jiff::SignedDuration = field(source, "took")?.parse()?;
        let took = took.unsigned_abs();
        if took > slowest.0 {
            slowest = (took, format!("{} in {}", field(source, "source")?, field(source, "region")?));
        }
    }
    Ok((taken, slowest.0, slowest.1))
}

fn field<'a>(value: &'a Value, name: &str) -> anyhow::Result<&'a str> {
    value.get(name).and_then(Value::as_str).with_context(|| format!("no {name} in {value}"))
}

fn json(command: &mut Command) -> anyhow::Result<Value> {
    let output = command.stdin(Stdio::null()).output()?;
    serde_json::from_slice(&output.stdout)
        .with_context(|| format!("it said: {}", String::from_utf8_lossy(&output.stderr)))
}

/// How long the script takes; `None` where what it calls is not installed.
fn by_hand(directory: &Path, parallel: bool) -> anyhow::Result<Option<Duration>> {
    for tool in ["aws", "kubectl"] {
        let found = Command::new("bash").args(["-c", "command -v \"$0\"", tool]).stdout(Stdio::null()).status()?;
        if !found.success() {
            return Ok(None);
        }
    }
    let mut command = Command::new("bash");
    command.arg(root().join("benches/by_hand.sh")).arg(directory).stdin(Stdio::null()).stdout(Stdio::null());
    if parallel {
        command.env("PARALLEL", "1");
    }
    let begun = Instant::now();
    ensure!(command.status()?.success(), "by_hand.sh failed");
    Ok(Some(begun.elapsed()))
}

/// What asking costs a day, by the program's own account.
pub(super) fn calls(subject: &Subject) -> anyhow::Result<Vec<Row>> {
    let world = World::start(subject)?;
    let found = json(subject.command().arg("--stack").arg(world.stack()).args(["doctor", "--json"]))?;
    let figure = |name: &str| found.get(name).and_then(Value::as_f64).with_context(|| format!("no {name}"));
    let (calls, dollars) = (figure("calls_per_day")?, figure("usd_per_day")?);
    Ok(vec![
        Row::new("calls a day, three regions", format!("{calls:.0}"), "shown in `evac doctor`"),
        Row::new("their price a day", format!("{dollars:.2} USD"), "shown in `evac doctor`"),
    ])
}

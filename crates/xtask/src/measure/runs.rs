//! How long a run takes on the simulator, beside what its cloud takes by itself: the program, its runner, the SDKs and the
//! sockets are the real ones, and so is the time.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use jiff::Timestamp;
use serde_json::Value;

use super::{Row, figures::time, subject::Subject, world::World};

const VERB: [&str; 3] = ["switchover", "--to", "us-west-2"];

pub(super) fn measure(subject: &Subject) -> anyhow::Result<Vec<Row>> {
    let world = World::start(subject)?;
    let run = Run::carry_out(subject, &world.stack())?;
    let own = promotion(&world.describe_events("us-west-2")?)?;
    let promote = run.step("promote")?;
    let waits = |name: &str| run.step(name).map(|length| format!("{name} {}", time(length)));
    Ok(vec![
        Row::new("from the consent to the first record of the run", time(run.began), ""),
        Row::new(
            "the promotion, by evac beside RDS's own from started to finished (in whole seconds)",
            format!("{} beside {}: {:.3} ×", time(promote), time(own), promote.as_secs_f64() / own.as_secs_f64()),
            "1.05 ×",
        ),
        Row::new(
            "the whole switchover, from the first record to the last",
            format!(
                "{}: {}",
                time(run.took),
                ["pause-consumer-ingest", "promote", "answers"]
                    .map(waits)
                    .into_iter()
                    .collect::<anyhow::Result<Vec<_>>>()?
                    .join(", ")
            ),
            "",
        ),
        Row::new(
            "of that, while nothing was waited for that the world does",
            format!("{}: {:.3} of it", time(run.idle), run.idle.as_secs_f64() / run.took.as_secs_f64()),
            "0.05",
        ),
    ])
}

/// A run that was watched from its consent to its end.
struct Run {
    began: Duration,
    took: Duration,
    /// While no call that was answered, and no look, waited for the world.
    idle: Duration,
    /// When each step was begun and ended, since the first record.
    steps: BTreeMap<String, (Duration, Duration)>,
}

impl Run {
    fn carry_out(subject: &Subject, stack: &Path) -> anyhow::Result<Self> {
        let evac = |words: &[&str]| {
            let mut command = subject.command();
            command.arg("--stack").arg(stack).args(words).stdin(Stdio::null());
            command
        };
        let planned = evac(&[&["plan", "--json"], &VERB[..]].concat()).output()?;
        let plan: Value = serde_json::from_slice(&planned.stdout).context("no plan")?;
        let text = |pointer: &str| plan.pointer(pointer).and_then(Value::as_str).context("the plan has another form");
        let consent = ["--plan", text("/hash")?, "--confirm", text("/confirm/0")?, "--json"];
        watched(evac(&[&VERB[..], &consent].concat()))
    }

    fn step(&self, name: &str) -> anyhow::Result<Duration> {
        let (from, to) = self.steps.get(name).with_context(|| format!("no step {name}"))?;
        Ok(*to - *from)
    }
}

fn watched(mut command: Command) -> anyhow::Result<Run> {
    let asked = Instant::now();
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let lines = BufReader::new(child.stdout.take().context("no output")?).lines();
    let (mut first, mut last) = (None, Timestamp::MIN);
    let (mut began, mut idle) = (Duration::ZERO, Duration::ZERO);
    let mut steps: BTreeMap<String, (Duration, Duration)> = BTreeMap::new();
    let mut waiting: BTreeMap<String, ()> = BTreeMap::new();
    for line in lines {
        let record: Value = serde_json::from_str(&line?)?;
        let word = |pointer: &str| record.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        let at: Timestamp = word("/at").parse()?;
        let start = *first.get_or_insert_with(|| {
            (began, last) = (asked.elapsed(), at);
            at
        });
        let since = Duration::try_from(at.duration_since(start))?;
        if waiting.is_empty() {
            idle += Duration::try_from(at.duration_since(last))?;
        }
        last = at;
        let step = word("/event/step");
        match word("/event/kind").as_str() {
            "started" => drop(steps.insert(step, (since, since))),
            // From here on the world is waited for.
            "answered" | "waiting" => drop(waiting.insert(step, ())),
            "ended" => {
                waiting.remove(&step);
                if let Some((_, to)) = steps.get_mut(&step) {
                    *to = since;
                }
            }
            _ => {}
        }
    }
    ensure!(child.wait()?.success(), "the run did not end DONE");
    let took = Duration::try_from(last.duration_since(first.context("nothing was recorded")?))?;
    Ok(Run { began, took, idle, steps })
}

/// How long RDS took, by its own events.
fn promotion(events: &str) -> anyhow::Result<Duration> {
    let at = |words: &str| -> anyhow::Result<Timestamp> {
        let event = events.split("<Event>").find(|event| event.contains("Global switchover") && event.contains(words));
        let date = event.and_then(|event| event.split("<Date>").nth(1)?.split("</Date>").next());
        Ok(date.with_context(|| format!("no event that it has {words}"))?.parse()?)
    };
    Ok(Duration::try_from(at("finished.")?.duration_since(at("started.")?))?)
}

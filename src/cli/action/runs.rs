//! `evac runs`, and what is asked of a run.

use evac_core::{
    guard::Override,
    run::RunId,
    text::{age, clean},
};
use evac_engine::run::Order;
use serde_json::json;

use super::{
    arguments::{AskArguments, HandOverArguments, OverrideArguments, RunArguments, RunsArguments},
    lines, named,
};
use crate::{
    acting::Operator,
    cli::{Context, Exit, Failure, Output, context, output::tell, table::Table},
    tui::{
        acting::{Kept, RunLine},
        words,
    },
};

fn desk<T>(context: &Context, work: impl AsyncFnOnce(Operator) -> Result<T, Failure>) -> Result<T, Failure> {
    let opened = context.open_stack()?;
    let _log = context.log();
    context::runtime()?.block_on(async {
        let engine = opened.idle();
        work(Operator::new(opened, engine)).await
    })
}

/// Lists the runs. Where not one bucket of the stack is heard, what is not in the list may be all that there is.
pub fn runs(context: &Context, arguments: &RunsArguments, output: &mut Output) -> Result<Exit, Failure> {
    desk(context, async |operator| {
        let runs = operator.runs().await.map_err(Failure::new)?;
        if arguments.json {
            let rows: Vec<_> = runs.iter().map(document).collect();
            output.line(&serde_json::to_string_pretty(&rows).map_err(|error| Failure::from_error(&error))?)?;
        } else if runs.is_empty() {
            output.line(if runs.silent.is_empty() { "no run yet" } else { "no run is known here" })?;
        } else {
            output.write(
                &Table::new([HEADING.map(str::to_owned).to_vec()].into_iter().chain(runs.iter().map(row))).to_string(),
            )?;
        }
        for line in &runs.silent {
            tell(&format!("not heard, and what is kept there alone is not listed: {line}"));
        }
        let all = operator.mirror().await.buckets.len();
        Ok(if all > 0 && runs.silent.len() == all { Exit::Error } else { Exit::Success })
    })
}

/// The columns of the list.
const HEADING: [&str; 7] = ["RUN", "STATE", "WHAT", "TOOK", "BY", "PLACE", "NOTE"];

fn place(line: &RunLine) -> String {
    match &line.kept {
        // One that has ended may still wait for the copies of its journal.
        Kept::Here if line.running && !line.state.as_ref().is_ok_and(|state| state.finished.is_some()) => {
            "here, under way".to_owned()
        }
        Kept::Here => "here".to_owned(),
        Kept::Copied(region) => format!("copy in {region}"),
        Kept::Unread => "elsewhere".to_owned(),
    }
}

/// How a run stands, in a word.
fn word(line: &RunLine) -> &'static str {
    match (&line.state, &line.kept) {
        (Ok(state), Kept::Here) if !line.running && state.finished.is_none() => "LEFT",
        (Ok(state), _) => lines::word(state),
        (Err(_), Kept::Unread) => "NOT READ",
        (Err(_), _) => "DAMAGED",
    }
}

fn row(line: &RunLine) -> Vec<String> {
    let (run, word) = (line.run.as_str().to_owned(), word(line).to_owned());
    match &line.state {
        Ok(state) => {
            let took = age(state.last_at.duration_since(state.began_at));
            let acknowledged = if state.acknowledged.is_some() { "acknowledged" } else { "" };
            let (what, by) = (clean(&words::purpose(&state.plan)), state.consent.by.clone());
            vec![run, word, what, took, by, place(line), acknowledged.to_owned()]
        }
        // What is not known is a dash, so that every column stays where it is also for whoever splits lines.
        Err(why) => {
            let unknown = || "-".to_owned();
            vec![run, word, unknown(), unknown(), unknown(), place(line), clean(why)]
        }
    }
}

/// Every field is there in every row; what is not known of a run whose journal cannot be read is null.
fn document(line: &RunLine) -> serde_json::Value {
    let state = line.state.as_ref().ok();
    json!({
        "run": line.run, "state": word(line), "running": line.running, "place": place(line),
        "began_at": state.map(|state| state.began_at), "last_at": state.map(|state| state.last_at),
        "by": state.map(|state| &state.consent.by), "plan": state.map(|state| &state.consent.plan),
        "intent": state.map(|state| &state.plan.intent),
        "outcome": state.and_then(|state| state.finished.as_ref()).map(|(outcome, _)| outcome),
        "acknowledged": state.and_then(|state| state.acknowledged.as_ref()),
        "damage": line.state.as_ref().err(),
    })
}

fn ask(context: &Context, run: &str, order: Order, done: &str, output: &mut Output) -> Result<Exit, Failure> {
    desk(context, async |operator| {
        let run = named(&operator, run).await?;
        operator.order(&run, order).await.map_err(Failure::new)?;
        output.line(&format!("{run}: {done}"))?;
        Ok(Exit::Success)
    })
}

/// Asks a run to stop.
pub fn abort(context: &Context, arguments: AskArguments, output: &mut Output) -> Result<Exit, Failure> {
    let order = Order::Abort { reason: reason(&arguments.reason)? };
    ask(context, &arguments.run.run, order, "asked to stop at its next safe point", output)
}

/// Overrides a guard that a run waits for.
pub fn overriding(context: &Context, arguments: OverrideArguments, output: &mut Output) -> Result<Exit, Failure> {
    let OverrideArguments { code, ask: AskArguments { run, reason: why } } = arguments;
    if !code.row().overridable {
        return Err(Failure::usage(format!("{code} cannot be overridden")));
    }
    let order = Order::Override { given: Override { code, reason: reason(&why)? } };
    ask(context, &run.run, order, "the override is given", output)
}

/// Has a run left to another machine.
pub fn hand_over(context: &Context, arguments: &HandOverArguments, output: &mut Output) -> Result<Exit, Failure> {
    let to = evac_core::text::clean(arguments.to.trim());
    if to.is_empty() {
        return Err(Failure::usage("say who goes on with it: it is recorded"));
    }
    let done = "its process leaves it where it is; `evac resume` takes it up on the other machine";
    ask(context, &arguments.run.run, Order::HandOver { to }, done, output)
}

/// Acknowledges the end of a run.
pub fn acknowledge(context: &Context, arguments: &RunArguments, output: &mut Output) -> Result<Exit, Failure> {
    desk(context, async |operator| {
        // The lease may know of a run whose journal is where nobody answers.
        let run = match (named(&operator, &arguments.run).await, whole(&arguments.run)) {
            (Err(_), Some(run)) => run,
            (named, _) => named?,
        };
        operator.acknowledge(&run).await.map_err(|why| Failure::new(format!("{run}: {why}")))?;
        output.line(&format!("{run}: its end is acknowledged"))?;
        Ok(Exit::Success)
    })
}

/// The name of a run, when it is given as a whole: when it began, what it does, and the beginning of a hash.
fn whole(name: &str) -> Option<RunId> {
    let parts: Vec<_> = name.split('-').collect();
    let [day, time, .., hash] = parts[..] else { return None };
    let numbers = [(day, 8), (time, 6)]
        .iter()
        .all(|(part, length)| part.len() == *length && part.bytes().all(|byte| byte.is_ascii_digit()));
    (numbers && parts.len() > 3 && hash.len() == 6).then(|| RunId::parse(name).ok()).flatten()
}

fn reason(text: &str) -> Result<String, Failure> {
    let text = evac_core::text::clean(text.trim());
    if text.is_empty() { Err(Failure::usage("give a reason: it is recorded")) } else { Ok(text) }
}

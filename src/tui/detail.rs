//! What there is to know of the row under the cursor of the plan or of the run, in words.

use std::fmt::Write;

use evac_core::{
    guard::Note,
    plan::{Call, Plan, Step, Undo},
    run::{RunState, StepStatus},
    text::age,
};

use super::{desk::Reading, items::Item, model::Model, words};

/// A row in full.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Detail {
    /// What it is.
    pub title: String,
    /// What there is to know: each a word, and a text that may be long.
    pub parts: Vec<(&'static str, String)>,
    /// What is copied of it.
    pub copied: String,
}

/// The columns that a line of the full text has at least, by which it is scrolled.
const COLUMNS: usize = 40;

impl Detail {
    fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    fn add(&mut self, word: &'static str, text: impl Into<String>) {
        self.parts.push((word, text.into()));
    }

    /// How many lines it may take, at most: on a narrow screen.
    pub(super) fn lines(&self) -> usize {
        self.parts.iter().map(|(_, text)| text.chars().count() / COLUMNS + 1).sum()
    }

    /// All of it as a text that stands by itself.
    pub(super) fn text(&self) -> String {
        let mut text = self.title.clone();
        for (word, part) in &self.parts {
            // Writing into a String does not fail.
            let _ = write!(text, "\n{word}: {part}");
        }
        text
    }
}

/// The row under the cursor; `None` where the screen has no such rows.
pub fn of(model: &Model) -> Option<Detail> {
    let item = model.chosen_item()?;
    if let Some(reading) = model.desk.planning.made().filter(|_| model.screen == super::model::Screen::Plan) {
        return of_plan(model, reading, item);
    }
    let run = model.desk.run.as_ref()?;
    let state = run.line.state.as_ref().ok()?;
    match item {
        Item::Step(index) => {
            let step = state.plan.steps.get(index)?;
            let mut detail = Detail::new(format!("{}: {}", step.id, step.title));
            add_state(&mut detail, state, step);
            add_step(&mut detail, model, &state.plan, step);
            Some(finished(detail))
        }
        Item::Record(index) => {
            let record = run.records.get(index)?;
            let mut detail = Detail::new(format!("record {}", record.number));
            detail.add("what", words::event(&record.event));
            detail.add(
                "when",
                format!("{:.0} in the observed world, {:.0} on {}", record.world_at, record.at, state.runner.machine),
            );
            detail.add("epoch", record.epoch.to_string());
            detail
                .add("after", if record.previous.0.is_empty() { "the beginning" } else { record.previous.0.as_str() });
            Some(finished(detail))
        }
        Item::Report(index) => {
            let mut detail = Detail::new("report");
            detail.add("what", state.finished.as_ref()?.1.get(index)?.as_str());
            Some(finished(detail))
        }
        Item::Loss | Item::Note(_) | Item::Refused(_) => None,
    }
}

fn of_plan(model: &Model, reading: &Reading, item: Item) -> Option<Detail> {
    let plan = &reading.proposal.plan;
    match item {
        Item::Refused(index) => {
            let mut detail = Detail::new("not begun");
            detail.add("why", reading.refused.get(index)?.as_str());
            Some(finished(detail))
        }
        Item::Loss => {
            let loss = &reading.proposal.judgement.loss;
            let mut detail = Detail::new("what is lost");
            detail.add("now", words::loss(loss));
            detail.add("planned", words::loss(&plan.loss));
            detail.add("to type", typed(reading));
            detail.parts.extend(reading.doubt.iter().map(|why| ("in doubt", format!("not stated anew: {why}"))));
            Some(finished(detail))
        }
        Item::Note(index) => Some(note(reading, reading.proposal.judgement.notes.get(index)?)),
        Item::Step(index) => {
            let step = plan.steps.get(index)?;
            let mut detail = Detail::new(format!("{}: {}", step.id, step.title));
            add_step(&mut detail, model, plan, step);
            Some(finished(detail))
        }
        Item::Report(_) | Item::Record(_) => None,
    }
}

/// What is to be typed for consent.
pub(super) fn typed(reading: &Reading) -> String {
    let (names, loss) = (reading.proposal.plan.confirmations.join(" or "), &reading.proposal.judgement.loss);
    if loss.is_loss() { format!("{names}, then {}", loss.amount()) } else { names }
}

fn note(reading: &Reading, note: &Note) -> Detail {
    let mut detail = Detail::new(format!("{} {}", note.severity.word(), note.code));
    detail.add("what", note.text.as_str());
    detail.add("do", note.remedy.as_str());
    detail.add("means", note.code.row().meaning);
    detail.parts.extend(note.region.iter().map(|region| ("where", region.to_string())));
    detail.parts.extend(note.step.iter().map(|step| ("step", step.to_string())));
    let given = reading.overridden(note).map(|given| format!("overridden: {}", given.reason));
    let can = if note.code.row().overridable { "can be, by name and with a reason" } else { "cannot be" };
    detail.add("override", given.unwrap_or_else(|| can.to_owned()));
    finished(detail)
}

fn add_state(detail: &mut Detail, state: &RunState, step: &Step) {
    let Some(known) = state.steps.get(&step.id) else { return };
    match &known.status {
        StepStatus::Waiting => {}
        StepStatus::Started if step.call.is_none() => {}
        StepStatus::Started => detail.add("call", "on its way"),
        StepStatus::Answered { answer } => detail.add("answer", words::answer(answer)),
        StepStatus::Gated { why } => detail.add("gated", why.as_str()),
        StepStatus::Ended { outcome } => detail.add("ended", format!("{}: {}", outcome.word(), outcome.text())),
    }
    // A gate has said already what it waits for.
    let waiting_on = known.waiting_on.iter().filter(|_| !matches!(known.status, StepStatus::Gated { .. }));
    detail.parts.extend(waiting_on.map(|on| ("waits for", on.clone())));
    if known.attempts > 1 {
        detail.add("attempts", known.attempts.to_string());
    }
    if let Some(began) = known.started_at {
        let end = known.ended_at.map_or_else(|| "now".to_owned(), |end| format!("{end:.0}"));
        detail.add("from", format!("{began:.0} to {end}"));
    }
    for (name, value) in &known.receipt {
        detail.add("receipt", format!("{name} {value}"));
    }
}

fn add_step(detail: &mut Detail, model: &Model, plan: &Plan, step: &Step) {
    let place = step.region.as_ref().map_or("no region", |region| region.as_str());
    detail.add("where", format!("{place}, {}", step.plane.word()));
    match &step.call {
        Some(call) => detail.add("command", command(model, call)),
        None => detail.add("command", "none: it only observes"),
    }
    detail.parts.extend(step.precondition.iter().map(|check| ("before", check.to_string())));
    let proof = step.verification.as_ref().map_or_else(|| "its call is answered".to_owned(), ToString::to_string);
    detail.add("done when", proof);
    let killers: Vec<_> = step.killed_by.iter().map(|region| region.as_str()).collect();
    detail.add(
        "killed by",
        if killers.is_empty() {
            "the loss of no region".to_owned()
        } else {
            format!("the loss of {}", killers.join(" or "))
        },
    );
    detail.add("takes", format!("{}, at most {}{}", age(step.expected), age(step.timeout), critical(plan, step)));
    detail.add("repeat", if step.idempotent { "does no harm" } else { "never blindly: it is not idempotent" });
    match &step.undo {
        Undo::Call { call } => detail.add("undo", command(model, call)),
        other => detail.add("undo", other.to_string()),
    }
    let after: Vec<_> = step.after.iter().map(|id| id.as_str()).collect();
    detail.add("after", if after.is_empty() { "nothing: it begins at once".to_owned() } else { after.join(", ") });
    if let Some(closing) = &step.closing {
        detail.add("closes", format!("what {} began, however the run ends", closing.of));
    }
    if let Some(code) = step.gate {
        detail.add("gate", format!("where it is not observed, the run waits for an override of {code}"));
    }
    if step.best_effort {
        detail.add("if not", "the run goes on without it");
    }
}

fn critical(plan: &Plan, step: &Step) -> String {
    let timeline = plan.timeline();
    let Some(entry) = timeline.entries.iter().find(|entry| entry.step == step.id) else { return String::new() };
    let critical = if entry.critical { ", on the critical path" } else { "" };
    format!("; {} to {}{critical}", words::clock(entry.start), words::clock(entry.end))
}

/// The command of a call. It is bounded, for a change may hold every record of a zone.
fn command(model: &Model, call: &Call) -> String {
    call.command(&model.stack)
}

/// What is copied of a row is its command where it has one, else all of it.
fn finished(mut detail: Detail) -> Detail {
    let command = detail.parts.iter().find(|(word, text)| *word == "command" && !text.starts_with("none:"));
    detail.copied = command.map_or_else(|| detail.text(), |(_, text)| text.clone());
    detail
}

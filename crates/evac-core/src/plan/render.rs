//! A plan as plain text: for a terminal, a ticket and a diff.

use std::{collections::BTreeSet, fmt::Write as _};

use super::{Plan, Step, TimelineEntry, Topology, Undo};
use crate::{
    guard::{Note, NoteSeverity},
    ids::RegionId,
    stack::Stack,
    text::age,
};

/// The plan in words: who writes and serves before and after, what is lost, each step with when, where and how, what stands
/// for or against it, and what is typed to consent. It is fit for a terminal, and reads without colour.
pub fn render(plan: &Plan, notes: &[Note], stack: &Stack) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail, so the results say nothing.
    let _ = header(&mut text, plan, stack);
    let _ = steps(&mut text, plan, stack);
    let _ = judged(&mut text, notes);
    let _ = ending(&mut text, plan, notes);
    text
}

fn list(regions: &BTreeSet<RegionId>) -> String {
    match regions.is_empty() {
        true => "-".to_owned(),
        false => regions.iter().map(RegionId::as_str).collect::<Vec<_>>().join(", "),
    }
}

fn header(text: &mut String, plan: &Plan, stack: &Stack) -> std::fmt::Result {
    let target = plan.intent.target(stack).map_or(String::new(), |target| format!(" {target}"));
    writeln!(text, "{}{target} of {} ({})", plan.intent.verb().word(), plan.stack, plan.environment)?;
    writeln!(text, "plan {}, made {} from snapshot {}\n", plan.hash().short(), plan.made_at, plan.snapshot)?;
    let Topology { writers, serving, unreachable } = &plan.before;
    let rows = [
        ("writes", list(writers), list(&plan.after.writers)),
        ("serves", list(serving), list(&plan.after.serving)),
        ("lost", list(unreachable), list(&plan.after.unreachable)),
    ];
    let width = rows.iter().map(|(_, before, _)| before.chars().count()).max().unwrap_or_default().max(6);
    writeln!(text, "{:9}{:width$}  after", "", "before")?;
    for (word, before, after) in rows {
        writeln!(text, "{word:9}{before:width$}  {after}")?;
    }
    let lever = plan.lever.map_or("none", super::Lever::word);
    writeln!(text, "\n{:9}{lever}", "lever")?;
    writeln!(text, "{:9}{}", "loss", plan.loss.words())?;
    let (total, rto) = (plan.timeline().total, stack.objectives.rto.get());
    writeln!(text, "{:9}about {}; the RTO is {}", "takes", age(total), age(rto))
}

fn steps(text: &mut String, plan: &Plan, stack: &Stack) -> std::fmt::Result {
    writeln!(text, "\nsteps (* decides when it ends)")?;
    let timeline = plan.timeline();
    for entry in &timeline.entries {
        if let Some(step) = plan.step(&entry.step) {
            one(text, step, entry, stack)?;
        }
    }
    Ok(())
}

fn one(text: &mut String, step: &Step, entry: &TimelineEntry, stack: &Stack) -> std::fmt::Result {
    let mark = if entry.critical { '*' } else { ' ' };
    let place = step.region.as_ref().map_or("-", RegionId::as_str);
    let when = match &step.closing {
        Some(_) => "at the end".to_owned(),
        None => format!("+{}", age(entry.start)),
    };
    let plane = step.plane.word();
    writeln!(text, "\n{mark} {:28}{when:14}{:12}{place:16}{plane}", step.id.as_str(), age(step.expected))?;
    writeln!(text, "    {}", step.title)?;
    let after: Vec<_> = step.after.iter().map(super::StepId::as_str).collect();
    if !after.is_empty() {
        writeln!(text, "    after   {}", after.join(", "))?;
    }
    if let Some(closing) = &step.closing {
        let unless = closing.unless_started.as_ref().map_or(String::new(), |id| format!(", unless {id} was begun"));
        writeln!(text, "    ends    {}{unless}", closing.of)?;
    }
    if let Some(check) = &step.precondition {
        writeln!(text, "    needs   {check}")?;
    }
    if let Some(call) = &step.call {
        writeln!(text, "    $ {}", call.command(stack))?;
    }
    if let Some(check) = &step.verification {
        writeln!(text, "    sees    {check}")?;
    }
    let killed: Vec<_> = step.killed_by.iter().map(RegionId::as_str).collect();
    let killed = if killed.is_empty() { String::new() } else { format!(", needs {}", killed.join(" and ")) };
    let effort = if step.best_effort { ", and the run goes on without it" } else { "" };
    writeln!(text, "    within  {}{killed}{effort}", age(step.timeout))?;
    if let Some(gate) = step.gate {
        writeln!(text, "    gate    {gate}: waits until it is so, or an operator overrides it")?;
    }
    match &step.undo {
        Undo::Nothing => Ok(()),
        Undo::Call { call } => writeln!(text, "    undo    {}", call.command(stack)),
        undo => writeln!(text, "    undo    {undo}"),
    }
}

fn judged(text: &mut String, notes: &[Note]) -> std::fmt::Result {
    if notes.is_empty() {
        return writeln!(text, "\nnothing stands against it");
    }
    writeln!(text, "\nnotes")?;
    for note in notes {
        let place = note.region.as_ref().map_or(String::new(), |region| format!("{region}: "));
        let never = note.severity == NoteSeverity::Block && !note.code.row().overridable;
        let never = if never { " (cannot be overridden)" } else { "" };
        writeln!(text, "{:6}{:18}{place}{}{never}", note.severity.word(), note.code.name(), note.text)?;
        writeln!(text, "{:24}{}", "", note.remedy)?;
    }
    Ok(())
}

fn ending(text: &mut String, plan: &Plan, notes: &[Note]) -> std::fmt::Result {
    let mut codes: Vec<_> =
        notes.iter().filter(|note| note.severity == NoteSeverity::Block).map(|note| note.code.name()).collect();
    codes.dedup();
    if !codes.is_empty() {
        writeln!(text, "\nblocked by {}", codes.join(", "))?;
    }
    let names: Vec<_> = plan.confirmations.iter().map(|name| format!("`{name}`")).collect();
    write!(text, "\nto consent, type {}", names.join(" or "))?;
    match plan.loss.is_loss() {
        true => writeln!(text, ", and `{}` to accept the loss", plan.loss.amount()),
        false => writeln!(text),
    }
}

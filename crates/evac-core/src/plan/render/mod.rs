//! A plan as plain text: for a terminal, a ticket and a diff.

mod steps;

use std::{collections::BTreeSet, fmt::Write as _};

use super::{Intent, Plan, Topology};
use crate::{
    guard::{Note, NoteSeverity},
    ids::RegionId,
    stack::Stack,
    text::age,
};

/// The plan in words: who writes and serves before and after, what is lost, what stands for or against it, all steps at a
/// glance and then each with where and how, and what is typed to consent. It is fit for a terminal, and reads without
/// colour.
pub fn render(plan: &Plan, notes: &[Note], stack: &Stack) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail, so the results say nothing.
    let _ = header(&mut text, plan, stack);
    let _ = judged(&mut text, notes);
    let _ = steps::glance(&mut text, plan);
    let _ = steps::full(&mut text, plan, stack);
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
    let way = match (&plan.intent, plan.intent.target(stack)) {
        (_, None) => String::new(),
        (Intent::Drain { .. } | Intent::Undrain { .. }, Some(target)) => format!(" {target}"),
        (Intent::Restore { .. } | Intent::Recover { .. }, Some(target)) => format!(" in {target}"),
        (_, Some(target)) => match plan.before.writers.iter().find(|writer| *writer != target) {
            Some(from) => format!(" from {from} to {target}"),
            None => format!(" to {target}"),
        },
    };
    writeln!(text, "{}{way}, of {} ({})", plan.intent.verb().word(), plan.stack, plan.environment)?;
    writeln!(text, "plan {}, made {:.0} from snapshot {}\n", plan.hash().short(), plan.made_at, plan.snapshot)?;
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
    let beside = if total > rto { "LONGER than the RTO of" } else { "within the RTO of" };
    writeln!(text, "{:9}about {}, {beside} {}", "takes", age(total), age(rto))
}

fn judged(text: &mut String, notes: &[Note]) -> std::fmt::Result {
    if notes.is_empty() {
        return writeln!(text, "\nnothing stands against it");
    }
    writeln!(text, "\nnotes")?;
    let width = notes.iter().map(|note| note.code.name().len()).max().unwrap_or_default();
    for note in notes {
        let told = |region: &&RegionId| !note.text.contains(region.as_str());
        let place = note.region.as_ref().filter(told).map_or(String::new(), |region| format!("{region}: "));
        let never = note.severity == NoteSeverity::Block && !note.code.row().overridable;
        let never = if never { " (cannot be overridden)" } else { "" };
        writeln!(text, "{:6}{:width$}  {place}{}{never}", note.severity.word(), note.code.name(), note.text)?;
        writeln!(text, "{:6}{:width$}  {}", "", "", note.remedy)?;
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
    let (accept, flag) = match plan.loss.is_loss() {
        true => (format!(", and `{}` to accept the loss", plan.loss.amount()), " --accept-loss AMOUNT"),
        false => (String::new(), ""),
    };
    // What is typed to consent is left to be typed.
    let command = plan.intent.command();
    writeln!(text, "{accept}:\n    evac {command} --plan {} --confirm NAME{flag}", plan.hash().short())
}

//! The steps of a plan: all at a glance, and each in full.

use std::fmt::Write as _;

use super::super::{Plan, Step, StepId, TimelineEntry, Undo};
use crate::{ids::RegionId, stack::Stack, text::age};

fn place(step: &Step) -> &str {
    step.region.as_ref().map_or("-", RegionId::as_str)
}

/// Such as `us-east-1 and us-west-2`.
fn all(regions: &[RegionId]) -> String {
    regions.iter().map(RegionId::as_str).collect::<Vec<_>>().join(" and ")
}

/// A line a step, with the name last: it may be long.
pub(super) fn glance(text: &mut String, plan: &Plan) -> std::fmt::Result {
    let timeline = plan.timeline();
    let lines: Vec<_> = timeline.entries.iter().filter_map(|entry| Some((entry, plan.step(&entry.step)?))).collect();
    let wide = lines.iter().map(|(_, step)| place(step).len()).max().unwrap_or_default();
    writeln!(text, "\nsteps (* decides when it ends)")?;
    let mut group = None;
    for (entry, step) in lines {
        let closing = step.closing.as_ref().map(|closing| closing.unless_started.as_ref());
        if closing != group {
            writeln!(text, "{}", heading(closing.flatten()))?;
            group = closing;
        }
        let mark = if entry.critical { '*' } else { ' ' };
        let start = if closing.is_some() { String::new() } else { format!("+{}", age(entry.start)) };
        writeln!(text, "{mark} {start:13}{:13}{:wide$}  {}", age(step.expected), place(step), step.id)?;
    }
    Ok(())
}

/// When steps run that end what others began.
fn heading(unless: Option<&StepId>) -> String {
    match unless {
        None => "at the end, whatever the end is".to_owned(),
        Some(id) => format!("only if it ends without {id}"),
    }
}

/// Each step with where, when and how.
pub(super) fn full(text: &mut String, plan: &Plan, stack: &Stack) -> std::fmt::Result {
    let timeline = plan.timeline();
    for entry in &timeline.entries {
        if let Some(step) = plan.step(&entry.step) {
            one(text, step, entry, stack)?;
        }
    }
    Ok(())
}

fn one(text: &mut String, step: &Step, entry: &TimelineEntry, stack: &Stack) -> std::fmt::Result {
    writeln!(text, "\n{}: {}", step.id, step.title)?;
    let needs = match step.killed_by.as_slice() {
        [] => String::new(),
        needed if needed == step.region.as_slice() => String::new(),
        needed => format!(", needs {}", all(needed)),
    };
    let at = step.region.as_ref().map_or(String::new(), |region| format!("{region}, "));
    writeln!(text, "    where   {at}{}{needs}", step.plane.word())?;
    let when = match &step.closing {
        Some(closing) => {
            let unless = closing.unless_started.as_ref();
            let unless = unless.map_or(String::new(), |id| format!(" unless {id} was done or may be"));
            format!("at the end{unless}, if {} was begun", closing.of)
        }
        None => format!("+{}", age(entry.start)),
    };
    writeln!(text, "    when    {when}; takes {}, at most {}", age(step.expected), age(step.timeout))?;
    let after: Vec<_> = step.after.iter().map(StepId::as_str).collect();
    if !after.is_empty() {
        writeln!(text, "    after   {}", after.join(", "))?;
    }
    if let Some(check) = &step.precondition {
        writeln!(text, "    needs   {check}")?;
    }
    if let Some(call) = &step.call {
        let command = call.command(stack);
        // What no command does is told in a comment.
        let prompt = if command.starts_with('#') { "" } else { "$ " };
        writeln!(text, "    {prompt}{command}")?;
        let again = call.harmless_again().filter(|_| step.idempotent);
        writeln!(text, "    again   {}", again.unwrap_or("never, before it was seen not to have been made"))?;
    }
    if let Some(check) = &step.verification {
        writeln!(text, "    sees    {check}")?;
    }
    if step.best_effort {
        writeln!(text, "    if not  the run goes on without it")?;
    }
    if let Some(gate) = step.gate {
        writeln!(text, "    gate    {gate}: waits until it is so, or an operator overrides it")?;
    }
    match &step.undo {
        Undo::Nothing => Ok(()),
        // That it ends what another step began stands above.
        Undo::Never { .. } if step.closing.is_some() => Ok(()),
        Undo::Call { call } => writeln!(text, "    undo    {}", call.command(stack)),
        undo => writeln!(text, "    undo    {undo}"),
    }
}

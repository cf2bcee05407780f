//! A run in lines of text: one a record, for terminals, logs and screen readers.

use evac_core::{
    plan::{Plan, Verb},
    run::{CallAnswer, Clocks, Event, Outcome, Record, RunOutcome, RunState, StepStatus},
    text::age,
};
use jiff::{Timestamp, tz::Offset};

/// The widest that the column of step names gets; a longer name moves its line.
const WIDEST: usize = 36;

/// What a record says; `None` for what is of no interest to people.
pub fn line(record: &Record, plan: &Plan) -> String {
    let time = clock(record.world_at);
    let width = plan.steps.iter().map(|step| step.id.as_str().len()).max().unwrap_or(0).min(WIDEST);
    let row =
        |step: &str, word: &str, text: &str| format!("{time}  {step:width$}  {word:<9} {text}").trim_end().to_owned();
    let step_line = |step: &evac_core::plan::StepId, word: &str, text: &str| row(step.as_str(), word, text);
    let note = |word: &str, text: &str| row("", word, text);
    match &record.event {
        Event::Began { run, runner, .. } => note("begins", &format!("run {run}, by {}", runner.operator)),
        Event::LeaseTaken { epoch, local } => {
            let whose = if *local { " (on this machine only)" } else { "" };
            note("lease", &format!("held with epoch {epoch}{whose}"))
        }
        Event::LeaseLost { why } => note("lease", &format!("lost: {why}")),
        Event::Started { step, attempt } => {
            let title = plan.step(step).map_or("", |step| step.title.as_str());
            let again = if *attempt > 1 { format!("attempt {attempt}: ") } else { String::new() };
            step_line(step, "started", &format!("{again}{title}"))
        }
        Event::Answered { step, answer, .. } => match answer {
            CallAnswer::Accepted { .. } => step_line(step, "accepted", ""),
            CallAnswer::Refused { why, temporary } => {
                let word = if *temporary { "put off" } else { "refused" };
                step_line(step, word, why)
            }
            CallAnswer::Unknown { why } => step_line(step, "unknown", &format!("{why}; observing what came of it")),
        },
        Event::Settled { step, evidence } => step_line(step, "settled", evidence),
        Event::SetBack { step, why } => step_line(step, "set back", why),
        Event::HandedOver { by, to, .. } => note("handed over", &format!("by {by}, to {to}")),
        Event::Waiting { step, on } => step_line(step, "waits", on),
        Event::Gated { step, why } => {
            let code = plan.step(step).and_then(|step| step.gate).map_or("", |code| code.name());
            step_line(step, "HELD", &format!("{why}; it waits for the proof, or for `evac override --code {code}`"))
        }
        Event::Ended { step, outcome } => step_line(step, outcome.word(), outcome.text()),
        Event::Overridden { given, by } => note("override", &format!("{} by {by}: {}", given.code, given.reason)),
        Event::AbortAsked { by, reason, .. } => note("abort", &format!("asked for by {by}: {reason}")),
        Event::Resumed { runner, despite_abort, .. } => {
            let despite = if *despite_abort { ", though it was stopped" } else { "" };
            note("resumed", &format!("by {} on {}{despite}", runner.operator, runner.machine))
        }
        Event::Finished { outcome, .. } => note(outcome.word(), ""),
        Event::Acknowledged { by } => note("acknowledged", &format!("by {by}")),
    }
}

/// The end of a run: its outcome, what is and is not done, and the clocks.
pub fn ending(state: &RunState, clocks: &Clocks) -> String {
    let mut text = String::new();
    if let Some((outcome, report)) = &state.finished {
        text.push_str(&format!("{}  {}\n", outcome.word(), state.run));
        for line in report {
            text.push_str(&format!("  {line}\n"));
        }
    }
    text.push_str(&clock_line(clocks));
    text.push('\n');
    if let Some(next) = next(state) {
        text.push_str(&format!("next: {next}\n"));
    }
    text
}

/// What is to be done by whoever reads the end of a run.
fn next(state: &RunState) -> Option<String> {
    let (outcome, _) = state.finished.as_ref()?;
    let run = &state.run;
    let seen = format!("`evac acknowledge {run}` once this is read");
    Some(match outcome {
        RunOutcome::Unknown => format!("`evac resume {run}` looks again, once what kept it from knowing is mended"),
        RunOutcome::Failed => format!("{seen}; `evac resume {run}` tries again, or a new plan starts from here"),
        RunOutcome::Aborted if state.may_go_on_despite_abort() => {
            format!(
                "{seen}; `evac resume {run} --despite-abort` goes on, or a new plan leads back: what stays stands above"
            )
        }
        RunOutcome::Aborted => format!("{seen}; then a new plan starts from here: what stays as it is stands above"),
        RunOutcome::Done if state.acknowledged.is_some() => return None,
        RunOutcome::Done if state.plan.intent.verb() == Verb::Failover => {
            format!("{seen}; `evac plan failback` tells what is missing for the way back")
        }
        RunOutcome::Done => seen,
    })
}

/// The four clocks in one line.
pub fn clock_line(clocks: &Clocks) -> String {
    let known = |length: Option<jiff::SignedDuration>| length.map_or_else(|| "unknown".to_owned(), age);
    let breach = if clocks.projected > clocks.objective { " OVER THE RTO" } else { "" };
    format!(
        "detect {} · decide {} · execute {} · total {} (projected {}, RTO {}){breach}",
        known(clocks.detect),
        known(clocks.decide),
        age(clocks.execute),
        age(clocks.total),
        age(clocks.projected),
        age(clocks.objective),
    )
}

/// A run in one word, for the list.
pub fn word(state: &RunState) -> &'static str {
    if let Some((outcome, _)) = &state.finished {
        return outcome.word();
    }
    let gated = |step: &evac_core::run::StepState| matches!(step.status, StepStatus::Gated { .. });
    let unknown = |step: &evac_core::run::StepState| matches!(step.outcome(), Some(Outcome::Unknown { .. }));
    if state.steps.values().any(gated) {
        "HELD"
    } else if state.steps.values().any(unknown) {
        "UNKNOWN"
    } else {
        "RUNNING"
    }
}

/// A moment as the time of day, UTC.
fn clock(at: Timestamp) -> String {
    let time = Offset::UTC.to_datetime(at);
    format!("{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second())
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    #[test]
    fn a_run_that_will_not_meet_the_objective_says_so_before_it_has_missed_it() {
        let seconds = SignedDuration::from_secs;
        let clocks = |projected| Clocks {
            detect: Some(seconds(40)),
            decide: None,
            execute: seconds(60),
            total: seconds(100),
            projected: seconds(projected),
            objective: seconds(1_800),
        };
        let told = clock_line(&clocks(1_800));
        assert_eq!(
            told,
            "detect 40 s · decide unknown · execute 1 min · total 1 min 40 s (projected 30 min, RTO 30 min)"
        );
        assert!(clock_line(&clocks(1_801)).ends_with(" OVER THE RTO"));
    }
}

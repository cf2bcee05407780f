//! Plans and runs in words: what stands in lists, in details and in what is copied.

use evac_core::{
    plan::{ExistingResources, Intent, LossStatement, Plan, Topology},
    run::{CallAnswer, Event},
    text::{age, bytes},
};
use jiff::SignedDuration;

/// What a plan does, such as `failover us-east-1 to us-west-2`.
pub fn purpose(plan: &Plan) -> String {
    let verb = plan.intent.verb();
    if !verb.moves_writer() {
        return intent(&plan.intent);
    }
    let (from, to) = (writers(&plan.before), writers(&plan.after));
    format!("{} {from} to {to}", verb.word())
}

/// What is wanted.
pub fn intent(intent: &Intent) -> String {
    let verb = intent.verb().word();
    match intent {
        Intent::Switchover { to } | Intent::Failover { to } => format!("{verb} to {to}"),
        Intent::Failback => format!("{verb} to the primary"),
        Intent::Drain { region } | Intent::Undrain { region } => format!("{verb} {region}"),
        Intent::Recover { region, at: None } => format!("{verb} {region} to the newest point in time"),
        Intent::Recover { region, at: Some(at) } => format!("{verb} {region} to {at:.0}"),
        Intent::Restore { region, backup, namespaces, mapping, existing } => {
            let names = namespaces.iter().map(|name| match mapping.get(name) {
                Some(other) => format!("{name} as {other}"),
                None => name.clone(),
            });
            let names = names.collect::<Vec<_>>().join(", ");
            let existing = match existing {
                ExistingResources::Skip => "what is there stays",
                ExistingResources::Update => "what is there is patched",
            };
            format!("{verb} {names} from {backup} in {region}, {existing}")
        }
    }
}

fn writers(topology: &Topology) -> String {
    let names: Vec<_> = topology.writers.iter().map(|region| region.as_str()).collect();
    if names.is_empty() { "nobody".to_owned() } else { names.join("+") }
}

/// The data-loss statement in full.
pub fn loss(loss: &LossStatement) -> String {
    match loss {
        LossStatement::Nothing => "nothing is lost".to_owned(),
        LossStatement::Unknown { why } => format!("UNKNOWN: {why}"),
        LossStatement::Since { at, ago } => format!("all that was written since {at:.0}, {} ago", age(*ago)),
        LossStatement::Writes { exposure, objects, bytes: size, evidence } => {
            let objects = match (objects, size) {
                (Some(objects), Some(size)) => format!(", {objects} objects / {} not replicated", bytes(*size as f64)),
                (Some(objects), None) => format!(", {objects} objects not replicated"),
                (None, Some(size)) => format!(", {} not replicated", bytes(*size as f64)),
                (None, None) => String::new(),
            };
            let evidence = if evidence.is_empty() { String::new() } else { format!(" ({evidence})") };
            format!("at most {} of writes{objects}{evidence}", age(*exposure))
        }
    }
}

/// What happened.
pub fn event(event: &Event) -> String {
    match event {
        Event::Began { runner, consent, .. } => {
            let accepted = if consent.accepted.is_empty() { "no loss" } else { consent.accepted.as_str() };
            format!("began by {}, who accepted {accepted}", runner.operator)
        }
        Event::LeaseTaken { epoch, local: false } => format!("lease taken, epoch {epoch}"),
        Event::LeaseTaken { epoch, local: true } => format!("lease of this machine alone taken, epoch {epoch}"),
        Event::LeaseLost { why } => format!("LEASE LOST: {why}"),
        Event::Started { step, attempt: 1 } => format!("{step} started"),
        Event::Started { step, attempt } => format!("{step} started, attempt {attempt}"),
        Event::Answered { step, answer, .. } => format!("{step} {}", self::answer(answer)),
        Event::Settled { step, evidence } => format!("{step} settled: it did not happen: {evidence}"),
        Event::Waiting { step, on } => format!("{step} waits for {on}"),
        Event::Gated { step, why } => format!("{step} HELD: {why}"),
        Event::Ended { step, outcome } => format!("{step} {}: {}", outcome.word(), outcome.text()),
        Event::SetBack { step, why } => format!("{step} set back: {why}"),
        Event::Overridden { given, by } => format!("{by} overrides {}: {}", given.code, given.reason),
        Event::AbortAsked { by, reason, .. } => format!("{by} asks to ABORT: {reason}"),
        Event::HandedOver { by, to, .. } => format!("{by} hands over to {to}"),
        Event::Resumed { runner, despite_abort: true, .. } => {
            format!("resumed by {}, though it was stopped", runner.operator)
        }
        Event::Resumed { runner, .. } => format!("resumed by {}", runner.operator),
        Event::Finished { outcome, .. } => format!("ended {}", outcome.word()),
        Event::Acknowledged { by } => format!("acknowledged by {by}"),
    }
}

/// What came of a call.
pub fn answer(answer: &CallAnswer) -> String {
    match answer {
        CallAnswer::Accepted { .. } => "accepted".to_owned(),
        CallAnswer::Refused { why, temporary: true } => format!("refused for now: {why}"),
        CallAnswer::Refused { why, temporary: false } => format!("REFUSED: {why}"),
        CallAnswer::Unknown { why } => format!("answer UNKNOWN: {why}"),
    }
}

/// A length as a clock shows it: `0:07`, `12:30`, `1:02:03`.
pub fn clock(length: SignedDuration) -> String {
    // The fraction is cut off: a clock that has not reached the second does not show it.
    let seconds = length.as_secs().clamp(0, 359_999_999);
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_shows_full_seconds_and_no_nonsense() {
        for (milliseconds, text) in [(-5_000, "0:00"), (7_999, "0:07"), (750_000, "12:30"), (3_723_000, "1:02:03")] {
            assert_eq!(clock(SignedDuration::from_millis(milliseconds)), text);
        }
        assert!(clock(SignedDuration::MAX).len() < 14);
    }

    #[test]
    fn a_statement_leaves_out_what_nobody_measured() {
        let exposure = SignedDuration::from_secs(151);
        let writes = |objects, bytes, evidence: &str| LossStatement::Writes {
            exposure,
            objects,
            bytes,
            evidence: evidence.to_owned(),
        };
        assert_eq!(loss(&writes(None, None, "")), "at most 2 min 31 s of writes");
        let full = loss(&writes(Some(118), Some(1_400_000_000), "seen 4 s ago"));
        assert_eq!(full, "at most 2 min 31 s of writes, 118 objects / 1.4 GB not replicated (seen 4 s ago)");
    }
}

//! How traffic is moved, whether it stays away, and who serves afterwards.

use super::{GuardCode, NoteSeverity, case::Case};
use crate::{
    Verdict,
    ids::RegionId,
    plan::{Check, Intent, Lever, Verb},
    stack::TrafficRecord,
};

pub(super) fn check(case: &mut Case<'_>) {
    let verb = case.plan.intent.verb();
    let served = case.situation.stack.traffic.is_some();
    if served && (verb.moves_writer() || verb == Verb::Drain) && verb != Verb::Failback {
        lever(case);
    }
    if case.plan.lever.is_some()
        && !case.plan.steps.iter().any(|step| matches!(step.verification, Some(Check::Answers { .. })))
    {
        let text = "what resolvers should answer is not known: that users are led elsewhere will not be seen";
        let remedy = "write what the records answer as `traffic.records.values` in the stack file";
        case.warn(GuardCode::AnswersUnseen, text.to_owned(), remedy);
    }
    if case.plan.lever.is_some()
        && let Some(left) = case.left()
        && asks_elsewhere(case, left)
    {
        let text =
            format!("each resolver that is asked stands elsewhere: what users near {left} are answered is not seen");
        let remedy = "by latency, only resolvers that stand there show it: `traffic.regional_resolvers`";
        case.raise(GuardCode::AnswersUnseen, NoteSeverity::Info, text, remedy).about(left);
    }
    if verb.moves_writer()
        && let Some(target) = case.target()
        && case.situation.stack.regions.get(target).is_some_and(|region| region.transaction.is_none())
    {
        let text = format!("no business transaction is set for {target}: only the states of its parts are verified");
        let remedy = "set `regions.NAME.transaction` in the stack file";
        case.warn(GuardCode::TransactionNone, text, remedy).about(target);
    }
    if let Intent::Drain { region } = &case.plan.intent {
        last(case, region);
    }
}

/// Whether a region has a record that answers by latency, and no resolver that stands there is asked.
fn asks_elsewhere(case: &Case<'_>, left: &RegionId) -> bool {
    let Some(traffic) = &case.situation.stack.traffic else { return false };
    let by_latency = |record: &TrafficRecord| case.scene.record(record).is_none_or(|found| found.region.is_some());
    let mut own = traffic.records.iter().filter(|record| record.region == *left);
    let near = traffic.regional_resolvers.get(left);
    own.any(by_latency)
        && case.plan.steps.iter().any(|step| match &step.verification {
            Some(Check::Answers { resolvers, .. }) => {
                !near.is_some_and(|near| near.iter().any(|resolver| resolvers.contains(resolver)))
            }
            _ => false,
        })
}

fn lever(case: &mut Case<'_>) {
    let Some(left) = case.left() else { return };
    let had = case.plan.before.serving.contains(left);
    let waits = !case.scene.health_checks_moved(left);
    match case.plan.lever {
        None if had => {
            let text = format!("no lever can be reached that takes the traffic away from {left}");
            let remedy = "set up routing controls or STOP objects";
            case.block(GuardCode::LeverNone, text, remedy).about(left);
        }
        Some(Lever::HealthChecks) if waits => {
            let text = format!("only health checks can take the traffic away from {left}, when they fail there");
            let remedy = "set up routing controls or STOP objects";
            case.warn(GuardCode::LeverNone, text, remedy).about(left);
        }
        Some(Lever::Records) => {
            let text = "traffic is moved by changing DNS records, at the control plane in us-east-1".to_owned();
            case.warn(GuardCode::LeverRecords, text, "set up routing controls or STOP objects").about(left);
        }
        _ => {}
    }
    if let Some(gate) = case.plan.steps.iter().find(|step| step.gate == Some(GuardCode::UsersRemain)) {
        let text = format!("{left} may still serve users: the promotion waits until none is led there any more");
        let remedy = "if they are seen to stay, have them led away by other means, or open the gate by a word";
        let gate = gate.id.clone();
        case.warn(GuardCode::UsersRemain, text, remedy).about(left).at(&gate);
    }
    if case.plan.lever == Some(Lever::HealthChecks) {
        let text = format!("traffic comes back to {left} by itself as soon as it answers again");
        case.warn(GuardCode::LeverReturns, text, &format!("`evac drain --region {left}` holds it away")).about(left);
    }
}

/// A drain leaves somebody who serves, and who is not known to be unwell.
fn last(case: &mut Case<'_>, left: &RegionId) {
    let now = case.scene.topology();
    let verdict = |region: &RegionId| case.situation.assessment.regions.get(region).map(|region| region.verdict);
    let others: Vec<_> =
        now.serving.iter().filter(|region| *region != left && case.scene.is_reachable(region)).cloned().collect();
    if others.is_empty() {
        let text = format!("nobody else would serve the users of {left}");
        case.block(GuardCode::LastServing, text, "bring another region back first: `undrain`").about(left);
    } else if others.iter().all(|region| verdict(region) == Some(Verdict::NoGo)) {
        let names = others.iter().map(RegionId::as_str).collect::<Vec<_>>().join(", ");
        let text = format!("users of {left} would be led to {names}, which cannot take them");
        let severity = NoteSeverity::Block;
        case.raise(GuardCode::LastServing, severity, text, "mend another region first").about(left);
    }
}

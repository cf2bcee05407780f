//! What would be lost, against what may be.

use super::{GuardCode, NoteSeverity, case::Case};
use crate::{
    ids::RegionId,
    plan::{LossStatement, Verb},
    planner::loss_of,
    text::age,
};

pub(super) fn check(case: &mut Case<'_>) {
    let (plan, situation) = (case.plan, case.situation);
    // The statement of the plan is as old as the plan.
    let loss = loss_of(&plan.intent, situation.stack, situation.snapshot, &situation.assessment);
    let verb = plan.intent.verb();
    match &loss {
        LossStatement::Unknown { why } => {
            case.block(GuardCode::LossUnknown, why.clone(), "see what the metrics say, or accept `unknown`");
        }
        LossStatement::Writes { exposure, .. } => {
            let objectives = &situation.stack.objectives;
            let most = situation.stack.guards.most_loss.unwrap_or(objectives.rpo).get();
            if *exposure > most {
                let text = format!("writes of {} would be lost, and at most {} may be", age(*exposure), age(most));
                case.block(GuardCode::LossBeyond, text, "wait for replication if the old region still answers");
            }
        }
        LossStatement::Nothing | LossStatement::Since { .. } => {}
    }
    if let Some(target) = case.target().filter(|_| verb.moves_writer()) {
        backlog(case, target, verb);
        if let Some(left) = case.left() {
            one_way(case, left, target);
        }
    }
}

fn backlog(case: &mut Case<'_>, target: &RegionId, verb: Verb) {
    let backlog = case.situation.assessment.regions.get(target).and_then(|region| region.backlog.as_ref());
    let (Some(backlog), rpo) = (backlog, case.situation.stack.objectives.rpo.get()) else { return };
    if backlog.exposure > rpo {
        let text = format!("objects that wait to come into {target} are {} behind", age(backlog.exposure));
        // Where the old region lives on they come in time.
        let severity = if verb == Verb::Failover { NoteSeverity::Block } else { NoteSeverity::Warn };
        let remedy = "what has not arrived stays in the old region's bucket, and comes when that does";
        case.raise(GuardCode::BacklogBeyond, severity, text, remedy).about(target);
    }
}

fn one_way(case: &mut Case<'_>, left: &RegionId, target: &RegionId) {
    let (stack, snapshot) = (case.situation.stack, case.situation.snapshot);
    for (from, to) in [(left, target), (target, left)] {
        let other = stack.replication.iter().any(|rule| rule.from == *to && rule.to == *from);
        let mut rules = stack.replication_out_of(from).filter(|rule| rule.to == *to).peekable();
        let text = if rules.peek().is_none() {
            if !other {
                continue;
            }
            format!("no rule of the stack replicates from {from} to {to}")
        } else {
            let Some(reading) = snapshot.replication(from) else { continue };
            let off = rules.find(|rule| !reading.rules.iter().any(|state| state.rule == rule.rule && state.enabled));
            match off {
                Some(rule) => format!("rule {} from {from} to {to} is not enabled", rule.rule),
                None => continue,
            }
        };
        let remedy = "set up both directions beforehand: it needs us-east-1";
        case.warn(GuardCode::ReplicationOneWay, text, remedy).about(from);
    }
}

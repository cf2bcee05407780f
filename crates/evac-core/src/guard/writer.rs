//! Who writes, and whether the old writer can be trusted to have stopped.

use super::{GuardCode, NoteSeverity, case::Case, target::serves};
use crate::{
    Verdict,
    ids::RegionId,
    plan::{Step, Verb},
    source::Source,
};

pub(super) fn check(case: &mut Case<'_>) {
    if case.situation.stack.aurora.is_none() {
        return;
    }
    two(case);
    let verb = case.plan.intent.verb();
    let Some(left) = case.left().filter(|_| verb.moves_writer()) else {
        if verb == Verb::Failover {
            unknown(case);
        }
        return;
    };
    match verb {
        Verb::Failover => failover(case, left),
        _ => planned(case, left),
    }
}

fn two(case: &mut Case<'_>) {
    let writers = &case.situation.assessment.writers;
    if writers.claimed.len() < 2 {
        return;
    }
    let names =
        |regions: &mut dyn Iterator<Item = &RegionId>| regions.map(RegionId::as_str).collect::<Vec<_>>().join(" and ");
    let (code, text, remedy) = if writers.now().count() < 2 {
        let text =
            format!("{} wrote when last seen, and is not proven to have stopped", names(&mut writers.last_seen.iter()));
        (GuardCode::WriterUnseen, text, "wait until it is seen, or override when you know that it is stopped")
    } else {
        let text = format!("{} are said to be the writer", names(&mut writers.claimed.iter()));
        (GuardCode::WritersTwo, text, "see to it that one is fenced, and look again")
    };
    let verb = case.plan.intent.verb();
    // To lead users away from one of two writers is no harm; whatever leads writes to one is.
    let severity = if verb.moves_writer() || verb == Verb::Undrain { NoteSeverity::Block } else { NoteSeverity::Warn };
    case.raise(code, severity, text, remedy);
}

/// True when the region is reached and an instance there takes writes.
fn writes(case: &Case<'_>, region: &RegionId) -> bool {
    let seen = case.situation.snapshot.cluster(region).filter(|_| case.scene.is_fresh(Source::Cluster, region));
    seen.is_some_and(|cluster| cluster.instances.iter().any(|one| one.is_writer && one.status == "available"))
}

fn failover(case: &mut Case<'_>, left: &RegionId) {
    let region = case.situation.assessment.regions.get(left);
    if region.is_some_and(|region| region.verdict == Verdict::Go) {
        let text = format!("{left} looks healthy, and a failover loses what a switchover would not");
        case.block(GuardCode::WriterHealthy, text, "use `switchover`").about(left);
    }
    let (severity, text) = if writes(case, left) {
        (NoteSeverity::Block, format!("the old writer in {left} is reached and takes writes"))
    } else if case.scene.is_reachable(left) {
        (NoteSeverity::Warn, format!("the old writer in {left} is not seen to have stopped"))
    } else {
        (NoteSeverity::Warn, format!("{left} cannot be reached: whether its writer has stopped will be seen after"))
    };
    let remedy = "what would write beside it waits for the proof, or for a word at its gate";
    let gate = case.plan.steps.iter().find(|step| step.gate == Some(GuardCode::FenceUnproven));
    let gate = gate.map(|step: &Step| step.id.clone());
    let note = case.raise(GuardCode::FenceUnproven, severity, text, remedy).about(left);
    if let Some(gate) = gate {
        note.at(&gate);
    }
}

fn unknown(case: &mut Case<'_>) {
    let text = "nobody knows who writes: that it has stopped cannot be proven".to_owned();
    case.block(GuardCode::FenceUnproven, text, "find the old writer, and see that it has stopped");
}

fn planned(case: &mut Case<'_>, left: &RegionId) {
    let snapshot = case.situation.snapshot;
    let text = match snapshot.cluster(left) {
        _ if !case.scene.is_reachable(left) => format!("{left}, which writes, cannot be reached"),
        None => format!("the database in {left} was never seen"),
        Some(_) if !case.scene.is_fresh(Source::Cluster, left) => {
            format!("the database in {left} was not seen lately")
        }
        // Something moves it, perhaps another run: to fail over on top of that loses what the move would not.
        Some(cluster) if cluster.status.contains("switching-over") || cluster.status.contains("failing-over") => {
            let text = format!("cluster {} is {}", cluster.cluster, cluster.status);
            case.block(GuardCode::WriterUnhealthy, text, "wait until that has come to its end").about(left);
            return;
        }
        Some(cluster) if !matches!(cluster.status.as_str(), "available" | "backing-up") => {
            format!("cluster {} is {}", cluster.cluster, cluster.status)
        }
        Some(cluster) if !serves(cluster) => format!("cluster {} has no instance that is available", cluster.cluster),
        Some(_) => return,
    };
    case.block(GuardCode::WriterUnhealthy, text, "use `failover`, which loses what had not arrived").about(left);
}

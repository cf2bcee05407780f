//! Switchover, failover and failback: the writer moves, and the traffic with it.

use jiff::SignedDuration;

use super::{
    PlanContext, Scene, Unplannable, confirm, database,
    database::Promotion,
    draft::{Draft, Ending, step},
    freeze::freeze,
    lever::{SHIFT, Shift},
    shift, workloads,
};
use crate::{
    guard::{GuardCode, Note},
    ids::{Arn, RegionId},
    plan::{Call, Intent, Plan, Step, StepId, Topology, Undo, Verb},
};

/// A move of the writer whose ends are known.
struct Move<'a> {
    verb: Verb,
    from: Option<&'a RegionId>,
    to: &'a RegionId,
    /// The members at both ends, for a stack with a database.
    members: Option<(Option<Arn>, Arn)>,
}

pub(super) fn switchover(
    scene: &Scene<'_>,
    context: &PlanContext<'_>,
    intent: &Intent,
    to: &RegionId,
) -> Result<Plan, Unplannable> {
    plan(scene, context, intent, &ends(scene, Verb::Switchover, to)?)
}

pub(super) fn failover(
    scene: &Scene<'_>,
    context: &PlanContext<'_>,
    intent: &Intent,
    to: &RegionId,
) -> Result<Plan, Unplannable> {
    plan(scene, context, intent, &ends(scene, Verb::Failover, to)?)
}

pub(super) fn failback(scene: &Scene<'_>, context: &PlanContext<'_>, intent: &Intent) -> Result<Plan, Unplannable> {
    let Some(primary) = scene.stack.primary().filter(|_| scene.aurora().is_some()) else {
        let text = "the stack has no database whose writer could come back; `undrain` brings traffic back";
        return Err(Unplannable::of(GuardCode::PlanEmpty, None, text));
    };
    plan(scene, context, intent, &ends(scene, Verb::Failback, primary)?)
}

/// Where the writer is and whether it can move there: everything that stands against a plan, at once.
fn ends<'a>(scene: &'a Scene<'_>, verb: Verb, to: &'a RegionId) -> Result<Move<'a>, Unplannable> {
    let (from, mut notes) = match scene.aurora() {
        Some(_) => writer(scene, verb, to),
        None => (scene.stack.primary().filter(|primary| *primary != to), Vec::new()),
    };
    let mut refuse = |code, region: &RegionId, text: String| {
        notes.extend(Unplannable::of(code, Some(region.clone()), text).notes);
    };
    if !scene.is_reachable(to) {
        refuse(GuardCode::PlanDeadRegion, to, format!("{to} cannot be reached"));
    }
    let members = match scene.aurora() {
        None if from.is_none() => {
            refuse(GuardCode::TargetIsWriter, to, format!("{to} is the primary of a stack without a database"));
            None
        }
        None => None,
        Some(aurora) => match scene.member(to).filter(|_| aurora.members.contains_key(to)) {
            Some(member) => Some((from.and_then(|from| scene.member(from)), member)),
            None => {
                refuse(GuardCode::TargetNoGo, to, format!("no member of the global database is known in {to}"));
                None
            }
        },
    };
    if notes.is_empty() { Ok(Move { verb, from, to, members }) } else { Err(Unplannable { notes }) }
}

/// Who writes, and what stands against moving that.
fn writer<'a>(scene: &'a Scene<'_>, verb: Verb, to: &RegionId) -> (Option<&'a RegionId>, Vec<Note>) {
    let writers = scene.writers();
    let from = scene.stack.regions.keys().find(|region| writers.contains(*region));
    let refuse = |code, region: Option<&RegionId>, text: String| Unplannable::of(code, region.cloned(), text).notes;
    let notes = match (from, writers.len()) {
        (Some(from), 1) if from == to && verb == Verb::Failback => {
            refuse(GuardCode::PlanEmpty, Some(to), format!("the writer is in {to} already"))
        }
        (Some(from), 1) if from == to => {
            refuse(GuardCode::TargetIsWriter, Some(to), format!("{to} is the writer already"))
        }
        (Some(from), 1) if verb != Verb::Failover && !scene.is_reachable(from) => {
            refuse(GuardCode::WriterUnhealthy, Some(from), format!("{from}, which writes, cannot be reached"))
        }
        (_, 0) if verb != Verb::Failover => {
            refuse(GuardCode::SnapshotStale, None, "no region has said lately who writes".to_owned())
        }
        (_, 0 | 1) => Vec::new(),
        _ => {
            let names = writers.iter().map(RegionId::as_str).collect::<Vec<_>>().join(" and ");
            refuse(GuardCode::WritersTwo, None, format!("{names} are both said to be the writer"))
        }
    };
    (from, notes)
}

fn plan(scene: &Scene<'_>, context: &PlanContext<'_>, intent: &Intent, the: &Move<'_>) -> Result<Plan, Unplannable> {
    let (verb, to) = (the.verb, the.to);
    let emergency = verb.is_emergency();
    let mut draft = Draft::new(scene, context, intent);
    let frozen = freeze(&mut draft, &the.from.into_iter().chain([to]).collect::<Vec<_>>(), verb);
    let held = frozen.steps.clone();
    let paused = match the.from {
        Some(from) => workloads::pause(&mut draft, from, &held, emergency),
        None => Vec::new(),
    };
    let still: Vec<StepId> = held.iter().chain(paused.iter().map(|(id, _)| id)).cloned().collect();
    let promotion = the.members.as_ref().zip(scene.aurora()).map(|((old, new), aurora)| {
        let old = the.from.zip(old.clone());
        Promotion { global_cluster: &aurora.global_cluster, old, new: (to, new.clone()), verb }
    });
    let scaled = workloads::scale(&mut draft, to, &held, emergency);
    let before = scene.topology();
    let shift = the.from.map(|left| Shift { left, to, by_itself: emergency });
    let first =
        shift.filter(|shift| promotion.is_some() && emergency && users_leave_first(scene, context, &before, *shift));
    let left_first =
        first.and_then(|shift| shift::leave_first(&mut draft, shift, &[still.as_slice(), &scaled].concat()));
    let vacant = left_first.as_ref().map_or(&still, |shifted| &shifted.seen).clone();
    let moved = promotion.map(|promotion| promotion.add(&mut draft, vacant));
    let fenced: Vec<StepId> = moved.iter().map(|(_, fence)| fence.clone()).collect();
    let ready: Vec<StepId> = if fenced.is_empty() { still } else { fenced };
    let proven = transact(&mut draft, to, &ready).map_or_else(|| ready.clone(), |id| vec![id]);
    let shifting: Vec<StepId> = proven.iter().chain(&scaled).cloned().collect();
    let shifted = match (left_first, verb, shift) {
        (Some(shifted), _, Some(shift)) => {
            shift::see_served(&mut draft, shift, &proven);
            shifted
        }
        (_, Verb::Failback, _) => {
            // Users come back to a region that serves, or not at all.
            let well = shift::served(&mut draft, to, "serving", &shifting);
            shift::come_back(&mut draft, to, &well.map_or(shifting, |id| vec![id]))
        }
        (_, _, Some(shift)) => shift::leave(&mut draft, shift, &shifting),
        (_, _, None) => shift::Shifted::default(),
    };
    workloads::start(&mut draft, to, &ready, emergency);
    if verb == Verb::Failback {
        database::keep_lost_writes(&mut draft);
    }
    if let Some(from) = the.from {
        database::failback_readiness(&mut draft, from, to, &ready);
    }
    if verb == Verb::Failback {
        frozen.thaw_at_end(&mut draft);
        if let Some(from) = the.from {
            workloads::give_back(&mut draft, from);
        }
    }
    draft.notify(news(intent, the));
    // What IaC or a controller would undo stays frozen once something moved.
    let point = moved.map(|(promote, _)| promote).or_else(|| shifted.steps.first().cloned());
    if let Some((shift, promote)) = first.zip(point.as_ref()) {
        shift::return_unless(&mut draft, &shifted, shift.left, promote);
    }
    let word = if verb == Verb::Failback { "give-up" } else { "thaw" };
    frozen.thaw_unless(&mut draft, point.as_ref(), word);
    workloads::resume_unless(&mut draft, paused, point.as_ref());
    let after = after(scene, &before, the, shifted.lever.is_some());
    draft.finish(Ending {
        intent: intent.clone(),
        after,
        before,
        lever: shifted.lever,
        confirmations: confirm::region(to),
    })
}

/// Whether users must leave before the writer does: where the target serves already, whoever is still served by the old
/// region would have his writes taken there while others write to the new one, until the old writer is fenced. Where
/// health checks have led them away, nobody is, and the writer need not wait.
fn users_leave_first(scene: &Scene<'_>, context: &PlanContext<'_>, before: &Topology, shift: Shift<'_>) -> bool {
    let both = before.serving.contains(shift.left) && before.serving.contains(shift.to);
    context.read.is_some_and(leaves_first) || both && !scene.health_checks_moved(shift.left)
}

/// Whether traffic is moved before the writer in a plan.
fn leaves_first(plan: &Plan) -> bool {
    let is_promotion = |step: &Step| matches!(step.call, Some(Call::Failover { .. }));
    let mut until = plan.steps.iter().take_while(|step| !is_promotion(step));
    plan.steps.iter().any(is_promotion) && until.any(|step| step.id.as_str() == SHIFT)
}

/// A business transaction: a write that the new writer must commit.
fn transact(draft: &mut Draft<'_>, region: &RegionId, after: &[StepId]) -> Option<StepId> {
    let url = draft.scene.stack.regions.get(region)?.transaction.clone()?;
    let key = format!("evac-{}", draft.mark.word);
    Some(draft.add(Step {
        after: after.to_vec(),
        region: Some(region.clone()),
        call: Some(Call::Transact { region: region.clone(), url, key }),
        expected: draft.scene.stack.step_times.verify.get(),
        timeout: SignedDuration::from_mins(10),
        undo: Undo::Never { why: "it is a transaction of the stack's own, made to be left".to_owned() },
        ..step("transaction", format!("See a business transaction committed in {region}"))
    }))
}

fn after(scene: &Scene<'_>, before: &Topology, the: &Move<'_>, shifted: bool) -> Topology {
    let mut after = before.clone();
    if the.members.is_some() {
        after.writers = [the.to.clone()].into();
    }
    if shifted {
        // Nobody is sent to a region that no record leads to.
        if scene.has_record(the.to) {
            after.serving.insert(the.to.clone());
        }
        if let Some(from) = the.from.filter(|_| the.verb != Verb::Failback) {
            after.serving.remove(from);
        }
    }
    after
}

fn news(intent: &Intent, the: &Move<'_>) -> String {
    let word = intent.verb().word();
    match the.from {
        Some(from) => format!("evac: {word} from {from} to {} has come to its end", the.to),
        None => format!("evac: {word} to {} has come to its end", the.to),
    }
}

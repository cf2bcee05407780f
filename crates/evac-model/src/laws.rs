//! What must hold, whatever goes wrong.

use evac_core::{
    guard::{Consent, GuardCode},
    plan::{Call, Check, Plan, Step, StepId},
    run::{Journal, Outcome, RunOutcome, RunState, StepStatus},
};
use evac_engine::Sight;
use tokio::time::Instant;

use crate::{
    hand::Hand,
    machine::Machine,
    play::Stage,
    world::{Inside, Made, Told, World},
};

/// Judges a call at the very moment when it is made, and notes it. The step that it belongs to, if there is one.
pub(crate) fn at_call(hand: &Hand, consent: &Consent, call: &Call) -> Option<Step> {
    let world = &hand.world;
    let durable = hand.machine.durable();
    // Two steps may have the same call: the one that is under way is meant.
    let started = |step: &&Step| {
        let state = durable.as_ref().ok().and_then(|state| state.steps.get(&step.id));
        state.is_some_and(|now| now.status == StepStatus::Started)
    };
    let Some(step) = steps_of(&world.plan, call).find(started).or_else(|| steps_of(&world.plan, call).next()) else {
        world.breaks(format!("a call that stands in no plan was made: {call:?}"));
        return None;
    };
    world.note(format!("{} calls {}", hand.machine.name, step.id));
    if *consent.plan() != world.hash {
        world.breaks(format!("{} was called without a consent to this plan", step.id));
    }
    match &durable {
        Err(why) => world.breaks(format!("{} was called while the journal could not be read: {why}", step.id)),
        Ok(state) => at_call_under(world, state, &hand.machine.name, step),
    }
    repeated(world, step);
    let mut inside = world.inside();
    let looks = inside.looks.get(&step.id).copied().unwrap_or_default();
    let made = Made { at: Instant::now(), step: step.id.clone(), told: None, happened: false, looks };
    inside.made.push(made);
    drop(inside);
    Some(step.clone())
}

/// The steps that make a call.
fn steps_of<'a>(plan: &'a Plan, call: &'a Call) -> impl Iterator<Item = &'a Step> {
    plan.steps.iter().filter(move |step| step.call.as_ref() == Some(call))
}

/// Judges what a runner shows when it is about to record something more: it is what its journal says up to there.
pub(crate) fn at_write(world: &World, machine: &Machine) {
    let Some(live) = machine.shown() else { return };
    // What was overridden was, also when the machine that knew of it is lost.
    world.inside().overridden |= is_split_taken(&live);
    match machine.durable() {
        Ok(durable) if durable == live => {}
        Ok(durable) => {
            let (shows, says) = (live.last_number, durable.last_number);
            world.breaks(format!("the runner shows another state at record {shows} than its journal at {says}"));
        }
        Err(why) => world.breaks(format!("the runner goes on, and its journal could not be read: {why}")),
    }
}

/// The intent is durable, and the lease is held under the epoch that the journal knows.
fn at_call_under(world: &World, state: &RunState, machine: &str, step: &Step) {
    if state.steps.get(&step.id).is_none_or(|now| now.status != StepStatus::Started) {
        world.breaks(format!("{} was called and no intent of it is on the disk", step.id));
    }
    let item = world.table.item().unwrap_or_default();
    let mine = item.lease.holder.as_ref().is_some_and(|holder| holder.holder.ends_with(&format!(" {machine}")));
    if !mine || !state.holds_lease || state.epoch != item.lease.epoch {
        let holder = item.lease.holder.map_or_else(|| "nobody".to_owned(), |holder| holder.holder);
        let (knows, is) = (state.epoch, item.lease.epoch);
        world.breaks(format!("{} was called without the lease: {holder} has epoch {is}, the journal {knows}", step.id));
    }
    if step.closing.is_none() && world.inside().displaced {
        world.breaks(format!("{} was called after another run had acted", step.id));
    }
    let meant = world.meant.step(&step.id).and_then(|step| step.closing.as_ref());
    if let Some(wrong) = meant.and_then(|closing| closing.unless_started.as_ref())
        && stands(world, wrong)
    {
        world.breaks(format!("{} was called, and {wrong} was done or is being done", step.id));
    }
}

/// Whether what a step is for was called for, and is so or comes to be.
fn stands(world: &World, id: &StepId) -> bool {
    let called = world.made().iter().any(|made| made.step == *id && made.happened);
    let check = world.plan.step(id).and_then(|step| step.verification.as_ref());
    let sight = check.map(|check| world.ground(|ground| ground.sight(check)));
    called && matches!(sight, None | Some(Sight::Met { .. } | Sight::Underway { .. }))
}

/// Nothing is called again before it is known what became of the last time.
fn repeated(world: &World, step: &Step) {
    let inside = world.inside();
    let Some(last) = inside.made.iter().rfind(|made| made.step == step.id) else { return };
    let looks = inside.looks.get(&step.id).copied().unwrap_or_default();
    let (open, looked) = (matches!(last.told, None | Some(Told::Nothing)), looks > last.looks);
    let again = !step.idempotent && inside.made.iter().any(|made| made.step == step.id && made.happened);
    drop(inside);
    if open && step.verification.is_some() && !looked {
        world.breaks(format!("{} was called again and nobody had looked what became of the last time", step.id));
    }
    if again {
        world.breaks(format!("{} was called twice, and must not be", step.id));
    }
}

impl Inside {
    pub(crate) fn happened(&mut self, step: &StepId) {
        if let Some(made) = self.made.iter_mut().rfind(|made| made.step == *step) {
            made.happened = true;
        }
    }

    pub(crate) fn answered(&mut self, call: &Call, plan: &Plan, told: Told) {
        let of_call = |made: &&mut Made| steps_of(plan, call).any(|step| step.id == made.step);
        if let Some(made) = self.made.iter_mut().rev().find(of_call) {
            (made.told, made.looks) = (Some(told), self.looks.get(&made.step).copied().unwrap_or_default());
        }
    }
}

/// Judges what a runner left behind: what it showed is what its journal says.
pub(crate) fn at_end_of_life(world: &World, disk: &[u8], live: Option<&RunState>, finished: bool) {
    let journal = match Journal::read(disk) {
        Ok(journal) => journal,
        Err(damage) => return world.breaks(format!("the journal cannot be read: {damage}")),
    };
    let Some(live) = live else { return };
    let shown = usize::try_from(live.last_number).unwrap_or(usize::MAX);
    let Some(known) = journal.records.get(..shown) else {
        return world.breaks("the runner showed what is not in its journal");
    };
    match RunState::replay(known) {
        Ok(Some(replayed)) if replayed == *live => {}
        Ok(_) => world.breaks("the journal says something else than the runner showed"),
        Err(illegal) => world.breaks(format!("the journal cannot be replayed: {illegal}")),
    }
    if finished && journal.records.len() != shown {
        world.breaks("the runner ended before it showed its end");
    }
}

/// Judges a runner that left because another has the lease.
pub(crate) fn at_loss(world: &World, machine: &str) {
    let holder = world.table.item().unwrap_or_default().lease.holder;
    if holder.is_some_and(|holder| holder.holder.ends_with(&format!(" {machine}"))) {
        world.breaks("the runner says that it lost the lease, and holds it itself");
    }
}

/// Judges what a run that ended, or was handed over, leaves in the lease table, when that can be reached.
pub(crate) fn at_release(stage: &Stage) {
    let (world, run) = (&stage.world, stage.run.as_str());
    if stage.play.lost > 0 || world.table.is_cut_off() {
        return;
    }
    let lease = world.table.item().unwrap_or_default().lease;
    match lease.holder {
        Some(holder) if holder.run == run => world.breaks("the run has left, and still holds the lease"),
        // Another run had taken it: what that moves stands in this one's place.
        Some(_) => {}
        None if world.made().is_empty() || lease.last.is_some() => {}
        None => world.breaks("the run has left, and the lease does not know that it moved something"),
    }
}

/// Judges a run that came to an end, when everything that was on its way has arrived.
pub(crate) fn at_end(world: &World, state: &RunState, last: bool) {
    for step in &world.plan.steps {
        let Some(outcome) = state.steps.get(&step.id).and_then(|now| now.outcome()) else { continue };
        let Some(check) = &step.verification else { continue };
        let holds = matches!(world.ground(|ground| ground.sight(check)), Sight::Met { .. });
        match outcome {
            // Nor does a promotion stand any more once somebody else has moved the writer.
            Outcome::Done { .. } if matches!(check, Check::Writer { .. }) && world.inside().elsewhere => {}
            Outcome::Done { .. } if !holds && !is_taken_back(state, step) => {
                world.breaks(format!("{} is told to be done, and is not so", step.id));
            }
            Outcome::Failed { .. }
                if holds && world.made().iter().any(|made| made.step == step.id && made.happened) =>
            {
                world.breaks(format!("{} is told to have failed, and was done", step.id));
            }
            _ => {}
        }
    }
    let finished = state.finished.as_ref().map(|(outcome, _)| *outcome);
    if finished == Some(RunOutcome::Done) {
        for step in world.meant.steps.iter().filter(|step| !step.best_effort && step.closing.is_none()) {
            let outcome = state.steps.get(&step.id).and_then(|now| now.outcome());
            let skipped = matches!(outcome, Some(Outcome::Skipped { .. })) && step.gate.is_some();
            if !skipped && !matches!(outcome, Some(Outcome::Done { .. })) {
                world.breaks(format!("the run is told to be done, and {} is not", step.id));
            }
        }
    }
    let modes = world.ground(|ground| ground.facts.clone());
    for (location, _) in modes.iter().filter(|(name, mode)| name.starts_with("location/") && *mode == "ReadOnly") {
        if last || finished == Some(RunOutcome::Done) {
            world.breaks(format!("{location} was left read-only"));
        }
    }
    let split = world.ground(|ground| ground.split.len());
    if split > 0 && !is_split_taken(state) && !world.inside().overridden {
        world.breaks("users were sent to two databases that both took writes");
    }
}

/// Whether an operator has said that users may be where two databases write.
fn is_split_taken(state: &RunState) -> bool {
    [GuardCode::FenceUnproven, GuardCode::UsersRemain].into_iter().any(|code| state.is_overridden(code).is_some())
}

/// Whether what a step did was taken back, by a step that closes it or by one that the plan has for it; or what another
/// did, which it only saw.
fn is_taken_back(state: &RunState, of: &Step) -> bool {
    let saw = |id| state.plan.step(id).is_some_and(|step| is_taken_back(state, step));
    of.call.is_none() && of.after.iter().any(saw)
        || state.plan.steps.iter().any(|step| {
            let closes = step.closing.as_ref().is_some_and(|closing| closing.of == of.id);
            (closes || is_opposite(step.verification.as_ref(), of.verification.as_ref()))
                && state.steps.get(&step.id).is_some_and(|now| now.attempts > 0 || now.outcome().is_some())
        })
}

/// Whether of two checks one can hold only while the other does not.
fn is_opposite(one: Option<&Check>, other: Option<&Check>) -> bool {
    let sync = |check: Option<&Check>| match check {
        Some(Check::ArgoSync { region, application, automated, .. }) => {
            Some((region.clone(), application.clone(), *automated))
        }
        _ => None,
    };
    matches!((sync(one), sync(other)), (Some(one), Some(other)) if one.0 == other.0 && one.1 == other.1 && one.2 != other.2)
}

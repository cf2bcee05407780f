//! What a plan promises and what it must not leave behind, by the truth and not by its own steps: a step that the planner
//! forgot, or a closing step that it tied to the wrong one, shows here.

use evac_core::{
    plan::{Call, Step, Verb},
    run::{Outcome, RunOutcome, RunState},
};
use evac_engine::Sight;

use crate::{beginning, ground::Ground, world::World};

/// Judges a run that came to an end, when everything that was on its way has arrived: whether it will be gone on with no
/// more is told by `last`.
pub(crate) fn at_end(world: &World, state: &RunState, last: bool) {
    let finished = state.finished.as_ref().map(|(outcome, _)| *outcome);
    let broken = world.ground(|ground| {
        let mut broken = Vec::new();
        if finished == Some(RunOutcome::Done) {
            broken.extend(promised(ground));
        }
        let (writer, before) = (&ground.writer, beginning::writer(&ground.scene));
        match ground.scene.plan.intent.verb() {
            Verb::Failback if finished == Some(RunOutcome::Done) => broken.extend(still_frozen(ground)),
            Verb::Switchover | Verb::Failover if ground.scene.plan.after.writers.contains(writer) => {
                broken.extend(thawed(ground, state));
            }
            _ if *writer == before && last && finished != Some(RunOutcome::Unknown) => {
                broken.extend(not_as_before(ground))
            }
            _ => {}
        }
        broken
    });
    for what in broken {
        world.breaks(what);
    }
}

/// Who writes and where users are sent is what the plan said that it would be.
fn promised(ground: &Ground) -> Vec<String> {
    let (after, serves) = (&ground.scene.plan.after, ground.serves());
    let mut broken = Vec::new();
    if !after.writers.contains(&ground.writer) {
        broken.push(format!("the run is told to be done, and {} writes", ground.writer));
    }
    if after.serving != serves {
        broken.push(format!("the run is told to be done, and users are sent to {serves:?}, not {:?}", after.serving));
    }
    broken
}

/// A failback leaves nothing frozen.
fn still_frozen(ground: &Ground) -> Vec<String> {
    let is_frozen = |(name, value): &(&String, &String)| is_lock(name) || is_sync(name) && *value == "manual";
    ground.facts.iter().filter(is_frozen).map(|(name, _)| format!("{name} is frozen still")).collect()
}

/// What was frozen stays so once the writer has moved: whatever is thawed would move it back.
fn thawed(ground: &Ground, state: &RunState) -> Vec<String> {
    let freezes = |step: &&Step| {
        matches!(step.call, Some(Call::LockTerraform { .. } | Call::SetArgoSync { automated: None, .. }))
            && matches!(state.steps.get(&step.id).and_then(|now| now.outcome()), Some(Outcome::Done { .. }))
    };
    let is_so =
        |step: &&Step| step.verification.as_ref().is_some_and(|check| matches!(ground.sight(check), Sight::Met { .. }));
    let steps = state.plan.steps.iter().filter(freezes).filter(|step| !is_so(step));
    steps.map(|step| format!("the writer has moved, and what {} froze was thawed", step.id)).collect()
}

/// A run that moved no writer has given back what it froze, paused and led away.
fn not_as_before(ground: &Ground) -> Vec<String> {
    let before = beginning::facts(&ground.scene);
    let is_given = |name: &&String| is_lock(name) || is_sync(name) || is_consumer(ground, name);
    let names = before.keys().chain(ground.facts.keys()).filter(is_given);
    let other = names.filter(|name| before.get(*name) != ground.facts.get(*name));
    let mut broken: Vec<_> =
        other.map(|name| format!("no writer has moved, and {name} was left {:?}", ground.facts.get(name))).collect();
    let (serves, served) = (ground.serves(), beginning::served(&ground.scene));
    if ground.scene.plan.intent.verb().moves_writer() && serves != served {
        broken.push(format!("no writer has moved, and users are sent to {serves:?}, not {served:?}"));
    }
    broken
}

fn is_lock(name: &str) -> bool {
    name.starts_with("object/") && name.ends_with(".tflock")
}

fn is_sync(name: &str) -> bool {
    name.starts_with("argocd/")
}

fn is_consumer(ground: &Ground, name: &str) -> bool {
    let consumers = &ground.scene.stack.consumers;
    name.starts_with("wanted/")
        && consumers.iter().any(|consumer| name.ends_with(&format!("/{}/{}", consumer.namespace, consumer.deployment)))
}

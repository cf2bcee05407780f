//! Playing many plays, and telling what went wrong in them.

use evac_core::{plan::Step, run::RunOutcome};
use evac_model::{Fault, Play, Shape, Story, play};

/// Plays each fault of each step, and gives what broke.
pub fn each(
    shape: Shape,
    faults: impl Fn(&Step) -> Vec<Fault>,
    right: impl Fn(&Step, &Fault, &Story) -> Result<(), String>,
) {
    each_in(&Play::of(shape), faults, right);
}

/// The same in a play in which something happens already.
pub fn each_in(
    scene: &Play,
    faults: impl Fn(&Step) -> Vec<Fault>,
    right: impl Fn(&Step, &Fault, &Story) -> Result<(), String>,
) {
    let (shape, mut wrong) = (scene.shape, Vec::new());
    for step in &shape.plan().steps {
        for fault in faults(step) {
            for moves in [false, true] {
                let all = scene.faults.iter().cloned().chain([fault.clone()]);
                let story = play(Play { moves, ..scene.clone() }.with(all)).unwrap();
                let mut why = story.broken.clone();
                let passed = story.trace.iter().filter(|line| line.contains("fault: ")).count();
                if reaches(step, &fault, &story) && passed <= scene.faults.len() {
                    why.push("the fault did not come to pass".to_owned());
                }
                why.extend(right(step, &fault, &story).err());
                if !why.is_empty() {
                    wrong.push(format!("{shape:?} {fault:?} moves: {moves}: {why:#?}\n  {}", story.trace.join("\n  ")));
                }
            }
        }
    }
    let shown = wrong.iter().take(3).cloned().collect::<Vec<_>>().join("\n");
    assert!(wrong.is_empty(), "{} plays went wrong:\n{shown}", wrong.len());
}

/// Whether a fault of this step has to come to pass: a step that only looks has no answer, and a closing step may have
/// nothing to close.
fn reaches(step: &Step, fault: &Fault, story: &Story) -> bool {
    let begun = story.calls(step.id.as_str()) > 0 || step.call.is_none();
    begun && !matches!(fault, Fault::Write(_, "answered", _) if step.call.is_none())
}

pub fn outcome(story: &Story, first: &[RunOutcome], last: &[RunOutcome]) -> Result<(), String> {
    let (began, ended) = (story.first_outcome().unwrap_or(RunOutcome::Done), story.outcome());
    if !first.contains(&began) {
        return Err(format!("it first ended {began:?}, and not {first:?}"));
    }
    if !ended.is_some_and(|ended| last.contains(&ended)) {
        return Err(format!("it ended {ended:?}, and not {last:?}: {:?}", story.ends));
    }
    Ok(())
}

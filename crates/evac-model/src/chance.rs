//! A play drawn from a seed.

use std::time::Duration;

use evac_core::{
    plan::{Plan, StepId},
    run::RunOutcome,
};
use evac_engine::run::Order;

use crate::{
    fault::{CallFault, Fault, WriteFault},
    ground::Nature,
    play::{AtGate, Play, play},
    shape::Shape,
};

/// The seeds that are played with every change.
pub const SEEDS: std::ops::Range<u64> = 0..300;

/// What came of a seed.
#[derive(Debug)]
pub struct Held {
    /// How its run ended at last; `None` when it never began, or came to no end.
    pub outcome: Option<RunOutcome>,
    /// How many lives its runner had.
    pub lives: usize,
    /// The whole story and how to repeat it, when anything broke in it.
    pub broken: Option<String>,
}

/// Plays the play of a seed.
///
/// # Errors
/// When there can be no runtime.
pub fn hold(seed: u64) -> std::io::Result<Held> {
    let drawn = draw(seed);
    let story = play(drawn.clone())?;
    let told = || {
        let again = format!("again: cargo run -p xtask -- simulate --seeds 1 --from {seed}");
        format!("seed {seed}: {:#?}\n{drawn:#?}\n  {}\n{again}", story.broken, story.trace.join("\n  "))
    };
    let broken = (!story.broken.is_empty()).then(told);
    Ok(Held { outcome: story.outcome(), lives: story.ends.len(), broken })
}

/// The play of a seed: any plan, in a world that is fast or slow, with up to six things that go wrong.
pub fn draw(seed: u64) -> Play {
    let mut random = fastrand::Rng::with_seed(seed);
    let shape = pick(&mut random, &Shape::ALL);
    let plan = shape.plan();
    let faults = (0..random.u32(0..=6)).map(|_| fault(&mut random, &plan)).collect();
    let seconds = |random: &mut fastrand::Rng, from, to| Duration::from_secs(random.u64(from..to));
    let fence = match random.u32(0..10) {
        0 => None,
        1..=3 => Some(seconds(&mut random, 100, 900)),
        _ => Some(seconds(&mut random, 1, 60)),
    };
    let nature = Nature {
        fence,
        promotion: seconds(&mut random, 20, 240),
        ttl: seconds(&mut random, 10, 120),
        pace: pick(&mut random, &[1.0, 1.0, 1.0, 4.0, 20.0]),
    };
    // A gate that never opens is never waited for without end.
    let gates = [AtGate::Override, AtGate::Abort, AtGate::Wait];
    let gate = pick(&mut random, if nature.fence.is_none() { &gates[..2] } else { &gates });
    let orders = (0..random.u32(0..=2).saturating_sub(1)).map(|_| order(&mut random, nature.pace)).collect();
    let (moves, lost) = (random.bool(), pick(&mut random, &[0, 0, 5, 30]));
    let behind = pick(&mut random, &[0, 0, 0, 1, 2, 4, 12]);
    let outages = (0..random.u32(0..=2).saturating_sub(1)).map(|_| outage(&mut random)).collect();
    let despite_abort = random.bool();
    Play {
        shape,
        nature,
        faults,
        gate,
        orders,
        moves,
        behind,
        lost,
        outages,
        ideal: false,
        despite_abort,
        defect: None,
        mistake: None,
        seed,
    }
}

fn pick<T: Copy>(random: &mut fastrand::Rng, all: &[T]) -> T {
    all[random.usize(0..all.len())]
}

fn step(random: &mut fastrand::Rng, plan: &Plan) -> StepId {
    plan.steps[random.usize(0..plan.steps.len())].id.clone()
}

fn fault(random: &mut fastrand::Rng, plan: &Plan) -> Fault {
    let (step, length) = (step(random, plan), Duration::from_secs(random.u64(1..1_500)));
    match random.u32(0..20) {
        0..=8 => Fault::Call(step, pick(random, &CallFault::ALL)),
        9..=12 => {
            let event = pick(random, &["started", "answered", "ended", "settled", "set-back", "gated"]);
            Fault::Write(Some(step), event, pick(random, &WriteFault::ALL))
        }
        13..=14 => {
            let event = pick(random, &["began", "lease-taken", "lease-lost", "resumed", "finished", "abort-asked"]);
            Fault::Write(None, event, pick(random, &WriteFault::ALL))
        }
        15 | 16 => Fault::Blind(step, length),
        17 if random.bool() => Fault::DeafSince(step, length),
        17 => Fault::Deaf(step, length),
        18 => Fault::LeaseGone(step, length / 10),
        _ => Fault::LeaseTaken(step, length / 10),
    }
}

fn order(random: &mut fastrand::Rng, pace: f64) -> (Duration, Order) {
    let after = Duration::from_millis(random.u64(0..400_000)).div_f64(pace);
    let order = if random.bool() {
        Order::Abort { reason: "enough".to_owned() }
    } else {
        Order::HandOver { to: "another machine".to_owned() }
    };
    (after, order)
}

/// When a bucket is out of reach, and for how long.
fn outage(random: &mut fastrand::Rng) -> (Duration, Duration) {
    (Duration::from_secs(random.u64(0..200)), Duration::from_secs(random.u64(1..600)))
}

//! Two operators on two machines want something of the same stack at the same time: one run acts, and the other is told
//! whose it is.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::{ops::Range, time::Duration};

use evac_core::run::RunOutcome;
use evac_engine::run::{RunEnd, RunError};
use evac_model::{
    LifeEnd, Shape,
    plans::{EAST, THIRD, WEST},
    race::{Race, Raced, race},
};

const DONE: LifeEnd = LifeEnd::Ended(RunEnd::Finished(RunOutcome::Done));

fn told(race: &Race, raced: &[Raced; 2]) -> String {
    let [one, two] = raced.each_ref().map(|raced| raced.trace.join("\n  "));
    format!("{race:?}\none:\n  {one}\ntwo:\n  {two}")
}

fn held(race: &Race, raced: &[Raced; 2]) {
    for raced in raced {
        assert_eq!(raced.broken, Vec::<String>::new(), "{race:?}: {:#?}", raced.trace);
    }
}

/// Who writes when a run of a shape is done.
fn target(shape: Shape) -> &'static str {
    match shape {
        Shape::Failover => WEST,
        Shape::FailoverElsewhere => THIRD,
        _ => EAST,
    }
}

/// One wins and the other is refused, each of them sometimes.
fn one_run_each_time(shapes: [Shape; 2], seeds: Range<u64>) {
    let mut won = [0; 2];
    for seed in seeds {
        let asked = Race { shapes, cut_off: None, lost: 0, seed };
        let raced = race(&asked).unwrap();
        held(&asked, &raced);
        let winners: Vec<_> = (0..2).filter(|turn| raced[*turn].end == DONE).collect();
        assert_eq!(winners.len(), 1, "{}", told(&asked, &raced));
        let (winner, loser) = (&raced[winners[0]], &raced[1 - winners[0]]);
        assert!(winner.calls > 0 && loser.calls == 0, "{}", told(&asked, &raced));
        assert_eq!(winner.writer.as_str(), target(shapes[winners[0]]), "{}", told(&asked, &raced));
        let LifeEnd::Refused(why) = &loser.end else { panic!("{}", told(&asked, &raced)) };
        let named = [format!("-of-{} is under way", winner.machine), format!("by model on {}", winner.machine)];
        assert!(named.iter().all(|name| why.contains(name)), "{why}");
        won[winners[0]] += 1;
    }
    assert!(won.iter().all(|won| *won > 0), "each comes first sometimes: {won:?}");
}

#[test]
fn of_two_who_drain_the_same_region_one_acts() {
    one_run_each_time([Shape::Drain, Shape::Drain], 0..400);
}

#[test]
fn of_two_who_fail_over_to_the_same_region_one_acts() {
    one_run_each_time([Shape::Failover, Shape::Failover], 400..500);
}

#[test]
fn of_two_who_fail_over_to_different_regions_one_acts() {
    one_run_each_time([Shape::Failover, Shape::FailoverElsewhere], 500..700);
}

#[test]
fn of_two_who_want_different_things_one_acts() {
    one_run_each_time([Shape::Drain, Shape::Restore], 700..1_000);
}

#[test]
fn a_table_that_loses_answers_never_lets_two_act() {
    for seed in 0..200 {
        let asked = Race { shapes: [Shape::Restore, Shape::Drain], cut_off: None, lost: 30, seed };
        let raced = race(&asked).unwrap();
        held(&asked, &raced);
    }
}

#[test]
fn whoever_falls_silent_is_displaced_and_makes_no_call_more() {
    let mut displaced = 0;
    for seed in 0..100 {
        let cut_off = (Duration::from_millis(500 + 1_000 * seed), Duration::from_secs(90));
        let asked = Race { shapes: [Shape::Failover, Shape::Drain], cut_off: Some(cut_off), lost: 0, seed };
        let raced = race(&asked).unwrap();
        held(&asked, &raced);
        assert_eq!(raced[1].end, DONE, "{}", told(&asked, &raced));
        displaced += u32::from(matches!(raced[0].end, LifeEnd::Left(RunError::LeaseLost { .. })));
    }
    assert!(displaced > 50, "{displaced} runs of 100 were displaced");
}

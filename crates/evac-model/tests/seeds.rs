//! Random plays: any plan, any faults, any orders. A seed that breaks something is told with its whole story; many more
//! are played by `cargo run -p xtask -- simulate`.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use evac_model::chance::{self, SEEDS};

fn hold(seeds: std::ops::Range<u64>) {
    let broken: Vec<_> = seeds.filter_map(|seed| chance::hold(seed).unwrap().broken).collect();
    assert!(broken.is_empty(), "{} seeds are broken:\n{}", broken.len(), broken[..broken.len().min(2)].join("\n"));
}

/// Two tests, so that two cores play.
#[test]
fn the_first_seeds_hold() {
    hold(SEEDS.start..SEEDS.end / 2);
}

#[test]
fn more_seeds_hold() {
    hold(SEEDS.end / 2..SEEDS.end);
}

#[test]
fn a_seed_is_one_play() {
    for seed in 0..30 {
        let stories = [(); 2].map(|()| evac_model::play(chance::draw(seed)).unwrap().trace);
        assert_eq!(stories[0], stories[1], "seed {seed}");
    }
}

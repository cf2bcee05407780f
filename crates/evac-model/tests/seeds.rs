//! Random plays: any plan, any faults, any orders. A seed that breaks something is told with its whole story; many more
//! are played by `cargo run -p xtask -- simulate`.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use evac_model::{chance, play};

fn hold(seeds: std::ops::Range<u64>) {
    let mut broken = Vec::new();
    for seed in seeds {
        let drawn = chance::draw(seed);
        let story = play(drawn.clone()).unwrap();
        if !story.broken.is_empty() {
            broken.push(format!("seed {seed}: {:#?}\n{drawn:#?}\n  {}", story.broken, story.trace.join("\n  ")));
        }
    }
    assert!(broken.is_empty(), "{} seeds are broken:\n{}", broken.len(), broken[..broken.len().min(2)].join("\n"));
}

#[test]
fn seeds_hold() {
    hold(0..300);
}

//! Nothing is green that is in doubt.

use evac_core::Source;

use super::{
    page::{draw, look, text},
    scenes,
    world::{World, points},
};
use crate::tui::theme::{Glyphs, Level};

/// What stands beside AURORA in the columns of the overview.
fn aurora(world: &World) -> Vec<String> {
    let drawn = text(&draw(&scenes::model(world), &look("mono", Level::None, Glyphs::Ascii), 120, 40));
    let line = drawn.lines().find(|line| line.contains("AURORA")).unwrap();
    line.split('|').map(|column| column.split_whitespace().skip(1).take(2).collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn a_lag_that_may_be_frozen_is_not() {
    let mut world = scenes::calm();
    assert_eq!(aurora(&world), ["[G] OK", "[G] OK", "[G] OK"]);
    world.change(Source::Metrics, "us-west-2", |said| crate::reading!(said, Metrics).aurora.rpo = points(&[190.0; 20]));
    assert_eq!(aurora(&world), ["[G] OK", "[G] OK", "[!] FROZEN"]);
}

#[test]
fn a_region_that_claims_the_writes_beside_another_is_not() {
    let mut world = scenes::calm();
    world.change(Source::GlobalCluster, "us-west-2", |said| {
        for member in &mut crate::reading!(said, GlobalCluster).members {
            member.is_writer = member.region.as_str() == "us-west-2";
        }
    });
    assert_eq!(aurora(&world), ["[X] SPLIT", "[G] OK", "[X] SPLIT"]);
}

//! How much of a screen changes while nothing happens: over SSH every changed cell is sent.

use std::sync::Arc;

use evac_core::assess;
use jiff::SignedDuration;

use super::{
    page::{draw, look},
    scenes::{self, SCREENS},
};
use crate::tui::{
    model::{Model, Screen},
    theme::{Glyphs, Level},
};

#[test]
fn while_the_answers_stay_the_same_hardly_a_cell_changes() {
    let world = scenes::calm();
    let look = look("night", Level::True, Glyphs::Unicode);
    for (name, screen) in SCREENS {
        let at = |seconds| {
            let model = Model { screen, ..scenes::model(&world) };
            let now = model.now + SignedDuration::from_secs(seconds);
            let assessment = Arc::new(assess(&model.stack, &model.snapshot, &model.history, now));
            draw(&Model { now, assessment, ..model }, &look, 120, 40)
        };
        let frames: Vec<_> = (0..=12).map(at).collect();
        let changed: usize = frames.windows(2).map(|pair| pair[0].diff(&pair[1]).len()).sum();
        // The wall alone has a second hand: a digit a second, and a tens digit now and then.
        let most = if screen == Screen::Wallboard { 20 } else { 6 };
        assert!(changed <= most, "{name}: {changed} cells changed in 12 seconds");
    }
}

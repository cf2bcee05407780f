//! Golden screens, and the promise that no size and no state breaks the drawing.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use crate::tui::theme::{Glyphs, Level};

mod any;
mod deeds;
mod desks;
mod golden;
mod green;
mod idle;
mod page;
mod scenes;
#[path = "../../../../crates/evac-core/tests/world/mod.rs"]
mod world;

/// For people: with `EVAC_SCENES` set to a directory, every plan and run is written there as a terminal would be sent it,
/// to be looked at with `cat`.
#[test]
fn the_desks_as_terminal_streams() {
    let Some(directory) = std::env::var_os("EVAC_SCENES").map(std::path::PathBuf::from) else { return };
    std::fs::create_dir_all(&directory).unwrap();
    for (name, desk) in desks::all() {
        let screen = deeds::screen_of(&name);
        let model = crate::tui::model::Model { screen, desk, ..scenes::model(&scenes::region_loss()) };
        for (width, height) in [(80, 24), (120, 40), (200, 60)] {
            for level in [Level::Sixteen, Level::None] {
                let buffer = page::draw(&model, &page::look("night", level, Glyphs::Unicode), width, height);
                let file = format!("desk-{name}-{width}x{height}-{level}.ans");
                std::fs::write(directory.join(file), page::stream(&buffer)).unwrap();
            }
        }
    }
}

/// Likewise every scene of the world.
#[test]
fn the_scenes_as_terminal_streams() {
    let Some(directory) = std::env::var_os("EVAC_SCENES").map(std::path::PathBuf::from) else { return };
    std::fs::create_dir_all(&directory).unwrap();
    for (scene, world) in scenes::all() {
        for (name, screen) in scenes::SCREENS {
            for (width, height) in [(80, 24), (120, 40), (200, 60)] {
                let model = crate::tui::model::Model { screen, row: 1, region: 1, ..scenes::model(&world) };
                for (theme, level, glyphs) in [
                    ("night", Level::True, Glyphs::Unicode),
                    ("night", Level::Sixteen, Glyphs::Unicode),
                    ("day", Level::True, Glyphs::Unicode),
                    ("mono", Level::None, Glyphs::Ascii),
                ] {
                    let buffer = page::draw(&model, &page::look(theme, level, glyphs), width, height);
                    let file = format!("{scene}-{name}-{width}x{height}-{theme}-{level}.ans");
                    std::fs::write(directory.join(file), page::stream(&buffer)).unwrap();
                }
            }
        }
    }
}

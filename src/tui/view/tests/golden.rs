//! What each screen looks like, to the letter. After a wanted change: `INSTA_UPDATE=always cargo test -p evac --lib`,
//! and look at the difference before it is committed.

use super::{
    page::{draw, look, styles, text},
    scenes::{self, SCREENS},
    world::World,
};
use crate::tui::{
    model::{Model, Overlay, Purpose, Screen},
    theme::{Glyphs, Level, Look},
};

pub(super) const SMALL: (u16, u16) = (80, 24);
pub(super) const MIDDLE: (u16, u16) = (120, 40);
pub(super) const LARGE: (u16, u16) = (200, 60);

fn on(world: &World, screen: Screen) -> Model {
    Model { screen, region: 1, row: 1, ..scenes::model(world) }
}

pub(super) fn check(name: &str, model: &Model, look: &Look, (width, height): (u16, u16)) {
    let glyphs = if look.glyphs == Glyphs::Ascii { "-ascii" } else { "" };
    let drawn = text(&draw(model, look, width, height));
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(format!("{name}-{width}x{height}{glyphs}"), drawn));
}

pub(super) fn unicode() -> Look {
    look("night", Level::True, Glyphs::Unicode)
}

pub(super) fn ascii() -> Look {
    look("mono", Level::None, Glyphs::Ascii)
}

#[test]
fn every_screen_during_the_loss_of_a_region() {
    let world = scenes::region_loss();
    for (name, screen) in SCREENS {
        for size in [SMALL, MIDDLE] {
            for look in [unicode(), ascii()] {
                check(&format!("loss-{name}"), &on(&world, screen), &look, size);
            }
        }
    }
    check("loss-overview", &on(&world, Screen::Overview), &unicode(), LARGE);
    check("loss-wallboard", &on(&world, Screen::Wallboard), &unicode(), LARGE);
    check("loss-wallboard", &on(&world, Screen::Wallboard), &ascii(), LARGE);
}

#[test]
fn the_overview_of_every_other_scene() {
    let scenes = [
        ("calm", scenes::calm()),
        ("failed-over", scenes::failed_over()),
        ("start", scenes::start()),
        ("hostile", scenes::hostile()),
    ];
    for (name, world) in scenes {
        for size in [SMALL, MIDDLE, LARGE] {
            check(&format!("{name}-overview"), &on(&world, Screen::Overview), &unicode(), size);
        }
    }
    check("many-overview", &on(&scenes::many(4), Screen::Overview), &unicode(), SMALL);
    check("calm-overview", &on(&scenes::calm(), Screen::Overview), &ascii(), SMALL);
}

#[test]
fn what_lies_over_the_screen() {
    let model = on(&scenes::calm(), Screen::Overview);
    let palette = Overlay::Palette { query: "re".into(), chosen: 1 };
    let lines = vec![("night".into(), "dark and low in glare".into()), ("day".into(), "dark on light".into())];
    let purpose = Purpose::Theme { before: "night".into() };
    let choice = Overlay::Choice { purpose, title: "Theme".into(), lines, chosen: 1 };
    for (name, overlay) in [
        ("help", Overlay::Help { from: 0 }),
        ("help-end", Overlay::Help { from: 99 }),
        ("palette", palette),
        ("choice", choice),
    ] {
        let model = Model { overlay: Some(overlay), ..model.clone() };
        for look in [unicode(), ascii()] {
            check(name, &model, &look, SMALL);
        }
        check(name, &model, &unicode(), MIDDLE);
    }
}

#[test]
fn a_screen_that_is_too_small_shows_the_verdicts() {
    let model = on(&scenes::region_loss(), Screen::Overview);
    for size in [(39, 9), (24, 3), (12, 1)] {
        for look in [unicode(), ascii()] {
            check("too-small", &model, &look, size);
        }
    }
    check("smallest", &model, &unicode(), super::super::SMALLEST);
}

#[test]
fn the_colours_of_the_overview_at_each_level() {
    let model = on(&scenes::region_loss(), Screen::Overview);
    for level in Level::ALL {
        let drawn = draw(&model, &look("night", level, Glyphs::Unicode), SMALL.0, SMALL.1);
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("../snapshots");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(format!("colours-{level}"), styles(&drawn)));
    }
}

#[test]
fn a_region_that_there_is_no_room_for_is_told_of() {
    for count in [1, 4, 17] {
        let world = scenes::many(count);
        for screen in [Screen::Overview, Screen::Wallboard] {
            for (width, height) in [SMALL, MIDDLE, LARGE, (40, 10)] {
                let drawn = text(&draw(&on(&world, screen), &unicode(), width, height));
                let unnamed = world.stack.regions.keys().filter(|name| !drawn.contains(name.as_str())).count();
                let told = (unnamed..=count + 2).any(|hidden| drawn.contains(&format!("{hidden} more: ")));
                assert!(unnamed == 0 || told, "{unnamed} of {count} at {width}×{height} on {screen:?}\n{drawn}");
            }
        }
    }
}

#[test]
fn a_stack_without_data_says_so() {
    let mut world = scenes::calm();
    (world.stack.aurora, world.stack.velero) = (None, None);
    world.stack.replication.clear();
    let drawn = text(&draw(&on(&world, Screen::Overview), &unicode(), MIDDLE.0, MIDDLE.1));
    assert!(drawn.contains("not watched: the stack file names no database"), "{drawn}");
    assert!(drawn.contains("(no data is replicated or backed up)") && !drawn.contains("()"), "{drawn}");
}

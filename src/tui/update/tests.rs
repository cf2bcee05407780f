#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
use std::{collections::BTreeMap, sync::Arc};

use evac_core::{History, RegionId, Snapshot, SourceError, SourceErrorKind, Stack, assess};

use super::*;
use crate::tui::{hints, keymap::Keymap, palette};

mod acting;
mod following;

const STACK: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/crates/evac-core/tests/world/stack.toml"));

fn model() -> Model {
    let mut model = Model::new(Arc::new(Stack::parse(STACK).unwrap()), "2026-11-22T10:00:00Z".parse().unwrap());
    let named = |names: [&str; 2]| names.map(|name| (name.to_owned(), format!("about {name}"))).to_vec();
    model.themes = named(["night", "day"]);
    model.scenarios = named(["calm-day", "region-loss"]);
    model.theme = "night".to_owned();
    model.keys = Arc::new(Keymap::new(&BTreeMap::new()).unwrap().labels());
    model
}

fn press(model: &mut Model, actions: &[Action]) -> Vec<Effect> {
    actions.iter().flat_map(|action| update(model, Message::Act(*action))).collect()
}

fn type_in(model: &mut Model, text: &str) {
    for character in text.chars() {
        update(model, Message::Edit(Edit::Insert(character)));
    }
}

#[test]
fn each_screen_has_its_key_and_esc_leads_back() {
    for (action, screen) in [
        (Action::Region, Screen::Region),
        (Action::Findings, Screen::Findings),
        (Action::Sources, Screen::Sources),
        (Action::Wallboard, Screen::Wallboard),
    ] {
        let mut model = model();
        press(&mut model, &[action]);
        assert_eq!(model.screen, screen);
        press(&mut model, &[Action::Back]);
        assert_eq!(model.screen, Screen::Overview);
        assert!(!model.quitting);
    }
}

#[test]
fn every_action_on_every_screen_does_something_or_says_why_not() {
    let screens = Screen::ALL;
    let overlays = [None, Some(Action::Help), Some(Action::Palette), Some(Action::ChooseTheme), Some(Action::Scenario)];
    for screen in screens {
        for overlay in overlays {
            for action in Action::ALL {
                let mut model = Model { screen, ..model() };
                press(&mut model, overlay.as_slice());
                let available = action.availability(&model);
                let effects = press(&mut model, &[action]);
                match available {
                    Ok(()) => {}
                    Err(why) => {
                        assert_eq!(acting::refusal(&mut model), why.0);
                        assert!(effects.is_empty() && !model.quitting, "{action:?} on {screen:?}");
                    }
                }
                let mut again = model.clone();
                again.clamp();
                assert_eq!((again.row, again.region), (model.row, model.region), "{action:?} on {screen:?}");
            }
        }
    }
}

#[test]
fn the_regions_go_round_in_both_directions() {
    let mut model = model();
    press(&mut model, &[Action::NextRegion; 3]);
    assert_eq!(model.region, 0);
    press(&mut model, &[Action::PreviousRegion]);
    assert_eq!(model.region, 2);
}

#[test]
fn rows_stop_at_both_ends() {
    let mut model = model();
    press(&mut model, &[Action::Sources, Action::Up]);
    assert_eq!(model.row, 0);
    press(&mut model, &[Action::PageDown, Action::Down]);
    assert_eq!(model.row, 11);
    press(&mut model, &[Action::Last, Action::Down, Action::PageDown]);
    assert_eq!(model.row, model.rows() - 1);
    press(&mut model, &[Action::PageUp, Action::First, Action::Up]);
    assert_eq!(model.row, 0);
}

#[test]
fn enter_opens_the_region_that_the_row_is_about() {
    let mut model = model();
    press(&mut model, &[Action::Sources, Action::Last, Action::Open]);
    assert_eq!((model.screen, model.region, model.row), (Screen::Region, 2, 0));
    press(&mut model, &[Action::Findings, Action::First]);
    while model.chosen_finding().unwrap().region.as_ref().unwrap().as_str() != "us-west-2" {
        press(&mut model, &[Action::Down]);
    }
    press(&mut model, &[Action::Open]);
    assert_eq!((model.screen, model.chosen_region().unwrap().as_str()), (Screen::Region, "us-west-2"));
}

/// A world in which one source of a region has failed.
fn world(model: &Model, region: &str, failed: bool) -> World {
    let mut snapshot = Snapshot::default();
    if failed {
        snapshot = snapshot.with(evac_core::Observation {
            id: evac_core::SourceId { source: evac_core::Source::Probe, region: RegionId::new(region).unwrap() },
            received_at: model.now,
            source_clock: None,
            took: jiff::SignedDuration::from_secs(1),
            result: Err(SourceError::new(SourceErrorKind::Timeout, "no answer")),
        });
    }
    let (snapshot, history) = (Arc::new(snapshot), Arc::new(History::default()));
    let assessment = Arc::new(assess(&model.stack, &snapshot, &history, model.now));
    World { snapshot, history, assessment, now: model.now }
}

#[test]
fn the_cursor_stays_on_its_finding_while_others_come_and_inside_the_list_when_they_go() {
    let mut model = model();
    press(&mut model, &[Action::Findings, Action::Last]);
    let before = model.chosen_finding().unwrap();
    let news = world(&model, "us-west-2", true);
    update(&mut model, Message::World(news));
    assert_eq!(model.chosen_finding().unwrap().text, before.text);

    model.row = usize::MAX;
    let news = world(&model, "us-west-2", false);
    update(&mut model, Message::World(news));
    assert_eq!(model.row, model.rows() - 1);
}

#[test]
fn polling_is_an_effect_and_says_what_was_asked() {
    let mut model = model();
    assert_eq!(press(&mut model, &[Action::PollAll]), [Effect::Poll(None)]);
    assert_eq!(model.notice.as_deref(), Some("asked every source"));
    let effects = press(&mut model, &[Action::NextRegion, Action::PollRegion]);
    assert_eq!(effects, [Effect::Poll(model.chosen_region().cloned())]);
}

#[test]
fn a_theme_is_tried_while_it_is_chosen_and_esc_takes_it_back() {
    let mut model = model();
    let shown = |name: &str| Effect::UseTheme(name.to_owned());
    assert_eq!(press(&mut model, &[Action::ChooseTheme, Action::Down]), [shown("day")]);
    assert_eq!(press(&mut model, &[Action::Back]), [shown("night")]);
    assert_eq!((model.theme.as_str(), &model.overlay), ("night", &None));
    press(&mut model, &[Action::ChooseTheme, Action::Down, Action::Open]);
    assert_eq!((model.theme.as_str(), &model.overlay), ("day", &None));
    assert_eq!(press(&mut model, &[Action::NextTheme]), [shown("night")]);
}

#[test]
fn a_scenario_is_chosen_before_it_is_set_off_and_never_on_a_real_stack() {
    let mut model = model();
    assert_eq!(press(&mut model, &[Action::Scenario, Action::Back]), []);
    let effects = press(&mut model, &[Action::Scenario, Action::Down, Action::Open]);
    assert_eq!(effects, [Effect::Trigger("region-loss".to_owned())]);
    model.scenarios.clear();
    assert_eq!(press(&mut model, &[Action::Scenario]), []);
    assert!(model.notice.unwrap().contains("real stack") && model.overlay.is_none());
}

#[test]
fn the_palette_finds_an_action_by_a_few_letters_and_does_it() {
    let mut model = model();
    press(&mut model, &[Action::Palette]);
    assert!(palette::rows(&model).len() > 10);
    type_in(&mut model, "find");
    assert_eq!(palette::rows(&model).first().unwrap().action, Action::Findings);
    press(&mut model, &[Action::Open]);
    assert_eq!((model.screen, &model.overlay), (Screen::Findings, &None));
}

#[test]
fn the_palette_shows_what_cannot_be_done_and_says_why() {
    let mut model = model();
    model.scenarios.clear();
    press(&mut model, &[Action::Palette]);
    type_in(&mut model, "scenario");
    assert!(palette::rows(&model).first().unwrap().unavailable.as_ref().unwrap().contains("real stack"));
    press(&mut model, &[Action::Open]);
    assert!(model.notice.unwrap().contains("real stack"));
}

#[test]
fn the_prompt_edits_as_a_shell_does_and_takes_only_so_much() {
    let mut model = model();
    press(&mut model, &[Action::Palette]);
    let query = |model: &Model| match &model.overlay {
        Some(Overlay::Palette { query, .. }) => query.clone(),
        _ => String::new(),
    };
    type_in(&mut model, "next theme");
    update(&mut model, Message::Edit(Edit::EraseWord));
    assert_eq!(query(&model), "next ");
    update(&mut model, Message::Edit(Edit::Erase));
    assert_eq!(query(&model), "next");
    update(&mut model, Message::Edit(Edit::EraseAll));
    update(&mut model, Message::Edit(Edit::Erase));
    assert_eq!(query(&model), "");
    update(&mut model, Message::Paste(format!("the\u{1b}[2Jme\r\n{}", "x".repeat(1_000))));
    assert!(query(&model).starts_with("the") && query(&model).chars().count() == PROMPT_LENGTH);
    assert!(!query(&model).contains(['\u{1b}', '\n']));
}

#[test]
fn pasted_rubbish_outside_of_a_prompt_does_nothing() {
    for overlay in [None, Some(Action::Help), Some(Action::ChooseTheme)] {
        let mut model = model();
        press(&mut model, overlay.as_slice());
        let before = format!("{:?}{:?}{:?}", model.screen, model.overlay, model.notice);
        assert_eq!(update(&mut model, Message::Paste("q5\r\u{3}".to_owned())), []);
        assert_eq!(format!("{:?}{:?}{:?}", model.screen, model.overlay, model.notice), before);
        assert!(!model.quitting);
    }
}

#[test]
fn q_closes_what_lies_on_top_and_then_quits_and_ctrl_c_quits_from_anywhere() {
    for overlay in [Action::Help, Action::Palette, Action::ChooseTheme, Action::Scenario] {
        let mut model = model();
        press(&mut model, &[overlay, Action::Quit]);
        assert!(model.overlay.is_none() && !model.quitting, "{overlay:?}");
        press(&mut model, &[Action::Quit]);
        assert!(model.quitting);
        let mut model = self::model();
        press(&mut model, &[overlay, Action::QuitNow]);
        assert!(model.quitting, "{overlay:?}");
    }
}

#[test]
fn what_is_copied_stands_by_itself() {
    let mut model = model();
    let copied = |effects: Vec<Effect>| match effects.as_slice() {
        [Effect::Copy(text)] => text.clone(),
        other => format!("{other:?}"),
    };
    let text = copied(press(&mut model, &[Action::Copy]));
    assert!(text.starts_with("akidb PROD at 2026-11-22T10:00:00Z\nus-east-1 UNKNOWN"), "{text}");
    let text = copied(press(&mut model, &[Action::Findings, Action::Copy]));
    assert!(text.starts_with("akidb PROD") && text.contains(&model.assessment.findings[0].text), "{text}");
    assert_eq!(text.lines().count(), 1);
}

#[test]
fn the_footer_offers_only_what_can_be_done_and_the_help_has_everything() {
    let mut model = model();
    for screen in Screen::ALL {
        model.screen = screen;
        let footer = hints::footer(&model);
        assert!(footer.len() >= 4 && footer.iter().any(|hint| hint.word == "quit"), "{screen:?}: {footer:?}");
    }
    let lines: usize = hints::help(&model).iter().map(|group| group.lines.len()).sum();
    assert_eq!(lines, Action::ALL.len());
}

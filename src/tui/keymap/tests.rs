#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::*;

fn keymap(overrides: &[(&str, &[&str])]) -> Result<Keymap, KeyProblem> {
    let own = |(id, keys): &(&str, &[&str])| ((*id).to_owned(), keys.iter().map(|key| (*key).to_owned()).collect());
    Keymap::new(&overrides.iter().map(own).collect())
}

fn press(keymap: &mut Keymap, character: char) -> Option<Action> {
    keymap.dispatch(&KeyEvent::new(KeyCode::Char(character), KeyModifiers::NONE))
}

#[test]
fn no_key_of_the_registry_is_there_twice_or_begins_another() {
    let mut bound = Vec::new();
    let mut keys = 0;
    for action in Action::ALL {
        for key in action.entry().keys {
            bind(&mut bound, action, key).unwrap_or_else(|problem| panic!("{problem}"));
            keys += 1;
        }
    }
    assert_eq!(bound.len(), keys, "an action has one key twice");
}

#[test]
fn no_key_of_the_registry_is_one_that_tmux_screen_or_the_terminal_takes() {
    let taken = ["Ctrl+b", "Ctrl+a", "Ctrl+s", "Ctrl+q", "Ctrl+d", "Ctrl+\\"];
    let taken: Vec<KeySeq> = taken.iter().map(|key| key.parse().unwrap()).collect();
    for bind in keymap(&[]).unwrap().binds.as_slice() {
        let first: Vec<_> = bind.seq.as_slice().iter().take(1).collect();
        for key in &taken {
            assert_ne!(first, key.as_slice().iter().collect::<Vec<_>>(), "{:?}", bind.action);
        }
        let alt = bind.seq.as_slice().iter().any(|key| key.mods().intersects(Mods::ALT | Mods::SUPER));
        assert!(!alt, "{:?}: alt is the terminal's own, and over a slow line it is esc and a letter", bind.action);
    }
}

#[test]
fn every_action_can_be_reached_by_each_of_its_keys() {
    let mut keymap = keymap(&[]).unwrap();
    for action in Action::ALL {
        for key in action.entry().keys {
            let sequence: KeySeq = key.parse().unwrap();
            let found = sequence.as_slice().iter().map(|key| keymap.binds.dispatch(*key).copied()).last().flatten();
            assert_eq!(found, Some(action), "{key}");
        }
    }
}

#[test]
fn a_user_key_takes_the_place_of_the_own_ones_and_may_be_a_sequence() {
    let mut keymap = keymap(&[("poll", &["F5", "z r"])]).unwrap();
    assert_eq!(press(&mut keymap, 'r'), None);
    assert_eq!(press(&mut keymap, 'z'), None);
    assert_eq!(press(&mut keymap, 'r'), Some(Action::PollAll));
    assert_eq!(keymap.labels().all(Action::PollAll), ["F5", "z r"]);
}

#[test]
fn a_user_key_is_taken_from_the_action_that_had_it() {
    let mut keymap = keymap(&[("poll", &["j"])]).unwrap();
    assert_eq!(press(&mut keymap, 'j'), Some(Action::PollAll));
    assert_eq!(keymap.labels().all(Action::Down), ["down"]);
}

#[test]
fn what_is_wrong_with_a_key_is_said_with_the_action_and_the_key() {
    for (overrides, text) in [
        (vec![("pol", &["x"][..])], "keys.pol: there is no action of this name; did you mean `poll`?"),
        (vec![("xyzzy", &["x"])], "keys.xyzzy: there is no action of this name"),
        (vec![("poll", &["Hyper+x"])], r#"keys.poll: "Hyper+x" is no key: Unknown modifier key "Hyper""#),
        (vec![("poll", &[""])], r#"keys.poll: "" is no key: "#),
        (
            vec![("poll", &["x"]), ("copy", &["x"])],
            r#"keys.poll: "x" is a key of `copy` already; give that one another key too"#,
        ),
        (
            vec![("poll", &["x y"]), ("copy", &["x"])],
            r#"keys.poll: "x y" is a key of `copy` already; give that one another key too"#,
        ),
        (vec![("quit", &[]), ("quit-now", &[])], "keys.quit-now: at least one key must be left to quit"),
        (vec![("back", &[])], "keys.back: at least one key must be left to go back"),
    ] {
        let problem = keymap(&overrides).err().map(|problem| problem.to_string()).unwrap_or_default();
        assert!(problem.starts_with(text), "{problem:?} does not start with {text:?}");
    }
}

#[test]
fn keys_are_shown_in_the_words_of_man_pages() {
    let labels = keymap(&[]).unwrap().labels();
    for (action, label) in [
        (Action::QuitNow, "ctrl-c"),
        (Action::Help, "?"),
        (Action::PageDown, "pgdn"),
        (Action::Open, "enter"),
        (Action::NextTheme, "T"),
        (Action::Back, "esc"),
    ] {
        assert_eq!(labels.first(action), Some(label));
    }
    assert!(labels.all(Action::PreviousRegion).contains(&"shift-tab".to_owned()));
    assert!(labels.all(Action::Help).contains(&"F1".to_owned()));
}

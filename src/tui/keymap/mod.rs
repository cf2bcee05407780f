//! Which key does what: the registry's keys, with the user's own in their place.

use std::collections::{BTreeMap, BTreeSet};

use crossterm::event::KeyEvent;
use keybinds::{Key, KeyInput, KeySeq, Keybind, Keybinds, Mods};

use super::{action::Action, hints::KeyLabels};

/// Finds the action of a key, or of several that are typed one after another within a second.
pub struct Keymap {
    binds: Keybinds<Action>,
}

/// What is wrong with a key of the settings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyProblem {
    /// There is no such action.
    #[error("keys.{id}: there is no action of this name{}", hint(.nearest))]
    UnknownAction {
        /// What was written.
        id: String,
        /// What may have been meant.
        nearest: Option<&'static str>,
    },
    /// There is no such key.
    #[error("keys.{id}: {key:?} is no key: {why}")]
    UnknownKey {
        /// The action.
        id: String,
        /// What was written.
        key: String,
        /// What is wrong with it.
        why: String,
    },
    /// Two actions want one key, or one wants the beginning of the other's.
    #[error("keys.{id}: {key:?} is a key of `{other}` already; give that one another key too")]
    Taken {
        /// The action that was given the key.
        id: String,
        /// The key.
        key: String,
        /// The action that has it.
        other: &'static str,
    },
    /// Nobody could leave any more.
    #[error("keys.{id}: at least one key must be left to {what}")]
    NoWayOut {
        /// The action that would have no key.
        id: &'static str,
        /// What nobody could do then.
        what: &'static str,
    },
}

fn hint(nearest: &Option<&'static str>) -> String {
    nearest.map(|nearest| format!("; did you mean `{nearest}`?")).unwrap_or_default()
}

impl Keymap {
    /// The keys of the registry, with these in place of an action's own.
    ///
    /// # Errors
    /// The first thing that is wrong with the given keys.
    pub fn new(overrides: &BTreeMap<String, Vec<String>>) -> Result<Self, KeyProblem> {
        let mut bound: Vec<(KeySeq, Action)> = Vec::new();
        let mut own = BTreeSet::new();
        for (id, keys) in overrides {
            let action = Action::from_id(id).ok_or_else(|| unknown(id))?;
            own.insert(action);
            for key in keys {
                bind(&mut bound, action, key)?;
            }
        }
        for action in Action::ALL.into_iter().filter(|action| !own.contains(action)) {
            for key in action.entry().keys {
                // A key that the user gave to another action is theirs; the action keeps its others.
                if let Err(problem @ KeyProblem::UnknownKey { .. }) = bind(&mut bound, action, key) {
                    return Err(problem);
                }
            }
        }
        let missing = |action| !bound.iter().any(|(_, bound)| *bound == action);
        if missing(Action::Quit) && missing(Action::QuitNow) {
            return Err(KeyProblem::NoWayOut { id: Action::QuitNow.entry().id, what: "quit" });
        }
        if missing(Action::Back) {
            return Err(KeyProblem::NoWayOut { id: Action::Back.entry().id, what: "go back" });
        }
        Ok(Self { binds: bound.into_iter().map(|(keys, action)| Keybind::new(keys, action)).collect() })
    }

    /// The action that this key completes.
    pub fn dispatch(&mut self, key: &KeyEvent) -> Option<Action> {
        self.binds.dispatch(key).copied()
    }

    /// Forgets a sequence that was begun.
    pub fn reset(&mut self) {
        self.binds.reset();
    }

    /// The keys of each action, as they are shown.
    pub fn labels(&self) -> KeyLabels {
        let mut labels: BTreeMap<Action, Vec<String>> = BTreeMap::new();
        for bind in self.binds.as_slice() {
            labels.entry(bind.action).or_default().push(label(&bind.seq));
        }
        KeyLabels::new(labels)
    }
}

fn unknown(id: &str) -> KeyProblem {
    let nearest = evac_core::suggestion::nearest(id, Action::ALL.into_iter().map(|action| action.entry().id));
    KeyProblem::UnknownAction { id: evac_core::text::clean(id), nearest }
}

fn bind(bound: &mut Vec<(KeySeq, Action)>, action: Action, key: &str) -> Result<(), KeyProblem> {
    let id = action.entry().id.to_owned();
    let sequence: KeySeq = key.parse().map_err(|error: keybinds::Error| {
        let (key, why) = (evac_core::text::clean(key), evac_core::text::clean(&error.to_string()));
        KeyProblem::UnknownKey { id: id.clone(), key, why }
    })?;
    let clash = |(other, _): &&(KeySeq, Action)| {
        let (one, other) = (sequence.as_slice(), other.as_slice());
        one.starts_with(other) || other.starts_with(one)
    };
    match bound.iter().find(clash) {
        Some((_, other)) if *other == action => Ok(()),
        Some((_, other)) => Err(KeyProblem::Taken { id, key: evac_core::text::clean(key), other: other.entry().id }),
        None => {
            bound.push((sequence, action));
            Ok(())
        }
    }
}

/// A key as the screen shows it: short, and in the words of man pages.
fn label(sequence: &KeySeq) -> String {
    let one = |input: &KeyInput| {
        let name = match input.key() {
            Key::Char(' ') => "space".to_owned(),
            Key::Char(character) => character.to_string(),
            Key::PageUp => "pgup".to_owned(),
            Key::PageDown => "pgdn".to_owned(),
            key => key.to_string(),
        };
        let function = name.strip_prefix('F').is_some_and(|number| number.parse::<u8>().is_ok());
        let name = if name.chars().count() > 1 && !function { name.to_ascii_lowercase() } else { name };
        let mods = [(Mods::CTRL, "ctrl-"), (Mods::ALT, "alt-"), (Mods::SUPER, "super-"), (Mods::SHIFT, "shift-")];
        let held = mods.into_iter().filter(|(held, _)| input.mods().contains(*held)).map(|(_, word)| word);
        held.chain([name.as_str()]).collect::<String>()
    };
    sequence.as_slice().iter().map(one).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;

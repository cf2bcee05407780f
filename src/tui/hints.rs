//! What the footer, the help and the palette show of the registry, with the keys as they are bound now.

use std::collections::BTreeMap;

use super::{
    action::Action,
    model::{Model, Overlay, Screen},
};

/// The keys of each action, as they are shown: `q`, `ctrl-l`, `enter`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyLabels(BTreeMap<Action, Vec<String>>);

impl KeyLabels {
    /// The labels of these bindings.
    pub fn new(labels: BTreeMap<Action, Vec<String>>) -> Self {
        Self(labels)
    }

    /// All keys of an action.
    pub fn all(&self, action: Action) -> &[String] {
        self.0.get(&action).map_or(&[], Vec::as_slice)
    }

    /// The key to show for an action where there is room for one.
    pub fn first(&self, action: Action) -> Option<&str> {
        self.all(action).first().map(String::as_str)
    }
}

/// A key and what it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// The key, as it is shown.
    pub key: String,
    /// What it does, in a word or two.
    pub word: &'static str,
}

/// What the footer shows, the most useful first: what can be done here and now. Cut it where the line ends.
pub fn footer(model: &Model) -> Vec<Hint> {
    let here = shown(model).iter().copied().filter(|action| action.availability(model).is_ok());
    here.filter_map(|action| hint(model, action)).collect()
}

fn shown(model: &Model) -> &'static [Action] {
    use Action::{
        Back, Copy, Down, Findings, Help, NextRegion, Open, Overview, Palette, PollAll, Quit, Scenario, Sources,
    };
    match (&model.overlay, model.screen) {
        (Some(Overlay::Help), _) => &[Back],
        (Some(_), _) => &[Open, Back, Down],
        (None, Screen::Overview) => {
            &[Help, Open, NextRegion, Findings, Sources, PollAll, Scenario, Palette, Copy, Quit]
        }
        (None, Screen::Region) => &[Help, Back, NextRegion, Down, PollAll, Scenario, Palette, Copy, Quit],
        (None, Screen::Findings) => &[Help, Back, Open, Down, Copy, PollAll, Scenario, Palette, Quit],
        (None, Screen::Sources) => &[Help, Back, Open, Down, PollAll, Scenario, Palette, Quit],
        (None, Screen::Wallboard) => &[Help, Overview, Palette, Quit],
    }
}

/// A group of keys of the help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HelpGroup {
    /// What they have in common.
    pub title: &'static str,
    /// All their keys in one text, and what they do in a line.
    pub lines: Vec<(String, &'static str)>,
}

/// Everything that can be done, in the order of the help. An action without a key is left out; the palette has it.
pub fn help(model: &Model) -> Vec<HelpGroup> {
    let mut groups: Vec<HelpGroup> = Vec::new();
    for action in Action::ALL {
        let (entry, keys) = (action.entry(), model.keys.all(action));
        if keys.is_empty() {
            continue;
        }
        let title = entry.group.title();
        let at = groups.iter().position(|group| group.title == title).unwrap_or_else(|| {
            groups.push(HelpGroup { title, lines: Vec::new() });
            groups.len() - 1
        });
        if let Some(group) = groups.get_mut(at) {
            group.lines.push((keys.join(", "), entry.line));
        }
    }
    groups
}

/// The hint of an action. One that has a counterpart stands for both.
fn hint(model: &Model, action: Action) -> Option<Hint> {
    let key = model.keys.first(action)?;
    let other = match action {
        Action::NextRegion => model.keys.first(Action::PreviousRegion),
        Action::Down => model.keys.first(Action::Up),
        _ => None,
    };
    let key = other.map_or_else(|| key.to_owned(), |other| format!("{other}/{key}"));
    Some(Hint { key, word: action.entry().hint })
}

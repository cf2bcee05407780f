//! What the footer, the help and the palette show of the registry, with the keys as they are bound now.

use std::collections::BTreeMap;

use super::{
    action::Action,
    form::{Form, Purpose},
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

    /// The key of an action in a sentence; where it has none, its name in the palette.
    pub fn named(&self, action: Action) -> String {
        self.first(action).map_or_else(|| format!("`{}`", action.entry().id), str::to_owned)
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
        Abort, Acknowledge, Arm, Back, Consent, Copy, Down, Drain, Failover, Findings, HandOver, Help, NextRegion,
        Open, Override, Overview, Palette, PlanAgain, PollAll, Quit, Recover, Restore, Resume, Runs, Scenario, Sources,
        Undrain,
    };
    match (&model.overlay, model.screen) {
        (Some(Overlay::Help { .. }), _) => &[Back, Down],
        (Some(Overlay::Detail { .. }), _) => &[Back, Down, Copy],
        (Some(Overlay::Form(Form { purpose: Purpose::NotNow { .. }, .. })), _) => &[Back],
        (Some(Overlay::Form(form)), _) if form.count(model) == 0 => &[Open, Back],
        (Some(_), _) => &[Open, Back, Down],
        (None, Screen::Overview) => {
            &[Help, Open, NextRegion, Findings, Sources, PollAll, Scenario, Palette, Quit, Failover, Arm, Runs, Copy]
        }
        (None, Screen::Region) => {
            &[Help, Back, NextRegion, Down, PollAll, Scenario, Palette, Quit, Drain, Undrain, Restore, Recover, Copy]
        }
        (None, Screen::Findings) => &[Help, Back, Open, Down, Copy, PollAll, Scenario, Palette, Quit],
        (None, Screen::Sources) => &[Help, Back, Open, Down, PollAll, Scenario, Palette, Quit],
        (None, Screen::Wallboard) => &[Help, Overview, Palette, Quit],
        (None, Screen::Plan) => &[Consent, Override, Arm, PlanAgain, Open, Copy, Back, Help, Down, Palette, Quit],
        (None, Screen::Run) => {
            &[Override, Resume, Abort, Acknowledge, HandOver, Arm, Open, Copy, Back, Quit, Help, Down, Runs, Palette]
        }
        (None, Screen::Runs) => &[Open, Resume, Acknowledge, Arm, Back, Down, PollAll, Copy, Help, Palette, Quit],
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
    let word = match action {
        // Whoever leaves shall know that the run stays.
        Action::Quit if model.overlay.is_none() && model.desk.acting().is_some() => "quit: the run goes on",
        Action::Open if matches!(model.overlay, Some(Overlay::Form(_))) => "answer",
        Action::Arm if model.is_armed() => "disarm",
        _ => action.entry().hint,
    };
    Some(Hint { key, word })
}

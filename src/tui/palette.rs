//! The command palette: everything that can be done, found by a few letters of it.

use std::borrow::Cow;

use nucleo_matcher::{
    Config, Matcher,
    pattern::{CaseMatching, Normalization, Pattern},
};

use super::{
    action::Action,
    model::{Model, Overlay},
};

/// A line of the palette.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What it does.
    pub action: Action,
    /// What it does, in words.
    pub line: &'static str,
    /// Its key, if it has one.
    pub key: String,
    /// Why it cannot be done now; `None` when it can.
    pub unavailable: Option<Cow<'static, str>>,
}

/// The lines that match what has been typed, best first; none when the palette is closed.
///
/// What cannot be done now is there all the same, and says why: a command that hides teaches nobody.
pub fn rows(model: &Model) -> Vec<Row> {
    let Some(Overlay::Palette { query, .. }) = &model.overlay else { return Vec::new() };
    let pattern = Pattern::parse(query, CaseMatching::Ignore, Normalization::Smart);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut found: Vec<_> = Action::ALL
        .into_iter()
        .filter(|action| is_command(*action))
        .filter_map(|action| {
            let text = format!("{} {}", action.entry().line, action.entry().id);
            let mut buffer = Vec::new();
            let score = pattern.score(nucleo_matcher::Utf32Str::new(&text, &mut buffer), &mut matcher)?;
            Some((score, action))
        })
        .collect();
    // A stable sort: equals stay in the order of the help.
    found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    let below = Model { overlay: None, ..model.clone() };
    found.into_iter().map(|(_, action)| row(&below, action)).collect()
}

/// Moving a cursor is for keys; and opening the palette from the palette is nothing.
fn is_command(action: Action) -> bool {
    !action.is_movement() && !matches!(action, Action::Palette | Action::QuitNow)
}

fn row(below: &Model, action: Action) -> Row {
    Row {
        action,
        line: action.entry().line,
        key: below.keys.first(action).unwrap_or_default().to_owned(),
        unavailable: action.availability(below).err().map(|why| why.0),
    }
}

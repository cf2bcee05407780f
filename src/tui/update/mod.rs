//! The one place where the model changes. It is pure: no clock, no file, no wait.

use super::{
    action::Action,
    copy,
    effect::Effect,
    message::{Edit, Message, World},
    model::{Model, Overlay, Screen},
    overlay,
};

/// How many rows a page is: what every terminal has room for.
const PAGE: usize = 10;

/// The longest text of a prompt, in characters.
const PROMPT_LENGTH: usize = 80;

/// What becomes of the model, and what is to be done outside of it.
pub fn update(model: &mut Model, message: Message) -> Vec<Effect> {
    match message {
        Message::Act(action) => {
            model.notice = None;
            return act(model, action);
        }
        Message::Edit(edit) => self::edit(model, edit),
        // Pasted rubbish is no command: outside of a prompt it does nothing at all.
        Message::Paste(text) => {
            for character in evac_core::text::clean(&text).chars() {
                self::edit(model, Edit::Insert(character));
            }
        }
        Message::World(World { snapshot, history, assessment, now }) => {
            let finding = model.chosen_finding().cloned();
            (model.snapshot, model.history, model.assessment, model.now) = (snapshot, history, assessment, now);
            follow(model, finding.as_ref());
            model.clamp();
        }
        Message::Themes(themes) => model.themes = themes,
        Message::Notice(notice) => model.notice = Some(notice),
    }
    Vec::new()
}

/// Does what a key asks for, or says why not.
fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    if let Err(why) = action.availability(model) {
        model.notice = Some(why.0.to_owned());
        return Vec::new();
    }
    if let Some(effects) = overlay::act(model, action) {
        return match effects {
            overlay::Outcome::Effects(effects) => effects,
            overlay::Outcome::Do(action) => act(model, action),
        };
    }
    match action {
        Action::NextRegion => step_region(model, 1),
        Action::PreviousRegion => step_region(model, model.stack.regions.len().saturating_sub(1)),
        Action::Down | Action::Up | Action::PageDown | Action::PageUp | Action::First | Action::Last => {
            model.row = moved(action, model.row, model.rows());
        }
        Action::Open => open(model),
        Action::Back => show(model, Screen::Overview),
        Action::Overview => show(model, Screen::Overview),
        Action::Region => show(model, Screen::Region),
        Action::Findings => show(model, Screen::Findings),
        Action::Sources => show(model, Screen::Sources),
        Action::Wallboard => show(model, Screen::Wallboard),
        Action::PollAll => {
            model.notice = Some("asked every source".to_owned());
            return vec![Effect::Poll(None)];
        }
        Action::PollRegion => {
            let region = model.chosen_region().cloned();
            model.notice = region.as_ref().map(|region| format!("asked the sources of {region}"));
            return vec![Effect::Poll(region)];
        }
        Action::Copy => return vec![Effect::Copy(copy::text(model))],
        Action::Scenario => overlay::choose_scenario(model),
        Action::ChooseTheme => overlay::choose_theme(model),
        Action::NextTheme => return overlay::next_theme(model),
        Action::Palette => model.overlay = Some(Overlay::Palette { query: String::new(), chosen: 0 }),
        Action::Help => model.overlay = Some(Overlay::Help),
        Action::Redraw => return vec![Effect::Repaint],
        Action::Suspend => return vec![Effect::Suspend],
        Action::Quit | Action::QuitNow => model.quitting = true,
    }
    Vec::new()
}

/// Where a key of movement leads to in a list.
pub(super) fn moved(action: Action, at: usize, rows: usize) -> usize {
    let last = rows.saturating_sub(1);
    match action {
        Action::Down => at + 1,
        Action::Up => at.saturating_sub(1),
        Action::PageDown => at + PAGE,
        Action::PageUp => at.saturating_sub(PAGE),
        Action::First => 0,
        Action::Last => last,
        _ => at,
    }
    .min(last)
}

fn show(model: &mut Model, screen: Screen) {
    if model.screen != screen {
        (model.screen, model.row) = (screen, 0);
    }
}

fn step_region(model: &mut Model, by: usize) {
    model.region = (model.region + by) % model.stack.regions.len().max(1);
    if model.screen == Screen::Region {
        model.clamp();
    }
}

fn open(model: &mut Model) {
    let region = match model.screen {
        Screen::Findings => model.chosen_finding().and_then(|finding| finding.region.clone()),
        Screen::Sources => model.sources().nth(model.row).map(|(region, _)| region.clone()),
        Screen::Overview | Screen::Region | Screen::Wallboard => None,
    };
    if let Some(at) = region.and_then(|region| model.regions().iter().position(|id| **id == region)) {
        model.region = at;
    }
    show(model, Screen::Region);
}

/// Keeps the cursor on its finding while others come and go around it.
fn follow(model: &mut Model, finding: Option<&evac_core::assessment::Finding>) {
    let Some(before) = finding else { return };
    let same = |(_, finding): &(usize, &evac_core::assessment::Finding)| {
        finding.code == before.code && finding.region == before.region
    };
    // Several findings may share a code and a region, and the figures in their texts change all the time.
    let candidates: Vec<_> = model.assessment.findings.iter().enumerate().filter(same).collect();
    let nearest = candidates.iter().find(|(_, finding)| finding.text == before.text).map(|(at, _)| *at);
    let nearest = nearest.or_else(|| candidates.iter().map(|(at, _)| *at).min_by_key(|at| at.abs_diff(model.row)));
    if let Some(at) = nearest {
        model.row = at;
    }
}

fn edit(model: &mut Model, edit: Edit) {
    let Some(Overlay::Palette { query, chosen }) = &mut model.overlay else { return };
    model.notice = None;
    *chosen = 0;
    match edit {
        Edit::Insert(character) if query.chars().count() < PROMPT_LENGTH && !evac_core::text::is_hostile(character) => {
            query.push(character);
        }
        Edit::Insert(_) => {}
        Edit::Erase => {
            query.pop();
        }
        Edit::EraseWord => {
            let kept = query.trim_end().rfind(' ').map_or(0, |blank| blank + 1);
            query.truncate(kept);
        }
        Edit::EraseAll => query.clear(),
    }
}

#[cfg(test)]
mod tests;

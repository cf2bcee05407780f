//! What keys do to what lies over the screen.

use super::{
    action::Action,
    copy, detail,
    effect::Effect,
    form,
    model::{Model, Overlay, Purpose},
    palette,
    update::moved,
};

/// What came of a key.
pub(super) enum Outcome {
    /// Done; this is left to do outside.
    Effects(Vec<Effect>),
    /// The palette closed, and this was chosen in it.
    Do(Action),
}

/// Gives the action to what lies on top. `None` when it is not meant for that, or nothing lies there.
pub(super) fn act(model: &mut Model, action: Action) -> Option<Outcome> {
    if let Some(Overlay::Form(_)) = model.overlay {
        return act_on_form(model, action);
    }
    if let Some(Overlay::Detail { .. }) = model.overlay {
        return act_on_detail(model, action);
    }
    let lines = palette::rows(model);
    let overlay = model.overlay.as_mut()?;
    match (action, overlay) {
        (Action::Back | Action::Quit, _) | (Action::Help, Overlay::Help { .. }) => Some(Outcome::Effects(close(model))),
        (Action::Open, Overlay::Palette { chosen, .. }) => {
            let line = lines.into_iter().nth(*chosen);
            if line.is_some() {
                model.overlay = None;
            }
            Some(line.map_or(Outcome::Effects(Vec::new()), |line| Outcome::Do(line.action)))
        }
        (Action::Open, Overlay::Choice { .. }) => Some(Outcome::Effects(take(model))),
        (_, Overlay::Help { from }) if action.is_movement() => {
            *from = moved(action, *from, Action::ALL.len() / 2);
            Some(Outcome::Effects(Vec::new()))
        }
        (_, Overlay::Palette { chosen, .. }) if action.is_movement() => {
            *chosen = moved(action, *chosen, lines.len());
            Some(Outcome::Effects(Vec::new()))
        }
        (_, Overlay::Choice { purpose, lines, chosen, .. }) if action.is_movement() => {
            *chosen = moved(action, *chosen, lines.len());
            let name = lines.get(*chosen).map(|(name, _)| name.clone());
            let theme = name.filter(|_| matches!(purpose, Purpose::Theme { .. }));
            Some(Outcome::Effects(theme.map(|name| use_theme(model, name)).unwrap_or_default()))
        }
        _ => None,
    }
}

fn act_on_form(model: &mut Model, action: Action) -> Option<Outcome> {
    match action {
        Action::Back | Action::Quit => model.overlay = None,
        Action::Open => return Some(Outcome::Effects(form::enter(model))),
        _ if action.is_movement() => form::step(model, action),
        _ => return None,
    }
    Some(Outcome::Effects(Vec::new()))
}

fn act_on_detail(model: &mut Model, action: Action) -> Option<Outcome> {
    match action {
        Action::Back | Action::Quit | Action::Open => model.overlay = None,
        Action::Copy => return Some(Outcome::Effects(vec![Effect::Copy(copy::text(model))])),
        _ if action.is_movement() => {
            let lines = detail::of(model).map_or(0, |detail| detail.lines());
            if let Some(Overlay::Detail { from }) = &mut model.overlay {
                *from = moved(action, *from, lines);
            }
        }
        _ => return None,
    }
    Some(Outcome::Effects(Vec::new()))
}

/// Opens the choice of a theme at the one that is in use.
pub(super) fn choose_theme(model: &mut Model) {
    let lines = model.themes.clone();
    let chosen = lines.iter().position(|(name, _)| *name == model.theme).unwrap_or(0);
    let purpose = Purpose::Theme { before: model.theme.clone() };
    model.overlay = Some(Overlay::Choice { purpose, title: "Theme".to_owned(), lines, chosen });
}

/// Opens the choice of a scenario.
pub(super) fn choose_scenario(model: &mut Model) {
    let (purpose, title, lines) = (Purpose::Scenario, "Set off a scenario".to_owned(), model.scenarios.clone());
    model.overlay = Some(Overlay::Choice { purpose, title, lines, chosen: 0 });
}

/// Takes the theme after the one in use.
pub(super) fn next_theme(model: &mut Model) -> Vec<Effect> {
    let at = model.themes.iter().position(|(name, _)| *name == model.theme).map_or(0, |at| at + 1);
    let next = model.themes.get(at).or_else(|| model.themes.first()).map(|(name, _)| name.clone());
    let Some(name) = next else { return Vec::new() };
    model.notice = Some(format!("theme {name}"));
    use_theme(model, name)
}

fn use_theme(model: &mut Model, name: String) -> Vec<Effect> {
    model.theme.clone_from(&name);
    vec![Effect::UseTheme(name)]
}

/// Closes what lies on top, and takes back what it showed for a try.
fn close(model: &mut Model) -> Vec<Effect> {
    match model.overlay.take() {
        Some(Overlay::Choice { purpose: Purpose::Theme { before }, .. }) if before != model.theme => {
            use_theme(model, before)
        }
        _ => Vec::new(),
    }
}

/// Takes the chosen line of a choice.
fn take(model: &mut Model) -> Vec<Effect> {
    let Some(Overlay::Choice { purpose, lines, chosen, .. }) = model.overlay.take() else { return Vec::new() };
    let Some((name, _)) = lines.into_iter().nth(chosen) else { return Vec::new() };
    match purpose {
        Purpose::Theme { .. } => use_theme(model, name),
        Purpose::Scenario => {
            model.notice = Some(format!("setting off {name}"));
            vec![Effect::Trigger(name)]
        }
    }
}

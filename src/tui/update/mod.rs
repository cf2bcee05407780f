//! The one place where the model changes. It is pure: no clock, no file, no wait.

mod news;

use evac_core::run::RunId;
use jiff::SignedDuration;

use super::{
    action::Action,
    copy,
    effect::Effect,
    form::{self, Purpose},
    message::{Edit, Message, World},
    model::{Model, Overlay, Screen},
    overlay, verbs,
};

/// How many rows a page is: what every terminal has room for.
const PAGE: usize = 10;

/// By how much the two clocks may come apart between two looks at them before the machine is said to have slept.
const SLEPT: SignedDuration = SignedDuration::from_secs(5);

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
        Message::Paste(text) if matches!(model.overlay, Some(Overlay::Form(_))) => form::paste(model, &text),
        // Pasted rubbish is no command: outside of a prompt it does nothing at all.
        Message::Paste(text) => {
            for character in evac_core::text::clean(&text).chars() {
                self::edit(model, Edit::Insert(character));
            }
        }
        Message::World(World { snapshot, history, assessment, now }) => {
            let finding = model.chosen_finding();
            (model.snapshot, model.history, model.assessment, model.now) = (snapshot, history, assessment, now);
            follow(model, finding.as_ref());
            disarm_in_time(model);
            model.clamp();
            let mut effects = news::follow_lease(model);
            effects.extend(news::judge(model));
            return effects;
        }
        Message::Now { now, set } => {
            let ahead = set.duration_since(now);
            if (ahead - model.set_ahead).abs() > SLEPT {
                disarm(model, "the machine slept or its clock was set: read-only again");
            }
            (model.now, model.set_ahead) = (now, ahead);
            disarm_in_time(model);
        }
        Message::Planned(intent, made) => news::planned(model, intent, made),
        Message::Judged(plan, judged) => news::judged(model, &plan, judged),
        Message::Waits(on) => news::waits(model, on),
        Message::Resumed(run, resumed) => return news::resumed(model, run, resumed),
        Message::Begun(begun) => return news::begun(model, begun),
        Message::Runs(runs) => return news::runs(model, runs),
        Message::Run(seen) => return news::run(model, seen),
        Message::Themes(themes) => model.themes = themes,
        Message::Told(notice) => {
            model.notice = Some(notice);
            return vec![Effect::ListRuns];
        }
        Message::Notice(notice) => model.notice = Some(notice),
    }
    Vec::new()
}

/// Does what a key asks for, or says why not.
fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    if let Err(why) = action.availability(model) {
        let why = why.0.into_owned();
        if action.asks_for_words() && model.overlay.is_none() {
            form::open(model, Purpose::NotNow { action, why });
        } else {
            model.notice = Some(why);
        }
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
        Action::Open => return open(model),
        Action::Back => show(model, Screen::Overview),
        Action::Overview => show(model, Screen::Overview),
        Action::Region => show(model, Screen::Region),
        Action::Findings => show(model, Screen::Findings),
        Action::Sources => show(model, Screen::Sources),
        Action::Wallboard => show(model, Screen::Wallboard),
        Action::Plan => show(model, Screen::Plan),
        Action::Run => show(model, Screen::Run),
        Action::Runs => {
            show(model, Screen::Runs);
            return vec![Effect::ListRuns];
        }
        Action::Arm => arm(model),
        Action::Failover
        | Action::Switchover
        | Action::Failback
        | Action::Drain
        | Action::Undrain
        | Action::PlanAgain => {
            return verbs::intent(model, action).map(|intent| verbs::plan(model, intent)).unwrap_or_default();
        }
        Action::Restore => ask(model, verbs::restore(model).map(Purpose::Restore)),
        Action::Recover => ask(model, verbs::recover(model).map(Purpose::Recover)),
        Action::Consent => form::consent(model),
        Action::Override => {
            let run = model.desk.following.clone().filter(|_| model.screen == Screen::Run);
            form::open(model, Purpose::Override(run));
        }
        Action::Abort => ask(model, model.desk.following.clone().map(Purpose::Abort).ok_or("no run is followed")),
        Action::HandOver => ask(model, subject(model).map(Purpose::HandOver)),
        Action::Resume => ask(model, subject(model).map(Purpose::Resume)),
        Action::Acknowledge => ask(model, subject(model).map(Purpose::Acknowledge)),
        Action::PollAll if model.screen == Screen::Runs => {
            model.notice = Some("asked every source, and for the runs".to_owned());
            return vec![Effect::Poll(None), Effect::ListRuns];
        }
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
        Action::Help => model.overlay = Some(Overlay::Help { from: 0 }),
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
    if screen == Screen::Run && model.row == 0 {
        news::look_at_live(model);
    }
}

fn step_region(model: &mut Model, by: usize) {
    model.region = (model.region + by) % model.stack.regions.len().max(1);
    if model.screen == Screen::Region {
        model.clamp();
    }
}

/// The run that is looked at.
fn subject(model: &Model) -> Result<RunId, &'static str> {
    model.subject().map(|line| line.run.clone()).ok_or("no run is looked at")
}

/// Opens a form for something that is there.
fn ask(model: &mut Model, purpose: Result<Purpose, &'static str>) {
    match purpose {
        Ok(purpose) => form::open(model, purpose),
        Err(why) => model.notice = Some(why.to_owned()),
    }
}

fn arm(model: &mut Model) {
    let armed = model.is_armed();
    let until = model.now.checked_add(model.stack.guards.armed_for.get()).ok();
    model.desk.armed_until = until.filter(|_| !armed);
    let notice = if armed { "read-only again" } else { "ARMED: consent and orders are taken now" };
    model.notice = Some(notice.to_owned());
}

/// Nobody has to remember to be read-only again.
fn disarm_in_time(model: &mut Model) {
    if !model.is_armed() {
        disarm(model, "the time is up: read-only again");
    }
}

fn disarm(model: &mut Model, why: &str) {
    if model.desk.armed_until.take().is_some() {
        model.notice = Some(why.to_owned());
    }
}

fn open(model: &mut Model) -> Vec<Effect> {
    let region = match model.screen {
        Screen::Findings => model.chosen_finding().and_then(|finding| finding.region),
        Screen::Sources => model.sources().nth(model.row).map(|(region, _)| region.clone()),
        Screen::Plan | Screen::Run => {
            model.overlay = Some(Overlay::Detail { from: 0 });
            return Vec::new();
        }
        Screen::Runs => {
            let Some(run) = model.chosen_run().map(|line| line.run.clone()) else { return Vec::new() };
            show(model, Screen::Run);
            return news::attach(model, run);
        }
        Screen::Overview | Screen::Region | Screen::Wallboard => None,
    };
    if let Some(at) = region.and_then(|region| model.regions().iter().position(|id| **id == region)) {
        model.region = at;
    }
    show(model, Screen::Region);
    Vec::new()
}

/// Keeps the cursor on its finding while others come and go around it.
fn follow(model: &mut Model, finding: Option<&evac_core::assessment::Finding>) {
    let Some(before) = finding else { return };
    let same = |(_, finding): &(usize, &evac_core::assessment::Finding)| {
        finding.code == before.code && finding.region == before.region
    };
    // Several findings may share a code and a region, and the figures in their texts change all the time.
    let nearest = {
        let findings = model.findings();
        let candidates: Vec<_> = findings.iter().enumerate().filter(same).collect();
        let itself = candidates.iter().find(|(_, finding)| finding.text == before.text).map(|(at, _)| *at);
        itself.or_else(|| candidates.iter().map(|(at, _)| *at).min_by_key(|at| at.abs_diff(model.row)))
    };
    model.row = nearest.unwrap_or(model.row);
}

fn edit(model: &mut Model, edit: Edit) {
    match &mut model.overlay {
        Some(Overlay::Palette { query, chosen }) => {
            *chosen = 0;
            edit.apply(query, PROMPT_LENGTH);
        }
        Some(Overlay::Form(_)) => form::edit(model, edit),
        _ => return,
    }
    model.notice = None;
}

#[cfg(test)]
mod tests;

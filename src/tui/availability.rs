//! Whether an action can be done here and now, and if not, why.

use std::borrow::Cow;

use evac_core::run::RunOutcome;

use super::{
    acting::RunLine,
    action::{Action, Group},
    desk::{Desk, Start},
    model::{Model, Overlay, Purpose, Screen},
    verbs,
};

/// Why an action cannot be done now, in a line for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why(pub Cow<'static, str>);

fn holds(holds: bool, why: &'static str) -> Result<(), Why> {
    if holds { Ok(()) } else { Err(no(why)) }
}

fn no(why: &'static str) -> Why {
    Why(Cow::Borrowed(why))
}

impl Action {
    /// Whether it can be done here and now.
    ///
    /// # Errors
    /// It cannot, and this is why.
    pub fn availability(self, model: &Model) -> Result<(), Why> {
        match &model.overlay {
            Some(overlay) => self.over(overlay),
            None => self.on(model),
        }
    }

    /// Over the screen lies something, which takes only what is meant for it.
    fn over(self, overlay: &Overlay) -> Result<(), Why> {
        match (self, overlay) {
            (Self::Back | Self::Quit | Self::QuitNow | Self::Redraw | Self::Suspend, _) => Ok(()),
            (Self::Help, Overlay::Help { .. }) => Ok(()),
            (Self::Copy | Self::Open, Overlay::Detail { .. }) => Ok(()),
            (Self::Down | Self::Up | Self::PageDown | Self::PageUp | Self::First | Self::Last, _) => Ok(()),
            (_, Overlay::Help { .. }) => Err(no("the help is open: esc closes it")),
            (_, Overlay::Detail { .. }) => Err(no("the row is open in full: esc closes it")),
            (Self::Open, _) => Ok(()),
            (_, Overlay::Palette { .. }) => Err(no("the palette is open: esc closes it")),
            (_, Overlay::Form(_)) => Err(no("answer with enter, or leave it with esc")),
            (_, Overlay::Choice { purpose: Purpose::Theme { .. }, .. }) => {
                Err(no("choose a theme with enter, or leave it with esc"))
            }
            (_, Overlay::Choice { purpose: Purpose::Scenario, .. }) => {
                Err(no("choose a scenario with enter, or leave it with esc"))
            }
        }
    }

    fn on(self, model: &Model) -> Result<(), Why> {
        match self {
            Self::Down | Self::Up | Self::PageDown | Self::PageUp | Self::First | Self::Last => {
                holds(model.rows() > 0, "there is no list to move in here")
            }
            Self::Open => match model.screen {
                Screen::Overview | Screen::Wallboard => Ok(()),
                Screen::Findings => match model.chosen_finding() {
                    Some(finding) => holds(finding.region.is_some(), "this finding is about no one region"),
                    None => Err(no("nothing is wrong, so there is nothing to open")),
                },
                Screen::Sources => holds(model.rows() > 0, "there is no source to open"),
                Screen::Region => Err(no("the region is open already")),
                Screen::Plan | Screen::Run => holds(model.rows() > 0, "there is nothing to open yet"),
                Screen::Runs => holds(model.rows() > 0, "there is no run to open"),
            },
            Self::Back => holds(model.screen != Screen::Overview, "this is the overview: q quits"),
            Self::NextRegion | Self::PreviousRegion => {
                holds(model.stack.regions.len() > 1, "the stack has no other region")
            }
            Self::Scenario => {
                holds(!model.scenarios.is_empty(), "this is a real stack: scenarios can be set off in `evac demo` only")
            }
            Self::ChooseTheme | Self::NextTheme => holds(model.themes.len() > 1, "there is no other theme"),
            _ if self.entry().group == Group::Act => self.acting(model),
            _ => Ok(()),
        }
    }

    /// What plans and runs need.
    fn acting(self, model: &Model) -> Result<(), Why> {
        let desk = &model.desk;
        holds(desk.acts, "this screen only watches")?;
        let plans = self.is_verb() || matches!(self, Self::Restore | Self::Recover | Self::PlanAgain);
        // The answer belongs to the plan that lies there.
        let replaces = plans || matches!(self, Self::Override if model.screen == Screen::Plan);
        if replaces && desk.beginning().is_some() || matches!(self, Self::Consent | Self::Resume) {
            nothing_starts(desk)?;
        }
        match self {
            Self::Restore => verbs::restore(model).map(drop).map_err(no),
            Self::Recover => verbs::recover(model).map(drop).map_err(no),
            _ if plans => verbs::intent(model, self).map(drop).map_err(no),
            Self::Consent => {
                holds(model.screen == Screen::Plan, "consent is given where the plan is read")?;
                let reading = desk.planning.made().ok_or_else(|| no("there is no plan to consent to"))?;
                armed(model)?;
                match reading.blocks().count() {
                    0 => Ok(()),
                    1 => Err(no("a note blocks the plan: read it first")),
                    count => Err(Why(format!("{count} notes block the plan: read them first").into())),
                }
            }
            Self::Override if model.screen == Screen::Run => {
                let closed = desk.state().is_some_and(|state| state.closed_gates().next().is_some());
                holds(closed, "the run is at no gate")?;
                armed(model)
            }
            Self::Override => {
                holds(model.screen == Screen::Plan, "guards are overridden on the plan, or on the run that waits")?;
                let reading = desk.planning.made().ok_or_else(|| no("there is no plan yet"))?;
                holds(reading.blocks().next().is_some(), "nothing blocks the plan")?;
                let mut blocks = reading.blocks();
                holds(blocks.any(|note| note.code.row().overridable), "what blocks the plan cannot be overridden")
            }
            Self::Abort => {
                holds(model.screen == Screen::Run, "a run is aborted where it is followed")?;
                let state = desk.acting().ok_or_else(|| no("no run is under way here"))?;
                holds(state.abort.is_none(), "it was asked to stop already")?;
                armed(model)
            }
            Self::HandOver => {
                holds(model.screen == Screen::Run, "a run is handed over where it is followed")?;
                let state = desk.acting().ok_or_else(|| no("no run is under way here"))?;
                holds(state.handed_over.is_none(), "it was handed over already")?;
                armed(model)
            }
            Self::Resume => {
                let line = subject(model)?;
                // Where the journal cannot be believed, or is not here, there may be a copy that can.
                let state = line.state.as_ref().ok();
                match state.and_then(|state| state.finished.as_ref()) {
                    Some((RunOutcome::Aborted, _)) if state.is_some_and(|state| state.may_go_on_despite_abort()) => {}
                    Some((RunOutcome::Done | RunOutcome::Aborted, _)) => return Err(no("the run is over")),
                    Some((RunOutcome::Failed | RunOutcome::Unknown, _)) => {}
                    None => holds(model.is_carried_out(line) != Some(true), "the run is carried out already")?,
                }
                armed(model)
            }
            Self::Acknowledge => {
                let state = subject(model)?.state.as_ref();
                let state = state.map_err(|_| no("the run's journal cannot be believed"))?;
                holds(state.finished.is_some(), "the run is not over")?;
                holds(state.acknowledged.is_none(), "its end is acknowledged already")?;
                armed(model)
            }
            _ => Ok(()),
        }
    }
}

/// One process at a time is started from here.
fn nothing_starts(desk: &Desk) -> Result<(), Why> {
    match desk.starting.as_ref().map(|starting| &starting.what) {
        None => Ok(()),
        Some(Start::Begin(_)) => Err(no("a run is about to begin: wait for the answer")),
        Some(Start::Resume(run)) => Err(Why(format!("{run} is about to go on: wait for the answer").into())),
    }
}

/// The run that is looked at.
fn subject(model: &Model) -> Result<&RunLine, Why> {
    holds(matches!(model.screen, Screen::Run | Screen::Runs), "a run is told something where it is read")?;
    model.subject().ok_or_else(|| no("there is no run here"))
}

fn armed(model: &Model) -> Result<(), Why> {
    let key = || {
        model.keys.first(Action::Arm).map_or("arm it in the palette".to_owned(), |key| format!("press {key} to arm"))
    };
    if model.is_armed() { Ok(()) } else { Err(Why(format!("read-only: {}", key()).into())) }
}

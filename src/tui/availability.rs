//! Whether an action can be done here and now, and if not, why.

use super::{
    action::Action,
    model::{Model, Overlay, Purpose, Screen},
};

/// Why an action cannot be done now, in a line for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why(pub &'static str);

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
            (Self::Help, Overlay::Help) => Ok(()),
            (_, Overlay::Help) => Err(Why("the help is open: esc closes it")),
            (Self::Down | Self::Up | Self::PageDown | Self::PageUp | Self::First | Self::Last | Self::Open, _) => {
                Ok(())
            }
            (_, Overlay::Palette { .. }) => Err(Why("the palette is open: esc closes it")),
            (_, Overlay::Choice { purpose: Purpose::Theme { .. }, .. }) => {
                Err(Why("choose a theme with enter, or leave it with esc"))
            }
            (_, Overlay::Choice { purpose: Purpose::Scenario, .. }) => {
                Err(Why("choose a scenario with enter, or leave it with esc"))
            }
        }
    }

    fn on(self, model: &Model) -> Result<(), Why> {
        let holds = |holds: bool, why| if holds { Ok(()) } else { Err(Why(why)) };
        match self {
            Self::Down | Self::Up | Self::PageDown | Self::PageUp | Self::First | Self::Last => {
                holds(model.rows() > 0, "there is no list to move in here")
            }
            Self::Open => match model.screen {
                Screen::Overview | Screen::Wallboard => Ok(()),
                Screen::Findings => match model.chosen_finding() {
                    Some(finding) => holds(finding.region.is_some(), "this finding is about no one region"),
                    None => Err(Why("nothing is wrong, so there is nothing to open")),
                },
                Screen::Sources => holds(model.rows() > 0, "there is no source to open"),
                Screen::Region => Err(Why("the region is open already")),
            },
            Self::Back => holds(model.screen != Screen::Overview, "this is the overview: q quits"),
            Self::NextRegion | Self::PreviousRegion => {
                holds(model.stack.regions.len() > 1, "the stack has no other region")
            }
            Self::Scenario => {
                holds(!model.scenarios.is_empty(), "this is a real stack: scenarios can be set off in `evac demo` only")
            }
            Self::ChooseTheme | Self::NextTheme => holds(model.themes.len() > 1, "there is no other theme"),
            _ => Ok(()),
        }
    }
}

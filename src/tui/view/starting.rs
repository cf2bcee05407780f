//! A process that is being started: what it waits for, and that nothing is done before.

use ratatui::text::Line;

use super::{canvas::first_that_fits, state::State};
use crate::tui::{
    action::Action,
    desk::{Start, Starting},
    model::Model,
    theme::{Look, Role},
};

/// What it is about to do, in a word.
pub(super) fn state(starting: &Starting) -> State {
    State::active(match starting.what {
        Start::Begin(_) => "BEGINNING",
        Start::Resume(_) => "RESUMING",
    })
}

/// What it waits for.
pub(super) fn line(model: &Model, starting: &Starting, columns: usize, look: &Look) -> Line<'static> {
    let waits = starting.waits.as_ref().map_or("its process is started".to_owned(), |on| format!("waiting for {on}"));
    let yet = match starting.what {
        Start::Begin(_) => "nothing is begun yet",
        Start::Resume(_) => "nothing is done yet",
    };
    let quit = model.keys.named(Action::Quit);
    let wordings =
        [format!(": {waits}; {yet}, and {quit} leaves it so"), format!(": {waits}; {yet}"), format!(": {waits}")];
    let wordings = wordings.map(|text| Line::from(vec![state(starting).span(look), look.span(Role::Text, text)]));
    first_that_fits(wordings.into(), columns, look)
}

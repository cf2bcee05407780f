//! `evac`: the full screen.

use std::sync::Arc;

use super::{Context, Exit, Failure, arguments::StartArguments, context, log::Log, session::OpenStack};
use crate::{
    acting::Operator,
    config::{ColourChoice, Settings},
    tui::{self, ScenarioTrigger, theme::Level},
};

/// Shows the stack that the settings name.
pub fn run(context: &Context, start: StartArguments) -> Result<Exit, Failure> {
    let opened = context.open_stack()?;
    let log = context.log();
    context::runtime()?.block_on(show(context, &opened, None, start, log.as_ref()))
}

/// Shows a stack until someone quits.
pub async fn show(
    context: &Context,
    opened: &OpenStack,
    scenarios: Option<Arc<dyn ScenarioTrigger>>,
    start: StartArguments,
    log: Option<&Log>,
) -> Result<Exit, Failure> {
    let engine = opened.start_later();
    let session = tui::Session {
        stack: opened.stack.clone(),
        engine: engine.clone(),
        clock: engine.clock(),
        options: tui::Options {
            wallboard: start.wallboard,
            arm: start.arm,
            themes_directory: Some(context.places.config.join("themes")),
            log: log.map(|log| log.path.clone()),
            ..options(&context.settings)
        },
        acting: Some(Arc::new(Operator::new(opened.clone(), engine.clone()))),
        scenarios,
    };
    let ended = tui::run(session).await;
    engine.shut_down().await;
    match ended {
        Ok(tui::Exit::Quit) => Ok(Exit::Success),
        Ok(exit) => Ok(Exit::Signal(exit.status())),
        Err(error) => Err(Failure::new(format!("{error:#}"))),
    }
}

fn options(settings: &Settings) -> tui::Options {
    tui::Options {
        theme: settings.theme.clone(),
        level: match settings.colour {
            ColourChoice::Auto => None,
            ColourChoice::None => Some(Level::None),
            ColourChoice::Ansi16 => Some(Level::Sixteen),
            ColourChoice::Ansi256 => Some(Level::Many),
            ColourChoice::TrueColour => Some(Level::True),
        },
        ascii: settings.ascii,
        keys: settings.keys.clone(),
        slow: settings.slow,
        ..tui::Options::default()
    }
}

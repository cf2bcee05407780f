//! The full-screen face.
//!
//! Keys and the world come in as messages, [`update::update`] turns them into a new [`model::Model`] and effects,
//! and [`view::draw`] draws the model. Only [`run`] touches a terminal, a task or the time.
//!
//! Architecture Invariant: nothing here knows an SDK. The screen sees core types and the engine's handle.

pub mod acting;
pub mod action;
mod assessor;
pub mod availability;
pub mod clipboard;
mod copy;
pub mod desk;
pub mod detail;
pub mod effect;
pub mod form;
mod hands;
pub mod hints;
mod input;
pub mod items;
pub mod keymap;
pub mod keys_page;
pub mod message;
pub mod model;
mod outside;
mod overlay;
mod pace;
mod painter;
pub mod palette;
mod pen;
mod registry;
mod rows;
mod run;
mod signals;
pub mod terminal;
#[cfg(test)]
mod tests;
pub mod theme;
mod theme_files;
mod tty;
pub mod update;
mod verbs;
pub mod view;
mod window;
pub mod words;
mod writer;

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use evac_core::Stack;
use evac_engine::{Clock, EngineHandle};
use futures::future::BoxFuture;

use theme::Level;

/// Everything that the screen is given. When it ends, the engine goes on for as long as others hold its handle.
pub struct Session {
    /// The stack that is watched.
    pub stack: Arc<Stack>,
    /// What asks, and what is known.
    pub engine: EngineHandle,
    /// The time, by the clock that the observations are dated with.
    pub clock: Arc<dyn Clock>,
    /// How the screen looks and behaves.
    pub options: Options,
    /// What plans and acts; without it the screen only watches.
    pub acting: Option<Arc<dyn acting::Acting>>,
    /// The disasters that can be set off from here: in a demo only.
    pub scenarios: Option<Arc<dyn ScenarioTrigger>>,
}

/// How the screen looks and behaves. The default asks the environment where it must.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The theme by name; `None` for the one that suits the palette level.
    pub theme: Option<String>,
    /// How many colours there are; `None` to go by the environment.
    pub level: Option<Level>,
    /// True to draw with ASCII only.
    pub ascii: bool,
    /// Keys by the id of the action that they set off, in place of its own: `poll = ["F5", "g r"]`. No key at all
    /// takes the action's keys away.
    pub keys: BTreeMap<String, Vec<String>>,
    /// Where the user's own themes are; they are read again when they change.
    pub themes_directory: Option<PathBuf>,
    /// True for at most five frames a second. It is so anyway in an SSH session.
    pub slow: bool,
    /// True to start on the wallboard.
    pub wallboard: bool,
    /// True to start armed.
    pub arm: bool,
    /// Where the log is, to be named when the screen breaks down.
    pub log: Option<PathBuf>,
}

/// Sets off scenarios in the simulated world behind a demo.
pub trait ScenarioTrigger: Send + Sync {
    /// The names, each with a line that describes it.
    fn scenarios(&self) -> Vec<(String, String)>;

    /// Sets one off. The error is a line for a person.
    fn trigger<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<(), String>>;
}

/// How the screen ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Someone quit.
    Quit,
    /// A signal of this number ended it. A terminal that is gone counts as SIGHUP.
    Signal(i32),
}

impl Exit {
    /// The exit status of the process: 0, or 128 and the signal, as a shell says it.
    pub fn status(self) -> u8 {
        match self {
            Self::Quit => 0,
            Self::Signal(number) => u8::try_from(128_i32.saturating_add(number)).unwrap_or(u8::MAX),
        }
    }
}

/// Shows the screen until someone quits or a signal comes. The terminal is as it was before on every way out.
///
/// # Errors
/// Standard input or output is no terminal; a theme or an overridden key does not exist; the terminal cannot be
/// set up.
pub async fn run(session: Session) -> anyhow::Result<Exit> {
    terminal::marked(run::run(session)).await
}

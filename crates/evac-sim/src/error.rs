//! Why the simulator cannot do what it was asked.

use std::{io, path::PathBuf};

/// An error of the simulator.
#[derive(Debug, thiserror::Error)]
pub enum SimError {
    /// No scenario has that name.
    #[error("there is no scenario `{name}`{hint}\nhint: the scenarios are {known}")]
    UnknownScenario {
        /// The name that was asked for.
        name: String,
        /// "; did you mean …?", or nothing.
        hint: String,
        /// Every name.
        known: String,
    },
    /// A scenario file cannot be read.
    #[error("the scenario `{name}` cannot be read: {reason}")]
    Scenario {
        /// The scenario.
        name: String,
        /// Where and why.
        reason: String,
    },
    /// A file cannot be written or read.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// An endpoint cannot listen.
    #[error("an endpoint cannot listen on loopback: {0}")]
    Listen(#[source] io::Error),
    /// No simulator answers at the address that the directory names.
    #[error("no simulator answers for {}: {reason}\nhint: start one with `evac sim --dir {}`", path.display(), path.display())]
    NotRunning {
        /// The simulator's directory.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The simulator refused the request.
    #[error("{0}")]
    Refused(String),
    /// The stack file cannot be made.
    #[error("the stack file cannot be written: {0}")]
    Stack(String),
}

impl SimError {
    /// The error for a name that no scenario has, with the nearest name if one is near.
    pub fn unknown_scenario(name: &str, nearest: Option<&str>) -> Self {
        let known = crate::scenario::scenarios().iter().map(|summary| summary.name).collect::<Vec<_>>().join(", ");
        let hint = nearest.map_or_else(String::new, |nearest| format!("; did you mean `{nearest}`?"));
        Self::UnknownScenario { name: name.to_owned(), hint, known }
    }

    /// An error about a file.
    pub fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}

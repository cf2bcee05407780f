//! Finds the stack file and opens it.

use std::{
    io::IsTerminal,
    path::{Path, PathBuf},
};

use evac_core::Stack;

use super::Failure;
use crate::config::{Places, Settings, file, report};

/// What a stack file may be called in the folder that evac is started in.
const NAMES: [&str; 2] = ["evac.toml", "stack.toml"];

/// Where the user's own stack file is, when there is one only.
pub fn default_place(places: &Places) -> PathBuf {
    places.config.join("stack.toml")
}

/// The stack file to use: what the settings name, else one in this folder, else the user's own.
///
/// # Errors
/// When there is none, with what to do then.
pub fn find(settings: &Settings, folder: &Path, places: &Places) -> Result<PathBuf, Failure> {
    if let Some(stack) = &settings.stack {
        return Ok(stack.clone());
    }
    let here = NAMES.iter().map(|name| folder.join(name));
    here.chain([default_place(places)]).find(|path| path.is_file()).ok_or_else(|| {
        Failure::new("there is no stack file yet")
            .hint("`evac demo` shows a simulated stack, without any account")
            .hint("`evac config init` writes a commented stack file to fill in")
            .hint("`evac --stack FILE` takes one from anywhere")
    })
}

/// Reads and checks a stack file.
///
/// # Errors
/// Every problem at once, each with its place.
pub fn read(path: &Path, coloured: bool) -> Result<Stack, Failure> {
    let text = file::read_text(path, "stack file")?;
    Stack::parse(&text).map_err(|problems| Failure::report(report::render(path, &text, &problems, coloured)))
}

/// Whether standard error is a terminal whose user did not refuse colours.
pub fn is_colourful() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

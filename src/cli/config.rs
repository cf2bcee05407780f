//! `evac config`: stack files written, checked and described, and the settings in force.

use std::{
    fs::{self, File},
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
};

use evac_core::{Source, Stack, text};

use super::{Context, Exit, Failure, Output, arguments::ConfigCommand, stack_file, table::Table};
use crate::config::file;

/// The stack file that `evac config init` writes: the reference stack, with a word on every field.
pub const EXAMPLE: &str = include_str!("../../config/stack.example.toml");

/// Does what was asked.
pub fn run(context: &Context, command: ConfigCommand, output: &mut Output) -> Result<Exit, Failure> {
    match command {
        ConfigCommand::Init { output: Some(path) } if path.as_os_str() == "-" => {
            output.write(EXAMPLE).map(|()| Exit::Success)
        }
        ConfigCommand::Init { output: path } => {
            init(path.unwrap_or_else(|| stack_file::default_place(&context.places)), output)
        }
        ConfigCommand::Check { file } => {
            check(&file.map_or_else(|| context.stack_file(), Ok)?, context.coloured, output)
        }
        ConfigCommand::Schema => schema(output),
        ConfigCommand::Settings => settings(context, output),
    }
}

fn init(path: PathBuf, output: &mut Output) -> Result<Exit, Failure> {
    let shown = path.display().to_string();
    let failed = |error: &std::io::Error| Failure::new(format!("cannot write {shown}: {}", file::words(error)));
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| failed(&error))?;
    }
    // The file must not be there, and the system is asked for just that: nobody can slip one in between.
    let mut file = File::create_new(&path).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Failure::new(format!("{shown} is there already, and is left as it is"))
            .hint("`evac config init --output FILE` writes another")
            .hint("`evac config check` tells what is wrong with it, if anything"),
        _ => failed(&error),
    })?;
    file.write_all(EXAMPLE.as_bytes()).and_then(|()| file.sync_all()).map_err(|error| failed(&error))?;
    let shown = text::clean(&shown);
    output.write(&format!(
        "wrote {shown}\nhint: fill in your own names, then `evac config check {shown}`, `evac doctor`, `evac`\n"
    ))?;
    Ok(Exit::Success)
}

fn check(path: &Path, coloured: bool, output: &mut Output) -> Result<Exit, Failure> {
    let stack = stack_file::read(path, coloured)?;
    let sources: usize = stack.regions.keys().map(|region| Source::of(&stack, region).len()).sum();
    let (name, environment, regions) = (&stack.name, &stack.environment, stack.regions.len());
    let shown = text::clean(&path.display().to_string());
    output.line(&format!("{shown} is good: {name} {environment}, {regions} regions, {sources} sources"))?;
    Ok(Exit::Success)
}

/// Writes the JSON schema of stack files.
pub fn schema(output: &mut Output) -> Result<Exit, Failure> {
    let schema = schemars::schema_for!(Stack);
    output.line(&serde_json::to_string_pretty(&schema).map_err(|error| Failure::from_error(&error))?)?;
    Ok(Exit::Success)
}

fn settings(context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let mut rows = Vec::new();
    for (origin, layer) in &context.layers.layers {
        let said = serde_json::to_value(layer).map_err(|error| Failure::from_error(&error))?;
        for (name, value) in said.as_object().into_iter().flatten() {
            rows.push(vec![name.clone(), text::clean(&value.to_string()), origin.to_string()]);
        }
    }
    if rows.is_empty() {
        output.line("Every setting has its built-in value.")?;
    } else {
        // Weakest first: of two lines for one setting, the lower one holds.
        output.write(&Table::new(rows).to_string())?;
    }
    let places = [
        ("settings and stack", &context.places.config),
        ("history and log", &context.places.state),
        ("costs", &context.places.cache),
    ];
    let rows = places.map(|(what, place)| vec![format!("{what}:"), text::clean(&place.display().to_string())]);
    output.write(&format!("\n{}", Table::new(rows)))?;
    Ok(Exit::Success)
}

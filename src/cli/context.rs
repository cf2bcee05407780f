//! What a command knows of where it runs: the settings in force and where files are kept.

use std::path::PathBuf;

use super::{Failure, arguments::CommonArguments, log, stack_file};
use crate::config::{Layer, Places, Settings, SettingsLayers, Surroundings};

/// What a command knows of where it runs.
pub struct Context {
    /// The settings in force.
    pub settings: Settings,
    /// The layers that they come from.
    pub layers: SettingsLayers,
    /// Where files are kept.
    pub places: Places,
    /// The folder that evac was started in.
    pub folder: PathBuf,
}

impl Context {
    /// Reads the settings.
    pub fn load(common: &CommonArguments) -> Result<Self, Failure> {
        let places = Places::of_user()?;
        let folder = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
        let surroundings = Surroundings {
            variable: &|name| std::env::var_os(name),
            folder: folder.clone(),
            user: Some(places.config.clone()),
            coloured: stack_file::colours(),
        };
        let layers = SettingsLayers::load(&surroundings, layer_of(common))?;
        Ok(Self { settings: layers.settings(), layers, places, folder })
    }

    /// The stack file to use.
    pub fn stack_file(&self) -> Result<PathBuf, Failure> {
        stack_file::find(&self.settings, &self.folder, &self.places)
    }

    /// Begins the log file. The log goes on until what is returned is dropped; that there is none is no reason not
    /// to watch.
    pub fn log(&self) -> Option<log::Log> {
        log::begin(&self.places.state, self.settings.log_level)
    }
}

fn layer_of(common: &CommonArguments) -> Layer {
    let CommonArguments { stack, theme, colour, ascii, slow, log_level } = common.clone();
    Layer {
        stack,
        theme,
        colour,
        ascii: ascii.then_some(true),
        slow: slow.then_some(true),
        log_level,
        keys: None,
    }
}

/// The runtime that everything asynchronous runs on: two threads, for the work is waiting.
pub fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Failure::new(format!("cannot start the runtime: {error}")))
}

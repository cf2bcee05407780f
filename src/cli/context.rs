//! What a command knows of where it runs: the settings in force and where files are kept.

use std::path::PathBuf;

use super::{Failure, arguments::CommonArguments, log, session::OpenStack, stack_file};
use crate::config::{ColourChoice, Layer, Places, Settings, SettingsLayers, Surroundings};

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
    /// Whether reports on standard error may use colours.
    pub coloured: bool,
}

impl Context {
    /// Reads the settings.
    pub fn load(common: &CommonArguments) -> Result<Self, Failure> {
        let places = Places::of_user()?;
        let folder = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
        let coloured = common.colour != Some(ColourChoice::None) && stack_file::is_colourful();
        let surroundings = Surroundings {
            variable: &|name| std::env::var_os(name),
            folder: folder.clone(),
            user: Some(places.config.clone()),
            coloured,
        };
        let layers = SettingsLayers::load(&surroundings, layer_of(common))?;
        Ok(Self { settings: layers.settings(), layers, places, folder, coloured })
    }

    /// The stack file to use.
    pub fn stack_file(&self) -> Result<PathBuf, Failure> {
        stack_file::find(&self.settings, &self.folder, &self.places)
    }

    /// The stack to use.
    pub fn open_stack(&self) -> Result<OpenStack, Failure> {
        OpenStack::open(&self.stack_file()?, &self.places, self.coloured)
    }

    /// Begins the log file. The log goes on until what is returned is dropped; that there is none is no reason not
    /// to watch.
    pub fn log(&self) -> Option<log::Log> {
        log::begin(&self.places.state, self.settings.log_level)
    }
}

fn layer_of(common: &CommonArguments) -> Layer {
    let CommonArguments { stack, theme, colour, ascii, slow, log_level } = common.clone();
    Layer { stack, theme, colour, ascii: ascii.then_some(true), slow: slow.then_some(true), log_level, keys: None }
}

/// The runtime that everything asynchronous runs on: two threads, for the work is waiting.
pub fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Failure::new(format!("cannot start the runtime: {error}")))
}

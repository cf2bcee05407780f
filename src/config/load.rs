use std::{
    ffi::OsString,
    fmt,
    path::{Path, PathBuf},
};

use clap::ValueEnum;

use super::{ColourChoice, Layer, LogLevel, Settings, file, report};
use crate::cli::Failure;

/// The settings of every user of the machine.
const SYSTEM: &str = "/etc/evac/config.toml";
/// The settings of a project, in the folder that evac is started in.
const PROJECT: &str = ".evac.toml";
/// The settings of a user, in the folder of [`Places::config`](super::Places).
const USER: &str = "config.toml";

/// Where a layer came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A file.
    File(PathBuf),
    /// `EVAC_*` variables.
    Environment,
    /// The command line.
    CommandLine,
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(formatter, "{}", evac_core::text::clean(&path.display().to_string())),
            Self::Environment => formatter.write_str("the environment"),
            Self::CommandLine => formatter.write_str("the command line"),
        }
    }
}

/// What settings are read from, besides the command line: handed in, so that a test can say what it is.
pub struct Surroundings<'a> {
    /// Tells an environment variable.
    pub variable: &'a dyn Fn(&str) -> Option<OsString>,
    /// The folder that evac is started in.
    pub folder: PathBuf,
    /// The folder of the user's settings; `None` when there is no home.
    pub user: Option<PathBuf>,
    /// Whether a report may use colours.
    pub coloured: bool,
}

/// The layers in force, the weakest first.
#[derive(Debug, Default)]
pub struct SettingsLayers {
    /// Each layer that says anything.
    pub layers: Vec<(Origin, Layer)>,
}

impl SettingsLayers {
    /// Reads every layer: built-in < system < user < project < environment < command line. Files that do not
    /// exist say nothing.
    ///
    /// # Errors
    /// The problems of the first layer that has any.
    pub fn load(surroundings: &Surroundings<'_>, command_line: Layer) -> Result<Self, Failure> {
        let mut layers = Self::default();
        let user = surroundings.user.as_ref().map(|user| user.join(USER));
        let files = [Some(PathBuf::from(SYSTEM)), user, Some(surroundings.folder.join(PROJECT))];
        for path in files.into_iter().flatten() {
            if let Some(layer) = from_file(&path, surroundings.coloured)? {
                layers.layers.push((Origin::File(path), layer));
            }
        }
        layers.layers.push((Origin::Environment, from_environment(surroundings.variable)?));
        if let Some(problem) = command_line.problems().first() {
            return Err(Failure::usage(format!("--{} {}", problem.field.replace('_', "-"), problem.message)));
        }
        layers.layers.push((Origin::CommandLine, command_line));
        layers.layers.retain(|(_, layer)| *layer != Layer::default());
        Ok(layers)
    }

    /// The settings that the layers come to.
    pub fn settings(&self) -> Settings {
        let mut settings = Settings::default();
        for (_, layer) in &self.layers {
            layer.clone().apply(&mut settings);
        }
        settings
    }
}

fn from_file(path: &Path, coloured: bool) -> Result<Option<Layer>, Failure> {
    if !path.try_exists().unwrap_or(true) {
        return Ok(None);
    }
    let text = file::read_text(path, "settings file")?;
    let folder = path.parent().unwrap_or(Path::new("."));
    match Layer::parse(&text, folder) {
        Ok(layer) => Ok(Some(layer)),
        Err(problems) => Err(Failure::report(report::render(path, &text, &problems, coloured))),
    }
}

fn from_environment(variable: &dyn Fn(&str) -> Option<OsString>) -> Result<Layer, Failure> {
    let text = |name: &str| match variable(name).filter(|value| !value.is_empty()) {
        None => Ok(None),
        Some(value) => value.into_string().map(Some).map_err(|_| wrong(name, "is not UTF-8")),
    };
    let layer = Layer {
        stack: variable("EVAC_STACK").filter(|value| !value.is_empty()).map(PathBuf::from),
        theme: text("EVAC_THEME")?,
        colour: match text("EVAC_COLOUR")?
            .map(|word| ("EVAC_COLOUR", word))
            .or(text("EVAC_COLOR")?.map(|word| ("EVAC_COLOR", word)))
        {
            Some((name, word)) => Some(one_of::<ColourChoice>(name, &word)?),
            None => None,
        },
        ascii: text("EVAC_ASCII")?.map(|word| yes_or_no("EVAC_ASCII", &word)).transpose()?,
        slow: text("EVAC_SLOW")?.map(|word| yes_or_no("EVAC_SLOW", &word)).transpose()?,
        log_level: text("EVAC_LOG_LEVEL")?.map(|word| one_of::<LogLevel>("EVAC_LOG_LEVEL", &word)).transpose()?,
        keys: None,
    };
    match layer.problems().first() {
        Some(problem) => Err(wrong(&format!("EVAC_{}", problem.field.to_uppercase()), &problem.message)),
        None => Ok(layer),
    }
}

fn wrong(name: &str, why: &str) -> Failure {
    Failure::new(format!("the environment variable {name} {why}"))
        .hint(format!("unset it, or see `evac help` for what {name} may be"))
}

fn one_of<T: ValueEnum>(name: &str, word: &str) -> Result<T, Failure> {
    T::from_str(word, true).map_err(|_| {
        let values = T::value_variants().iter().filter_map(ValueEnum::to_possible_value);
        let known = values.map(|value| value.get_name().to_owned()).collect::<Vec<_>>().join(", ");
        Failure::new(format!("the environment variable {name} cannot be `{word}`")).hint(format!("it can be {known}"))
    })
}

fn yes_or_no(name: &str, word: &str) -> Result<bool, Failure> {
    match word.to_lowercase().as_str() {
        "1" | "true" | "yes" => Ok(true),
        "0" | "false" | "no" => Ok(false),
        _ => Err(Failure::new(format!("the environment variable {name} cannot be `{word}`")).hint("it can be 1 or 0")),
    }
}

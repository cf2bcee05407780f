use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use evac_core::{
    stack::{Problem, field_span},
    suggestion, text,
};
use serde::{Deserialize, Serialize};

use super::{ColourChoice, LogLevel, Settings};

/// What one layer says: a file, the environment or the command line. What it leaves out, a layer below it decides.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layer {
    /// The stack file; in a file, relative to that file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stack: Option<PathBuf>,
    /// The theme, by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub theme: Option<String>,
    /// How many colours to use.
    #[serde(skip_serializing_if = "Option::is_none", alias = "color")]
    pub colour: Option<ColourChoice>,
    /// True draws with ASCII characters only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ascii: Option<bool>,
    /// True draws at most 5 frames a second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slow: Option<bool>,
    /// How much goes into the log file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_level: Option<LogLevel>,
    /// Keys by the action that they set off, in place of its own; none takes the action's keys away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keys: Option<BTreeMap<String, Vec<String>>>,
}

impl Layer {
    /// Reads the text of a settings file that lies in `folder`.
    ///
    /// # Errors
    /// What is wrong: a problem of form alone, those of meaning all at once.
    pub fn parse(text: &str, folder: &Path) -> Result<Self, Vec<Problem>> {
        let deserializer = toml::Deserializer::parse(text).map_err(|error| vec![form(&error, String::new())])?;
        let mut layer: Self = serde_path_to_error::deserialize(deserializer).map_err(|error| {
            let field = error.path().to_string();
            vec![form(error.inner(), if field == "." { String::new() } else { field })]
        })?;
        let mut problems = layer.problems();
        if !problems.is_empty() {
            for problem in &mut problems {
                problem.span = field_span(text, &problem.field);
            }
            return Err(problems);
        }
        layer.stack = layer.stack.map(|stack| folder.join(stack));
        Ok(layer)
    }

    /// What is wrong with what the layer says, by field.
    pub(super) fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut add = |field: &str, message: &str, hint: &str| {
            let (message, hint) = (message.to_owned(), Some(hint.to_owned()));
            problems.push(Problem { field: field.to_owned(), span: None, message, hint });
        };
        if self.theme.as_ref().is_some_and(|theme| theme.trim().is_empty() || theme.chars().any(text::is_hostile)) {
            add("theme", "is not the name of a theme", "write a name, such as `night`");
        }
        problems
    }

    /// Puts what this layer says over the settings.
    pub(super) fn apply(self, settings: &mut Settings) {
        fn put<T>(value: Option<T>, place: &mut T) {
            if let Some(value) = value {
                *place = value;
            }
        }
        settings.stack = self.stack.or(settings.stack.take());
        settings.theme = self.theme.or(settings.theme.take());
        put(self.colour, &mut settings.colour);
        put(self.ascii, &mut settings.ascii);
        put(self.slow, &mut settings.slow);
        put(self.log_level, &mut settings.log_level);
        settings.keys.extend(self.keys.unwrap_or_default());
    }
}

fn form(error: &toml::de::Error, field: String) -> Problem {
    let message = text::clean(error.message());
    Problem { hint: suggestion::of_unknown(&message), field, span: error.span(), message }
}

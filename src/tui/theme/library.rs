//! The themes that there are: those in the program, and those of the user's directory, which come first.

use std::{collections::BTreeMap, path::Path};

use super::{
    Level, Role,
    parse::{self, Paint, ThemeProblem},
};
use ratatui::style::Style;

/// The theme that is used when none is asked for.
pub const DEFAULT_THEME: &str = "night";

/// The largest theme file that is read.
const MAX_FILE: u64 = 64 * 1024;

const BUILT_IN: [(&str, &str); 6] = [
    ("night", include_str!("../../../themes/night.toml")),
    ("day", include_str!("../../../themes/day.toml")),
    ("wallboard", include_str!("../../../themes/wallboard.toml")),
    ("colourblind", include_str!("../../../themes/colourblind.toml")),
    ("ansi16", include_str!("../../../themes/ansi16.toml")),
    ("mono", include_str!("../../../themes/mono.toml")),
];

/// How every role looks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Theme {
    /// Its name: the name of its file.
    pub name: String,
    /// What it is for, in a few words.
    pub description: String,
    paints: BTreeMap<Role, Paint>,
}

impl Theme {
    /// Reads a theme file.
    pub fn parse(name: &str, file: &str, text: &str) -> Result<Self, Vec<ThemeProblem>> {
        let parse::File { description, paints } = parse::parse(file, text)?;
        Ok(Self { name: evac_core::text::clean(name), description, paints })
    }

    /// How a role looks on a terminal of this level.
    pub(super) fn style(&self, role: Role, level: Level) -> Style {
        if level == Level::None {
            return Style::new().add_modifier(role.plain());
        }
        let paint = self.paints.get(&role).copied().unwrap_or_default();
        let colour = |shade: Option<parse::Shade>| {
            let shade = shade?;
            match shade.sixteen {
                Some(sixteen) if level == Level::Sixteen => sixteen.at(level),
                _ => shade.colour.at(level),
            }
        };
        let mut style = Style::new().add_modifier(paint.modifier);
        style.fg = colour(paint.ink);
        style.bg = colour(paint.ground);
        style
    }
}

/// The themes that there are.
#[derive(Debug, Clone)]
pub struct Themes {
    themes: Vec<Theme>,
}

impl Themes {
    /// Those in the program.
    pub fn built_in() -> Self {
        // A file of the program that did not parse would be left out; a test makes sure that none is.
        let themes = BUILT_IN.iter().filter_map(|(name, text)| Theme::parse(name, &format!("{name}.toml"), text).ok());
        Self { themes: themes.collect() }
    }

    /// Those in the program, and the `*.toml` files of a directory, which replace those of the same name. A file
    /// with problems is left out and its problems are told; a directory that is not there is no problem.
    pub fn load(directory: &Path) -> (Self, Vec<ThemeProblem>) {
        let (mut themes, mut problems) = (Self::built_in(), Vec::new());
        let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
        let mut files: Vec<_> = entries.map(|entry| entry.path()).collect();
        files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
        files.sort();
        for path in files {
            match read(&path) {
                Ok(theme) => themes.add(theme),
                Err(found) => problems.extend(found),
            }
        }
        (themes, problems)
    }

    fn add(&mut self, theme: Theme) {
        match self.themes.iter_mut().find(|known| known.name == theme.name) {
            Some(known) => *known = theme,
            None => self.themes.push(theme),
        }
    }

    /// A theme by its name.
    pub fn get(&self, name: &str) -> Option<&Theme> {
        self.themes.iter().find(|theme| theme.name == name)
    }

    /// A theme by its name, or the one that is used when none is asked for.
    pub fn get_or_default(&self, name: &str) -> Theme {
        self.get(name).or_else(|| self.get(DEFAULT_THEME)).cloned().unwrap_or_default()
    }

    /// All of them: those in the program first.
    pub fn all(&self) -> impl Iterator<Item = &Theme> {
        self.themes.iter()
    }

    /// The theme after the one of this name, round and round.
    pub fn after(&self, name: &str) -> Option<&Theme> {
        let here = self.themes.iter().position(|theme| theme.name == name);
        let next = here.map_or(0, |here| (here + 1) % self.themes.len().max(1));
        self.themes.get(next)
    }
}

fn read(path: &Path) -> Result<Theme, Vec<ThemeProblem>> {
    let file = path.display().to_string();
    let whole = |message: String| {
        let problem = ThemeProblem { file: file.clone(), line: None, field: String::new(), message, hint: None };
        vec![problem]
    };
    let length = std::fs::metadata(path).map_err(|error| whole(error.to_string()))?.len();
    if length > MAX_FILE {
        return Err(whole(format!("it is over {MAX_FILE} bytes long")));
    }
    let text = std::fs::read_to_string(path).map_err(|error| whole(error.to_string()))?;
    let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    Theme::parse(&name, &file, &text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn every_theme_of_the_program_parses_and_says_what_it_is_for() {
        for (name, text) in BUILT_IN {
            let theme = Theme::parse(name, name, text).unwrap();
            assert!(!theme.description.is_empty(), "{name}");
        }
        assert_eq!(Themes::built_in().all().count(), BUILT_IN.len());
        assert_eq!(Themes::built_in().after("mono").unwrap().name, DEFAULT_THEME);
    }

    #[test]
    fn the_theme_without_colours_is_what_any_theme_is_on_a_terminal_without() {
        let themes = Themes::built_in();
        for role in Role::ALL {
            let mono = themes.get("mono").unwrap().style(*role, Level::True);
            let none = themes.get("night").unwrap().style(*role, Level::None);
            assert_eq!(mono.add_modifier, none.add_modifier, "{}", role.name());
            assert!(mono.fg.is_none() && mono.bg.is_none(), "{}", role.name());
        }
    }

    #[test]
    fn what_must_be_told_apart_looks_different_in_every_theme_at_every_level() {
        for theme in Themes::built_in().all() {
            for level in Level::ALL {
                let style = |role| theme.style(role, level);
                let apart = [Role::Text, Role::Selected, Role::NoGo, Role::Unknown, Role::Go];
                for (index, one) in apart.iter().enumerate() {
                    for other in &apart[..index] {
                        assert_ne!(style(*one), style(*other), "{} at {level}: {one:?} and {other:?}", theme.name);
                    }
                }
                assert_ne!(style(Role::BannerProd), style(Role::Text), "{} at {level}", theme.name);
            }
        }
    }

    #[test]
    fn a_user_directory_adds_and_replaces_and_tells_what_is_broken() {
        let directory = std::env::temp_dir().join(format!("evac-themes-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        let own = include_str!("../../../themes/mono.toml");
        std::fs::write(directory.join("night.toml"), own).unwrap();
        std::fs::write(directory.join("own.toml"), own).unwrap();
        std::fs::write(directory.join("broken.toml"), "roles = 1").unwrap();
        let (themes, problems) = Themes::load(&directory);
        std::fs::remove_dir_all(&directory).unwrap();
        assert_eq!(themes.all().count(), BUILT_IN.len() + 1);
        assert_eq!(themes.get("night").unwrap().description, themes.get("mono").unwrap().description);
        assert!(problems[0].to_string().contains("broken.toml:1: roles: it must be a table"), "{problems:?}");
        let (themes, problems) = Themes::load(&directory);
        assert!(problems.is_empty() && themes.all().count() == BUILT_IN.len());
    }
}

//! Theme files. Every problem of meaning is told at once, each with its line and what to do about it.

use std::{collections::BTreeMap, fmt, ops::Range};

use evac_core::suggestion;
use ratatui::style::Modifier;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{Colour, Role};

/// How one role looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Paint {
    pub(super) ink: Option<Shade>,
    pub(super) ground: Option<Shade>,
    pub(super) modifier: Modifier,
}

/// A colour, and where the theme says so, another for terminals of sixteen colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shade {
    pub(super) colour: Colour,
    pub(super) sixteen: Option<Colour>,
}

/// Something wrong in a theme file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThemeProblem {
    /// The file.
    pub file: String,
    /// The line, from 1; `None` when the problem is of the file as a whole.
    pub line: Option<usize>,
    /// The field by its dotted path; empty for the file itself.
    pub field: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl fmt::Display for ThemeProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.file)?;
        if let Some(line) = self.line {
            write!(formatter, ":{line}")?;
        }
        if !self.field.is_empty() {
            write!(formatter, ": {}", self.field)?;
        }
        write!(formatter, ": {}", self.message)?;
        self.hint.as_ref().map_or(Ok(()), |hint| write!(formatter, " (hint: {hint})"))
    }
}

/// What a theme file says.
#[derive(Debug, Default)]
pub(super) struct File {
    pub(super) description: String,
    pub(super) paints: BTreeMap<Role, Paint>,
}

/// Reads a theme file.
pub(super) fn parse(file: &str, text: &str) -> Result<File, Vec<ThemeProblem>> {
    let mut reader = Reader { file, text, problems: Vec::new(), palette: BTreeMap::new() };
    let mut parsed = File::default();
    match DeTable::parse(text) {
        Ok(table) => reader.read(table.get_ref(), &mut parsed),
        Err(error) => {
            let message = evac_core::text::clean(error.message());
            reader.problem("", error.span(), message, None);
        }
    }
    if reader.problems.is_empty() { Ok(parsed) } else { Err(reader.problems) }
}

type Value<'a> = Spanned<DeValue<'a>>;

struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    problems: Vec<ThemeProblem>,
    palette: BTreeMap<String, Shade>,
}

impl Reader<'_> {
    fn problem(&mut self, field: &str, span: Option<Range<usize>>, message: impl Into<String>, hint: Option<String>) {
        let line = span.map(|span| {
            let before = self.text.get(..span.start).unwrap_or_default();
            1 + before.matches('\n').count()
        });
        let (file, field) = (self.file.to_owned(), evac_core::text::clean(field));
        self.problems.push(ThemeProblem { file, line, field, message: message.into(), hint });
    }

    fn unknown(&mut self, field: &str, key: &Spanned<impl AsRef<str>>, known: &[&str]) {
        let hint = nearest(key.get_ref().as_ref(), known.iter().copied())
            .unwrap_or_else(|| format!("there are {}", known.join(", ")));
        self.problem(field, Some(key.span()), "there is no such field", Some(hint));
    }

    fn read(&mut self, table: &DeTable<'_>, parsed: &mut File) {
        // The palette first, wherever it stands: the roles name its colours.
        if let Some((_, palette)) = table.iter().find(|(key, _)| key.get_ref() == "palette") {
            self.palette(palette);
        }
        for (key, value) in table.iter() {
            match (key.get_ref().as_ref(), value.get_ref()) {
                ("palette", _) => {}
                ("description", DeValue::String(text)) => parsed.description = evac_core::text::clean(text),
                ("description", _) => self.problem("description", Some(value.span()), "it must be a text", None),
                ("roles", DeValue::Table(roles)) => self.roles(roles, parsed),
                ("roles", _) => self.problem("roles", Some(value.span()), "it must be a table", None),
                (name, _) => self.unknown(name, key, &["description", "palette", "roles"]),
            }
        }
        let missing: Vec<_> =
            Role::ALL.iter().filter(|role| !parsed.paints.contains_key(role)).map(|role| role.name()).collect();
        if !missing.is_empty() && self.problems.is_empty() {
            let hint = "write each under [roles], as `{}` where the terminal's own will do".to_owned();
            self.problem("roles", None, format!("these are missing: {}", missing.join(", ")), Some(hint));
        }
    }

    fn palette(&mut self, value: &Value<'_>) {
        let DeValue::Table(table) = value.get_ref() else {
            return self.problem("palette", Some(value.span()), "it must be a table", None);
        };
        for (key, value) in table {
            let field = format!("palette.{}", key.get_ref());
            if let Some(shade) = self.shade(&field, value) {
                self.palette.insert(key.get_ref().to_string(), shade);
            }
        }
    }

    /// A colour, or a table of one and of another for terminals of sixteen colours.
    fn shade(&mut self, field: &str, value: &Value<'_>) -> Option<Shade> {
        let DeValue::Table(table) = value.get_ref() else {
            return self.colour(field, value).map(|colour| Shade { colour, sixteen: None });
        };
        let (mut colour, mut sixteen) = (None, None);
        for (key, value) in table {
            let inner = format!("{field}.{}", key.get_ref());
            match key.get_ref().as_ref() {
                "colour" => colour = self.colour(&inner, value),
                "sixteen" => {
                    sixteen = self.colour(&inner, value);
                    if matches!(sixteen, Some(Colour::Rgb(..) | Colour::Index(16..))) {
                        let hint = Some("write one of the sixteen by its name, or `default`".to_owned());
                        self.problem(&inner, Some(value.span()), "it is not one of the sixteen", hint);
                    }
                }
                _ => self.unknown(&inner, key, &["colour", "sixteen"]),
            }
        }
        if colour.is_none() && !table.contains_key("colour") {
            self.problem(field, Some(value.span()), "`colour` is missing", None);
        }
        colour.map(|colour| Shade { colour, sixteen })
    }

    fn colour(&mut self, field: &str, value: &Value<'_>) -> Option<Colour> {
        let wrong = match value.get_ref() {
            DeValue::String(text) => match Colour::named(text) {
                Some(colour) => return Some(colour),
                None => format!("`{}` is no colour", evac_core::text::clean(text)),
            },
            DeValue::Integer(number) => match number.as_str().parse::<u8>() {
                Ok(index) => return Some(Colour::Index(index)),
                Err(_) => format!("{} is no colour of the 256", number.as_str()),
            },
            _ => "this is no colour".to_owned(),
        };
        let hint = value.get_ref().as_str().and_then(|text| {
            let names = self.palette.keys().cloned().chain(Colour::names().map(str::to_owned));
            nearest(text, names.collect::<Vec<_>>().iter().map(String::as_str))
        });
        let hint = hint.unwrap_or_else(|| "write a name, a number from 0 to 255 or `#rrggbb`".to_owned());
        self.problem(field, Some(value.span()), wrong, Some(hint));
        None
    }

    fn roles(&mut self, roles: &DeTable<'_>, parsed: &mut File) {
        for (key, value) in roles {
            let field = format!("roles.{}", key.get_ref());
            match Role::ALL.iter().find(|role| role.name() == key.get_ref()) {
                Some(role) => {
                    let paint = self.paint(&field, value);
                    parsed.paints.insert(*role, paint);
                }
                None => self.unknown(&field, key, &Role::ALL.iter().map(|role| role.name()).collect::<Vec<_>>()),
            }
        }
    }

    fn paint(&mut self, field: &str, value: &Value<'_>) -> Paint {
        let mut paint = Paint::default();
        let DeValue::Table(table) = value.get_ref() else {
            let hint = Some("write it like `{ ink = \"green\", bold = true }`".to_owned());
            self.problem(field, Some(value.span()), "it must be a table", hint);
            return paint;
        };
        for (key, value) in table {
            let inner = format!("{field}.{}", key.get_ref());
            let modifier = match key.get_ref().as_ref() {
                "ink" => {
                    paint.ink = self.picked(&inner, value);
                    continue;
                }
                "ground" => {
                    paint.ground = self.picked(&inner, value);
                    continue;
                }
                "bold" => Modifier::BOLD,
                "underline" => Modifier::UNDERLINED,
                "reverse" => Modifier::REVERSED,
                _ => {
                    self.unknown(&inner, key, &["ink", "ground", "bold", "underline", "reverse"]);
                    continue;
                }
            };
            match value.get_ref() {
                DeValue::Boolean(on) => paint.modifier.set(modifier, *on),
                _ => self.problem(&inner, Some(value.span()), "it must be true or false", None),
            }
        }
        paint
    }

    fn picked(&mut self, field: &str, value: &Value<'_>) -> Option<Shade> {
        let named = value.get_ref().as_str().and_then(|name| self.palette.get(name).copied());
        named.or_else(|| self.shade(field, value))
    }
}

fn nearest<'a>(given: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    suggestion::nearest(given, known).map(|name| format!("did you mean `{name}`?"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn problems(text: &str) -> Vec<String> {
        parse("x.toml", text).unwrap_err().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn each_problem_names_its_line_its_field_and_a_way_out() {
        let text = "descripton = \"mine\"\n[palette]\nleaf = \"#12345\"\n[roles]\ngo = { ink = \"gren\", bald = true }\n\
                    nogo = {}\ntext = 3\nselected = { ground = 300 }\n";
        let found = problems(text);
        for line in [
            "x.toml:1: descripton: there is no such field (hint: did you mean `description`?)",
            "x.toml:3: palette.leaf: `#12345` is no colour (hint: write a name, a number from 0 to 255 or `#rrggbb`)",
            "x.toml:5: roles.go.ink: `gren` is no colour (hint: did you mean `green`?)",
            "x.toml:6: roles.nogo: there is no such field (hint: did you mean `no_go`?)",
            "x.toml:7: roles.text: it must be a table (hint: write it like `{ ink = \"green\", bold = true }`)",
            "x.toml:8: roles.selected.ground: 300 is no colour of the 256 (hint: write a name, a number from 0 to 255 \
             or `#rrggbb`)",
        ] {
            assert!(found.iter().any(|problem| problem == line), "{line} is not among {found:#?}");
        }
        assert!(found.iter().any(|problem| problem.contains("roles.go.bald")), "{found:#?}");
    }

    #[test]
    fn a_broken_file_and_an_incomplete_one_are_told() {
        assert!(problems("[roles\n")[0].starts_with("x.toml:1: "), "{:?}", problems("[roles\n"));
        assert!(problems("[roles]\ngo = {}\n")[0].contains("these are missing: background, text"));
    }
}

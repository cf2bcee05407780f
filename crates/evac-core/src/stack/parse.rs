use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::{Stack, validate};

/// Something wrong in a stack file: where, what, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The field by its dotted path, such as `regions.us-west-2.role`; empty for the file itself.
    pub field: String,
    /// The bytes of the file that the problem is about.
    pub span: Option<Range<usize>>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Stack {
    /// Reads a stack file, and checks what the form alone does not. All problems of meaning are told at once; a
    /// problem of form is told alone, since nothing after it can be trusted.
    pub fn parse(text: &str) -> Result<Self, Vec<Problem>> {
        let deserializer =
            toml::Deserializer::parse(text).map_err(|error| vec![form_problem(&error, String::new())])?;
        let stack = serde_path_to_error::deserialize::<_, Self>(deserializer).map_err(|error| {
            let field = error.path().to_string();
            vec![form_problem(error.inner(), if field == "." { String::new() } else { field })]
        })?;
        let mut problems = validate::problems(&stack);
        if problems.is_empty() {
            return Ok(stack);
        }
        for problem in &mut problems {
            problem.span = field_span(text, &problem.field);
        }
        Err(problems)
    }

    /// The stack as a file.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string_pretty(self)
    }
}

fn form_problem(error: &toml::de::Error, field: String) -> Problem {
    let message = crate::text::clean(error.message());
    Problem { hint: crate::suggestion::of_unknown(&message), field, span: error.span(), message }
}

/// The bytes that a dotted path names: the value, or where the path ends early, the deepest table that exists.
/// Keys with dots in them are looked up whole first.
pub fn field_span(text: &str, path: &str) -> Option<Range<usize>> {
    let table = DeTable::parse(text).ok()?;
    let mut span = None;
    let mut value = DeValue::Table(table.into_inner());
    let mut rest = path;
    while !rest.is_empty() {
        let found = match &value {
            DeValue::Table(table) => table
                .iter()
                .filter_map(|(key, inner)| {
                    let after = rest.strip_prefix(key.get_ref().as_ref())?;
                    (after.is_empty() || after.starts_with(['.', '['])).then(|| (after, key.span(), inner.clone()))
                })
                .min_by_key(|(after, ..)| after.len()),
            DeValue::Array(array) => {
                let (index, after) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']'))?;
                let inner = array.get(index.parse::<usize>().ok()?)?;
                Some((after, inner.span(), inner.clone()))
            }
            _ => None,
        };
        let Some((after, key, inner)) = found else { break };
        span = Some(match inner.get_ref() {
            DeValue::Table(_) | DeValue::Array(_) => key,
            _ => inner.span(),
        });
        value = inner.into_inner();
        rest = after.strip_prefix('.').unwrap_or(after);
    }
    span
}

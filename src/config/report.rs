//! The problems of a file, each with its place, the offending text and what to do. Written once: for stack files
//! and for settings.

use std::{ops::Range, path::Path};

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use evac_core::{stack::Problem, text};

/// How many characters of a line are shown at most, and how many of them before the problem.
const WINDOW: usize = 96;
const BEFORE: usize = 32;

/// How many problems are laid out: a file in which everything is wrong is not read to its end.
const MOST: usize = 50;

/// Lays out every problem of a file. Colours are used only when asked for; the text is the same without them.
pub fn render(path: &Path, source: &str, problems: &[Problem], coloured: bool) -> String {
    let renderer = if coloured { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.term_width(WINDOW + 40);
    let name = text::clean(&path.display().to_string());
    let mut reports: Vec<_> =
        problems.iter().take(MOST).map(|problem| one(&renderer, &name, source, problem)).collect();
    if problems.len() > MOST {
        reports.push(format!("error: and {} more", problems.len() - MOST));
    }
    reports.join("\n\n")
}

fn one(renderer: &Renderer, name: &str, source: &str, problem: &Problem) -> String {
    // Once the right name is told, the list of all names is only noise.
    let message = match (&problem.hint, problem.message.split_once(", expected ")) {
        (Some(hint), Some((message, _))) if hint.starts_with("did you mean") => message,
        _ => &problem.message,
    };
    let title = match problem.field.as_str() {
        "" => message.to_owned(),
        field => format!("{}: {message}", text::clean(field)),
    };
    let excerpt = problem.span.clone().map(|span| Excerpt::of(source, span));
    let mut group = Group::with_title(Level::ERROR.primary_title(title));
    group = match &excerpt {
        Some(excerpt) => group.element(
            Snippet::source(&excerpt.text)
                .line_start(excerpt.line)
                .path(name)
                .annotation(AnnotationKind::Primary.span(excerpt.span.clone())),
        ),
        None => group.element(annotate_snippets::Origin::path(name)),
    };
    if let Some(hint) = &problem.hint {
        group = group.element(Level::HELP.with_name("hint").message(hint));
    }
    renderer.render(&[group])
}

/// The line that a problem is on, cut to a window around it and made fit for a terminal, so that neither a line
/// of a megabyte nor a control character gets to the screen.
#[derive(Debug, PartialEq, Eq)]
struct Excerpt {
    line: usize,
    text: String,
    span: Range<usize>,
}

impl Excerpt {
    fn of(source: &str, span: Range<usize>) -> Self {
        let start = floor(source, span.start);
        let end = floor(source, span.end).max(start);
        let line_start = source[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let line_end = source[start..].find('\n').map_or(source.len(), |newline| start + newline);
        let line = 1 + source[..line_start].matches('\n').count();
        let before: Vec<char> = source[line_start..start].chars().collect();
        let marked: Vec<char> = source[start..end.min(line_end)].chars().collect();
        let cut = before.len().saturating_sub(BEFORE);
        let mut text = if cut > 0 { "…".to_owned() } else { String::new() };
        text.extend(before[cut..].iter().map(|character| harmless(*character)));
        let from = text.len();
        let room = WINDOW - BEFORE.min(before.len());
        text.extend(marked.iter().take(room).map(|character| harmless(*character)));
        let to = text.len();
        let rest = source[end.min(line_end)..line_end].chars();
        let left = room.saturating_sub(marked.len());
        let mut shown = rest.clone().take(left).map(harmless).collect::<String>();
        if marked.len() > room || rest.count() > left {
            shown.push('…');
        }
        text.push_str(&shown);
        Self { line, text, span: from..to }
    }
}

/// The same place, or the nearest before it that is between two characters.
fn floor(source: &str, at: usize) -> usize {
    let at = at.min(source.len());
    (0..=at).rev().find(|at| source.is_char_boundary(*at)).unwrap_or(0)
}

/// One character for one, so that what is marked stays marked.
fn harmless(character: char) -> char {
    match character {
        '\t' => ' ',
        character if text::is_hostile(character) => '\u{FFFD}',
        character => character,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn problem(field: &str, span: Option<Range<usize>>, hint: Option<&str>) -> Problem {
        Problem { field: field.to_owned(), span, message: "is wrong".to_owned(), hint: hint.map(str::to_owned) }
    }

    #[test]
    fn each_problem_shows_its_place_the_text_and_what_to_do() {
        let source = "version = 1\nname = \"two words\"\n";
        let problems = [problem("name", Some(19..30), Some("write one word")), problem("", None, None)];
        let report = render(Path::new("stack.toml"), source, &problems, false);
        insta::assert_snapshot!(report, @r#"
        error: name: is wrong
         --> stack.toml:2:8
          |
        2 | name = "two words"
          |        ^^^^^^^^^^^
          |
          = hint: write one word

        error: is wrong
        --> stack.toml
        "#);
    }

    #[test]
    fn hostile_and_endless_lines_are_cut_and_made_harmless() {
        let source = format!("{}\u{1b}[31m\u{202e}{}", "ä".repeat(500_000), "b".repeat(500_000));
        let at = 1_000_000;
        let excerpt = Excerpt::of(&source, at..at + 8);
        assert!(excerpt.text.chars().count() <= WINDOW + 2, "{}", excerpt.text);
        assert_eq!(&excerpt.text[excerpt.span.clone()], "\u{FFFD}[31m\u{FFFD}");
        for (start, end) in [(0, 0), (5, 2), (source.len(), source.len() + 9), (1, 2), (999_999, 1_000_001)] {
            let problems = [problem("", Some(start..end), None)];
            let report = render(Path::new("a\u{7}b"), &source, &problems, false);
            assert!(!report.chars().any(|character| character != '\n' && text::is_hostile(character)), "{report:?}");
        }
    }
}

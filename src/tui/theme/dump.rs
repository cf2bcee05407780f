//! What a drawn screen looks like, for tests: as text, as runs of style, and as what a terminal would be sent.

use ratatui::{
    buffer::{Buffer, Cell},
    style::{Color, Modifier},
};
use unicode_width::UnicodeWidthStr;

fn rows(buffer: &Buffer) -> impl Iterator<Item = impl Iterator<Item = &Cell>> {
    let area = buffer.area;
    (area.top()..area.bottom()).map(move |y| (area.left()..area.right()).map(move |x| &buffer[(x, y)]))
}

/// The cells of a row without those that a wide character covers.
fn shown<'a>(row: impl Iterator<Item = &'a Cell>) -> impl Iterator<Item = &'a Cell> {
    let mut covered = 0;
    row.filter(move |cell| {
        let visible = covered == 0;
        covered = if visible { cell.symbol().width().saturating_sub(1) } else { covered - 1 };
        visible
    })
}

/// The text, without the blanks at the ends of lines.
pub fn text(buffer: &Buffer) -> String {
    let lines = rows(buffer).map(|row| shown(row).map(Cell::symbol).collect::<String>());
    lines.map(|line| line.trim_end().to_owned() + "\n").collect()
}

/// The texts of each line, each with its style in front.
pub fn styles(buffer: &Buffer) -> String {
    let mut dump = String::new();
    for row in rows(buffer) {
        let mut runs: Vec<(String, String)> = Vec::new();
        for cell in shown(row) {
            let style = style(cell);
            match runs.last_mut() {
                Some((last, text)) if *last == style => text.push_str(cell.symbol()),
                _ => runs.push((style, cell.symbol().to_owned())),
            }
        }
        let runs = runs.into_iter().filter(|(_, text)| !text.trim().is_empty());
        let line = runs.map(|(style, text)| format!("{style}[{}]", text.trim())).collect::<Vec<_>>().join(" ");
        dump.push_str(line.trim_end());
        dump.push('\n');
    }
    dump
}

fn style(cell: &Cell) -> String {
    let colour = |colour: Color| match colour {
        Color::Reset => "-".to_owned(),
        Color::Indexed(index) => index.to_string(),
        other => other.to_string().to_lowercase(),
    };
    let marks = [(Modifier::BOLD, "b"), (Modifier::REVERSED, "r"), (Modifier::UNDERLINED, "u")];
    let marks: String = marks.iter().filter(|(mark, _)| cell.modifier.contains(*mark)).map(|(_, text)| *text).collect();
    format!("{}/{}{marks}", colour(cell.fg), colour(cell.bg))
}

/// What a terminal would be sent for the whole screen.
pub fn stream(buffer: &Buffer) -> String {
    let colour = |colour: Color, base: u8| match colour {
        Color::Indexed(index @ 0..8) => format!(";{}", base + index),
        Color::Indexed(index @ 8..16) => format!(";{}", base + 52 + index),
        Color::Indexed(index) => format!(";{};5;{index}", base + 8),
        Color::Rgb(red, green, blue) => format!(";{};2;{red};{green};{blue}", base + 8),
        _ => String::new(),
    };
    let mut stream = "\x1b[2J\x1b[H".to_owned();
    for (index, row) in rows(buffer).enumerate() {
        stream.push_str(&format!("\x1b[{};1H", index + 1));
        for cell in shown(row) {
            let marks = [(Modifier::BOLD, ";1"), (Modifier::UNDERLINED, ";4"), (Modifier::REVERSED, ";7")];
            let marks: String =
                marks.iter().filter(|(mark, _)| cell.modifier.contains(*mark)).map(|(_, code)| *code).collect();
            let (ink, ground) = (colour(cell.fg, 30), colour(cell.bg, 40));
            stream.push_str(&format!("\x1b[0{marks}{ink}{ground}m{}", cell.symbol()));
        }
    }
    stream + "\x1b[0m"
}

//! Words and figures in big letters, to be read from across a room.

use ratatui::{
    layout::Rect,
    style::{Modifier, Style},
    text::{Line, Span},
    widgets::Widget,
};
use tui_big_text::{BigText, PixelSize};

use super::canvas::Canvas;
use crate::tui::theme::{Glyphs, Look, Role};

/// How big letters are, in columns and rows each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Size {
    /// As everything else.
    Plain,
    /// Four columns and four rows; in the ASCII set, six and five.
    Big,
    /// Eight columns and eight rows; there is none in the ASCII set.
    Huge,
}

/// The columns and rows of a letter.
pub(super) fn letter(size: Size, glyphs: Glyphs) -> (u16, u16) {
    match (size, glyphs) {
        (Size::Plain, _) => (1, 1),
        (_, Glyphs::Ascii) => (6, 5),
        (Size::Big, Glyphs::Unicode) => (4, 4),
        (Size::Huge, Glyphs::Unicode) => (8, 8),
    }
}

/// The biggest size at which so many letters fit.
pub(super) fn fitting(letters: usize, columns: u16, rows: u16, glyphs: Glyphs) -> Size {
    let fits = |size: &Size| {
        let (width, height) = letter(*size, glyphs);
        letters * usize::from(width) <= usize::from(columns) && height <= rows
    };
    [Size::Huge, Size::Big].into_iter().find(fits).unwrap_or(Size::Plain)
}

/// Draws a text at the top left of an area, whose ground it paints as wide as it is.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, text: &str, role: Role, size: Size) {
    let look = canvas.look;
    let (width, height) = letter(size, look.glyphs);
    let columns = u16::try_from(text.chars().count()).unwrap_or(u16::MAX).saturating_mul(width);
    let place = Rect { width: columns.min(area.width), height: height.min(area.height), ..area };
    let place = place.intersection(canvas.buffer.area);
    match (size, look.glyphs) {
        (Size::Plain, _) => canvas.line(area, 0, Line::from(look.span(role, text))),
        (_, Glyphs::Ascii) => ascii(canvas, place, text, role),
        (_, Glyphs::Unicode) => {
            let style = style(look, role);
            canvas.buffer.set_style(place, style);
            let pixels = if size == Size::Huge { PixelSize::Full } else { PixelSize::Quadrant };
            let mut letters = BigText::builder();
            letters.pixel_size(pixels).style(style).lines([Line::from(text.to_owned())]);
            letters.build().render(place, canvas.buffer);
        }
    }
}

/// The style of a role without its underline, which would strike each row of a letter through.
fn style(look: &Look, role: Role) -> Style {
    look.style(role).remove_modifier(Modifier::UNDERLINED)
}

fn ascii(canvas: &mut Canvas<'_>, area: Rect, text: &str, role: Role) {
    let look = canvas.look;
    for row in 0..5 {
        let cells = text.chars().map(|letter| {
            let pattern = LETTERS.iter().find(|(known, _)| *known == letter).map_or([""; 5], |(_, rows)| *rows);
            format!("{:<6}", pattern.get(usize::from(row)).copied().unwrap_or_default())
        });
        canvas.line(area, row, Line::from(Span::styled(cells.collect::<String>(), style(look, role))));
    }
}

/// The letters of the verdicts, the figures and the units that stand beside them.
const LETTERS: &[(char, [&str; 5])] = &[
    ('G', [" ####", "#", "# ###", "#   #", " ####"]),
    ('O', [" ###", "#   #", "#   #", "#   #", " ###"]),
    ('N', ["#   #", "##  #", "# # #", "#  ##", "#   #"]),
    ('U', ["#   #", "#   #", "#   #", "#   #", " ###"]),
    ('K', ["#  #", "# #", "##", "# #", "#  #"]),
    ('W', ["#   #", "#   #", "# # #", "## ##", "#   #"]),
    ('-', ["", "", " ###", "", ""]),
    (':', ["", "  #", "", "  #", ""]),
    ('?', [" ###", "#   #", "  ##", "", "  #"]),
    ('0', [" ###", "#  ##", "# # #", "##  #", " ###"]),
    ('1', ["  #", " ##", "  #", "  #", " ###"]),
    ('2', [" ###", "#   #", "  ##", " #", "#####"]),
    ('3', ["####", "    #", " ###", "    #", "####"]),
    ('4', ["#  #", "#  #", "#####", "   #", "   #"]),
    ('5', ["#####", "#", "####", "    #", "####"]),
    ('6', [" ###", "#", "####", "#   #", " ###"]),
    ('7', ["#####", "   #", "  #", " #", " #"]),
    ('8', [" ###", "#   #", " ###", "#   #", " ###"]),
    ('9', [" ###", "#   #", " ####", "    #", " ###"]),
    ('s', ["", " ####", "###", "   ##", "####"]),
    ('m', ["", "## #", "# # #", "# # #", "# # #"]),
    ('h', ["#", "#", "####", "#   #", "#   #"]),
    ('d', ["    #", "    #", " ####", "#   #", " ####"]),
];

#[cfg(test)]
mod tests {
    use evac_core::Verdict;

    use super::*;

    #[test]
    fn every_verdict_can_be_written_big() {
        for verdict in [Verdict::Go, Verdict::NoGo, Verdict::Unknown] {
            for letter in verdict.word().chars() {
                assert!(LETTERS.iter().any(|(known, _)| *known == letter), "{letter}");
            }
        }
        assert!(LETTERS.iter().all(|(_, rows)| rows.iter().all(|row| row.len() <= 5 && row.is_ascii())));
    }

    #[test]
    fn letters_are_as_big_as_fits() {
        assert_eq!(fitting(7, 60, 10, Glyphs::Unicode), Size::Huge);
        assert_eq!(fitting(7, 30, 10, Glyphs::Unicode), Size::Big);
        assert_eq!(fitting(7, 30, 10, Glyphs::Ascii), Size::Plain);
        assert_eq!(fitting(2, 30, 3, Glyphs::Unicode), Size::Plain);
    }
}

//! Texts cut to a width of columns, by grapheme, never by bytes.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use ratatui::text::Span;

use crate::tui::theme::{Glyphs, Look, Role};

/// How many columns a text takes.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// The text, or as much of it as fits with an ellipsis behind.
pub(super) fn cut(text: &str, columns: usize, glyphs: Glyphs) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let ellipsis = glyphs.ellipsis();
    let Some(room) = columns.checked_sub(width(ellipsis)) else { return String::new() };
    let mut kept = head(text, room).trim_end().to_owned();
    kept.push_str(ellipsis);
    kept
}

/// The text in exactly so many columns: cut, or with blanks behind.
pub(super) fn padded(text: &str, columns: usize, glyphs: Glyphs) -> String {
    let text = cut(text, columns, glyphs);
    let blanks = columns.saturating_sub(width(&text));
    text + &" ".repeat(blanks)
}

/// The text as a cell of so many columns: cut, and with a blank behind it at least. Where its role underlines, only the
/// text is.
pub(super) fn cell(text: &str, columns: usize, role: Role, look: &Look) -> [Span<'static>; 2] {
    let text = cut(text, columns.saturating_sub(1), look.glyphs);
    let blanks = " ".repeat(columns.saturating_sub(width(&text)));
    [look.span(role, text), look.span(Role::Text, blanks)]
}

/// As much of the text as fits.
fn head(text: &str, columns: usize) -> &str {
    let mut taken = 0;
    for (start, grapheme) in text.grapheme_indices(true) {
        taken += width(grapheme);
        if taken > columns {
            return text.get(..start).unwrap_or_default();
        }
    }
    text
}

/// The text in at most so many lines, broken between words where it can be; what is left over ends in an ellipsis.
pub(super) fn wrap(text: &str, columns: usize, lines: usize, glyphs: Glyphs) -> Vec<String> {
    let (mut wrapped, mut rest) = (Vec::new(), text.trim());
    while !rest.is_empty() && wrapped.len() < lines && columns > 0 {
        if wrapped.len() + 1 == lines || width(rest) <= columns {
            wrapped.push(cut(rest, columns, glyphs));
            break;
        }
        let whole = head(rest, columns);
        // The break is after the last word that fits whole; a word longer than the line is broken anywhere.
        let fits = if rest.get(whole.len()..).is_some_and(|after| after.starts_with(' ')) {
            whole.len()
        } else {
            whole.rfind(' ').unwrap_or(whole.len())
        };
        let fits = if fits == 0 { rest.graphemes(true).next().map_or(rest.len(), str::len) } else { fits };
        wrapped.push(rest.get(..fits).unwrap_or_default().trim_end().to_owned());
        rest = rest.get(fits..).unwrap_or_default().trim_start();
    }
    wrapped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_by_columns_and_whole_graphemes() {
        assert_eq!(cut("us-west-2", 9, Glyphs::Unicode), "us-west-2");
        assert_eq!(cut("us-west-2", 8, Glyphs::Unicode), "us-west…");
        assert_eq!(cut("us-west-2", 8, Glyphs::Ascii), "us-west~");
        assert_eq!(cut("你好世界", 5, Glyphs::Unicode), "你好…");
        assert_eq!(cut("e\u{301}e\u{301}e\u{301}", 2, Glyphs::Unicode), "e\u{301}…");
        assert_eq!(cut("abc", 0, Glyphs::Unicode), "");
    }

    #[test]
    fn a_text_wraps_between_words_and_tells_that_more_was_there() {
        let lines = |columns, lines| wrap("Aurora is 20 min behind, over the RPO", columns, lines, Glyphs::Unicode);
        assert_eq!(lines(14, 9), ["Aurora is 20", "min behind,", "over the RPO"]);
        assert_eq!(lines(14, 2), ["Aurora is 20", "min behind, o…"]);
        assert_eq!(lines(0, 2), Vec::<String>::new());
        assert_eq!(wrap("你好", 1, 9, Glyphs::Unicode).len(), 2);
        assert_eq!(wrap("abcdef", 4, 9, Glyphs::Unicode), ["abcd", "ef"]);
    }
}

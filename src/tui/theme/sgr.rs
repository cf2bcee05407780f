//! Colours and modifiers as the bytes for a terminal: the one place where a style becomes an escape sequence.

use std::fmt::Write;

use ratatui::style::{Color, Modifier};

/// The modifiers and their numbers in an SGR sequence.
const MODIFIERS: [(Modifier, u8); 9] = [
    (Modifier::BOLD, 1),
    (Modifier::DIM, 2),
    (Modifier::ITALIC, 3),
    (Modifier::UNDERLINED, 4),
    (Modifier::SLOW_BLINK, 5),
    (Modifier::RAPID_BLINK, 6),
    (Modifier::REVERSED, 7),
    (Modifier::HIDDEN, 8),
    (Modifier::CROSSED_OUT, 9),
];

/// What a terminal writes with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) struct Ink {
    pub(in crate::tui) foreground: Color,
    pub(in crate::tui) background: Color,
    pub(in crate::tui) modifier: Modifier,
}

impl Ink {
    /// The terminal's own.
    pub(in crate::tui) const PLAIN: Self =
        Self { foreground: Color::Reset, background: Color::Reset, modifier: Modifier::empty() };

    /// Appends what makes a terminal that writes with this write with another, as little as it takes.
    pub(in crate::tui) fn change(self, to: Self, bytes: &mut String) {
        if self == to {
            return;
        }
        let (mut from, mut codes) = (self, String::new());
        if !to.modifier.contains(from.modifier) {
            // There is no common way to take back one modifier alone: bold and dim share theirs.
            codes.push_str("0;");
            from = Self::PLAIN;
        }
        for (modifier, number) in MODIFIERS {
            if to.modifier.contains(modifier) && !from.modifier.contains(modifier) {
                let _ = write!(codes, "{number};");
            }
        }
        if to.foreground != from.foreground {
            colour(&mut codes, to.foreground, 30);
        }
        if to.background != from.background {
            colour(&mut codes, to.background, 40);
        }
        codes.pop();
        let _ = write!(bytes, "\x1b[{codes}m");
    }
}

/// The codes of a colour; `base` is 30 for the foreground and 40 for the background. The first sixteen have codes
/// of their own, which every terminal knows. Writing into a String does not fail.
fn colour(codes: &mut String, colour: Color, base: u8) {
    let _ = match colour {
        Color::Indexed(index @ 0..8) => write!(codes, "{};", base + index),
        Color::Indexed(index @ 8..16) => write!(codes, "{};", base + 60 + index - 8),
        Color::Indexed(index) => write!(codes, "{};5;{index};", base + 8),
        Color::Rgb(red, green, blue) => write!(codes, "{};2;{red};{green};{blue};", base + 8),
        // The terminal's own. Themes have no others, and that one can always be read.
        _ => write!(codes, "{};", base + 9),
    };
}

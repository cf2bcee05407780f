//! The marks that are drawn, in a Unicode set and in a plain ASCII one.
//!
//! Nothing here is an emoji or becomes one, and every mark of the Unicode set is one column wide in all but the
//! East Asian width tables of a few terminals, for which there is the ASCII set.

/// Which marks are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Glyphs {
    /// Lines, blocks and shapes.
    Unicode,
    /// The 95 printable characters that every terminal and font has.
    Ascii,
}

/// What a shape stands for. With the word beside it, it says in black and white what colour says too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shape {
    /// Well.
    Good,
    /// It will hurt.
    Warning,
    /// It hurts.
    Bad,
    /// Nobody knows.
    Unknown,
    /// It is not there, or only to be noted.
    Quiet,
    /// It is under way.
    Active,
}

/// What a bar of a timeline stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Bar {
    /// It decides when all is done, or it is done.
    Full,
    /// It does not, or it is under way.
    Half,
    /// It is yet to come.
    Open,
}

impl Glyphs {
    fn pick(self, unicode: &'static str, ascii: &'static str) -> &'static str {
        match self {
            Self::Unicode => unicode,
            Self::Ascii => ascii,
        }
    }

    /// The mark of a state. In the ASCII set it is three columns wide.
    pub fn shape(self, shape: Shape) -> &'static str {
        match shape {
            Shape::Good => self.pick("●", "[G]"),
            Shape::Warning => self.pick("▲", "[!]"),
            Shape::Bad => self.pick("✕", "[X]"),
            Shape::Unknown => self.pick("?", "[?]"),
            Shape::Quiet => self.pick("-", "[-]"),
            Shape::Active => self.pick("◆", "[*]"),
        }
    }

    /// A column of a bar.
    pub fn bar(self, bar: Bar) -> &'static str {
        match bar {
            Bar::Full => self.pick("█", "#"),
            Bar::Half => self.pick("▒", "="),
            Bar::Open => self.pick("░", "."),
        }
    }

    /// A line across.
    pub fn across(self) -> &'static str {
        self.pick("─", "-")
    }

    /// A line down.
    pub fn down(self) -> &'static str {
        self.pick("│", "|")
    }

    /// Where a line down meets a line across from above, from below, or goes through.
    pub fn joint(self, above: bool, below: bool) -> &'static str {
        match (above, below) {
            (true, true) => self.pick("┼", "+"),
            (true, false) => self.pick("┴", "+"),
            (false, true) => self.pick("┬", "+"),
            (false, false) => self.across(),
        }
    }

    /// The corners of a frame: top left, top right, bottom left, bottom right.
    pub fn corners(self) -> [&'static str; 4] {
        match self {
            Self::Unicode => ["┌", "┐", "└", "┘"],
            Self::Ascii => ["+"; 4],
        }
    }

    /// What stands where a text was cut.
    pub fn ellipsis(self) -> &'static str {
        self.pick("…", "~")
    }

    /// What stands between figures of one line.
    pub fn dot(self) -> &'static str {
        self.pick("·", "/")
    }

    /// What marks the chosen one.
    pub fn pointer(self) -> &'static str {
        self.pick("▸", ">")
    }

    /// More to the left and to the right.
    pub fn more(self) -> [&'static str; 2] {
        match self {
            Self::Unicode => ["◂", "▸"],
            Self::Ascii => ["<", ">"],
        }
    }

    /// The columns of a sparkline, lowest first.
    pub fn sparks(self) -> &'static [&'static str; 8] {
        match self {
            Self::Unicode => &["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
            Self::Ascii => &["_", ".", ",", "-", "=", "+", "*", "#"],
        }
    }

    /// Which way a figure goes: up, on, down.
    pub fn arrow(self, direction: std::cmp::Ordering) -> &'static str {
        match direction {
            std::cmp::Ordering::Greater => self.pick("↑", "^"),
            std::cmp::Ordering::Equal => self.pick("→", "="),
            std::cmp::Ordering::Less => self.pick("↓", "v"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;

    use unicode_width::UnicodeWidthStr;

    use super::*;

    fn all(glyphs: Glyphs) -> Vec<&'static str> {
        let shapes = [Shape::Good, Shape::Warning, Shape::Bad, Shape::Unknown, Shape::Quiet, Shape::Active];
        let mut all: Vec<_> = shapes.map(|shape| glyphs.shape(shape)).to_vec();
        all.extend([Bar::Full, Bar::Half, Bar::Open].map(|bar| glyphs.bar(bar)));
        all.extend([glyphs.across(), glyphs.down(), glyphs.ellipsis(), glyphs.dot(), glyphs.pointer()]);
        all.extend(glyphs.corners());
        all.extend(glyphs.more());
        all.extend(glyphs.sparks());
        all.extend([Ordering::Less, Ordering::Equal, Ordering::Greater].map(|way| glyphs.arrow(way)));
        all.extend([(true, true), (true, false), (false, true)].map(|(above, below)| glyphs.joint(above, below)));
        all
    }

    #[test]
    fn marks_are_one_column_wide_and_no_emoji() {
        for glyph in all(Glyphs::Unicode) {
            assert_eq!(glyph.width(), 1, "{glyph}");
            // With the emoji selector a mark that could be shown as an emoji would become two columns wide.
            assert_eq!(format!("{glyph}\u{FE0F}").width(), 1, "{glyph} can be an emoji");
        }
        assert!(all(Glyphs::Ascii).iter().all(|glyph| glyph.is_ascii()));
    }
}

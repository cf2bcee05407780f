//! Colours as themes write them, and what becomes of them on a terminal that has fewer.

use ratatui::style::Color;

use super::Level;

/// A colour of a theme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// Whatever the terminal has.
    Default,
    /// One of the 256 of xterm; the first sixteen are in whatever shade the terminal's user chose.
    Index(u8),
    /// Red, green and blue.
    Rgb(u8, u8, u8),
}

/// The names of the first sixteen, in their order.
const NAMES: [&str; 16] = [
    "black",
    "red",
    "green",
    "yellow",
    "blue",
    "magenta",
    "cyan",
    "white",
    "bright-black",
    "bright-red",
    "bright-green",
    "bright-yellow",
    "bright-blue",
    "bright-magenta",
    "bright-cyan",
    "bright-white",
];

/// The first sixteen as xterm shows them, for the nearest of them to be found.
const SIXTEEN: [(u8, u8, u8); 16] = [
    (0, 0, 0),
    (205, 0, 0),
    (0, 205, 0),
    (205, 205, 0),
    (0, 0, 238),
    (205, 0, 205),
    (0, 205, 205),
    (229, 229, 229),
    (127, 127, 127),
    (255, 0, 0),
    (0, 255, 0),
    (255, 255, 0),
    (92, 92, 255),
    (255, 0, 255),
    (0, 255, 255),
    (255, 255, 255),
];

/// The steps of xterm's colour cube.
const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

impl Colour {
    /// A colour by its name (`green`, `bright-blue`, `default`) or as `#rrggbb`.
    pub fn named(text: &str) -> Option<Self> {
        if text == "default" {
            return Some(Self::Default);
        }
        if let Some(index) = NAMES.iter().position(|name| *name == text) {
            return u8::try_from(index).ok().map(Self::Index);
        }
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii())?;
        let part = |from: usize| digits.get(from..from + 2).and_then(|part| u8::from_str_radix(part, 16).ok());
        Some(Self::Rgb(part(0)?, part(2)?, part(4)?))
    }

    /// Every name that [`Colour::named`] takes.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMES.into_iter().chain(["default"])
    }

    /// The colour for a terminal of this level; [`Level::None`] has none at all.
    pub fn at(self, level: Level) -> Option<Color> {
        let colour = match (level, self) {
            (Level::None, _) => return None,
            (_, Self::Default) => return Some(Color::Reset),
            (Level::True, any) | (Level::Many, any @ Self::Index(_)) => any,
            (Level::Many, Self::Rgb(red, green, blue)) => Self::Index(nearest_of_many(red, green, blue)),
            (Level::Sixteen, any @ Self::Index(0..16)) => any,
            (Level::Sixteen, Self::Index(index)) => {
                let (red, green, blue) = shade(index);
                Self::Index(nearest_of_sixteen(red, green, blue))
            }
            (Level::Sixteen, Self::Rgb(red, green, blue)) => Self::Index(nearest_of_sixteen(red, green, blue)),
        };
        Some(match colour {
            Self::Default => Color::Reset,
            Self::Index(index) => Color::Indexed(index),
            Self::Rgb(red, green, blue) => Color::Rgb(red, green, blue),
        })
    }
}

/// What one of the 256 looks like.
fn shade(index: u8) -> (u8, u8, u8) {
    match index {
        0..16 => SIXTEEN[usize::from(index)],
        16..232 => {
            let cube = usize::from(index - 16);
            (STEPS[cube / 36], STEPS[cube / 6 % 6], STEPS[cube % 6])
        }
        232..=255 => {
            let grey = 8 + 10 * (index - 232);
            (grey, grey, grey)
        }
    }
}

/// How unlike two colours are: the "redmean" approximation, which follows the eye well enough at this price.
fn distance(left: (u8, u8, u8), right: (u8, u8, u8)) -> i64 {
    let part = |one: u8, other: u8| i64::from(one) - i64::from(other);
    let mean = (i64::from(left.0) + i64::from(right.0)) / 2;
    let (red, green, blue) = (part(left.0, right.0), part(left.1, right.1), part(left.2, right.2));
    (((512 + mean) * red * red) >> 8) + 4 * green * green + (((767 - mean) * blue * blue) >> 8)
}

/// The nearest of the cube and the greys. The first sixteen are left out: nobody knows what they look like.
fn nearest_of_many(red: u8, green: u8, blue: u8) -> u8 {
    (16..=255).min_by_key(|index| distance(shade(*index), (red, green, blue))).unwrap_or(15)
}

/// The nearest of the sixteen. A colour that has a hue keeps one: a soft red must not turn grey, for then it would
/// say nothing.
fn nearest_of_sixteen(red: u8, green: u8, blue: u8) -> u8 {
    let (least, most) = (red.min(green).min(blue), red.max(green).max(blue));
    let coloured = most - least > 48;
    let grey = |index: &u8| matches!(index, 0 | 7 | 8 | 15);
    let candidates = (0..16).filter(|index| coloured != grey(index));
    candidates.min_by_key(|index| distance(SIXTEEN[usize::from(*index)], (red, green, blue))).unwrap_or(7)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_is_a_name_or_six_digits() {
        assert_eq!(Colour::named("bright-blue"), Some(Colour::Index(12)));
        assert_eq!(Colour::named("#00ff7f"), Some(Colour::Rgb(0, 255, 127)));
        assert_eq!(Colour::named("default"), Some(Colour::Default));
        for text in ["", "#fff", "#00ff7g", "#ééé", "Green", "grün"] {
            assert_eq!(Colour::named(text), None, "{text:?} was taken");
        }
    }

    #[test]
    fn a_colour_keeps_its_meaning_on_a_poorer_terminal() {
        let red = Colour::Rgb(0xff, 0x6b, 0x68);
        assert_eq!(red.at(Level::True), Some(Color::Rgb(0xff, 0x6b, 0x68)));
        assert_eq!(red.at(Level::Many), Some(Color::Indexed(203)));
        assert!(matches!(red.at(Level::Sixteen), Some(Color::Indexed(1 | 9))), "{:?}", red.at(Level::Sixteen));
        assert_eq!(red.at(Level::None), None);
        assert_eq!(Colour::Index(2).at(Level::Sixteen), Some(Color::Indexed(2)));
        assert_eq!(Colour::Rgb(0x10, 0x12, 0x16).at(Level::Sixteen), Some(Color::Indexed(0)));
        assert_eq!(Colour::Rgb(0x88, 0x8c, 0x90).at(Level::Sixteen), Some(Color::Indexed(8)));
    }
}

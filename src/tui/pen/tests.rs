#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
use std::num::NonZeroU16;

use proptest::prelude::*;
use ratatui::{
    Terminal,
    buffer::Buffer,
    layout::Rect,
    style::{Color, Modifier, Style},
};

use super::*;

const SIZE: Size = Size { width: 12, height: 5 };

/// A terminal that is painted on, and what paints on it.
struct Bench {
    canvas: Terminal<Pen>,
    screen: vt100::Parser,
}

impl Bench {
    fn new() -> Self {
        let Ok(canvas) = Terminal::new(Pen::new(SIZE));
        let [rows, columns] = [SIZE.height, SIZE.width].map(|length| NonZeroU16::new(length).unwrap());
        Self { canvas, screen: vt100::Parser::new(rows, columns, 0) }
    }

    /// Shows these texts, each at its place, and gives the bytes that it took.
    fn show(&mut self, texts: &[(u16, u16, &str, Style)]) -> String {
        let mut frame = self.canvas.get_frame();
        for (x, y, text, style) in texts {
            frame.buffer_mut().set_stringn(*x, *y, text, usize::from(SIZE.width - x), *style);
        }
        let Ok(()) = self.canvas.flush();
        self.canvas.swap_buffers();
        let bytes = self.canvas.backend_mut().take();
        self.screen.process(bytes.as_bytes());
        bytes
    }
}

fn style() -> impl Strategy<Value = Style> {
    let colour = prop_oneof![
        Just(Color::Reset),
        any::<u8>().prop_map(Color::Indexed),
        any::<(u8, u8, u8)>().prop_map(|(red, green, blue)| Color::Rgb(red, green, blue)),
    ];
    let modifier = prop_oneof![
        Just(Modifier::empty()),
        Just(Modifier::BOLD),
        Just(Modifier::REVERSED),
        Just(Modifier::BOLD | Modifier::UNDERLINED),
    ];
    (colour.clone(), colour, modifier)
        .prop_map(|(ink, ground, modifier)| Style::new().fg(ink).bg(ground).add_modifier(modifier))
}

type Text = (u16, u16, String, Style);

fn frames(letters: &'static str) -> impl Strategy<Value = Vec<Vec<Text>>> {
    let text = (0..SIZE.width, 0..SIZE.height, letters, style());
    prop::collection::vec(prop::collection::vec(text, 0..8), 1..6)
}

fn shade(colour: vt100::Color) -> Color {
    match colour {
        vt100::Color::Default => Color::Reset,
        vt100::Color::Idx(index) => Color::Indexed(index),
        vt100::Color::Rgb(red, green, blue) => Color::Rgb(red, green, blue),
    }
}

/// Shows the frames one after another. After each, every cell of the terminal must be as it was drawn.
fn compare(frames: &[Vec<Text>], styles: bool) -> Result<(), TestCaseError> {
    let mut bench = Bench::new();
    for frame in frames {
        let texts: Vec<_> = frame.iter().map(|(x, y, text, style)| (*x, *y, text.as_str(), *style)).collect();
        bench.show(&texts);
        // What was drawn, drawn anew onto nothing.
        let mut wanted = Buffer::empty(Rect::new(0, 0, SIZE.width, SIZE.height));
        for (x, y, text, style) in &texts {
            wanted.set_stringn(*x, *y, text, usize::from(SIZE.width - x), *style);
        }
        for (x, y) in (0..SIZE.height).flat_map(|y| (0..SIZE.width).map(move |x| (x, y))) {
            let (cell, seen) = (&wanted[(x, y)], bench.screen.screen().cell(y, x).unwrap());
            let symbol = if seen.contents().is_empty() { " " } else { seen.contents() };
            if !seen.is_wide_continuation() {
                prop_assert_eq!(symbol, cell.symbol(), "at {},{}", x, y);
            }
            if styles {
                prop_assert_eq!(shade(seen.fgcolor()), cell.fg, "at {},{}", x, y);
                prop_assert_eq!(shade(seen.bgcolor()), cell.bg, "at {},{}", x, y);
                prop_assert_eq!(seen.bold(), cell.modifier.contains(Modifier::BOLD));
                prop_assert_eq!(seen.inverse(), cell.modifier.contains(Modifier::REVERSED));
                prop_assert_eq!(seen.underline(), cell.modifier.contains(Modifier::UNDERLINED));
            }
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn a_terminal_shows_exactly_what_was_drawn(frames in frames("[a-e ●─]{1,6}")) {
        compare(&frames, true)?;
    }

    // What half a wide character leaves behind is blank everywhere, in a style that terminals disagree about.
    #[test]
    fn a_terminal_shows_the_wide_characters_that_were_drawn(frames in frames("[ab 你]{1,6}")) {
        compare(&frames, false)?;
    }
}

#[test]
fn what_is_there_already_takes_no_byte_and_one_digit_takes_few() {
    let mut bench = Bench::new();
    let style = Style::new().fg(Color::Indexed(2));
    assert_eq!(bench.show(&[(3, 1, "12 s", style)]), "\x1b[2;4H\x1b[32m12 s");
    assert_eq!(bench.show(&[(3, 1, "12 s", style)]), "");
    assert_eq!(bench.show(&[(3, 1, "13 s", style)]), "\x1b[5G3");
}

#[test]
fn no_cell_moves_the_cursor_or_ends_a_sequence() {
    let mut pen = Pen::new(SIZE);
    let cells: Vec<_> = ["\u{1b}[2J", "\n", "\u{9b}", ""].iter().map(|symbol| Cell::new(symbol)).collect();
    let Ok(()) = pen.draw(cells.iter().enumerate().map(|(x, cell)| (x as u16, 0, cell)));
    assert_eq!(pen.take(), "\x1b[1;1H    ");
}

//! A terminal's screen as a picture. Lines, blocks and braille are drawn as shapes, so that they join whatever the
//! font; all else is text of one listed font.

use std::{fmt::Write, path::Path, sync::Arc};

use anyhow::{Context, anyhow};
use evac_pty::{Color, Screen};
use resvg::{tiny_skia, usvg};

const WIDTH: f32 = 9.0;
const HEIGHT: f32 = 19.0;
const TEXT: &str = "#d6d9df";
const GROUND: &str = "#101216";
const FONT: &str = "DejaVu Sans Mono";
const FONT_FOLDERS: [&str; 3] = ["/usr/share/fonts/truetype/dejavu", "/usr/share/fonts/dejavu", "/usr/share/fonts/TTF"];
const SIXTEEN: [&str; 16] = [
    "#1b1e24", "#cd3131", "#0dbc79", "#c9b416", "#3b78ff", "#bc3fbc", "#11a8cd", "#d5d8dd", "#767c88", "#f14c4c",
    "#23d18b", "#f5e94b", "#6f9fff", "#d670d6", "#29b8db", "#ffffff",
];

/// Writes the screen as a PNG.
pub fn write(screen: &Screen, file: &Path) -> anyhow::Result<()> {
    let mut options = usvg::Options { font_family: FONT.to_owned(), ..usvg::Options::default() };
    let fonts = Arc::make_mut(&mut options.fontdb);
    for folder in FONT_FOLDERS {
        for name in ["DejaVuSansMono.ttf", "DejaVuSansMono-Bold.ttf"] {
            // The first folder that has them will do; what is missing in the others is no error.
            if let Ok(font) = std::fs::read(Path::new(folder).join(name)) {
                fonts.load_font_data(font);
            }
        }
    }
    if fonts.is_empty() {
        return Err(anyhow!("{FONT} is not installed: apt-get install fonts-dejavu-core"));
    }
    let tree = usvg::Tree::from_str(&svg(screen), &options)?;
    let size = tree.size().to_int_size();
    let mut pixels = tiny_skia::Pixmap::new(size.width(), size.height()).context("an empty screen")?;
    resvg::render(&tree, tiny_skia::Transform::identity(), &mut pixels.as_mut());
    pixels.save_png(file).with_context(|| file.display().to_string())
}

fn colour(colour: Color, otherwise: &str) -> String {
    match colour {
        Color::Default => otherwise.to_owned(),
        Color::Idx(index @ 0..=15) => SIXTEEN[usize::from(index)].to_owned(),
        Color::Idx(index @ 16..=231) => {
            let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
            let index = index - 16;
            format!("#{:02x}{:02x}{:02x}", level(index / 36), level(index / 6 % 6), level(index % 6))
        }
        Color::Idx(index) => {
            let grey = 8 + 10 * (index - 232);
            format!("#{grey:02x}{grey:02x}{grey:02x}")
        }
        Color::Rgb(red, green, blue) => format!("#{red:02x}{green:02x}{blue:02x}"),
    }
}

fn svg(screen: &Screen) -> String {
    let (rows, columns) = screen.size();
    let (width, height) = (f32::from(columns.get()) * WIDTH, f32::from(rows.get()) * HEIGHT);
    let mut out = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"><rect width="{width}" height="{height}" fill="{GROUND}"/>"#
    );
    for row in 0..rows.get() {
        for column in 0..columns.get() {
            let Some(cell) = screen.cell(row, column) else { continue };
            let (x, y) = (f32::from(column) * WIDTH, f32::from(row) * HEIGHT);
            let (mut front, mut back) = (colour(cell.fgcolor(), TEXT), colour(cell.bgcolor(), GROUND));
            if cell.inverse() {
                std::mem::swap(&mut front, &mut back);
            }
            let wide = if cell.is_wide() { 2.0 } else { 1.0 };
            if back != GROUND {
                rectangle(&mut out, x, y, WIDTH * wide, HEIGHT, &back);
            }
            let contents = cell.contents();
            let Some(first) = contents.chars().next().filter(|first| !first.is_whitespace()) else { continue };
            if cell.underline() {
                rectangle(&mut out, x, y + HEIGHT - 2.0, WIDTH * wide, 1.0, &front);
            }
            if !shape(&mut out, first, x, y, &front) {
                let opacity = if cell.dim() { 0.6 } else { 1.0 };
                let weight = if cell.bold() { "bold" } else { "normal" };
                let _ = write!(
                    out,
                    r#"<text x="{x}" y="{}" font-size="15" font-weight="{weight}" fill="{front}" fill-opacity="{opacity}">{}</text>"#,
                    y + 14.5,
                    escape(contents)
                );
            }
        }
    }
    out.push_str("</svg>");
    out
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn rectangle(out: &mut String, x: f32, y: f32, width: f32, height: f32, fill: &str) {
    // Writing to a string cannot fail.
    let _ = write!(out, r#"<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="{fill}"/>"#);
}

/// Draws a block, a braille pattern or a box line as rectangles; false when the character is none of these.
fn shape(out: &mut String, character: char, x: f32, y: f32, fill: &str) -> bool {
    let eighth = |count: u32| count as f32 / 8.0;
    match character {
        '▁'..='█' => {
            let height = HEIGHT * eighth(character as u32 - '▁' as u32 + 1);
            rectangle(out, x, y + HEIGHT - height, WIDTH, height, fill);
        }
        '▉'..='▏' => rectangle(out, x, y, WIDTH * eighth(7 - (character as u32 - '▉' as u32)), HEIGHT, fill),
        '▀' => rectangle(out, x, y, WIDTH, HEIGHT / 2.0, fill),
        '▐' => rectangle(out, x + WIDTH / 2.0, y, WIDTH / 2.0, HEIGHT, fill),
        '▔' => rectangle(out, x, y, WIDTH, HEIGHT / 8.0, fill),
        '▖'..='▟' => {
            // Quarters: upper left 1, upper right 2, lower left 4, lower right 8.
            let quarters = [4, 8, 1, 13, 9, 7, 11, 2, 6, 14][(character as usize) - ('▖' as usize)];
            for (bit, column, row) in [(1, 0.0, 0.0), (2, 1.0, 0.0), (4, 0.0, 1.0), (8, 1.0, 1.0)] {
                if quarters & bit != 0 {
                    let (half, tall) = (WIDTH / 2.0, HEIGHT / 2.0);
                    rectangle(out, x + column * half, y + row * tall, half, tall, fill);
                }
            }
        }
        '\u{2800}'..='\u{28ff}' => braille(out, character, x, y, fill),
        _ => return line(out, character, x, y, fill),
    }
    true
}

fn braille(out: &mut String, character: char, x: f32, y: f32, fill: &str) {
    let dots = character as u32 - 0x2800;
    for (bit, column, row) in [(0, 0, 0), (1, 0, 1), (2, 0, 2), (3, 1, 0), (4, 1, 1), (5, 1, 2), (6, 0, 3), (7, 1, 3)] {
        if dots & (1 << bit) != 0 {
            let (column, row) = (column as f32, row as f32);
            rectangle(out, x + WIDTH * (0.15 + 0.5 * column), y + HEIGHT * (0.06 + 0.25 * row), 2.4, 2.4, fill);
        }
    }
}

/// Up, right, down, left: 0 nothing, 1 light, 2 heavy.
fn arms(character: char) -> Option<[u8; 4]> {
    Some(match character {
        '─' | '╌' | '┄' => [0, 1, 0, 1],
        '━' => [0, 2, 0, 2],
        '│' | '╎' | '┆' => [1, 0, 1, 0],
        '┃' => [2, 0, 2, 0],
        '┌' | '╭' => [0, 1, 1, 0],
        '┐' | '╮' => [0, 0, 1, 1],
        '└' | '╰' => [1, 1, 0, 0],
        '┘' | '╯' => [1, 0, 0, 1],
        '├' => [1, 1, 1, 0],
        '┤' => [1, 0, 1, 1],
        '┬' => [0, 1, 1, 1],
        '┴' => [1, 1, 0, 1],
        '┼' => [1, 1, 1, 1],
        '┏' => [0, 2, 2, 0],
        '┓' => [0, 0, 2, 2],
        '┗' => [2, 2, 0, 0],
        '┛' => [2, 0, 0, 2],
        _ => return None,
    })
}

fn line(out: &mut String, character: char, x: f32, y: f32, fill: &str) -> bool {
    let Some([up, right, down, left]) = arms(character) else { return false };
    let (middle_x, middle_y) = ((x + WIDTH / 2.0).floor(), (y + HEIGHT / 2.0).floor());
    let thick = |weight: u8| f32::from(weight) * 1.2;
    if up > 0 {
        rectangle(out, middle_x, y, thick(up), middle_y - y + thick(up), fill);
    }
    if down > 0 {
        rectangle(out, middle_x, middle_y, thick(down), y + HEIGHT - middle_y, fill);
    }
    if left > 0 {
        rectangle(out, x, middle_y, middle_x - x + thick(left), thick(left), fill);
    }
    if right > 0 {
        rectangle(out, middle_x, middle_y, x + WIDTH - middle_x, thick(right), fill);
    }
    true
}

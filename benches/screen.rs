//! How long a frame takes, and what a key does on its way from the keyboard to one.
#![allow(clippy::unwrap_used, reason = "a bench fails by panicking")]

mod worlds;

use std::collections::BTreeMap;

use crossterm::event::{KeyCode, KeyEvent};
use divan::{Bencher, black_box};
use evac::tui::{
    action::Action,
    keymap::Keymap,
    message::{Edit, Message},
    model::{Model, Screen},
    theme::{DEFAULT_THEME, Glyphs, Level, Look, Themes},
    update::update,
    view,
};
use ratatui::{Terminal, backend::TestBackend};

fn main() {
    divan::main();
}

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 60)];

/// A terminal in memory, which keeps what it shows as the real one does.
struct Page {
    terminal: Terminal<TestBackend>,
    look: Look,
}

impl Page {
    fn new((width, height): (u16, u16)) -> Self {
        let look = Look::new(&Themes::built_in().get_or_default(DEFAULT_THEME), Level::True, Glyphs::Unicode);
        Self { terminal: Terminal::new(TestBackend::new(width, height)).unwrap(), look }
    }

    /// Draws, and gives out what changed.
    fn draw(&mut self, model: &Model) {
        self.terminal.draw(|frame| view::draw(frame, black_box(model), &self.look)).unwrap();
    }
}

fn draw(bencher: Bencher<'_, '_>, size: (u16, u16), model: &Model) {
    let mut page = Page::new(size);
    bencher.bench_local(|| page.draw(model));
}

#[divan::bench(args = SIZES)]
fn overview(bencher: Bencher<'_, '_>, size: (u16, u16)) {
    draw(bencher, size, &worlds::model(worlds::of_regions(3)));
}

#[divan::bench(args = [2, 3, 6, 12])]
fn overview_by_regions(bencher: Bencher<'_, '_>, regions: usize) {
    draw(bencher, (200, 60), &worlds::model(worlds::of_regions(regions)));
}

/// The screen of the region that holds 100,000 backups.
fn full_of_backups() -> Model {
    let mut model = worlds::model(worlds::of_many_backups());
    model.screen = Screen::Region;
    model.region = model.regions().iter().position(|region| region.as_str() == "us-west-2").unwrap();
    model
}

#[divan::bench(args = SIZES)]
fn region_of_100_000_backups(bencher: Bencher<'_, '_>, size: (u16, u16)) {
    draw(bencher, size, &full_of_backups());
}

/// A key down and the frame that answers it, from source to source and round again, on that screen.
#[divan::bench(args = SIZES)]
fn scroll_beside_100_000_backups(bencher: Bencher<'_, '_>, size: (u16, u16)) {
    let (mut model, mut page) = (full_of_backups(), Page::new(size));
    bencher.bench_local(|| {
        let last = model.row + 1 == model.rows();
        update(&mut model, Message::Act(if last { Action::First } else { Action::Down }));
        page.draw(&model);
    });
}

/// A letter typed into the palette, which sifts its lines, and the frame that answers it, over that screen.
#[divan::bench(args = SIZES)]
fn filter_beside_100_000_backups(bencher: Bencher<'_, '_>, size: (u16, u16)) {
    let (mut model, mut page) = (full_of_backups(), Page::new(size));
    update(&mut model, Message::Act(Action::Palette));
    let mut letters = "region".chars().cycle().enumerate();
    bencher.bench_local(|| {
        let (typed, letter) = letters.next().unwrap();
        if typed.is_multiple_of(6) {
            update(&mut model, Message::Edit(Edit::EraseAll));
        }
        update(&mut model, Message::Edit(Edit::Insert(letter)));
        page.draw(&model);
    });
}

/// From a key to what it does to the model.
#[divan::bench]
fn key_to_update(bencher: Bencher<'_, '_>) {
    let mut keymap = Keymap::new(&BTreeMap::new()).unwrap();
    let mut model = worlds::model(worlds::of_regions(3));
    let mut keys = [KeyCode::Char('3'), KeyCode::Down, KeyCode::Up, KeyCode::Char('1')].into_iter().cycle();
    bencher.bench_local(|| {
        let key = KeyEvent::from(keys.next().unwrap());
        keymap.dispatch(&key).map(|action| update(&mut model, Message::Act(action)))
    });
}

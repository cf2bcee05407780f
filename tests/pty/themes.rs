//! A theme of the user's own is seen on the screen, and again as soon as its file is saved.

use super::{pty_support::Terminal, session::demo_command};

const NIGHT: &str = include_str!("../../themes/night.toml");

fn shows(terminal: &Terminal, ground: (u8, u8, u8)) {
    let wanted = evac_pty::Color::Rgb(ground.0, ground.1, ground.2);
    terminal
        .wait_until(&format!("a ground of {ground:?}"), |screen| {
            (0..20).any(|row| screen.cell(row, row).is_some_and(|cell| cell.bgcolor() == wanted))
        })
        .unwrap();
}

#[test]
fn a_theme_is_read_again_when_its_file_is_saved() {
    let home = tempfile::tempdir().unwrap();
    let themes = home.path().join("config/evac/themes");
    std::fs::create_dir_all(&themes).unwrap();
    let file = themes.join("mine.toml");
    std::fs::write(&file, NIGHT.replace("#0f1318", "#102030")).unwrap();
    let mut arguments = demo_command(home.path(), &["--theme", "mine"]);
    arguments.env("COLORTERM", "truecolor");
    let mut terminal = Terminal::open(80, 24, arguments).unwrap();
    shows(&terminal, (0x10, 0x20, 0x30));
    std::fs::write(&file, NIGHT.replace("#0f1318", "#405060")).unwrap();
    shows(&terminal, (0x40, 0x50, 0x60));
    // A theme that is broken is told with its line, and the screen goes on.
    std::fs::write(&file, "[roles").unwrap();
    terminal.wait_for("mine.toml:1").unwrap();
    terminal.send(b"q").unwrap();
    assert!(terminal.wait().unwrap().success());
}

//! However it ends, the terminal is as it was.

use std::{path::PathBuf, process::Command, sync::Once};

use rustix::process::Signal;

use super::{
    pty_support::{PATIENCE, Terminal, command},
    session::{Demo, assert_undone},
};

#[test]
fn a_signal_ends_it_with_its_status_and_gives_the_terminal_back() {
    for (signal, status) in [(Signal::TERM, 143), (Signal::INT, 130), (Signal::QUIT, 131), (Signal::HUP, 129)] {
        let mut demo = Demo::live(80, 24);
        demo.signal(signal);
        assert_eq!(demo.end(), status, "{signal:?}");
        demo.assert_restored();
    }
}

#[test]
fn a_terminal_that_is_closed_ends_it() {
    let mut demo = Demo::live(80, 24);
    let start = std::time::Instant::now();
    demo.hang_up();
    // It ends by the signal, by the first write that fails or by the next beat of its pulse, whichever comes first.
    assert_eq!(demo.end(), 129);
    assert!(start.elapsed() < PATIENCE, "it lived on without a terminal, and had to be killed");
}

#[test]
fn it_stops_and_goes_on_with_a_whole_picture() {
    let mut demo = Demo::live(100, 30);
    for _ in 0..2 {
        let written = demo.written();
        demo.signal(Signal::TSTP);
        demo.wait_for_bytes(written, b"\x1b[?1049l").unwrap();
        demo.wait_until("the shell's screen is back", |screen| !screen.alternate_screen() && !screen.hide_cursor())
            .unwrap();
        assert_undone(&String::from_utf8_lossy(&demo.raw()));
        demo.wait_until_stopped();
        assert_eq!(demo.settings(), demo.before, "the shell has its own settings while evac is stopped");
        demo.signal(Signal::CONT);
        demo.wait_until("the picture is back", |screen| {
            screen.alternate_screen() && screen.contents().contains("AURORA") && screen.contents().contains("READ-ONLY")
        })
        .unwrap();
    }
    demo.press("3");
    demo.wait_for("worst first").unwrap();
    demo.press("q");
    assert_eq!(demo.end(), 0);
    demo.assert_restored();
}

#[test]
fn what_a_stop_from_outside_left_behind_is_put_right() {
    let mut demo = Demo::live(100, 30);
    // SIGSTOP cannot be caught: nothing was given back, and a shell may have set its own modes meanwhile.
    demo.signal(Signal::STOP);
    demo.wait_until_stopped();
    let written = demo.written();
    demo.signal(Signal::CONT);
    demo.wait_for_bytes(written, b"\x1b[?1049h").unwrap();
    demo.wait_for("AURORA").unwrap();
    demo.press("q");
    assert_eq!(demo.end(), 0);
    demo.assert_restored();
}

#[test]
fn without_a_shell_to_go_back_to_ctrl_z_says_so() {
    let mut demo = Demo::live(100, 30);
    demo.press("\x1a");
    demo.wait_for("there is no shell to go back to").unwrap();
    demo.press("q");
    assert_eq!(demo.end(), 0);
}

#[test]
fn without_a_terminal_it_says_what_to_do_instead() {
    let home = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_evac")).arg("demo").env("HOME", home.path()).output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && message.contains("evac status --plain"), "{message}");
    assert!(!message.contains('\u{1b}') && output.stdout.is_empty(), "{message}");
}

#[test]
fn on_a_terminal_that_cannot_place_text_it_draws_nothing() {
    let mut demo = Demo::start(80, 24, &[], &[("TERM", "dumb")]);
    assert_eq!(demo.end(), 1);
    let raw = String::from_utf8_lossy(&demo.raw()).into_owned();
    assert!(raw.contains("TERM is `dumb`") && raw.contains("evac status --watch"), "{raw:?}");
    assert!(!raw.contains('\u{1b}'), "{raw:?}");
}

/// The example that breaks down. Cargo builds examples only when all targets are built.
fn panicking_screen() -> PathBuf {
    static BUILT: Once = Once::new();
    let folder = PathBuf::from(env!("CARGO_BIN_EXE_evac")).parent().unwrap().join("examples");
    BUILT.call_once(|| {
        if !folder.join("panicking_screen").exists() {
            let built = Command::new(env!("CARGO"))
                .args(["build", "--locked", "--offline", "--package", "evac", "--example", "panicking_screen"])
                .current_dir(env!("CARGO_MANIFEST_DIR"))
                .status()
                .unwrap();
            assert!(built.success());
        }
    });
    folder.join("panicking_screen")
}

#[test]
fn a_panic_of_the_screen_gives_the_terminal_back_before_it_says_anything() {
    let program = panicking_screen();
    let mut command = command(program.to_str().unwrap());
    command.arg("screen");
    let mut terminal = Terminal::open(80, 24, command).unwrap();
    assert_eq!(terminal.wait().unwrap().exit_code(), 101);
    terminal.drain();
    let raw = String::from_utf8_lossy(&terminal.raw()).into_owned();
    assert_undone(&raw);
    let after = raw.split("\x1b[?1049l").nth(1).unwrap();
    assert!(after.contains("the screen broke down") && after.contains("example.log"), "{raw:?}");
    assert!(!after.contains('\u{1b}') && after.lines().count() < 8, "{after:?}");
    assert_eq!(raw.matches("\x1b[?1049l").count(), 1, "it was given back twice");
}

#[test]
fn a_panic_of_another_task_leaves_the_screen_alone() {
    let program = panicking_screen();
    let mut command = command(program.to_str().unwrap());
    command.arg("task");
    let mut terminal = Terminal::open(80, 24, command).unwrap();
    terminal.wait_for_bytes(0, b"\x1b[?1049h").unwrap();
    terminal.send(b"x").unwrap();
    assert_eq!(terminal.wait().unwrap().exit_code(), 0);
    terminal.drain();
    let raw = String::from_utf8_lossy(&terminal.raw()).into_owned();
    assert!(!raw.contains("broke down"), "{raw:?}");
    assert_undone(&raw);
}

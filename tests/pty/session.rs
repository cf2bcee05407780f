//! A demo in a terminal, and what every test asks of it.

use std::ops::{Deref, DerefMut};

use rustix::process::{Pid, Signal, WaitOptions};

use super::pty_support::{Command, Terminal, command};

/// A running `evac demo`.
pub struct Demo {
    terminal: Terminal,
    /// The terminal's settings before evac had it.
    pub before: Option<String>,
    _home: tempfile::TempDir,
}

impl Deref for Demo {
    type Target = Terminal;
    fn deref(&self) -> &Terminal {
        &self.terminal
    }
}

impl DerefMut for Demo {
    fn deref_mut(&mut self) -> &mut Terminal {
        &mut self.terminal
    }
}

/// `evac demo`, in a world that no other test touches and with none of the user's own settings.
pub fn demo_command(home: &std::path::Path, arguments: &[&str]) -> Command {
    let mut command = command(env!("CARGO_BIN_EXE_evac"));
    for (name, folder) in [
        ("HOME", ""),
        ("XDG_CONFIG_HOME", "config"),
        ("XDG_STATE_HOME", "state"),
        ("XDG_CACHE_HOME", "cache"),
        ("XDG_DATA_HOME", "data"),
    ] {
        command.env(name, home.join(folder));
    }
    command.arg("demo");
    command.args(["--seed", "7"]);
    command.args(arguments);
    command
}

impl Demo {
    /// Starts a demo and waits for the live picture.
    pub fn live(columns: u16, rows: u16) -> Self {
        let demo = Self::start(columns, rows, &[], &[]);
        demo.wait_for("WRITER").unwrap();
        demo.wait_until("a region is GO", |screen| screen.contents().contains("GO")).unwrap();
        demo
    }

    /// Starts a demo.
    pub fn start(columns: u16, rows: u16, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut command = demo_command(home.path(), arguments);
        for (name, value) in environment {
            command.env(name, value);
        }
        let terminal = Terminal::open(columns, rows, command).unwrap();
        // The settings of a terminal that nobody has touched yet.
        let before = Terminal::open(columns, rows, super::pty_support::command("true")).unwrap().settings();
        Self { terminal, before, _home: home }
    }

    /// Presses keys.
    pub fn press(&mut self, keys: &str) {
        self.send(keys.as_bytes()).unwrap();
    }

    /// Presses esc and waits until a text is gone: esc with a key right behind it is another key.
    pub fn escape(&mut self, text: &str) {
        self.press("\x1b");
        self.wait_until(&format!("{text:?} is gone"), |screen| !screen.contents().contains(text)).unwrap();
    }

    fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.process().unwrap()).unwrap()).unwrap()
    }

    /// Sends the program a signal.
    pub fn signal(&self, signal: Signal) {
        rustix::process::kill_process(self.pid(), signal).unwrap();
    }

    /// Waits, as a shell does, until the program has stopped: one that goes on before that would stop for ever.
    pub fn wait_until_stopped(&self) {
        let (_, status) = rustix::process::waitpid(Some(self.pid()), WaitOptions::UNTRACED).unwrap().unwrap();
        assert!(status.stopped(), "it ended instead of stopping: {status:?}");
    }

    /// Waits for the end, and gives the exit status.
    pub fn end(&mut self) -> u32 {
        let status = self.wait().unwrap();
        self.drain();
        status.exit_code()
    }

    /// Checks that the terminal is as it was before.
    pub fn assert_restored(&self) {
        assert_eq!(self.settings(), self.before, "the settings of the terminal");
        assert_undone(&String::from_utf8_lossy(&self.raw()));
        let screen = self.screen();
        assert!(!screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste());
    }
}

/// Checks that every mode that was set was reset after it, and that text comes out plain.
pub fn assert_undone(raw: &str) {
    let mut set = std::collections::BTreeMap::new();
    for part in raw.split("\x1b[?").skip(1) {
        let Some(end) = part.find(['h', 'l']) else { continue };
        for mode in part[..end].split(';') {
            set.insert(mode.to_owned(), part.as_bytes()[end] == b'h');
        }
    }
    // Only the cursor is on when nobody has touched anything.
    let left: Vec<_> = set.into_iter().filter(|(mode, on)| *on != (mode == "25")).collect();
    assert_eq!(left, [], "modes that were not put back");
    let reset = raw.rfind("\x1b[0m").unwrap();
    let styled = raw.rfind("m").map_or(0, |end| raw[..end].rfind("\x1b[").unwrap_or(0));
    assert!(styled <= reset || !raw[reset + 1..].contains("\x1b[3"), "a style was left on");
}

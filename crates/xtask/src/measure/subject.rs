//! What is measured: the program, in a terminal or not, with a home of its own.

use std::{
    path::{Path, PathBuf},
    process,
    time::Duration,
};

use anyhow::Context;
use evac_pty::{Terminal, command};

/// The end of a frame: the terminal may show it now.
const FRAME_END: &[u8] = b"\x1b[?2026l";

/// The root of the repository.
pub(super) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Where the program is watched from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum From {
    /// A terminal of this machine.
    Here,
    /// An SSH session.
    Afar,
}

/// The program that is measured.
pub(super) struct Subject {
    program: PathBuf,
    home: tempfile::TempDir,
}

impl Subject {
    pub(super) fn new(program: PathBuf) -> anyhow::Result<Self> {
        Ok(Self { program, home: tempfile::tempdir()? })
    }

    /// The folders that the program keeps its files in: nobody's own.
    fn places(&self) -> Vec<(&'static str, PathBuf)> {
        let home = self.home.path();
        let below = ["config", "state", "cache", "data"].map(|name| home.join(name));
        let names = ["XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"];
        names.into_iter().zip(below).chain([("HOME", home.to_owned())]).collect()
    }

    /// A command that is no screen.
    pub(super) fn command(&self) -> process::Command {
        let mut command = process::Command::new(&self.program);
        command.envs(self.places());
        command
    }

    /// The screen on a stack, of so many columns and rows.
    pub(super) fn screen(&self, stack: &Path, from: From, size: (u16, u16)) -> anyhow::Result<Screen> {
        let program = self.program.to_str().context("the program's path is not UTF-8")?;
        let mut command = command(program);
        command.env("COLORTERM", "truecolor");
        for (name, place) in self.places() {
            command.env(name, place);
        }
        if from == From::Afar {
            command.env("SSH_CONNECTION", "192.0.2.1 50000 192.0.2.2 22");
        }
        command.arg("--stack");
        command.arg(stack);
        Screen::open(size, command)
    }
}

/// A program on a terminal.
pub(super) struct Screen {
    pub(super) terminal: Terminal,
}

impl Screen {
    pub(super) fn open((columns, rows): (u16, u16), command: evac_pty::Command) -> anyhow::Result<Self> {
        Ok(Self { terminal: Terminal::open(columns, rows, command)? })
    }

    /// How long after the start the first byte came.
    pub(super) fn first_byte(&self) -> anyhow::Result<Duration> {
        self.terminal.arrival(0).context("nothing came")
    }

    /// How long after the start the first frame was complete.
    pub(super) fn first_frame(&self) -> anyhow::Result<Duration> {
        self.end_of_frame(0)
    }

    /// How long after the start the screen showed that every source had been heard.
    pub(super) fn first_picture(&mut self) -> anyhow::Result<Duration> {
        self.first_frame()?;
        self.terminal.send(b"4")?;
        let seen = self.terminal.wait_until("every source was heard", |screen| {
            let text = screen.contents();
            text.contains("answer in time") && !text.contains("WAITING")
        })?;
        self.end_of_frame(seen.saturating_sub(FRAME_END.len()))
    }

    /// How long a key takes until the frame is complete that shows a text.
    pub(super) fn press(&mut self, key: &str, text: &str) -> anyhow::Result<Duration> {
        let pressed = self.terminal.age();
        self.terminal.send(key.as_bytes())?;
        let seen = self.terminal.wait_for(text)?;
        Ok(self.end_of_frame(seen.saturating_sub(FRAME_END.len()))?.saturating_sub(pressed))
    }

    /// When the frame was complete that a byte belongs to.
    fn end_of_frame(&self, from: usize) -> anyhow::Result<Duration> {
        let end = self.terminal.wait_for_bytes(from, FRAME_END)?;
        self.terminal.arrival(end + FRAME_END.len() - 1).context("the end of the frame never came")
    }

    /// Ends the program as a person does.
    pub(super) fn quit(mut self) -> anyhow::Result<()> {
        self.terminal.send(b"q")?;
        self.terminal.wait()?;
        Ok(())
    }
}

//! A terminal to run a program in, as a person would: it types, resizes, hangs up, and sees what the screen shows.
//!
//! Nothing here sleeps: whoever waits is woken by the next byte that the program writes.

use std::{
    io::{Read, Write},
    num::NonZeroU16,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context, anyhow, bail};
use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

pub use portable_pty::CommandBuilder as Command;
pub use vt100::{Color, Screen};

/// How long a wait lasts before it is given up: long enough for the slowest machine, for it is never reached when all
/// is well.
pub const PATIENCE: Duration = Duration::from_secs(60);

struct Seen {
    raw: Vec<u8>,
    /// When the bytes came: how many there were after each read, and when.
    arrivals: Vec<(usize, Instant)>,
    ended: bool,
    hung_up: bool,
}

/// The screen as far as it has been looked at. Whoever looks brings it up to date, so that nothing keeps the reader
/// from the next byte and its time.
struct Shown {
    parser: vt100::Parser,
    parsed: usize,
}

type Shared = Arc<(Mutex<Seen>, Condvar)>;

/// A terminal with a program in it.
pub struct Terminal {
    shared: Shared,
    shown: Mutex<Shown>,
    started: Instant,
    master: Option<Box<dyn MasterPty + Send>>,
    writer: Option<Box<dyn Write + Send>>,
    child: Box<dyn Child + Send + Sync>,
}

/// A command for a terminal of 256 colours, in English and UTF-8, that inherits nothing that would change what is
/// drawn.
pub fn command(program: &str) -> Command {
    let mut command = CommandBuilder::new(program);
    for name in
        ["NO_COLOR", "COLORTERM", "SSH_CONNECTION", "SSH_TTY", "TMUX", "STY", "COLUMNS", "LINES", "CLICOLOR_FORCE"]
    {
        command.env_remove(name);
    }
    for (name, value) in [("TERM", "xterm-256color"), ("LANG", "C.UTF-8"), ("RUST_BACKTRACE", "0")] {
        command.env(name, value);
    }
    command
}

fn size(columns: u16, rows: u16) -> PtySize {
    PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }
}

fn at_least_one(count: u16) -> NonZeroU16 {
    NonZeroU16::new(count).unwrap_or(NonZeroU16::MIN)
}

fn lock(shared: &Shared) -> MutexGuard<'_, Seen> {
    shared.0.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Terminal {
    /// Starts a program in a terminal of this size.
    pub fn open(columns: u16, rows: u16, command: Command) -> anyhow::Result<Self> {
        let pair = native_pty_system().openpty(size(columns, rows))?;
        let started = Instant::now();
        let child = pair.slave.spawn_command(command).context("the program did not start")?;
        drop(pair.slave);
        let parser = vt100::Parser::new(at_least_one(rows), at_least_one(columns), 0);
        let shown = Mutex::new(Shown { parser, parsed: 0 });
        let seen = Seen { raw: Vec::new(), arrivals: Vec::new(), ended: false, hung_up: false };
        let shared: Shared = Arc::new((Mutex::new(seen), Condvar::new()));
        let mut reader = pair.master.try_clone_reader()?;
        let writer = pair.master.take_writer()?;
        let other = shared.clone();
        std::thread::spawn(move || {
            let mut buffer = [0; 65_536];
            loop {
                let got = reader.read(&mut buffer).unwrap_or(0);
                let now = Instant::now();
                let mut seen = lock(&other);
                seen.raw.extend_from_slice(buffer.get(..got).unwrap_or_default());
                let count = seen.raw.len();
                seen.arrivals.push((count, now));
                seen.ended = got == 0 || seen.hung_up;
                other.1.notify_all();
                if seen.ended {
                    return;
                }
            }
        });
        Ok(Self { shared, shown, started, master: Some(pair.master), writer: Some(writer), child })
    }

    /// Types.
    pub fn send(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        let writer = self.writer.as_mut().ok_or_else(|| anyhow!("the terminal is closed"))?;
        writer.write_all(bytes)?;
        Ok(writer.flush()?)
    }

    /// Changes the size, and tells the program.
    pub fn resize(&self, columns: u16, rows: u16) -> anyhow::Result<()> {
        let master = self.master.as_ref().ok_or_else(|| anyhow!("the terminal is closed"))?;
        self.shown().parser.screen_mut().set_size(at_least_one(rows), at_least_one(columns));
        master.resize(size(columns, rows))
    }

    /// The screen, up to date.
    fn shown(&self) -> MutexGuard<'_, Shown> {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        let new = lock(&self.shared).raw.get(shown.parsed..).unwrap_or_default().to_vec();
        shown.parser.process(&new);
        shown.parsed += new.len();
        shown
    }

    /// Waits until the screen shows what is wanted, and tells after how many bytes that was; the error holds what
    /// it shows instead.
    pub fn wait_until(&self, what: &str, wanted: impl Fn(&Screen) -> bool) -> anyhow::Result<usize> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let shown = self.shown();
            if wanted(shown.parser.screen()) {
                return Ok(shown.parsed);
            }
            let mut seen = lock(&self.shared);
            while seen.raw.len() == shown.parsed {
                let left = deadline.saturating_duration_since(Instant::now());
                if left.is_zero() || seen.ended {
                    let ended = if seen.ended { "the program ended" } else { "time is up" };
                    bail!("{ended} before {what}; the screen shows:\n{}", shown.parser.screen().contents());
                }
                seen = self.shared.1.wait_timeout(seen, left).unwrap_or_else(PoisonError::into_inner).0;
            }
        }
    }

    /// Waits until the screen shows a text, and tells after how many bytes that was.
    pub fn wait_for(&self, text: &str) -> anyhow::Result<usize> {
        self.wait_until(&format!("{text:?} was shown"), |screen| screen.contents().contains(text))
    }

    /// Waits until the program has written something that holds these bytes, beginning the search at an offset, and
    /// tells at which offset they begin.
    pub fn wait_for_bytes(&self, from: usize, bytes: &[u8]) -> anyhow::Result<usize> {
        let deadline = Instant::now() + PATIENCE;
        let mut seen = lock(&self.shared);
        loop {
            let rest = seen.raw.get(from..).unwrap_or_default();
            if let Some(place) = rest.windows(bytes.len().max(1)).position(|window| window == bytes) {
                return Ok(from + place);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || seen.ended {
                bail!("never wrote {:?}", String::from_utf8_lossy(bytes));
            }
            seen = self.shared.1.wait_timeout(seen, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// What the screen shows.
    pub fn screen(&self) -> Screen {
        self.shown().parser.screen().clone()
    }

    /// What the screen shows, as text.
    pub fn text(&self) -> String {
        self.screen().contents()
    }

    /// Everything that the program has written.
    pub fn raw(&self) -> Vec<u8> {
        lock(&self.shared).raw.clone()
    }

    /// How many bytes the program has written.
    pub fn written(&self) -> usize {
        lock(&self.shared).raw.len()
    }

    /// How long after the start the byte at an offset came, or if there was none, the end of the program.
    pub fn arrival(&self, offset: usize) -> Option<Duration> {
        let seen = lock(&self.shared);
        let read = seen.arrivals.iter().find(|(count, _)| *count > offset);
        let end = || seen.arrivals.last().filter(|_| seen.ended);
        read.or_else(end).map(|(_, at)| at.duration_since(self.started))
    }

    /// How long after the start it is now.
    pub fn age(&self) -> Duration {
        self.started.elapsed()
    }

    /// The program's process.
    pub fn process(&self) -> Option<u32> {
        self.child.process_id()
    }

    /// The terminal's settings, in the words of `stty -g`-like debug output: equal before and after means restored.
    pub fn settings(&self) -> Option<String> {
        self.master.as_ref().and_then(|master| master.get_termios()).map(|settings| format!("{settings:?}"))
    }

    /// Closes the terminal, as a dropped connection does.
    pub fn hang_up(&mut self) {
        // The reader holds the terminal open until it sees that it should not. A new size makes the program write,
        // and whatever it writes wakes the reader.
        lock(&self.shared).hung_up = true;
        let (rows, columns) = self.shown().parser.screen().size();
        // A program that has ended already wakes it by that.
        let _ = self.resize(columns.get().saturating_add(1), rows.get());
        self.writer = None;
        self.master = None;
    }

    /// Waits for the program to end.
    pub fn wait(&mut self) -> anyhow::Result<ExitStatus> {
        let (sender, receiver) = std::sync::mpsc::channel();
        let mut killer = self.child.clone_killer();
        std::thread::spawn(move || {
            if receiver.recv_timeout(PATIENCE) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
                // Too late: the wait below ends with the signal's status, and the caller sees it.
                let _ = killer.kill();
            }
        });
        let status = self.child.wait()?;
        // The other side is gone when the time ran out, and there is nobody to tell.
        let _ = sender.send(());
        Ok(status)
    }

    /// Waits for all that the ended program wrote to arrive.
    pub fn drain(&self) {
        let deadline = Instant::now() + PATIENCE;
        let mut seen = lock(&self.shared);
        while !seen.ended {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            seen = self.shared.1.wait_timeout(seen, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It has ended already in most cases, and then there is nothing to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

//! The one guard of the terminal. Whatever happens to the program, the terminal ends as it was before: on return,
//! on error, on a signal and on a panic.

use std::{
    cell::Cell,
    future::Future,
    io::{self, IsTerminal, Write},
    path::PathBuf,
    pin::pin,
    sync::{
        Mutex, Once, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use crossterm::{
    Command,
    cursor::{Hide, Show},
    event::{DisableBracketedPaste, DisableFocusChange, DisableMouseCapture, EnableBracketedPaste},
    style::{Attribute, SetAttribute},
    terminal::{
        Clear, ClearType, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode,
        enable_raw_mode,
    },
};

use super::tty;

/// The alternate screen; no cursor; pasted text as one event; the terminal's own style; a clean start.
fn enter_sequence() -> String {
    let mut text = String::new();
    sequence(&mut text, EnterAlternateScreen);
    sequence(&mut text, Hide);
    sequence(&mut text, EnableBracketedPaste);
    sequence(&mut text, SetAttribute(Attribute::Reset));
    sequence(&mut text, Clear(ClearType::All));
    text
}

/// All of that undone, and with it whatever could be open when the program breaks down in the middle of a frame: a
/// string sequence, a synchronized update, a style. Mouse and focus reports are never asked for; they are turned off
/// all the same, for whoever left them on before.
fn restore_sequence() -> String {
    let mut text = STRING_END.to_owned();
    sequence(&mut text, EndSynchronizedUpdate);
    sequence(&mut text, SetAttribute(Attribute::Reset));
    sequence(&mut text, DisableMouseCapture);
    sequence(&mut text, DisableFocusChange);
    sequence(&mut text, DisableBracketedPaste);
    sequence(&mut text, Show);
    sequence(&mut text, LeaveAlternateScreen);
    text
}

/// Appends a command to a text. Writing into a String does not fail.
pub(super) fn sequence(text: &mut String, command: impl Command) {
    let _ = command.write_ansi(text);
}

/// Ends an OSC or DCS sequence; where none is open, terminals ignore it.
const STRING_END: &str = "\x1b\\";

/// How long the end of the program waits for a terminal that takes nothing any more.
const PATIENCE: Duration = Duration::from_millis(250);

/// True while the terminal is ours.
static ENTERED: AtomicBool = AtomicBool::new(false);

/// Held by whoever writes to the terminal.
static OUTPUT: Mutex<()> = Mutex::new(());

/// Where the log is, for the message of a panic.
static LOG: Mutex<Option<PathBuf>> = Mutex::new(None);

thread_local! {
    /// True while this thread runs the code of the screen.
    static OURS: Cell<bool> = const { Cell::new(false) };
}

/// Holds the terminal. Dropped, it gives the terminal back.
#[derive(Debug)]
pub struct Guard(());

impl Guard {
    /// Takes the terminal. `log` is named when the program breaks down.
    ///
    /// # Errors
    /// Standard input or output is no terminal, or it cannot be set up; then it is as it was before.
    pub fn enter(log: Option<PathBuf>) -> anyhow::Result<Self> {
        if !(io::stdin().is_terminal() && io::stdout().is_terminal()) {
            anyhow::bail!(
                "standard input and output must be a terminal for the full screen; \
                 `evac status --plain` prints the same to a pipe or a file"
            );
        }
        if std::env::var_os("TERM").is_some_and(|term| term == "dumb") {
            anyhow::bail!(
                "this terminal cannot place text (TERM is `dumb`), and so not show the full screen; \
                 `evac status --watch` tells of every change in lines"
            );
        }
        *LOG.lock().unwrap_or_else(PoisonError::into_inner) = log;
        install_hook();
        let guard = Self(());
        guard.retake()?;
        Ok(guard)
    }

    /// Takes the terminal again after it was given back, or after somebody else may have changed its modes.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn retake(&self) -> io::Result<()> {
        // Whatever a shell has set in the meantime: crossterm sets raw mode only when it thinks that it is off.
        disable_raw_mode()?;
        enable_raw_mode()?;
        ENTERED.store(true, Ordering::SeqCst);
        write(&enter_sequence())
    }

    /// Gives the terminal back for a while.
    pub fn give_back(&self) {
        restore();
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        restore();
    }
}

/// Writes to the terminal, if it is ours now; else the text belongs to a screen that is gone, and is dropped.
///
/// # Errors
/// The terminal is gone.
pub(super) fn write(text: &str) -> io::Result<()> {
    let _output = OUTPUT.lock().unwrap_or_else(PoisonError::into_inner);
    if ENTERED.load(Ordering::SeqCst) { tty::write(text.as_bytes(), None) } else { Ok(()) }
}

/// Gives the terminal back, once. A terminal that is gone or takes nothing any more does not hold it up.
fn restore() {
    if !ENTERED.swap(false, Ordering::SeqCst) {
        return;
    }
    // A frame that is being written is finished first, or the sequences would end up in the middle of one.
    let start = Instant::now();
    let _output = loop {
        match OUTPUT.try_lock() {
            Ok(lock) => break Some(lock),
            Err(std::sync::TryLockError::Poisoned(poisoned)) => break Some(poisoned.into_inner()),
            Err(std::sync::TryLockError::WouldBlock) if start.elapsed() > PATIENCE => break None,
            Err(std::sync::TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(2)),
        }
    };
    let _ = tty::write(restore_sequence().as_bytes(), Some(PATIENCE));
    let _ = disable_raw_mode();
}

/// Runs a future as the code of the screen: its panics, and no other task's, give the terminal back.
pub async fn marked<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    std::future::poll_fn(|context| {
        let _mark = Mark(OURS.replace(true));
        future.as_mut().poll(context)
    })
    .await
}

/// Takes the mark off a thread when the future has been polled.
struct Mark(bool);

impl Drop for Mark {
    fn drop(&mut self) {
        OURS.set(self.0);
    }
}

/// On a panic of the screen: gives the terminal back, then logs, then says in a few words what happened. On a panic
/// of any other task while the screen is up: logs only, for its text would spoil the screen, which goes on.
fn install_hook() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let entered = ENTERED.load(Ordering::SeqCst);
            let ours = OURS.get();
            if entered && ours {
                restore();
            }
            tracing::error!(%panic, "panicked");
            if !entered {
                before(panic);
            } else if ours {
                let _ = io::stderr().write_all(last_words(&panic.to_string()).as_bytes());
            }
        }));
    });
}

fn last_words(panic: &str) -> String {
    let log = LOG.try_lock().ok().and_then(|log| log.clone());
    let log = log.map_or(String::new(), |log| format!("The log is {}\n", log.display()));
    format!(
        "evac broke down, which is a bug in evac. A run that was begun goes on by itself: `evac runs` \
         tells. Nothing else was changed.\n{panic}\n{log}"
    )
}

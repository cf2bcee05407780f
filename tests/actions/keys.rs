//! A desk with the full screen before it: keys are pressed, words are typed, and what it shows is read.

use std::process::Command;

use evac_pty::{Screen, Terminal};

use crate::{
    desk::{Desk, Stage},
    world::World,
};

/// Enter, as a terminal sends it.
pub const ENTER: &str = "\r";

/// How often consent is given at most.
const TRIES: usize = 5;

/// See the module.
pub struct Keys {
    terminal: Terminal,
}

impl Keys {
    /// Opens the full screen at a desk.
    pub fn open(desk: &Desk<'_>) -> Self {
        Self { terminal: Terminal::open(120, 40, in_terminal(&desk.command(&[]))).unwrap() }
    }

    /// The same, and waits until it knows the world.
    pub fn at(desk: &Desk<'_>) -> Self {
        let mut keys = Self::open(desk);
        // A plan that is made before everything has answered is soon another.
        keys.press("4");
        keys.until("every source has answered", all_answer);
        keys.press("1");
        keys.sees("EVACUATE");
        keys
    }

    /// Presses one key.
    pub fn press(&mut self, key: &str) {
        self.terminal.send(key.as_bytes()).unwrap();
    }

    /// Types a word, and enter.
    pub fn answer(&mut self, word: &str) {
        for letter in word.chars().map(String::from) {
            self.press(&letter);
        }
        self.press(ENTER);
    }

    /// Waits until a text is on the screen.
    #[track_caller]
    pub fn sees(&self, text: &str) {
        self.until(&format!("{text:?} is shown"), |screen| screen.contains(text));
    }

    /// Waits until the screen is so.
    #[track_caller]
    pub fn until(&self, what: &str, is_so: impl Fn(&str) -> bool) {
        if let Err(error) = self.terminal.wait_until(what, |screen: &Screen| is_so(&screen.contents())) {
            panic!("{error}");
        }
    }

    /// What the screen shows now.
    pub fn text(&self) -> String {
        self.terminal.screen().contents()
    }

    /// Makes a plan with a key, and again until it can be consented to: what was done last may not be seen yet.
    #[track_caller]
    pub fn plan(&mut self, world: &World, verb: &str) {
        self.press(verb);
        world.wait_until("a plan that nothing stands against", || {
            let (ready, not) = ("READY", ["NO PLAN", "BLOCKED", "IN DOUBT"]);
            self.until("a plan", |screen| screen.contains(ready) || not.iter().any(|word| screen.contains(word)));
            let is_ready = self.text().contains(ready);
            if !is_ready {
                self.press("p");
            }
            is_ready
        });
    }

    /// Consents to the plan that is read, which loses nothing.
    #[track_caller]
    pub fn consent(&mut self, target: &str) {
        self.consent_losing(target, None);
    }

    /// Consents to the plan that is read, and to what it loses. On a machine that is slow a source may be too late for the
    /// last look at the world: then there is no run, the screen says so, and consent is given once more.
    #[track_caller]
    pub fn consent_losing(&mut self, target: &str, loss: Option<&str>) {
        for _ in 0..TRIES {
            self.sees("READY");
            self.press("c");
            self.sees("Consent to");
            self.answer(target);
            if let Some(loss) = loss {
                self.sees("to accept the loss");
                self.answer(loss);
            }
            self.until("a run or a refusal", |screen| screen.contains("LOG ") || screen.contains("NOT BEGUN"));
            if self.text().contains("LOG ") {
                return;
            }
            self.press("p");
            self.until("the plan is made anew", |screen| !screen.contains("NOT BEGUN"));
        }
        panic!("there is no run:\n{}", self.text());
    }

    /// Lets the world hurry until the run on the screen has come to its end, which must be a good one.
    #[track_caller]
    pub fn see_it_done(&self, world: &World) {
        world.hurry(true);
        let ended =
            |screen: &str| ["DONE ", "FAILED ", "UNKNOWN ", "ABORTED "].iter().any(|word| screen.contains(word));
        self.until("the run is over", |screen| screen.contains("REPORT") && ended(screen));
        world.hurry(false);
        assert!(self.text().contains("DONE"), "{}", self.text());
    }

    /// Kills it at once, as nothing can prepare for.
    pub fn kill(&self) {
        let process = i32::try_from(self.terminal.process().unwrap()).unwrap();
        let process = rustix::process::Pid::from_raw(process).unwrap();
        rustix::process::kill_process(process, rustix::process::Signal::KILL).unwrap();
    }

    /// Leaves it, and gives its exit status.
    pub fn leave(mut self) -> u32 {
        self.press("q");
        self.terminal.wait().unwrap().exit_code()
    }

    /// Closes the terminal, as a dropped connection does, and waits until the program is gone.
    pub fn hang_up(mut self) -> u32 {
        self.terminal.hang_up();
        self.terminal.wait().unwrap().exit_code()
    }
}

/// Whether the list of sources says `43 of 43 answer in time`.
fn all_answer(screen: &str) -> bool {
    let Some((before, _)) = screen.split_once(" answer in time") else { return false };
    let mut words = before.rsplit(' ');
    let (all, good) = (words.next(), words.nth(1));
    all.is_some() && all == good
}

/// The same command, for a terminal.
fn in_terminal(command: &Command) -> evac_pty::Command {
    let mut same = evac_pty::command(command.get_program().to_str().unwrap());
    same.env_clear();
    same.env("TERM", "xterm-256color");
    for (name, value) in command.get_envs() {
        value.inspect(|value| same.env(name, value));
    }
    same.args(command.get_args());
    same
}

//! An operator at a machine: a home folder, and the program.

use std::{fs, path::PathBuf, process::Command, thread, time::Instant};

use evac_core::run::Journal;
use evac_pty::Terminal;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::foreign::{
    PATIENCE,
    child::{Said, run},
    evac::evac,
    text,
};

/// What is at the other end of a desk's lines.
pub trait Stage {
    /// The stack file that leads there.
    fn stack(&self) -> PathBuf;

    /// Lets time go as fast as it may, while a run is under way, or as it went before. Where time cannot be hurried,
    /// it takes what it takes.
    fn hurry(&self, _hurry: bool) {}
}

/// See the module.
pub struct Desk<'a> {
    stage: &'a dyn Stage,
    operator: &'static str,
    home: tempfile::TempDir,
}

/// A plan that was made at a desk.
#[derive(Debug)]
pub struct Planned {
    verb: Vec<String>,
    /// The plan with its notes, as `--json` writes it.
    pub document: Value,
}

impl Planned {
    /// Its hash.
    pub fn hash(&self) -> &str {
        text(&self.document, "/hash")
    }

    /// The codes of the notes that block it.
    pub fn blockers(&self) -> Vec<&str> {
        let notes = self.document["notes"].as_array().unwrap().iter();
        notes.filter(|note| note["severity"] == "block").map(|note| text(note, "/code")).collect()
    }
}

impl<'a> Desk<'a> {
    /// A desk on a machine that has seen nothing yet.
    pub fn new(stage: &'a dyn Stage) -> Self {
        Self::of("ada", stage)
    }

    /// The desk of an operator on a machine of their own, which has seen nothing yet.
    pub fn of(operator: &'static str, stage: &'a dyn Stage) -> Self {
        Self { stage, operator, home: tempfile::tempdir().unwrap() }
    }

    /// The program, ready to be started.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = evac(self.home.path());
        command.env("EVAC_STACK", self.stage.stack()).env("LOGNAME", self.operator).args(arguments);
        command
    }

    /// The program in a terminal.
    pub fn terminal(&self, arguments: &[&str]) -> Terminal {
        let outside = self.command(arguments);
        let mut inside = evac_pty::Command::new(outside.get_program());
        inside.env_clear();
        inside.env("TERM", "xterm-256color");
        outside
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?)))
            .for_each(|(name, value)| inside.env(name, value));
        inside.args(outside.get_args());
        Terminal::open(120, 40, inside).unwrap()
    }

    /// Runs the program to its end.
    pub fn evac(&self, arguments: &[&str]) -> Said {
        run(&format!("evac {}", arguments.join(" ")), self.command(arguments), PATIENCE)
    }

    /// Runs the program, which must end well, and gives what it wrote.
    #[track_caller]
    pub fn done(&self, arguments: &[&str]) -> String {
        let said = self.evac(arguments);
        assert!(said.status.success(), "evac {}: {said:#?}\n{}", arguments.join(" "), self.log());
        said.stdout
    }

    /// Makes a plan. Its notes are looked at by whoever cares.
    #[track_caller]
    pub fn plan(&self, verb: &[&str]) -> Planned {
        self.try_plan(verb).unwrap_or_else(|said| panic!("no plan: {said:#?}"))
    }

    /// The same, or what is said where no plan can be made.
    pub fn try_plan(&self, verb: &[&str]) -> Result<Planned, Said> {
        let said = self.evac(&[&["plan", "--json"], verb].concat());
        let document = serde_json::from_str(&said.stdout).map_err(|_| said)?;
        Ok(Planned { verb: verb.iter().map(|word| (*word).to_owned()).collect(), document })
    }

    /// The words that consent to a plan and carry it out.
    pub fn consent<'p>(&self, planned: &'p Planned) -> Vec<&'p str> {
        let mut words: Vec<_> = planned.verb.iter().map(String::as_str).collect();
        words.extend(["--plan", planned.hash(), "--confirm"]);
        let confirm = planned.document["confirm"].as_array().unwrap();
        words.push(confirm.first().map_or("", |name| name.as_str().unwrap()));
        if planned.document["plan"]["loss"]["loss"] != "nothing" {
            // More than what is stated, for the statement grows while it is read.
            words.extend(["--accept-loss", "15m"]);
        }
        words
    }

    /// Plans, consents, and leaves the run to itself.
    #[track_caller]
    pub fn detach(&self, verb: &[&str]) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let planned = self.plan(verb);
            let said = self.evac(&[&self.consent(&planned)[..], &["--detach"]].concat());
            if said.status.success() {
                return said.stdout.trim().to_owned();
            }
            // On a machine that is busy with something else, a source may not be seen in time before one of the two.
            let again = said.stderr.contains("PLN-DRIFT") && Instant::now() < deadline;
            assert!(again, "{said:#?}\n{}", self.log());
        }
    }

    /// The same, and from here on the world hurries.
    #[track_caller]
    pub fn begin(&self, verb: &[&str]) -> String {
        let run = self.detach(verb);
        self.stage.hurry(true);
        run
    }

    /// Plans, consents, and sees the run end well. What was written of it is given back.
    #[track_caller]
    pub fn carry_out(&self, verb: &[&str]) -> String {
        let run = self.begin(verb);
        let told = self.done(&["attach", &run]);
        self.stage.hurry(false);
        told
    }

    /// The journal of a run on this machine, verified.
    #[track_caller]
    pub fn journal(&self, run: &str) -> Journal {
        let bytes = fs::read(self.state().join("runs").join(run).join("journal.jsonl")).unwrap_or_default();
        Journal::read(&bytes).unwrap_or_else(|damage| panic!("{run}: {damage}"))
    }

    /// The list of runs, newest first.
    #[track_caller]
    pub fn runs(&self) -> Vec<Value> {
        serde_json::from_str(&self.done(&["runs", "--json"])).unwrap()
    }

    /// The folder of the stack's files.
    pub fn state(&self) -> PathBuf {
        let folder = self.home.path().join(".local/state/evac/stacks");
        let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let folders: Vec<_> = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
        let [only] = &folders[..] else { panic!("{folders:?}") };
        only.clone()
    }

    /// The log, for the message of a test that failed.
    pub fn log(&self) -> String {
        fs::read_to_string(self.state().join("evac.log")).unwrap_or_default()
    }
}

/// What was begun at a desk outlives who asked for it. It would go on asking at addresses that the next world may have.
impl Drop for Desk<'_> {
    fn drop(&mut self) {
        let home = self.home.path().display().to_string();
        let left = || {
            let said = Command::new("ps").args(["-A", "-ww", "-o", "pid=,args="]).output().ok();
            let text = String::from_utf8_lossy(&said.map(|said| said.stdout).unwrap_or_default()).into_owned();
            let own = text.lines().filter(|line| line.contains(" runner ") && line.contains(&home));
            own.filter_map(|line| Pid::from_raw(line.split_whitespace().next()?.parse().ok()?)).collect::<Vec<_>>()
        };
        // Who waits beside a worker may have replaced it meanwhile.
        for _ in 0..5 {
            let found = left();
            if found.is_empty() {
                return;
            }
            // One that has ended by itself is what is wanted.
            for process in found {
                let _ = kill_process(process, Signal::KILL);
            }
        }
    }
}

/// Fails unless a command failed and said why, in all of these words.
#[track_caller]
pub fn refused(said: &Said, words: &[&str]) {
    assert_eq!(said.status.code(), Some(1), "{said:#?}");
    for words in words {
        assert!(said.stderr.contains(words), "`{words}` is not said: {}", said.stderr);
    }
}

/// Runs commands to their ends, all at once.
pub fn at_once(commands: Vec<Command>) -> Vec<Said> {
    let begin = |command| thread::spawn(|| run("evac", command, PATIENCE));
    let begun: Vec<_> = commands.into_iter().map(begin).collect();
    begun.into_iter().map(|thread| thread.join().unwrap()).collect()
}

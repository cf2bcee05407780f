//! The processes of a run, how they are killed, and what must be true of a run that survived it.

use std::process::Command;

use evac_core::{
    plan::StepId,
    run::{Event, RunOutcome, RunState, StepState},
};
use rustix::process::{Pid, Signal, kill_process, test_kill_process};

use crate::{desk::Desk, world::World};

impl Desk<'_> {
    /// The process that carries a run out, or did so last: the journal names it.
    #[track_caller]
    pub fn worker(&self, run: &str) -> Pid {
        let mut runners = self.journal(run).records.into_iter().filter_map(|record| match record.event {
            Event::Began { runner, .. } | Event::Resumed { runner, .. } => Some(runner.process),
            _ => None,
        });
        Pid::from_raw(i32::try_from(runners.next_back().unwrap()).unwrap()).unwrap()
    }

    /// What became of a step of a run, by the journal here.
    #[track_caller]
    pub fn step(&self, run: &str, step: &str) -> StepState {
        let state = RunState::replay(&self.journal(run).records).unwrap().unwrap();
        let found = state.steps.into_iter().find(|(id, _)| id.as_str() == step);
        found.unwrap_or_else(|| panic!("no step {step}")).1
    }

    /// Whether a process on this machine carries a run out.
    #[track_caller]
    pub fn is_running(&self, run: &str) -> bool {
        let runs = self.runs();
        let found = runs.iter().find(|line| line["run"] == run).unwrap_or_else(|| panic!("no {run}: {runs:#?}"));
        found["running"] == true
    }
}

impl World {
    /// Waits until the journal of a run at a desk tells of something.
    #[track_caller]
    pub fn wait_for(&self, desk: &Desk<'_>, run: &str, what: &str, is_it: impl Fn(&Event) -> bool) {
        let told = || desk.journal(run).records.iter().any(|record| is_it(&record.event));
        self.wait_until(&format!("{what}, in the journal of {run}"), told);
    }

    /// Kills the process that carries a run out, and waits until another goes on with it.
    #[track_caller]
    pub fn kill_worker(&self, desk: &Desk<'_>, run: &str) {
        let killed = desk.worker(run);
        kill(killed);
        self.wait_until("another worker goes on", || desk.worker(run) != killed);
    }

    /// Kills both processes of a run, the one that would replace the other first.
    #[track_caller]
    pub fn kill_both(&self, desk: &Desk<'_>, run: &str) {
        let worker = desk.worker(run);
        kill(parent(worker));
        kill(worker);
        self.wait_until("nobody carries it out", || !desk.is_running(run));
    }

    /// Checks a run that came to its end after it was cut off: its journal follows its own rules, everybody who carried
    /// it out had an epoch of their own, and all that the plan changes was changed once.
    #[track_caller]
    pub fn verified(&self, desk: &Desk<'_>, run: &str) -> RunState {
        let journal = desk.journal(run);
        let state = RunState::replay(&journal.records).unwrap_or_else(|illegal| panic!("{illegal}")).unwrap();
        let outcome = state.finished.as_ref().map(|(outcome, _)| *outcome);
        assert_eq!(outcome, Some(RunOutcome::Done), "{:#?}\n{}", state.finished, desk.log());
        assert_eq!(journal.torn, 0);
        let taken = journal.records.iter().filter_map(|record| match record.event {
            Event::LeaseTaken { epoch, .. } => Some(epoch),
            _ => None,
        });
        let taken: Vec<_> = taken.collect();
        assert!(taken.is_sorted_by(|one, next| one < next), "each holder of the lease has a greater epoch: {taken:?}");
        let epochs: Vec<_> = journal.records.iter().map(|record| record.epoch).collect();
        assert!(epochs.is_sorted(), "nobody acts under an older epoch: {epochs:?}");
        let resumed = |event: &Event| matches!(event, Event::Resumed { .. });
        let runners = 1 + journal.records.iter().filter(|record| resumed(&record.event)).count();
        assert!(taken.len() >= runners, "{runners} have carried it out, under {taken:?}");
        let mut effects: Vec<_> = self.changes().into_iter().filter(|change| change.is_once()).collect();
        effects.sort_by_key(|change| format!("{change:?}"));
        let twice = effects.windows(2).find(|pair| format!("{:?}", pair[0]) == format!("{:?}", pair[1]));
        assert!(twice.is_none(), "made twice: {twice:?}");
        assert_eq!((self.writers().len(), self.split_seconds()), (1, 0));
        state
    }
}

/// A step is begun.
pub fn started(step: &'static str) -> impl Fn(&Event) -> bool {
    move |event| matches!(event, Event::Started { step: of, .. } if *of == StepId::new(step))
}

/// A step's call is answered, or given up.
pub fn answered(step: &'static str) -> impl Fn(&Event) -> bool {
    move |event| matches!(event, Event::Answered { step: of, .. } if *of == StepId::new(step))
}

/// A step has ended.
pub fn ended(step: &'static str) -> impl Fn(&Event) -> bool {
    move |event| matches!(event, Event::Ended { step: of, .. } if *of == StepId::new(step))
}

/// The process that started another, or that took it in after that one's death.
#[track_caller]
pub fn parent(process: Pid) -> Pid {
    find_parent(process).unwrap_or_else(|| panic!("no process {process:?}"))
}

/// The same, if the process is there.
pub fn find_parent(process: Pid) -> Option<Pid> {
    let id = process.as_raw_nonzero().to_string();
    let said = Command::new("ps").args(["-o", "ppid=", "-p", &id]).output().unwrap();
    Pid::from_raw(String::from_utf8_lossy(&said.stdout).trim().parse().ok()?)
}

/// The first process that another has started, once there is one.
pub fn child(process: u32) -> Option<Pid> {
    let said = Command::new("ps").args(["-A", "-o", "pid=,ppid="]).output().unwrap();
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    let mut pairs = text.lines().filter_map(|line| line.trim().split_once(char::is_whitespace));
    let (child, _) = pairs.find(|(_, parent)| parent.trim() == process.to_string())?;
    Pid::from_raw(child.parse().unwrap())
}

/// Kills a process that cannot do anything about it.
#[track_caller]
pub fn kill(process: Pid) {
    kill_process(process, Signal::KILL).unwrap();
}

/// Whether a process is there.
pub fn is_there(process: Pid) -> bool {
    test_kill_process(process).is_ok()
}

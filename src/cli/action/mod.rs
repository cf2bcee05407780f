//! The commands that act: plans, runs and what is asked of them.

mod act;
pub mod arguments;
mod attach;
mod lines;
mod plan;
mod refusal;
mod runner;
mod runs;

use evac_core::{plan::Intent, run::RunId};

pub use act::{act, resume};
pub use attach::attach;
pub use plan::plan;
pub use runner::runner;
pub use runs::{abort, acknowledge, hand_over, overriding, runs};

use self::arguments::{NoArguments, PlanVerb, RecoverArguments, RegionArguments, RestoreArguments, ToArguments};
use super::{
    Failure,
    session::{OpenStack, full_picture},
};
use crate::{
    acting::Operator,
    tui::acting::{RunLine, RunList},
};

/// The intents of the verbs that stand on the command line by themselves.
pub fn switchover(arguments: ToArguments) -> Intent {
    PlanVerb::Switchover(arguments).into()
}

/// See [`switchover`].
pub fn failover(arguments: ToArguments) -> Intent {
    PlanVerb::Failover(arguments).into()
}

/// See [`switchover`].
pub fn failback(_: NoArguments) -> Intent {
    Intent::Failback
}

/// See [`switchover`].
pub fn restore(arguments: RestoreArguments) -> Intent {
    PlanVerb::Restore(arguments).into()
}

/// See [`switchover`].
pub fn recover(arguments: RecoverArguments) -> Intent {
    PlanVerb::Recover(arguments).into()
}

/// See [`switchover`].
pub fn drain(arguments: RegionArguments) -> Intent {
    PlanVerb::Drain(arguments).into()
}

/// See [`switchover`].
pub fn undrain(arguments: RegionArguments) -> Intent {
    PlanVerb::Undrain(arguments).into()
}

/// A desk with a full picture before it, as far as the sources gave one in time.
async fn informed(opened: &OpenStack, wait: Option<evac_core::stack::Period>) -> Operator {
    let engine = opened.start().await;
    let patience = wait.map_or_else(|| opened.patience(), |wait| wait.unsigned());
    full_picture(&engine, patience).await;
    Operator::new(opened.clone(), engine)
}

/// The run that is named, on this machine or in a copy; `last` is the newest.
async fn named(operator: &Operator, name: &str) -> Result<RunId, Failure> {
    // What is known here is not asked of buckets: one of them may be in a region that is lost, and be waited for. A run
    // that is under way here is the newest that there is, for only one is under way at a time.
    let here = operator.runs_here().map_err(Failure::new)?;
    let known = |line: &&RunLine| line.run.as_str() == name || (name == "last" && line.running);
    if let Some(line) = here.iter().find(known) {
        return Ok(line.run.clone());
    }
    let RunList { lines: mut runs, silent } = operator.runs().await.map_err(Failure::new)?;
    // One may be kept where nobody answers.
    let absent = |what: String| {
        let failure = Failure::new(what);
        silent.iter().fold(failure, |failure, line| failure.hint(format!("not heard: {line}")))
    };
    if name == "last" {
        let newest = runs.into_iter().next().map(|line| line.run);
        let words = if silent.is_empty() { "there is no run yet" } else { "no run is known here" };
        return newest.ok_or_else(|| absent(words.to_owned()));
    }
    runs.retain(|line| line.run.as_str().starts_with(name));
    match runs.as_slice() {
        [line] => Ok(line.run.clone()),
        [] => Err(absent(format!("there is no run `{name}`")).hint("`evac runs` lists them")),
        _ => runs.iter().find(|line| line.run.as_str() == name).map(|line| line.run.clone()).ok_or_else(|| {
            Failure::new(format!("more than one run begins with `{name}`")).hint("give more of its name")
        }),
    }
}

//! The verbs on the command line.

use std::collections::BTreeMap;

use clap::{Args, Subcommand, ValueEnum};
use evac_core::{
    RegionId,
    guard::{GuardCode, Override},
    plan::{ExistingResources, Intent},
};
use jiff::Timestamp;

/// `evac plan`.
#[derive(Debug, Args)]
pub struct PlanArguments {
    /// What is to be done.
    #[command(subcommand)]
    pub verb: PlanVerb,
    /// Write one JSON object
    #[arg(long, global = true)]
    pub json: bool,
    /// The longest to wait for every source to answer [default: the stack's polling.timeout and a bit]
    #[arg(long, global = true, value_name = "DURATION")]
    pub wait: Option<evac_core::stack::Period>,
    /// Also look at the world for each step: what holds already, and what could be begun now
    #[arg(long, global = true)]
    pub dry_run: bool,
}

/// The verbs that can be planned.
#[derive(Debug, Clone, Subcommand)]
pub enum PlanVerb {
    /// Move the writer to another region, with both healthy: nothing is lost
    Switchover(ToArguments),
    /// Let another region take over from a lost one: what had not arrived is lost
    Failover(ToArguments),
    /// Move the writer back to the primary of the stack file
    Failback,
    /// Bring a namespace back from a Velero backup
    Restore(RestoreArguments),
    /// Make a cluster as of a point in time, beside the old one
    Recover(RecoverArguments),
    /// Take traffic away from a region
    Drain(RegionArguments),
    /// Bring traffic back to a region
    Undrain(RegionArguments),
}

/// Where to.
#[derive(Debug, Clone, Args)]
pub struct ToArguments {
    /// The region that takes over
    #[arg(long, value_name = "REGION")]
    pub to: RegionId,
}

/// Which region.
#[derive(Debug, Clone, Args)]
pub struct RegionArguments {
    /// The region
    #[arg(long, value_name = "REGION")]
    pub region: RegionId,
}

/// What is restored.
#[derive(Debug, Clone, Args)]
pub struct RestoreArguments {
    /// The region of the cluster that it is restored into
    #[arg(long, value_name = "REGION")]
    pub region: RegionId,
    /// The backup
    #[arg(long, value_name = "NAME")]
    pub backup: String,
    /// A namespace to take from it; may be given more than once
    #[arg(long = "namespace", value_name = "NAME", required = true)]
    pub namespaces: Vec<String>,
    /// A namespace that gets another name; may be given more than once
    #[arg(long = "map", value_name = "FROM=TO", value_parser = mapping)]
    pub mapping: Vec<(String, String)>,
    /// What happens to objects that are there already
    #[arg(long, value_name = "POLICY", value_enum, default_value_t)]
    pub existing: ExistingChoice,
}

/// What a restore does with objects that are there already.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub enum ExistingChoice {
    /// Leaves them as they are
    #[default]
    Skip,
    /// Patches them to what the backup has
    Update,
}

/// Which cluster, and when.
#[derive(Debug, Clone, Args)]
pub struct RecoverArguments {
    /// The region of the cluster
    #[arg(long, value_name = "REGION")]
    pub region: RegionId,
    /// The point in time, as 2026-11-25T03:12:04Z [default: the newest that can be had]
    #[arg(long, value_name = "TIME")]
    pub at: Option<Timestamp>,
}

impl From<PlanVerb> for Intent {
    fn from(verb: PlanVerb) -> Self {
        match verb {
            PlanVerb::Switchover(ToArguments { to }) => Self::Switchover { to },
            PlanVerb::Failover(ToArguments { to }) => Self::Failover { to },
            PlanVerb::Failback => Self::Failback,
            PlanVerb::Restore(arguments) => Self::Restore {
                region: arguments.region,
                backup: arguments.backup,
                namespaces: arguments.namespaces,
                mapping: arguments.mapping.into_iter().collect::<BTreeMap<_, _>>(),
                existing: match arguments.existing {
                    ExistingChoice::Skip => ExistingResources::Skip,
                    ExistingChoice::Update => ExistingResources::Update,
                },
            },
            PlanVerb::Recover(RecoverArguments { region, at }) => Self::Recover { region, at },
            PlanVerb::Drain(RegionArguments { region }) => Self::Drain { region },
            PlanVerb::Undrain(RegionArguments { region }) => Self::Undrain { region },
        }
    }
}

/// What consents to a plan that was read, and carries it out.
#[derive(Debug, Clone, Args)]
pub struct ConsentArguments {
    /// The hash of the plan that was read, from `evac plan`; 8 digits or more of it
    #[arg(long, value_name = "HASH")]
    pub plan: String,
    /// What the plan acts on, typed out: the target region, or a restore's namespace
    #[arg(long, value_name = "NAME")]
    pub confirm: String,
    /// The loss that the plan states, as it states it; not needed where nothing is lost
    #[arg(long, value_name = "AMOUNT", default_value = "")]
    pub accept_loss: String,
    /// A guard to override, with the reason; may be given more than once
    #[arg(long = "override", value_name = "CODE=REASON", value_parser = overriding)]
    pub overrides: Vec<Override>,
    /// Begin the run and write its id, without following it
    #[arg(long)]
    pub detach: bool,
    /// Write the run's records as JSON, one a line
    #[arg(long)]
    pub json: bool,
    /// The longest to wait for every source to answer [default: the stack's polling.timeout and a bit]
    #[arg(long, value_name = "DURATION")]
    pub wait: Option<evac_core::stack::Period>,
}

fn mapping(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((from, to)) if !from.is_empty() && !to.is_empty() => Ok((from.to_owned(), to.to_owned())),
        _ => Err("write it as FROM=TO".to_owned()),
    }
}

fn overriding(text: &str) -> Result<Override, String> {
    let (code, reason) = text.split_once('=').ok_or("write it as CODE=REASON")?;
    let code = GuardCode::parse(code).ok_or_else(|| format!("no guard is called `{code}`; see `evac codes`"))?;
    if reason.trim().is_empty() {
        return Err(format!("give a reason for overriding {code}"));
    }
    Ok(Override { code, reason: evac_core::text::clean(reason.trim()) })
}

/// A verb with its consent.
#[derive(Debug, Clone, Args)]
pub struct ActArguments<V: Args> {
    /// What is to be done: it must be what the plan does.
    #[command(flatten)]
    pub verb: V,
    /// What consents to it.
    #[command(flatten)]
    pub consent: ConsentArguments,
}

/// A verb that needs to be told nothing more.
#[derive(Debug, Clone, Args)]
pub struct NoArguments {}

/// `evac runs`.
#[derive(Debug, Clone, Args)]
pub struct RunsArguments {
    /// Write one JSON array
    #[arg(long)]
    pub json: bool,
}

/// Which run.
#[derive(Debug, Clone, Args)]
pub struct RunArguments {
    /// The run, or the beginning of its name if no other begins so; `last` is the newest
    #[arg(value_name = "RUN", default_value = "last")]
    pub run: String,
}

/// `evac attach`.
#[derive(Debug, Clone, Args)]
pub struct AttachArguments {
    /// Which run.
    #[command(flatten)]
    pub run: RunArguments,
    /// Write its records as JSON, one a line
    #[arg(long)]
    pub json: bool,
    /// Write what has happened so far, and do not wait for more
    #[arg(long)]
    pub once: bool,
}

/// Asking something of a run.
#[derive(Debug, Clone, Args)]
pub struct AskArguments {
    /// Which run.
    #[command(flatten)]
    pub run: RunArguments,
    /// Why: it is recorded
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
}

/// `evac hand-over`.
#[derive(Debug, Clone, Args)]
pub struct HandOverArguments {
    /// Which run.
    #[command(flatten)]
    pub run: RunArguments,
    /// Who goes on with it, and where: it is recorded
    #[arg(long, value_name = "TEXT")]
    pub to: String,
}

/// `evac override`.
#[derive(Debug, Clone, Args)]
pub struct OverrideArguments {
    /// The guard: see `evac codes`
    #[arg(long, value_name = "CODE", value_parser = guard_code)]
    pub code: GuardCode,
    /// Which run, and why.
    #[command(flatten)]
    pub ask: AskArguments,
}

/// `evac resume`.
#[derive(Debug, Clone, Args)]
pub struct ResumeArguments {
    /// Which run.
    #[command(flatten)]
    pub run: RunArguments,
    /// Go on though the run was stopped, from where nothing takes back what it did
    #[arg(long)]
    pub despite_abort: bool,
    /// Write the run's records as JSON, one a line
    #[arg(long)]
    pub json: bool,
    /// Begin, without following it
    #[arg(long)]
    pub detach: bool,
}

/// `evac runner`.
#[derive(Debug, Clone, Args)]
pub struct RunnerArguments {
    /// What to do.
    #[command(subcommand)]
    pub task: RunnerTask,
    /// Where the files of the stack are kept
    #[arg(long, global = true, value_name = "DIR", default_value = ".")]
    pub state: std::path::PathBuf,
    /// Where what can be had again is kept
    #[arg(long, global = true, value_name = "DIR", default_value = ".")]
    pub cache: std::path::PathBuf,
    /// Do the work itself, instead of watching over the one who does
    #[arg(long)]
    pub worker: bool,
}

/// What the process of a run does.
#[derive(Debug, Clone, Subcommand)]
pub enum RunnerTask {
    /// Begin the run that is asked for on standard input
    Begin,
    /// Go on with a run
    Resume {
        /// The run
        run: String,
        /// In the place of a worker that ended: not when it went on elsewhere since
        #[arg(long)]
        again: bool,
        /// Though it was stopped
        #[arg(long)]
        despite_abort: bool,
    },
}

fn guard_code(text: &str) -> Result<GuardCode, String> {
    GuardCode::parse(text).ok_or_else(|| format!("no guard is called `{text}`; see `evac codes`"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(subcommand)]
        verb: PlanVerb,
    }

    #[test]
    fn the_command_that_a_plan_names_asks_for_the_same() {
        let lines = [
            "switchover --to us-west-2",
            "failover --to us-west-2",
            "failback",
            "restore --region us-west-2 --backup c-1 --namespace a --namespace b --map a=c --existing update",
            "restore --region us-west-2 --backup c-1 --namespace a",
            "recover --region us-west-2 --at 2026-11-25T03:12:04Z",
            "recover --region us-west-2",
            "drain --region us-west-2",
            "undrain --region us-west-2",
        ];
        for line in lines {
            let words = std::iter::once("evac").chain(line.split(' '));
            assert_eq!(Intent::from(Line::try_parse_from(words).unwrap().verb).command(), line);
        }
    }
}

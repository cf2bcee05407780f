//! The command line.

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand};
use evac_core::stack::Period;

use super::action::arguments::{
    ActArguments, AskArguments, AttachArguments, HandOverArguments, NoArguments, OverrideArguments, PlanArguments,
    RecoverArguments, RegionArguments, RestoreArguments, ResumeArguments, RunArguments, RunnerArguments, RunsArguments,
    ToArguments,
};
use crate::config::{ColourChoice, LogLevel};

const AFTER_HELP: &str = "\
Try it without an account:  evac demo
Write your stack file:      evac config init

Exit status of `evac status`: 0 GO, 3 NO-GO, 4 UNKNOWN; of every command: 1 error, 2 wrong usage.";

/// A terminal command center for evacuating an AWS region.
///
/// Without a command it shows your stack, full screen and live: whether each region is healthy and could be
/// evacuated to, how far its data is behind, what could be restored in it, and what it costs.
#[derive(Debug, Parser)]
#[command(name = "evac", version, after_help = AFTER_HELP, subcommand_value_name = "COMMAND")]
pub struct Arguments {
    /// What every command takes.
    #[command(flatten)]
    pub common: CommonArguments,
    /// How the full screen begins.
    #[command(flatten)]
    pub start: StartArguments,
    /// What to do; nothing is the full screen.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// How the full screen begins.
#[derive(Debug, Clone, Copy, Args)]
pub struct StartArguments {
    /// Begin with the wallboard: the verdicts in big words, to be read from afar
    #[arg(long)]
    pub wallboard: bool,
    /// Begin armed, as the key does, for as long as guards.armed_for says; then it is read-only again
    #[arg(long)]
    pub arm: bool,
}

/// What every command takes. Each is also a setting: see `evac help config`.
#[derive(Debug, Clone, Default, Args)]
pub struct CommonArguments {
    /// The stack file [default: EVAC_STACK, the settings, ./evac.toml, ./stack.toml, then stack.toml beside the settings]
    #[arg(long, global = true, help_heading = "Settings", value_name = "FILE")]
    pub stack: Option<PathBuf>,
    /// The theme, by its name
    #[arg(long, global = true, help_heading = "Settings", value_name = "NAME")]
    pub theme: Option<String>,
    /// How many colours to use; `auto` honours NO_COLOR and what the terminal says
    #[arg(long, alias = "color", global = true, help_heading = "Settings", value_name = "LEVEL", value_enum)]
    pub colour: Option<ColourChoice>,
    /// Draw with ASCII characters only
    #[arg(long, global = true, help_heading = "Settings", action = ArgAction::SetTrue)]
    pub ascii: bool,
    /// Draw at most 5 frames a second; it is so anyway over SSH
    #[arg(long, global = true, help_heading = "Settings", action = ArgAction::SetTrue)]
    pub slow: bool,
    /// How much goes into the log file
    #[arg(long, global = true, help_heading = "Settings", value_name = "LEVEL", value_enum)]
    pub log_level: Option<LogLevel>,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show a simulated three-region world, live; no account is needed
    Demo(DemoArguments),
    /// Serve the simulated world to evac, the AWS CLI and kubectl
    #[command(args_conflicts_with_subcommands = true, subcommand_value_name = "COMMAND")]
    Sim(SimArguments),
    /// Say once whether each region could be evacuated to; the exit status tells
    Status(StatusArguments),
    /// Check what evac can reach, as whom, and what asking costs
    Doctor(DoctorArguments),
    /// Make a plan and say all that stands against it; nothing is changed
    #[command(subcommand_value_name = "VERB")]
    Plan(PlanArguments),
    /// Carry out a planned switchover: the writer moves, with both regions healthy
    Switchover(ActArguments<ToArguments>),
    /// Carry out a planned failover: another region takes over from a lost one
    Failover(ActArguments<ToArguments>),
    /// Carry out a planned failback: the writer moves back to the primary
    Failback(ActArguments<NoArguments>),
    /// Carry out a planned restore from a Velero backup
    Restore(ActArguments<RestoreArguments>),
    /// Carry out a planned recovery to a point in time, beside the old cluster
    Recover(ActArguments<RecoverArguments>),
    /// Carry out a planned drain: traffic leaves a region
    Drain(ActArguments<RegionArguments>),
    /// Carry out a planned undrain: traffic comes back to a region
    Undrain(ActArguments<RegionArguments>),
    /// List the runs of this stack, newest first
    Runs(RunsArguments),
    /// Follow a run to its end; any number of terminals can
    Attach(AttachArguments),
    /// Ask a run to stop at its next safe point
    Abort(AskArguments),
    /// Override a guard that a run waits for
    Override(OverrideArguments),
    /// Let another machine go on with a run: this one leaves it where it is, and `evac resume` takes it up there
    HandOver(HandOverArguments),
    /// Go on with a run whose runner has ended, or whose outcome is not known: observe again, then continue
    Resume(ResumeArguments),
    /// Acknowledge the end of a run: until then the next one is refused
    Acknowledge(RunArguments),
    /// Carry a run out. Started by the other commands, in a session of its own
    #[command(hide = true)]
    Runner(RunnerArguments),
    /// Write, check and describe stack files
    #[command(subcommand)]
    Config(ConfigCommand),
    /// List the codes of findings and guards, and what they mean
    Codes(CodesArguments),
    /// Write a completion script for a shell
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Write the manual page
    Man,
}

/// How a simulated world begins.
#[derive(Debug, Clone, Args)]
pub struct WorldArguments {
    /// The scenario to begin with: see `evac sim scenarios` [default: a calm day]
    #[arg(long, value_name = "NAME")]
    pub scenario: Option<String>,
    /// How many seconds pass in the world each second: 1 to 1000
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub speed: Option<u32>,
    /// The seed of everything that looks random
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
}

/// `evac demo`.
#[derive(Debug, Args)]
pub struct DemoArguments {
    /// How the full screen begins.
    #[command(flatten)]
    pub start: StartArguments,
    /// How its world begins.
    #[command(flatten)]
    pub world: WorldArguments,
}

/// `evac sim`.
#[derive(Debug, Args)]
pub struct SimArguments {
    /// What to do with a world; nothing is to serve one.
    #[command(subcommand)]
    pub command: Option<SimCommand>,
    /// Where stack.toml, aws-config and kubeconfig are written
    #[arg(long, value_name = "DIR", required = true)]
    pub dir: Option<PathBuf>,
    /// How the world begins.
    #[command(flatten)]
    pub world: WorldArguments,
}

/// What can be done with a world.
#[derive(Debug, Subcommand)]
pub enum SimCommand {
    /// Set off a scenario in a running world
    Trigger {
        /// The directory that the world was started with
        #[arg(long, value_name = "DIR")]
        dir: PathBuf,
        /// The scenario
        name: String,
    },
    /// List the scenarios
    Scenarios,
}

/// `evac status`.
#[derive(Debug, Args)]
pub struct StatusArguments {
    /// Write one JSON object; with --watch, one a line
    #[arg(long)]
    pub json: bool,
    /// Write sentences, one below the other, fit for a screen reader
    #[arg(long, conflicts_with = "json")]
    pub plain: bool,
    /// Write a line whenever the verdict or a finding changes, until interrupted
    #[arg(long)]
    pub watch: bool,
    /// The longest to wait for every source to answer [default: the stack's polling.timeout and a bit]
    #[arg(long, value_name = "DURATION")]
    pub wait: Option<Period>,
}

/// `evac doctor`.
#[derive(Debug, Args)]
pub struct DoctorArguments {
    /// Write one JSON object
    #[arg(long)]
    pub json: bool,
    /// The longest to wait for every source to answer [default: the stack's polling.timeout and a bit]
    #[arg(long, value_name = "DURATION")]
    pub wait: Option<Period>,
}

/// `evac config`.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Write a commented stack file to begin with; a file that is there is never overwritten
    Init {
        /// Where; `-` is standard output [default: stack.toml beside the settings]
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Tell everything that is wrong with a stack file
    Check {
        /// The file [default: the one that evac would show]
        file: Option<PathBuf>,
    },
    /// Write the JSON schema of stack files, for editors
    Schema,
    /// Tell the settings in force, and which files and variables they come from
    Settings,
}

/// `evac codes`.
#[derive(Debug, Args)]
pub struct CodesArguments {
    /// Write one JSON array
    #[arg(long)]
    pub json: bool,
}

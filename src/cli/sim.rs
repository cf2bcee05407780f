//! `evac sim`: the simulated world, served to whoever speaks the protocols of AWS and Kubernetes.

use std::path::{Path, PathBuf};

use evac_core::text;
use evac_sim::{Options, SimError, Simulator};

use super::{
    Context, Exit, Failure, Output,
    arguments::{CommonArguments, SimArguments, SimCommand, WorldArguments},
    context, stop,
    table::Table,
};

/// Serves a world, moves one that is served, or lists the scenarios.
pub fn run(arguments: SimArguments, common: &CommonArguments, output: &mut Output) -> Result<Exit, Failure> {
    match (arguments.command, arguments.dir) {
        (Some(SimCommand::Scenarios), _) => scenarios(output),
        (Some(SimCommand::Trigger { dir, name }), _) => trigger(&dir, &name, output),
        (None, Some(dir)) => {
            let context = Context::load(common)?;
            let _log = context.log();
            context::runtime()?.block_on(serve(options(dir, &arguments.world), output))
        }
        (None, None) => Err(Failure::usage("`evac sim` needs --dir").hint("give the folder to write its files to")),
    }
}

/// How a world begins, from the command line.
pub fn options(directory: PathBuf, world: &WorldArguments) -> Options {
    let WorldArguments { scenario, speed, seed } = world.clone();
    let options = Options::new(directory);
    Options { scenario, speed: speed.unwrap_or(options.speed), seed, ..options }
}

/// A world that serves.
pub async fn start(options: Options) -> Result<Simulator, Failure> {
    Simulator::start(options).await.map_err(|error| failure(&error))
}

async fn serve(options: Options, output: &mut Output) -> Result<Exit, Failure> {
    // Listened to before `ready` is said, so that whoever stops it right then stops it cleanly.
    let mut stop = stop::Stop::listen()?;
    let simulator = start(options).await?;
    output.write(&ready(simulator.directory()))?;
    stop.next().await;
    simulator.shut_down().await;
    Ok(Exit::Success)
}

/// What is said once everything serves: `ready`, for scripts, and what a person can try.
fn ready(directory: &Path) -> String {
    let directory = quoted(&directory.display().to_string());
    format!(
        "ready\n\n  evac --stack {directory}/stack.toml status\n  \
         AWS_CONFIG_FILE={directory}/aws-config aws --profile us-west-2 rds describe-global-clusters\n  \
         kubectl --kubeconfig {directory}/kubeconfig --context us-west-2 get backups.velero.io -A\n\n\
         Set off a disaster: evac sim trigger --dir {directory} region-loss\n"
    )
}

/// A path that a shell reads back as it was.
fn quoted(path: &str) -> String {
    let plain = path.chars().all(|character| character.is_alphanumeric() || "/._-+@%".contains(character));
    if plain { path.to_owned() } else { format!("'{}'", text::clean(path).replace('\'', "'\\''")) }
}

fn trigger(directory: &Path, name: &str, output: &mut Output) -> Result<Exit, Failure> {
    context::runtime()?.block_on(evac_sim::trigger(directory, name)).map_err(|error| failure(&error))?;
    output.line(&format!("{} has begun", text::clean(name)))?;
    Ok(Exit::Success)
}

fn scenarios(output: &mut Output) -> Result<Exit, Failure> {
    let rows =
        evac_sim::scenarios().iter().map(|scenario| vec![scenario.name.to_owned(), scenario.description.clone()]);
    output.write(&Table::new(rows).to_string())?;
    Ok(Exit::Success)
}

fn failure(error: &SimError) -> Failure {
    let mut failure = Failure::from_error(error);
    if matches!(error, SimError::UnknownScenario { .. }) {
        failure.exit = Exit::Usage;
    }
    failure
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_said_so_that_a_shell_reads_it_back() {
        assert_eq!(quoted("/tmp/a-b.c"), "/tmp/a-b.c");
        assert_eq!(quoted("/tmp/it's here"), "'/tmp/it'\\''s here'");
        assert_eq!(quoted("/tmp/$(reboot)"), "'/tmp/$(reboot)'");
    }
}

//! `evac demo`: a simulated world in this process, watched through its endpoints only, as a real one would be.

use std::{path::PathBuf, sync::Arc};

use futures::{FutureExt, future::BoxFuture};

use super::{Context, Exit, Failure, arguments::DemoArguments, context, screen, session::OpenStack, sim, stop::Stop};
use crate::{config::Places, tui::ScenarioTrigger};

/// How fast the world runs when nobody says: fast enough that one can watch lag, backups and health checks move.
const SPEED: u32 = 5;

/// Shows a simulated world until someone quits. Nothing of it is left afterwards.
pub fn run(context: &Context, arguments: &DemoArguments) -> Result<Exit, Failure> {
    let folder = tempfile::Builder::new().prefix("evac-demo-").tempdir().map_err(|error| {
        Failure::new(format!("cannot make a temporary folder: {error}"))
            .hint("set TMPDIR to a folder that can be written to")
    })?;
    let log = context.log();
    let mut world = arguments.world.clone();
    world.speed.get_or_insert(SPEED);
    let options = sim::options(folder.path().to_owned(), &world);
    context::runtime()?.block_on(async {
        // Listened to from before there is anything to tidy up; the screen listens for itself.
        let mut stop = Stop::listen()?;
        let simulator = tokio::select! {
            started = sim::start(options) => started?,
            exit = stop.next() => return Ok(exit),
        };
        let places = Places::inside(folder.path());
        let opened = OpenStack::open(&folder.path().join("stack.toml"), &places, context.coloured)?;
        let scenarios = Arc::new(Disasters { directory: folder.path().to_owned() });
        let shown = screen::show(context, &opened, Some(scenarios), arguments.start, log.as_ref()).await;
        simulator.shut_down().await;
        shown
    })
}

/// The scenario key of the demo: it asks the running world as `evac sim trigger` would.
struct Disasters {
    directory: PathBuf,
}

impl ScenarioTrigger for Disasters {
    fn scenarios(&self) -> Vec<(String, String)> {
        evac_sim::scenarios().iter().map(|scenario| (scenario.name.to_owned(), scenario.title.clone())).collect()
    }

    fn trigger<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<(), String>> {
        async { evac_sim::trigger(&self.directory, name).await.map_err(|error| error.to_string()) }.boxed()
    }
}

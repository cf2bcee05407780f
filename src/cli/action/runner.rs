//! `evac runner`: the process of a run. Nobody types this.

use std::ffi::OsString;

use evac_core::run::RunId;

use super::arguments::{RunnerArguments, RunnerTask};
use crate::{
    acting::{
        runner::{self, Task},
        watcher::Watcher,
    },
    cli::{Context, Exit, Failure, context, log, session::OpenStack},
    config::StackPlaces,
};

/// Does what a run needs done, in a session of its own.
pub fn runner(context: &Context, arguments: RunnerArguments) -> Result<Exit, Failure> {
    runner::leave_terminal();
    let RunnerArguments { task, state, cache, worker } = arguments;
    let task = match task {
        RunnerTask::Begin => Task::Begin,
        RunnerTask::Resume { run, again, despite_abort } => {
            let run = RunId::parse(&run).map_err(|error| Failure::from_error(&error))?;
            Task::Resume { run, again, despite_abort }
        }
    };
    let file = context.stack_file()?;
    let _log = log::begin(&state, context.settings.log_level);
    if !worker {
        let words: [OsString; 6] =
            ["--stack".into(), file.into(), "--state".into(), state.clone().into(), "--cache".into(), cache.into()];
        let code = Watcher::new(&state, words.to_vec()).watch_over(&task).map_err(Failure::new)?;
        return Ok(if code == 0 { Exit::Success } else { Exit::Error });
    }
    let opened = OpenStack::open_at(&file, StackPlaces { state, cache })?;
    context::runtime()?.block_on(async {
        // Listened to, and so no end of this process: a hang-up is none of its business, and a disk that is full stops
        // the run in order.
        let _listening = crate::cli::stop::live_on()?;
        let code = runner::work(&opened, &task).await;
        Ok(if code == 0 { Exit::Success } else { Exit::Error })
    })
}

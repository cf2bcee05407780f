//! `evac attach`: follows a run to its end. To leave changes nothing for the run.

use evac_core::{
    run::{RunId, RunOutcome},
    text::clean,
};
use futures::StreamExt;

use super::{arguments::AttachArguments, lines, named};
use crate::{
    acting::Operator,
    cli::{Context, Exit, Failure, Output, context, output::tell, stop::Stop},
    tui::acting::Unseen,
};

/// Follows a run.
pub fn attach(context: &Context, arguments: AttachArguments, output: &mut Output) -> Result<Exit, Failure> {
    let opened = context.open_stack()?;
    let _log = context.log();
    context::runtime()?.block_on(async {
        let operator = Operator::new(opened.clone(), opened.idle());
        let run = named(&operator, &arguments.run.run).await?;
        follow(&operator, &run, arguments.json, arguments.once, Stop::listen()?, output).await
    })
}

/// Writes a run's records as they come, until it is over, is not carried out any more, or somebody leaves. The exit
/// status tells the outcome.
pub(super) async fn follow(
    operator: &Operator,
    run: &RunId,
    json: bool,
    once: bool,
    mut stop: Stop,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let mut seen = operator.follow(run.clone());
    let mut written = 0;
    // Whether it was told that nothing newer is seen.
    let mut silent = false;
    loop {
        let next = tokio::select! {
            next = seen.next() => next,
            exit = stop.next() => {
                tell(&format!("left; {run} goes on: `evac attach {run}`"));
                return Ok(exit);
            }
        };
        let Some(seen) = next else { return Ok(Exit::Error) };
        let state = match &seen.line.state {
            Ok(state) => state.clone(),
            Err(why) => return Err(Failure::new(format!("{run}: {why}"))),
        };
        for record in seen.records.iter().skip(written) {
            let line = if json {
                serde_json::to_string(record).map_err(|error| Failure::from_error(&error))?
            } else {
                lines::line(record, &state.plan)
            };
            output.line(&line)?;
        }
        written = seen.records.len();
        if let Some((outcome, _)) = &state.finished {
            if !json {
                let clocks = state.clocks(state.last_at, operator.opened.stack.objectives.rto.get());
                output.write(&lines::ending(&state, &clocks))?;
            }
            return Ok(match outcome {
                RunOutcome::Done => Exit::Success,
                RunOutcome::Unknown => Exit::Unknown,
                RunOutcome::Failed | RunOutcome::Aborted => Exit::Error,
            });
        }
        // Who reads no more has not seen the end, and nobody may take it for one that is good.
        if !output.is_open() {
            return Ok(Exit::READER_GONE);
        }
        match &seen.unseen {
            Some(Unseen::Damaged(why)) => {
                let failure = Failure::new(format!("{run}: {why}"));
                return Err(failure.hint(format!("`evac resume {run}` goes on by a copy of it, where there is one")));
            }
            Some(Unseen::Left(why)) if !once => {
                let failure = Failure::new(format!("nobody carries {run} out any more: {why}"));
                return Err(failure.hint(format!("look, then go on with it: `evac resume {run}`")));
            }
            Some(Unseen::Silent(why)) if !silent => {
                tell(&clean(&format!("nothing newer is seen of {run}: {why}")));
                silent = true;
            }
            None if silent => {
                tell(&format!("{run} is seen again"));
                silent = false;
            }
            _ => {}
        }
        if once {
            return Ok(Exit::Success);
        }
        if !seen.line.running && matches!(seen.line.kept, crate::tui::acting::Kept::Here) {
            let mut failure = Failure::new(format!("no process carries {run} out any more"));
            if let Err(full) = operator.store.writable() {
                failure = failure.hint(full.to_string());
            }
            return Err(failure.hint(format!("look, then go on with it: `evac resume {run}`")));
        }
    }
}

//! `evac status`: one full picture, in words or for a script. The exit status is the verdict.

mod document;
mod lines;
mod overview;
mod plain;
mod watch;
mod words;

use std::{sync::Arc, time::Duration};

use evac_core::{Assessment, Snapshot, Stack, assess};
use evac_engine::EngineHandle;
use jiff::Timestamp;

use super::{
    Context, Exit, Failure, Output,
    arguments::StatusArguments,
    context,
    session::{OpenStack, full_picture},
};

/// How a picture is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Columns for eyes.
    Overview,
    /// Sentences for ears.
    Plain,
    /// An object for scripts.
    Json,
}

/// What is known of a stack, and what follows, at one moment.
struct Picture {
    stack: Arc<Stack>,
    snapshot: Arc<Snapshot>,
    assessment: Assessment,
    now: Timestamp,
}

impl Picture {
    fn take(engine: &EngineHandle, stack: &Arc<Stack>, snapshot: Arc<Snapshot>) -> Self {
        let now = engine.clock().now();
        let assessment = assess(stack, &snapshot, &engine.history(), now);
        Self { stack: stack.clone(), snapshot, assessment, now }
    }

    fn write(&self, form: Form, output: &mut Output) -> Result<(), Failure> {
        match form {
            Form::Overview => output.write(&overview::write(self)),
            Form::Plain => output.write(&plain::write(self)),
            Form::Json => output.line(&document::pretty(self)?),
        }
    }
}

/// Gathers, writes and judges.
pub fn run(context: &Context, arguments: &StatusArguments, output: &mut Output) -> Result<Exit, Failure> {
    let opened = context.open_stack()?;
    let _log = context.log();
    let form = match (arguments.json, arguments.plain) {
        (true, _) => Form::Json,
        (false, true) => Form::Plain,
        (false, false) => Form::Overview,
    };
    let patience = arguments.wait.map_or_else(|| opened.patience(), |wait| wait.unsigned());
    context::runtime()?.block_on(gather(&opened, patience, form, arguments.watch, output))
}

async fn gather(
    opened: &OpenStack,
    patience: Duration,
    form: Form,
    watch: bool,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let engine = opened.start().await;
    let verdict = if watch {
        watch::watch(&engine, &opened.stack, patience, form, output).await
    } else {
        let snapshot = full_picture(&engine, patience).await;
        let picture = Picture::take(&engine, &opened.stack, snapshot);
        picture.write(form, output).map(|()| picture.assessment.verdict)
    };
    engine.shut_down().await;
    Ok(Exit::from(verdict?))
}

//! `evac doctor`: what can be reached, as whom, how fast and at what price, and what leans on us-east-1. It asks
//! every source once, on the same path that the screen takes.

mod dependencies;
mod examination;
mod report;

use super::{Context, Exit, Failure, Output, arguments::DoctorArguments, context, session::full_picture};
use examination::Examination;

/// Examines, and tells. The exit status is 0 when every source answered, and 1 when one did not.
pub fn run(context: &Context, arguments: &DoctorArguments, output: &mut Output) -> Result<Exit, Failure> {
    let opened = context.open_stack()?;
    let _log = context.log();
    let patience = arguments.wait.map_or_else(|| opened.patience(), |wait| wait.unsigned());
    let examination = context::runtime()?.block_on(async {
        let (engine, connection) = opened.connect().await;
        let snapshot = full_picture(&engine, patience).await;
        let examination = Examination::of(&opened.stack, &snapshot, &engine, &connection);
        engine.shut_down().await;
        examination
    });
    if arguments.json {
        let document = serde_json::to_string_pretty(&examination).map_err(|error| Failure::from_error(&error))?;
        output.line(&document)?;
    } else {
        output.write(&report::write(&examination))?;
    }
    Ok(if examination.is_well() { Exit::Success } else { Exit::Error })
}

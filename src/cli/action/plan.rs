//! `evac plan`: what would be done, and all that stands against it. Nothing is changed.

use evac_core::{
    guard::NoteSeverity,
    plan::{Intent, render},
};
use serde_json::json;

use super::{arguments::PlanArguments, informed};
use crate::cli::{Context, Exit, Failure, Output, context};

/// Makes, keeps and writes a plan. The exit status is 3 when something blocks it.
pub fn plan(context: &Context, arguments: PlanArguments, output: &mut Output) -> Result<Exit, Failure> {
    let opened = context.open_stack()?;
    let _log = context.log();
    let intent = Intent::from(arguments.verb);
    context::runtime()?.block_on(async {
        let operator = informed(&opened, arguments.wait).await;
        let planned = operator.plan(&intent);
        let seen = match &planned {
            Ok(planned) if arguments.dry_run => operator.dry_run(&planned.plan).await,
            _ => Vec::new(),
        };
        operator.engine.shut_down().await;
        let planned = planned.map_err(|why| super::refusal::unplannable(&why))?;
        let blocked = planned.notes.iter().any(|note| note.severity == NoteSeverity::Block);
        if arguments.json {
            let hash = planned.plan.hash();
            let document = json!({
                "version": 1, "hash": hash, "blocked": blocked, "amount": planned.plan.loss.amount(),
                "confirm": planned.plan.confirmations, "plan": planned.plan, "notes": planned.notes,
            });
            let text = serde_json::to_string_pretty(&document).map_err(|error| Failure::from_error(&error))?;
            output.line(&text)?;
        } else {
            output.write(&render(&planned.plan, &planned.notes, &opened.stack))?;
            for line in seen {
                output.line(&line)?;
            }
        }
        Ok(if blocked { Exit::NoGo } else { Exit::Success })
    })
}

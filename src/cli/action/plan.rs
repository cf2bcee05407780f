//! `evac plan`: what would be done, and all that stands against it. Nothing is changed.

use evac_core::{
    SourceError,
    guard::NoteSeverity,
    plan::{Intent, render},
};
use evac_engine::{Sight, run::DryStep};
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
            Ok(planned) if arguments.dry_run => Some(operator.dry_run(&planned.plan).await),
            _ => None,
        };
        operator.engine.shut_down().await;
        let planned = planned.map_err(|why| super::refusal::unplannable(&why))?;
        let blocked = planned.notes.iter().any(|note| note.severity == NoteSeverity::Block);
        if arguments.json {
            let hash = planned.plan.hash();
            let mut document = json!({
                "version": 1, "hash": hash, "blocked": blocked, "amount": planned.plan.loss.amount(),
                "confirm": planned.plan.confirmations, "plan": planned.plan, "notes": planned.notes,
            });
            if let Some(seen) = &seen {
                document["dry_run"] = seen.iter().map(dry_step).collect();
            }
            let text = serde_json::to_string_pretty(&document).map_err(|error| Failure::from_error(&error))?;
            output.line(&text)?;
        } else {
            output.write(&render(&planned.plan, &planned.notes, &opened.stack))?;
            for step in seen.iter().flatten() {
                output.line(&dry_line(step))?;
            }
        }
        Ok(if blocked { Exit::NoGo } else { Exit::Success })
    })
}

/// What is seen of a condition, in a word that scripts can go by, and in text.
fn sight(seen: Option<&Result<Sight, SourceError>>) -> Option<(&'static str, String)> {
    Some(match seen? {
        Ok(Sight::Met { evidence }) => ("holds", evidence.clone()),
        Ok(Sight::Underway { on }) => ("under way", on.clone()),
        Ok(Sight::Untouched { on }) => ("not yet", on.clone()),
        Ok(Sight::Never { why }) => ("cannot", why.clone()),
        Err(error) => ("not seen", error.to_string()),
    })
}

fn dry_line(step: &DryStep) -> String {
    let words = |seen| sight(seen).map_or_else(|| "-".to_owned(), |(word, text)| format!("{word}: {text}"));
    let (before, after) = (words(step.precondition.as_ref()), words(step.verification.as_ref()));
    format!("{:26}  before: {before}  after: {after}", step.step.as_str())
}

fn dry_step(step: &DryStep) -> serde_json::Value {
    let seen = |seen| sight(seen).map(|(word, text)| json!({ "seen": word, "text": text }));
    json!({ "step": step.step, "before": seen(step.precondition.as_ref()), "after": seen(step.verification.as_ref()) })
}

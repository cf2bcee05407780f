//! The verbs: consent to a plan that was read, and see it carried out.

use evac_core::plan::Intent;

use super::{
    arguments::{ConsentArguments, ResumeArguments},
    attach::follow,
    named, refusal,
};
use crate::{
    acting::{NotLaunched, Operator, RunRequest, signature},
    cli::{Context, Exit, Failure, Output, context},
};

/// Carries out a plan. What is asked for must be what the plan does.
pub fn act(
    context: &Context,
    intent: Intent,
    arguments: ConsentArguments,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let opened = context.open_stack()?;
    let _log = context.log();
    context::runtime()?.block_on(async {
        let operator = Operator::new(opened.clone(), opened.idle());
        let plan = operator.store.plan(&arguments.plan).map_err(|error| Failure::from_error(&error))?;
        if plan.intent != intent {
            let verb = plan.intent.verb().word();
            let failure = Failure::usage(format!("plan {} is for another action: a {verb}", plan.hash().short()));
            return Err(failure.hint("give the same verb and arguments as to `evac plan`"));
        }
        let request = RunRequest {
            plan: plan.hash().as_str().to_owned(),
            confirmed: arguments.confirm,
            accepted: arguments.accept_loss,
            overrides: arguments.overrides,
            by: signature(),
            harm: None,
            remembered: Vec::new(),
        };
        let asking = operator.clone();
        let begun = tokio::task::spawn_blocking(move || asking.begin(&request)).await;
        let run = begun.map_err(|error| Failure::new(error.to_string()))?.map_err(|why| match why {
            NotLaunched::Refused(refused) => refusal::failure(&refused),
            NotLaunched::Failed(why) => Failure::new(why),
        })?;
        if arguments.detach {
            output.line(run.as_str())?;
            return Ok(Exit::Success);
        }
        follow(&operator, &run, arguments.json, false, output).await
    })
}

/// `evac resume`.
pub fn resume(context: &Context, arguments: ResumeArguments, output: &mut Output) -> Result<Exit, Failure> {
    let opened = context.open_stack()?;
    let _log = context.log();
    context::runtime()?.block_on(async {
        let operator = Operator::new(opened.clone(), opened.idle());
        let run = named(&operator, &arguments.run.run).await?;
        let asking = operator.clone();
        let resumed = tokio::task::spawn_blocking(move || asking.resume(&run)).await;
        let run = resumed.map_err(|error| Failure::new(error.to_string()))?.map_err(Failure::new)?;
        if arguments.detach {
            output.line(run.as_str())?;
            return Ok(Exit::Success);
        }
        follow(&operator, &run, arguments.json, false, output).await
    })
}

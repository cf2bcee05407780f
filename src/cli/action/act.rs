//! The verbs: consent to a plan that was read, and see it carried out.

use evac_core::{
    plan::Intent,
    run::{RunOutcome, RunState},
};

use super::{
    arguments::{ConsentArguments, ResumeArguments},
    attach::follow,
    named, refusal,
};
use crate::{
    acting::{NotLaunched, Operator, Ready, RunRequest, signature},
    cli::{Context, Exit, Failure, Output, context, output::tell, stop::Stop},
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
            wait: arguments.wait,
            harm: None,
            remembered: Vec::new(),
        };
        let form = Form { json: arguments.json, detach: arguments.detach };
        start(&operator, operator.begin(&request, tell_wait), form, output).await
    })
}

/// `evac resume`.
pub fn resume(context: &Context, arguments: ResumeArguments, output: &mut Output) -> Result<Exit, Failure> {
    let opened = context.open_stack()?;
    let _log = context.log();
    context::runtime()?.block_on(async {
        let operator = Operator::new(opened.clone(), opened.idle());
        let run = named(&operator, &arguments.run.run).await?;
        let form = Form { json: arguments.json, detach: arguments.detach };
        if let Some(Ok(state)) = operator.here(&run).map(|line| line.state) {
            may_go_on(&state, arguments.despite_abort)?;
        }
        start(&operator, operator.resume(&run, arguments.despite_abort, tell_wait), form, output).await
    })
}

/// A run that was stopped goes on only when that is said, by whoever has read who stopped it and why.
fn may_go_on(state: &RunState, despite_abort: bool) -> Result<(), Failure> {
    let (Some((outcome, _)), Some((by, reason))) = (&state.finished, &state.abort) else { return Ok(()) };
    let run = &state.run;
    match (state.may_go_on_despite_abort(), despite_abort) {
        (true, false) if *outcome == RunOutcome::Aborted => {
            let failure = Failure::new(format!("{by} has stopped {run}: {reason}"));
            Err(failure
                .hint(format!("speak to them, then go on with the rest of it: `evac resume {run} --despite-abort`")))
        }
        (false, true) => {
            let failure =
                Failure::new(format!("{by} has stopped {run} ({reason}), and nothing of it is left to go on from"));
            Err(failure.hint("make a new plan: it starts from the world as it is"))
        }
        _ => Ok(()),
    }
}

/// How what is started is followed.
struct Form {
    json: bool,
    detach: bool,
}

/// Has a run begun, or gone on with, and follows it. Who leaves before it is ready has begun nothing.
async fn start(
    operator: &Operator,
    starting: impl Future<Output = Result<Ready, NotLaunched>>,
    form: Form,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let mut stop = Stop::listen()?;
    let ready = tokio::select! {
        ready = starting => ready.map_err(not_launched)?,
        exit = stop.next() => {
            tell("left: nothing was begun, and nothing is done");
            return Ok(exit);
        }
    };
    // It takes but a moment. Whoever wants to leave in it is told of the run that goes on, as any time after.
    let run = ready.go().await.map_err(not_launched)?;
    if form.detach {
        output.line(run.as_str())?;
        return Ok(Exit::Success);
    }
    follow(operator, &run, form.json, false, stop, output).await
}

/// Says what is waited for, to people: a script reads the run's records alone.
fn tell_wait(on: &str) {
    tell(&format!("waiting for {on} (nothing is begun yet: ctrl-c leaves it so)"));
}

fn not_launched(why: NotLaunched) -> Failure {
    match why {
        NotLaunched::Refused(refused) => refusal::failure(&refused),
        NotLaunched::Failed(why) => Failure::new(why),
    }
}

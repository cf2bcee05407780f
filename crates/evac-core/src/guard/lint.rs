//! What is wrong with a plan by itself: contradictions, and steps that cannot work from where things stand.

use std::collections::BTreeSet;

use super::{GuardCode, NoteSeverity, case::Case};
use crate::{
    plan::{Call, Check, LocationMode, PLAN_VERSION, Step, Undo},
    stack::CONTROL_PLANE_REGION,
};

const AGAIN: &str = "make the plan again";

pub(super) fn check(case: &mut Case<'_>) {
    shape(case);
    order(case);
    for step in &case.plan.steps {
        sense(case, step);
        closing(case, step);
        places(case, step);
    }
    left_shut(case);
    let acts = |step: &Step| step.closing.is_none() && !matches!(step.call, None | Some(Call::Notify { .. }));
    let looks = case.plan.lever == Some(crate::plan::Lever::HealthChecks);
    if !case.plan.steps.iter().any(acts) && !looks {
        case.block(GuardCode::PlanEmpty, "no step of the plan changes anything".to_owned(), AGAIN);
    }
}

fn shape(case: &mut Case<'_>) {
    let (plan, stack) = (case.plan, case.situation.stack);
    if plan.version != PLAN_VERSION {
        let text = format!("version {} of plans is not known to this evac", plan.version);
        case.block(GuardCode::PlanBroken, text, AGAIN);
    }
    if plan.stack != stack.name || plan.environment != stack.environment {
        let text = format!(
            "the plan is for {} ({}), and this is {} ({})",
            plan.stack, plan.environment, stack.name, stack.environment
        );
        case.block(GuardCode::PlanBroken, text, "use the stack file that the plan was made with");
    }
    if plan.confirmations.iter().all(|accepted| accepted.trim().is_empty()) {
        case.block(GuardCode::PlanBroken, "nothing names what the plan acts on".to_owned(), AGAIN);
    }
}

/// A step stands behind all that it waits for, so there can be no circle; closing steps wait for closing steps only.
fn order(case: &mut Case<'_>) {
    let mut seen: BTreeSet<_> = BTreeSet::new();
    for step in &case.plan.steps {
        if !seen.insert(&step.id) {
            case.block(GuardCode::PlanBroken, format!("two steps are called {}", step.id), AGAIN).at(&step.id);
        }
        for id in &step.after {
            let before = case.plan.steps.iter().find(|other| other.id == *id).filter(|_| seen.contains(id));
            let text = match before {
                None => format!("{} waits for {id}, which does not stand before it", step.id),
                Some(before) if *id == before.id && before.closing.is_some() && step.closing.is_none() => {
                    format!("{} waits for {id}, which runs at the end of everything", step.id)
                }
                Some(_) => continue,
            };
            case.block(GuardCode::PlanBroken, text, AGAIN).at(&step.id);
        }
    }
}

fn sense(case: &mut Case<'_>, step: &Step) {
    let mut broken = |text: String| {
        case.block(GuardCode::PlanBroken, text, AGAIN).at(&step.id);
    };
    if step.call.is_none() && step.verification.is_none() {
        broken(format!("{} neither does nor looks at anything", step.id));
    }
    if !step.expected.is_positive() || step.timeout < step.expected {
        broken(format!("{} has no time to take as long as is expected", step.id));
    }
    let explained = match &step.undo {
        Undo::Nothing => step.call.is_none(),
        Undo::Never { why } => !why.trim().is_empty(),
        Undo::Call { .. } | Undo::Verb { .. } => true,
    };
    if !explained {
        broken(format!("nothing says how {} is taken back, or why it cannot be", step.id));
    }
    if !step.idempotent && step.verification.is_none() {
        broken(format!("{} must not be repeated, and nothing would show whether it was done", step.id));
    }
    if let Some(code) = step.gate
        && (!code.row().overridable || step.verification.is_none())
    {
        broken(format!("the gate of {} could never be opened", step.id));
    }
}

fn closing(case: &mut Case<'_>, step: &Step) {
    let Some(closing) = &step.closing else { return };
    let normal = |id| case.plan.step(id).is_some_and(|step| step.closing.is_none());
    if !normal(&closing.of) || closing.unless_started.as_ref().is_some_and(|id| !normal(id)) {
        let text = format!("{} closes what is not in the plan", step.id);
        case.block(GuardCode::PlanBroken, text, AGAIN).at(&step.id);
    }
}

/// Whatever becomes of a restore, its location is opened again: a store that nobody writes backups into is found when
/// it is needed.
fn left_shut(case: &mut Case<'_>) {
    for step in &case.plan.steps {
        let Some(Call::SetLocationMode { region, location, mode: LocationMode::ReadOnly, .. }) = &step.call else {
            continue;
        };
        let opens = |other: &&Step| {
            let always = other.closing.as_ref().is_some_and(|it| it.of == step.id && it.unless_started.is_none());
            let opened = matches!(
                &other.call,
                Some(Call::SetLocationMode { region: at, location: of, mode: LocationMode::ReadWrite, .. })
                    if at == region && of == location
            );
            always && opened && !other.best_effort
        };
        if !case.plan.steps.iter().any(|other| opens(&other)) {
            let text = format!("{} shuts {location}, and nothing opens it at the end", step.id);
            case.block(GuardCode::PlanBroken, text, AGAIN).at(&step.id);
        }
    }
}

/// What a step needs that is lost, or is being left.
fn places(case: &mut Case<'_>, step: &Step) {
    let looks = || [step.verification.as_ref(), step.precondition.as_ref()].into_iter().flatten();
    let needed = step.call.iter().filter_map(Call::region).chain(looks().filter_map(Check::region));
    let needed: BTreeSet<_> = needed.chain(step.killed_by.iter().cloned()).collect();
    let lost: Vec<_> = needed.iter().filter(|region| !case.scene.is_reachable(region)).collect();
    for region in lost {
        // What the run goes on without fails, and stops nothing.
        let severity = if step.best_effort { NoteSeverity::Warn } else { NoteSeverity::Block };
        let text = format!("{} needs {region}, which cannot be reached", step.id);
        let remedy = "make the plan again: it leaves out what is lost, or says that it cannot";
        case.raise(GuardCode::PlanDeadRegion, severity, text, remedy).about(region).at(&step.id);
    }
    let records = matches!(step.call, Some(Call::ChangeRecords { .. }));
    let home = needed.iter().find(|region| records && region.as_str() == CONTROL_PLANE_REGION).cloned();
    let Some(home) = home else { return };
    let lost = !case.scene.is_reachable(&home);
    if lost || case.left() == Some(&home) {
        let severity = if lost { NoteSeverity::Block } else { NoteSeverity::Warn };
        let word = if lost { "cannot be reached" } else { "is being left" };
        let text = format!("{} needs Route 53's control plane in {home}, which {word}", step.id);
        let remedy = "set up a lever of the data plane: routing controls or STOP objects";
        case.raise(GuardCode::PlanControlPlane, severity, text, remedy).about(&home).at(&step.id);
    }
}

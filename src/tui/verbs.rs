//! What a key of a verb asks for, seen from where the cursor is.

use evac_core::{RegionId, Verdict, plan::Intent};

use super::{action::Action, desk::Planning, effect::Effect, model::Model, model::Screen};

/// The region that would take over: the chosen one when it is GO and does not write, else the best there is.
fn target(model: &Model) -> Option<&RegionId> {
    let fit = |region: &&RegionId| {
        let assessed = model.assessment.regions.get(*region);
        assessed.is_some_and(|assessed| assessed.verdict == Verdict::Go)
            && model.assessment.writers.single() != Some(*region)
    };
    model.chosen_region().filter(fit).or(model.assessment.recovery_point.target.as_ref())
}

/// The intent of a key that asks for a plan at once.
///
/// # Errors
/// There is nothing to ask for, and why.
pub(super) fn intent(model: &Model, action: Action) -> Result<Intent, &'static str> {
    let target = || target(model).cloned().ok_or("no region could take over: none is known that does not write");
    let traffic = || {
        model.stack.traffic.as_ref().ok_or("the stack file names no traffic that could be moved")?;
        model.chosen_region().cloned().ok_or("no region is chosen")
    };
    match action {
        Action::Failover => target().map(|to| Intent::Failover { to }),
        Action::Switchover => target().map(|to| Intent::Switchover { to }),
        Action::Failback => match model.stack.primary() {
            None => Err("the stack has no primary to go back to"),
            Some(primary) if model.assessment.writers.single() == Some(primary) => Err("the primary writes already"),
            Some(_) => Ok(Intent::Failback),
        },
        Action::Drain => traffic().map(|region| Intent::Drain { region }),
        Action::Undrain => traffic().map(|region| Intent::Undrain { region }),
        Action::PlanAgain => {
            model.desk.planning.intent().cloned().ok_or("there is no plan yet that could be made again")
        }
        _ => Err("this asks for no plan"),
    }
}

/// Asks for a plan, and shows where it will stand.
pub(super) fn plan(model: &mut Model, intent: Intent) -> Vec<Effect> {
    model.desk.planning = Planning::Making(intent.clone());
    (model.screen, model.row, model.overlay) = (Screen::Plan, 0, None);
    vec![Effect::Plan(intent)]
}

/// Why nothing can be restored into the chosen region, if so.
pub(super) fn restore(model: &Model) -> Result<RegionId, &'static str> {
    let region = model.chosen_region().ok_or("no region is chosen")?;
    if model.stack.velero.is_none() {
        return Err("the stack file names no Velero to restore by");
    }
    match model.snapshot.backups(region) {
        None => Err("the region's backups are not known yet"),
        Some(reading) if reading.backups.is_empty() => Err("the region has no backup to restore"),
        Some(_) => Ok(region.clone()),
    }
}

/// Why the chosen region's database cannot be recovered, if so.
pub(super) fn recover(model: &Model) -> Result<RegionId, &'static str> {
    let region = model.chosen_region().ok_or("no region is chosen")?;
    let member = model.stack.aurora.as_ref().is_some_and(|aurora| aurora.members.contains_key(region));
    if member { Ok(region.clone()) } else { Err("the stack file names no database in this region") }
}

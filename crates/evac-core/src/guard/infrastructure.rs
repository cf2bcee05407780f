//! What infrastructure as code would do to what the plan does.

use super::{GuardCode, case::Case};
use crate::{
    plan::{Lever, Verb},
    planner::is_ours,
    reading::{ManagedResource, TerraformStateReading},
    stack::TerraformState,
};

pub(super) fn check(case: &mut Case<'_>) {
    let verb = case.plan.intent.verb();
    if matches!(verb, Verb::Restore | Verb::Recover) {
        return;
    }
    for state in &case.situation.stack.freeze.terraform {
        let TerraformState { region, bucket, key } = state;
        let states = case.situation.snapshot.markers(region).into_iter().flat_map(|markers| &markers.states);
        let Some(reading) = states.into_iter().find(|one| one.bucket == *bucket && one.key == *key) else { continue };
        let reading = reading.clone();
        locked(case, &reading);
        destroys(case, &reading);
    }
}

fn locked(case: &mut Case<'_>, state: &TerraformStateReading) {
    let Some(lock) = state.lock.as_ref().filter(|lock| !is_ours(lock)) else { return };
    let since = lock.created.map_or(String::new(), |created| format!(" since {created}"));
    let text = format!("{} is locked by {}{since} for {}", state.key, lock.who, lock.operation);
    let remedy = format!("let it end, or give it up: `terraform force-unlock {}`", lock.id);
    case.block(GuardCode::InfrastructureLocked, text, &remedy);
}

fn destroys(case: &mut Case<'_>, state: &TerraformStateReading) {
    let remedy = "keep the state locked until a person has brought it in line";
    if let Some(failure) = &state.failure {
        let text = format!("{} could not be read, so nobody knows what an apply would undo: {failure}", state.key);
        case.warn(GuardCode::InfrastructureDestroys, text, remedy);
        return;
    }
    let mut told: Vec<_> = state.resources.iter().filter_map(|resource| consequence(case, resource)).collect();
    told.sort();
    if !told.is_empty() {
        let text = format!("the next apply of {} would {}", state.key, told.join("; "));
        case.warn(GuardCode::InfrastructureDestroys, text, remedy);
    }
}

/// What an apply would do to a resource after the plan; nothing where the plan leaves it as the state has it.
fn consequence(case: &Case<'_>, resource: &ManagedResource) -> Option<String> {
    let plan = case.plan;
    let moves = plan.intent.verb().moves_writer() && case.situation.stack.aurora.is_some();
    // After a failback all is where the repository has it.
    let away = moves && plan.intent.verb() != Verb::Failback;
    let records = plan.lever == Some(Lever::Records);
    let attribute = resource.attributes.keys().find(|name| match name.as_str() {
        "global_cluster_identifier" | "replication_source_identifier" | "source_db_cluster_identifier" => away,
        name if name.contains("replica") || name.contains("min_size") || name.contains("desired") => {
            scales(case, resource)
        }
        name if name.contains("record") || name.contains("weight") || name.contains("alias") => records,
        _ => false,
    })?;
    let value = resource.attributes.get(attribute).map(String::as_str).unwrap_or_default();
    let address = &resource.address;
    Some(match attribute.as_str() {
        "global_cluster_identifier" => format!("take {address} out of the global database ({attribute})"),
        "replication_source_identifier" | "source_db_cluster_identifier" => {
            format!("replace {address}, destroying its data ({attribute})")
        }
        _ => format!("set {attribute} of {address} back to {value}"),
    })
}

/// True when the plan changes how many replicas there are where the resource is.
fn scales(case: &Case<'_>, resource: &ManagedResource) -> bool {
    use crate::plan::Call;
    case.plan.steps.iter().any(|step| match &step.call {
        Some(Call::Scale { region, .. } | Call::SetAutoscalerMinimum { region, .. }) => {
            resource.region.as_ref().is_none_or(|own| own == region)
        }
        _ => false,
    })
}

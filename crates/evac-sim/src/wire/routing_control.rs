//! The data plane of ARC routing control: the states of the routing controls, at any endpoint of the cluster.

use super::{Document, ServiceError, pages, rpc::Request};
use crate::{
    topology::{ACCOUNT, Region, control_panel, safety_rule},
    world::{
        World,
        traffic::routing::{MOST_STATES, Refusal},
    },
};

/// Serves an operation; `None` when it is not known.
pub fn handle(world: &mut World, request: &Request<'_>) -> Option<Result<Document, ServiceError>> {
    let operation = match request.operation {
        "GetRoutingControlState" => get,
        "ListRoutingControls" => list,
        "UpdateRoutingControlState" => update_one,
        "UpdateRoutingControlStates" => update_many,
        _ => return None,
    };
    // A cluster that cannot agree knows nothing either.
    if !world.traffic.routing.has_quorum(&world.power) {
        return Some(Err(refused(Refusal::NoQuorum)));
    }
    Some(operation(world, request.input))
}

fn refused(refusal: Refusal) -> ServiceError {
    let rule = safety_rule();
    let (code, message, status) = match refusal {
        Refusal::NoQuorum => (
            "EndpointTemporarilyUnavailableException",
            "The cluster endpoint isn't available. Try another cluster endpoint.".to_owned(),
            503,
        ),
        Refusal::NoneOn => {
            ("ConflictException", format!("Update violates the safety rule {rule}: at least 1 control must be On"), 409)
        }
        Refusal::TooSoon => (
            "ConflictException",
            format!("Update violates the safety rule {rule}: its wait period after the last change is not over"),
            409,
        ),
    };
    ServiceError { code, message, status }
}

fn invalid(message: impl Into<String>) -> ServiceError {
    ServiceError::sender("ValidationException", message)
}

fn region_of(input: &Document) -> Result<Region, ServiceError> {
    let arn = input.text("RoutingControlArn").ok_or_else(|| invalid("RoutingControlArn is required"))?;
    let found = Region::ALL.into_iter().find(|region| region.routing_control() == arn);
    found.ok_or_else(|| {
        ServiceError::not_found("ResourceNotFoundException", format!("Routing control {arn} could not be found"))
    })
}

fn state(world: &World, region: Region) -> Document {
    Document::of([
        ("RoutingControlArn", region.routing_control().into()),
        ("RoutingControlName", format!("akidb-{region}").into()),
        ("RoutingControlState", if world.traffic.routing.is_on(region) { "On" } else { "Off" }.into()),
    ])
}

fn get(world: &mut World, input: &Document) -> Result<Document, ServiceError> {
    Ok(state(world, region_of(input)?))
}

fn list(world: &mut World, input: &Document) -> Result<Document, ServiceError> {
    if let Some(panel) = input.text("ControlPanelArn").filter(|panel| *panel != control_panel()) {
        let message = format!("Control panel {panel} could not be found");
        return Err(ServiceError::not_found("ResourceNotFoundException", message));
    }
    let controls = Region::ALL.map(|region| {
        state(world, region)
            .with("ControlPanelArn", control_panel())
            .with("ControlPanelName", "akidb")
            .with("Owner", ACCOUNT)
    });
    let most = input.integer("MaxResults").and_then(|most| usize::try_from(most).ok()).unwrap_or(1000);
    let page = pages::page(controls.to_vec(), input.text("NextToken"), most, invalid("NextToken is invalid"))?;
    Ok(Document::of([("RoutingControls", Document::members(page.items))]).with_optional("NextToken", page.next))
}

fn entry(input: &Document) -> Result<(Region, bool), ServiceError> {
    let on = match input.text("RoutingControlState") {
        Some("On") => true,
        Some("Off") => false,
        _ => return Err(invalid("RoutingControlState must be one of [On, Off]")),
    };
    Ok((region_of(input)?, on))
}

fn update_one(world: &mut World, input: &Document) -> Result<Document, ServiceError> {
    let states = [entry(input)?];
    set(world, input, &states)
}

fn update_many(world: &mut World, input: &Document) -> Result<Document, ServiceError> {
    let entries = input.items("UpdateRoutingControlStateEntries");
    if entries.is_empty() {
        return Err(invalid("UpdateRoutingControlStateEntries is required"));
    }
    if entries.len() > MOST_STATES {
        let message = format!("At most {MOST_STATES} routing control states can be updated in a call");
        return Err(ServiceError { code: "ServiceLimitExceededException", message, status: 402 });
    }
    let states = entries.iter().map(entry).collect::<Result<Vec<_>, _>>()?;
    set(world, input, &states)
}

fn set(world: &mut World, input: &Document, states: &[(Region, bool)]) -> Result<Document, ServiceError> {
    let overridden = input.texts("SafetyRulesToOverride");
    let (tick, noise) = (world.tick, world.noise);
    world.traffic.routing.set(states, &overridden, tick, noise).map_err(refused)?;
    Ok(Document::EMPTY)
}

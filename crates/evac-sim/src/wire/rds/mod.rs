//! RDS: Aurora's control plane.

mod clusters;
mod events;
mod global;
mod instances;
mod restore;
mod snapshots;
mod topology_change;

use super::{
    Document, ServiceError,
    pages::{self, Page},
    rpc::Request,
};
use crate::{topology::Service, world::World};

/// Serves an operation; `None` when it is not known.
pub fn handle(world: &mut World, request: &Request<'_>) -> Option<Result<Document, ServiceError>> {
    // A region without power has a control plane only in name. Its endpoint mostly has a fault of its own too.
    if !world.power[request.region] {
        return Some(Err(ServiceError::unavailable(Service::Rds)));
    }
    Some(match request.operation {
        "DescribeGlobalClusters" => global::describe(world, request),
        "DescribeDBClusters" => clusters::describe(world, request),
        "DescribeDBInstances" => instances::describe(world, request),
        "DescribeEvents" => events::describe(world, request),
        "DescribeDBClusterSnapshots" => snapshots::describe(world, request),
        _ => return change(world, request),
    })
}

/// Serves an operation that changes something; `None` when it is not known.
fn change(world: &mut World, request: &Request<'_>) -> Option<Result<Document, ServiceError>> {
    Some(match request.operation {
        "SwitchoverGlobalCluster" => topology_change::switchover(world, request),
        "FailoverGlobalCluster" => topology_change::failover(world, request),
        "RemoveFromGlobalCluster" => topology_change::remove(world, request),
        "RestoreDBClusterToPointInTime" => restore::to_point_in_time(world, request),
        "ModifyDBCluster" => clusters::modify(world, request),
        "DeleteDBCluster" => clusters::delete(world, request),
        "CreateDBInstance" => instances::create(world, request),
        "DeleteDBInstance" => instances::delete(world, request),
        "CopyDBClusterSnapshot" => snapshots::copy(world, request),
        _ => return None,
    })
}

/// A parameter that the request has to have.
fn required<'a>(request: &Request<'a>, name: &str) -> Result<&'a str, ServiceError> {
    request.input.text(name).ok_or_else(|| {
        ServiceError::sender("MissingParameter", format!("The request must contain the parameter {name}."))
    })
}

/// A parameter that is true or false.
fn flag(request: &Request<'_>, name: &str) -> Result<Option<bool>, ServiceError> {
    match request.input.text(name) {
        None => Ok(None),
        Some("true") => Ok(Some(true)),
        Some("false") => Ok(Some(false)),
        Some(other) => Err(invalid(format!("{name} has to be true or false, and is {other}"))),
    }
}

/// A name for something new: letters, digits and single hyphens, with a letter first and no hyphen last.
fn new_name<'a>(request: &Request<'a>, parameter: &str) -> Result<&'a str, ServiceError> {
    let name = required(request, parameter)?;
    let fits = name.len() <= 63
        && name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '-')
        && !name.ends_with('-')
        && !name.contains("--");
    if fits {
        return Ok(name);
    }
    Err(invalid(format!(
        "The parameter {parameter} is not a valid identifier. Identifiers must begin with a letter; must contain only \
         ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens."
    )))
}

fn invalid(text: impl Into<String>) -> ServiceError {
    ServiceError::sender("InvalidParameterValue", text)
}

fn combination(text: impl Into<String>) -> ServiceError {
    ServiceError::sender("InvalidParameterCombination", text)
}

fn cluster_not_found(name: &str) -> ServiceError {
    ServiceError::not_found("DBClusterNotFoundFault", format!("DBCluster {name} not found."))
}

fn cluster_state(text: impl Into<String>) -> ServiceError {
    ServiceError::sender("InvalidDBClusterStateFault", text)
}

/// The page that the request asks for, by its `MaxRecords` (20 to 100) and `Marker`.
fn page(request: &Request<'_>, items: Vec<Document>) -> Result<Page<Document>, ServiceError> {
    let most = match request.input.get("MaxRecords") {
        None => 100,
        Some(_) => match request.input.integer("MaxRecords") {
            Some(most @ 20..=100) => most as usize,
            _ => {
                let text = "Invalid value for MaxRecords. Must be between 20 and 100";
                return Err(invalid(text));
            }
        },
    };
    let wrong = invalid("Invalid marker");
    pages::page(items, request.input.text("Marker"), most, wrong)
}

/// An answer with one list and, where there is more, a marker.
fn listing(name: &'static str, item: &'static str, page: Page<Document>) -> Document {
    Document::EMPTY.with_optional("Marker", page.next).with(name, Document::list(item, page.items))
}

/// Whether the request's filters let an item through. `values` gives the item's values for a filter's name; a name
/// that it does not know is an error.
fn passes(request: &Request<'_>, values: impl Fn(&str) -> Option<Vec<String>>) -> Result<bool, ServiceError> {
    for filter in request.input.items("Filters") {
        let name = filter.text("Name").unwrap_or_default();
        let Some(held) = values(name) else {
            return Err(invalid(format!("Unrecognized filter name: {name}")));
        };
        if !filter.texts("Values").iter().any(|wanted| held.iter().any(|value| value == wanted)) {
            return Ok(false);
        }
    }
    Ok(true)
}

//! RDS: the reads of Aurora's control plane.

mod clusters;
mod events;
mod global;
mod snapshots;

use super::{
    Document, ServiceError,
    pages::{self, Page},
    rpc::Request,
};
use crate::world::World;

/// Serves an operation; `None` when it is not known.
pub fn handle(world: &World, request: &Request<'_>) -> Option<Result<Document, ServiceError>> {
    Some(match request.operation {
        "DescribeGlobalClusters" => global::describe(world, request),
        "DescribeDBClusters" => clusters::describe_clusters(world, request),
        "DescribeDBInstances" => clusters::describe_instances(world, request),
        "DescribeEvents" => events::describe(world, request),
        "DescribeDBClusterSnapshots" => snapshots::describe(world, request),
        _ => return None,
    })
}

/// The page that the request asks for, by its `MaxRecords` (20 to 100) and `Marker`.
fn page(request: &Request<'_>, items: Vec<Document>) -> Result<Page<Document>, ServiceError> {
    let most = match request.input.get("MaxRecords") {
        None => 100,
        Some(_) => match request.input.integer("MaxRecords") {
            Some(most @ 20..=100) => most as usize,
            _ => {
                let text = "Invalid value for MaxRecords. Must be between 20 and 100";
                return Err(ServiceError::sender("InvalidParameterValue", text));
            }
        },
    };
    let wrong = ServiceError::sender("InvalidParameterValue", "Invalid marker");
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
            let text = format!("Unrecognized filter name: {name}");
            return Err(ServiceError::sender("InvalidParameterValue", text));
        };
        if !filter.texts("Values").iter().any(|wanted| held.iter().any(|value| value == wanted)) {
            return Ok(false);
        }
    }
    Ok(true)
}

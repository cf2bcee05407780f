//! Many items: those of a partition, or all.

use serde_json::{Map, Value as Json, json};

use super::{
    Failure, Request, exact_key,
    expression::{Condition, Scope, invalid},
    items::shown,
};
use crate::world::{
    World,
    tables::{Item, Table, read_item, write_item},
};

/// Answers Query.
pub fn query(world: &World, request: &Request<'_>) -> Result<Json, Failure> {
    let mut scope = Scope::of(request.input)?;
    let Some(condition) = scope.condition(request.input, "KeyConditionExpression")? else {
        let message = "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.";
        return Err(invalid(message).into());
    };
    let table = table(world, request)?;
    if !condition.names_partition(&table.partition.name) {
        let name = &table.partition.name;
        return Err(invalid(format!("Query condition missed key schema element: {name}")).into());
    }
    page(request, table, scope, Some(&condition))
}

/// Answers Scan.
pub fn scan(world: &World, request: &Request<'_>) -> Result<Json, Failure> {
    page(request, table(world, request)?, Scope::of(request.input)?, None)
}

fn table<'a>(world: &'a World, request: &Request<'_>) -> Result<&'a Table, Failure> {
    request.speaks_in_expressions()?;
    if request.input.get("IndexName").is_some() {
        return Err(invalid("The table does not have the specified index").into());
    }
    let consistent = request.input.get("ConsistentRead").and_then(Json::as_bool).unwrap_or(false);
    Ok(request.table(world, consistent)?)
}

fn page(request: &Request<'_>, table: &Table, mut scope: Scope, keys: Option<&Condition>) -> Result<Json, Failure> {
    let input = request.input;
    let filter = scope.condition(input, "FilterExpression")?;
    let projection = scope.projection(input)?;
    scope.finish()?;
    let backward = input.get("ScanIndexForward").and_then(Json::as_bool) == Some(false);
    let limit = match input.get("Limit").map(Json::as_u64) {
        None => usize::MAX,
        Some(Some(limit)) if limit > 0 => usize::try_from(limit).unwrap_or(usize::MAX),
        Some(_) => return Err(invalid("Limit must be at least 1").into()),
    };
    let start = match input.get("ExclusiveStartKey") {
        Some(json) => Some(exact_key(table, &read_item(json).map_err(invalid)?)?),
        None => None,
    };
    let mut items: Vec<_> = table.items.iter().filter(|(_, item)| keys.is_none_or(|keys| keys.holds(item))).collect();
    if backward {
        items.reverse();
    }
    if let Some(start) = &start {
        items.retain(|(key, _)| if backward { *key < start } else { *key > start });
    }
    let more = items.len() > limit;
    items.truncate(limit);
    let last = items.last().filter(|_| more).map(|(_, item)| write_item(&key_attributes(table, item)));
    let found: Vec<&Item> = items
        .iter()
        .map(|(_, item)| *item)
        .filter(|item| filter.as_ref().is_none_or(|filter| filter.holds(item)))
        .collect();
    let mut output = Map::new();
    output.insert("Count".to_owned(), json!(found.len()));
    output.insert("ScannedCount".to_owned(), json!(items.len()));
    if request.text("Select") != Some("COUNT") {
        let written = found.into_iter().map(|item| write_item(&shown(item, projection.as_deref())));
        output.insert("Items".to_owned(), written.collect());
    }
    if let Some(last) = last {
        output.insert("LastEvaluatedKey".to_owned(), last);
    }
    Ok(Json::Object(output))
}

fn key_attributes(table: &Table, item: &Item) -> Item {
    let of_key = |name: &String| table.key_attributes().any(|attribute| attribute.name == *name);
    item.iter().filter(|(name, _)| of_key(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
}

//! One item at a time: read, and written under a condition.

use serde_json::{Map, Value as Json, json};

use super::{
    Failure, Request, bad_key, exact_key,
    expression::{Condition, Path, Scope, invalid},
};
use crate::{
    topology::Service,
    wire::ServiceError,
    world::{
        World,
        tables::{Item, Key, Table, write_item},
    },
};

/// The largest item, in bytes.
const LARGEST: usize = 400 << 10;

/// What a write is told to answer with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Nothing,
    AllOld,
    AllNew,
    ChangedOld,
    ChangedNew,
}

/// Answers GetItem.
pub fn get(world: &World, request: &Request<'_>) -> Result<Json, Failure> {
    request.speaks_in_expressions()?;
    let mut scope = Scope::of(request.input)?;
    let projection = scope.projection(request.input)?;
    scope.finish()?;
    let consistent = request.input.get("ConsistentRead").and_then(Json::as_bool).unwrap_or(false);
    let table = request.table(world, consistent)?;
    let key = exact_key(table, &request.attributes("Key")?)?;
    Ok(match table.items.get(&key) {
        Some(item) => json!({"Item": write_item(&shown(item, projection.as_deref()))}),
        None => json!({}),
    })
}

/// The part of an item that a projection wants.
pub fn shown(item: &Item, projection: Option<&[Path]>) -> Item {
    let Some(paths) = projection else { return item.clone() };
    // Of a value inside of a value the whole attribute is shown.
    let wanted = |name: &str| paths.iter().any(|path| path.attribute == name && path.get(item).is_some());
    item.iter().filter(|(name, _)| wanted(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// Answers PutItem.
pub fn put(world: &mut World, request: &Request<'_>) -> Result<Json, Failure> {
    let wanted = wanted(request, &[Wanted::Nothing, Wanted::AllOld])?;
    let item = request.attributes("Item")?;
    let mut scope = Scope::of(request.input)?;
    let condition = scope.condition(request.input, "ConditionExpression")?;
    scope.finish()?;
    let key = request.table(world, true)?.key_of(&item).map_err(bad_key)?;
    let (old, _) = write(world, request, key, condition.as_ref(), |_| Ok(Some(item)))?;
    Ok(answer(wanted, old, None, &[]))
}

/// Answers DeleteItem.
pub fn delete(world: &mut World, request: &Request<'_>) -> Result<Json, Failure> {
    let wanted = wanted(request, &[Wanted::Nothing, Wanted::AllOld])?;
    let mut scope = Scope::of(request.input)?;
    let condition = scope.condition(request.input, "ConditionExpression")?;
    scope.finish()?;
    let key = exact_key(request.table(world, true)?, &request.attributes("Key")?)?;
    let (old, _) = write(world, request, key, condition.as_ref(), |_| Ok(None))?;
    Ok(answer(wanted, old, None, &[]))
}

/// Answers UpdateItem. What is not there is made.
pub fn update(world: &mut World, request: &Request<'_>) -> Result<Json, Failure> {
    let all = [Wanted::Nothing, Wanted::AllOld, Wanted::AllNew, Wanted::ChangedOld, Wanted::ChangedNew];
    let wanted = wanted(request, &all)?;
    let mut scope = Scope::of(request.input)?;
    let update = scope.update(request.input)?;
    let condition = scope.condition(request.input, "ConditionExpression")?;
    scope.finish()?;
    let named = request.attributes("Key")?;
    let table = request.table(world, true)?;
    let key = exact_key(table, &named)?;
    let touched: Vec<String> = update.iter().flat_map(|update| update.attributes()).map(str::to_owned).collect();
    if let Some(name) = touched.iter().find(|name| named.contains_key(*name)) {
        let reason = format!("Cannot update attribute {name}. This attribute is part of the key");
        return Err(invalid(format!("One or more parameter values were invalid: {reason}")).into());
    }
    let (old, new) = write(world, request, key, condition.as_ref(), |old| {
        let before = old.cloned().unwrap_or(named);
        match &update {
            Some(update) => update.apply(&before).map(Some).map_err(invalid),
            None => Ok(Some(before)),
        }
    })?;
    Ok(answer(wanted, old, new, &touched))
}

/// Writes an item if the condition holds for what is there, and returns what was there and what is there now.
fn write(
    world: &mut World,
    request: &Request<'_>,
    key: Key,
    condition: Option<&Condition>,
    change: impl FnOnce(Option<&Item>) -> Result<Option<Item>, ServiceError>,
) -> Result<(Option<Item>, Option<Item>), Failure> {
    request.speaks_in_expressions()?;
    let table = request.table(world, true)?;
    let (old, global) = (table.items.get(&key).cloned(), table.global);
    let noise = world.noise;
    if global && world.conflicts.meets(Service::DynamoDb, request.region, noise) {
        let message = "The request conflicts with a concurrent write to the same item in another Region. Retry it.";
        return Err(ServiceError::sender("ReplicatedWriteConflictException", message).into());
    }
    if condition.is_some_and(|condition| !condition.holds(old.as_ref().unwrap_or(&Item::new()))) {
        let error = ServiceError::sender("ConditionalCheckFailedException", "The conditional request failed");
        let asked = request.text("ReturnValuesOnConditionCheckFailure") == Some("ALL_OLD");
        return Err(Failure { error, item: old.as_ref().filter(|_| asked).map(write_item) });
    }
    let new = change(old.as_ref())?;
    if new.as_ref().is_some_and(|item| write_item(item).to_string().len() > LARGEST) {
        return Err(invalid("Item size has exceeded the maximum allowed size").into());
    }
    let items: &mut Table =
        world.tables.find_mut(request.region, request.table_name()?).ok_or_else(super::no_such_table)?;
    match &new {
        Some(item) => items.items.insert(key, item.clone()),
        None => items.items.remove(&key),
    };
    Ok((old, new))
}

fn wanted(request: &Request<'_>, allowed: &[Wanted]) -> Result<Wanted, ServiceError> {
    let wanted = match request.text("ReturnValues").unwrap_or("NONE") {
        "NONE" => Some(Wanted::Nothing),
        "ALL_OLD" => Some(Wanted::AllOld),
        "ALL_NEW" => Some(Wanted::AllNew),
        "UPDATED_OLD" => Some(Wanted::ChangedOld),
        "UPDATED_NEW" => Some(Wanted::ChangedNew),
        _ => None,
    };
    wanted.filter(|wanted| allowed.contains(wanted)).ok_or_else(|| invalid("ReturnValues has an invalid value"))
}

fn answer(wanted: Wanted, old: Option<Item>, new: Option<Item>, touched: &[String]) -> Json {
    let only_touched = |item: Item| item.into_iter().filter(|(name, _)| touched.contains(name)).collect::<Item>();
    let attributes = match wanted {
        Wanted::Nothing => None,
        Wanted::AllOld => old,
        Wanted::AllNew => new,
        Wanted::ChangedOld => old.map(only_touched).filter(|item| !item.is_empty()),
        Wanted::ChangedNew => new.map(only_touched),
    };
    let mut output = Map::new();
    if let Some(attributes) = attributes {
        output.insert("Attributes".to_owned(), write_item(&attributes));
    }
    Json::Object(output)
}

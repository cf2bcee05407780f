//! Tables: described, listed, and made or deleted in one region.

use serde_json::{Map, Value as Json, json};

use super::{Failure, Request, expression::invalid, no_such_table};
use crate::{
    topology::{ACCOUNT, Region},
    wire::ServiceError,
    world::{
        World,
        tables::{KeyAttribute, REPLICAS, Table, WITNESS},
    },
};

/// The most tables on one page.
const PAGE: usize = 100;

/// Answers DescribeTable.
pub fn describe(world: &World, request: &Request<'_>) -> Result<Json, Failure> {
    let name = request.table_name()?;
    let missing = || {
        let message = format!("Requested resource not found: Table: {name} not found");
        ServiceError::sender("ResourceNotFoundException", message)
    };
    let table = world.tables.find(request.region, name).ok_or_else(missing)?;
    Ok(json!({"Table": description(table, request.region, "ACTIVE")}))
}

/// Answers ListTables.
pub fn list(world: &World, request: &Request<'_>) -> Result<Json, Failure> {
    let after = request.text("ExclusiveStartTableName").unwrap_or_default();
    let limit = request.input.get("Limit").and_then(Json::as_u64).and_then(|limit| usize::try_from(limit).ok());
    let limit = limit.unwrap_or(PAGE).clamp(1, PAGE);
    let names: Vec<&str> = world.tables.names(request.region).into_iter().filter(|name| *name > after).collect();
    let page = &names[..names.len().min(limit)];
    let mut output = Map::new();
    output.insert("TableNames".to_owned(), json!(page));
    if let Some(last) = page.last().filter(|_| names.len() > limit) {
        output.insert("LastEvaluatedTableName".to_owned(), json!(last));
    }
    Ok(Json::Object(output))
}

/// Answers CreateTable. The table can be used at once.
pub fn create(world: &mut World, request: &Request<'_>) -> Result<Json, Failure> {
    let name = request.table_name()?;
    let fits = |each: char| each.is_ascii_alphanumeric() || matches!(each, '_' | '-' | '.');
    if !(3..=255).contains(&name.len()) || !name.chars().all(fits) {
        return Err(invalid("TableName must be 3 to 255 letters, digits, '_', '-' or '.'").into());
    }
    if world.tables.find(request.region, name).is_some() {
        let message = format!("Table already exists: {name}");
        return Err(ServiceError::sender("ResourceInUseException", message).into());
    }
    for other in ["GlobalSecondaryIndexes", "LocalSecondaryIndexes", "StreamSpecification"] {
        if request.input.get(other).is_some() {
            return Err(invalid(format!("{other} is not simulated")).into());
        }
    }
    let partition = key_attribute(request.input, "HASH")?.ok_or_else(|| invalid("No Hash Key specified in schema."))?;
    let table = Table::new(name, partition, key_attribute(request.input, "RANGE")?, world.now());
    let described = description(&table, request.region, "CREATING");
    world.tables.add(request.region, table);
    Ok(json!({"TableDescription": described}))
}

/// Answers DeleteTable. The global table belongs to the stack, and is protected.
pub fn delete(world: &mut World, request: &Request<'_>) -> Result<Json, Failure> {
    let name = request.table_name()?;
    if world.tables.find(request.region, name).is_some_and(|table| table.global) {
        let message = "Resource cannot be deleted as it is currently protected against deletion. Disable deletion \
                       protection first.";
        return Err(invalid(message).into());
    }
    let table = world.tables.remove(request.region, name).ok_or_else(no_such_table)?;
    Ok(json!({"TableDescription": description(&table, request.region, "DELETING")}))
}

/// The attribute of the key that has a role.
fn key_attribute(input: &Json, role: &str) -> Result<Option<KeyAttribute>, ServiceError> {
    let items = |member: &str| input.get(member).and_then(Json::as_array).into_iter().flatten();
    let text = |item: &Json, name: &str| item.get(name).and_then(Json::as_str).map(str::to_owned);
    let schema = items("KeySchema").find(|item| text(item, "KeyType").as_deref() == Some(role));
    let Some(name) = schema.and_then(|item| text(item, "AttributeName")) else { return Ok(None) };
    let defined = items("AttributeDefinitions").find(|item| text(item, "AttributeName").as_ref() == Some(&name));
    let kind =
        defined.and_then(|item| text(item, "AttributeType")).filter(|kind| ["S", "N", "B"].contains(&kind.as_str()));
    let undefined = || {
        let reason = "Some index key attributes are not defined in AttributeDefinitions";
        invalid(format!("One or more parameter values were invalid: {reason}. Keys: [{name}]"))
    };
    let kind = kind.ok_or_else(undefined)?;
    Ok(Some(KeyAttribute { name, kind }))
}

fn description(table: &Table, region: Region, status: &str) -> Json {
    let roles = ["HASH", "RANGE"];
    let attributes = || table.key_attributes().zip(roles);
    let definitions = attributes().map(|(key, _)| json!({"AttributeName": key.name, "AttributeType": key.kind}));
    let schema = attributes().map(|(key, role)| json!({"AttributeName": key.name, "KeyType": role}));
    let bytes: usize = table.items.values().map(|item| crate::world::tables::write_item(item).to_string().len()).sum();
    let mut described = json!({
        "AttributeDefinitions": definitions.collect::<Vec<_>>(),
        "TableName": table.name,
        "KeySchema": schema.collect::<Vec<_>>(),
        "TableStatus": status,
        "CreationDateTime": table.created.as_second(),
        "ProvisionedThroughput": {"NumberOfDecreasesToday": 0, "ReadCapacityUnits": 0, "WriteCapacityUnits": 0},
        "BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"},
        "TableSizeBytes": bytes,
        "ItemCount": table.items.len(),
        "TableArn": format!("arn:aws:dynamodb:{region}:{ACCOUNT}:table/{}", table.name),
        "DeletionProtectionEnabled": table.global,
    });
    if let Some(members) = described.as_object_mut().filter(|_| table.global) {
        let replicas = REPLICAS.map(|replica| json!({"RegionName": replica.name(), "ReplicaStatus": "ACTIVE"}));
        members.insert("GlobalTableVersion".to_owned(), json!("2019.11.21"));
        members.insert("Replicas".to_owned(), json!(replicas));
        members.insert("MultiRegionConsistency".to_owned(), json!("STRONG"));
        let witness = json!([{"RegionName": WITNESS, "WitnessStatus": "ACTIVE"}]);
        members.insert("GlobalTableWitnesses".to_owned(), witness);
    }
    described
}

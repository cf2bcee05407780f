//! DynamoDB: tables, and items under conditions. awsJson 1.0.

mod expression;
mod items;
mod query;
mod tables;

use serde_json::{Map, Value as Json, json};

use super::{Call, Reply, ServiceError, hostile};
use crate::{
    topology::{Region, Service},
    world::{
        World,
        tables::{BadKey, Item, Key, Table, read_item},
    },
};
use expression::invalid;

const MEDIA_TYPE: &str = "application/x-amz-json-1.0";

/// A request for an operation.
#[derive(Debug)]
struct Request<'a> {
    operation: &'a str,
    region: Region,
    input: &'a Json,
}

/// An error, with the item that stood in the way if the client wanted to see it.
#[derive(Debug)]
struct Failure {
    error: ServiceError,
    item: Option<Json>,
}

impl From<ServiceError> for Failure {
    fn from(error: ServiceError) -> Self {
        Self { error, item: None }
    }
}

/// Answers a request.
pub fn answer(world: &mut World, call: &Call<'_>) -> Reply {
    let target = call.header("x-amz-target").unwrap_or_default();
    let input: Json = match serde_json::from_slice(if call.body.is_empty() { b"{}" } else { call.body }) {
        Ok(input) => input,
        Err(error) => return refuse(call, &ServiceError::sender("SerializationException", error.to_string())),
    };
    let operation = target.strip_prefix("DynamoDB_20120810.").unwrap_or_default();
    let request = Request { operation, region: call.region, input: &input };
    match handle(world, &request) {
        Some(Ok(output)) => {
            let body = output.to_string().into_bytes();
            let mangled = if call.hostile { hostile::mangle_json(&body, world.tick) } else { None };
            signed(Reply::new(200, MEDIA_TYPE, mangled.unwrap_or(body)), call)
        }
        Some(Err(failure)) => refusal(call, &failure),
        None => refuse(call, &ServiceError::sender("UnknownOperationException", "")),
    }
}

/// Answers a request with an error.
pub fn refuse(call: &Call<'_>, error: &ServiceError) -> Reply {
    refusal(call, &Failure::from(error.clone()))
}

fn refusal(call: &Call<'_>, Failure { error, item }: &Failure) -> Reply {
    let namespace = match error.code {
        "ValidationException" => "com.amazon.coral.validate",
        "SerializationException" | "UnknownOperationException" | "ExpiredTokenException" => "com.amazon.coral.service",
        "ThrottlingException" | "ServiceUnavailableException" => "com.amazon.coral.availability",
        _ => "com.amazonaws.dynamodb.v20120810",
    };
    let mut body = Map::new();
    body.insert("__type".to_owned(), json!(format!("{namespace}#{}", error.code)));
    body.insert("message".to_owned(), json!(error.message));
    if let Some(item) = item {
        body.insert("Item".to_owned(), item.clone());
    }
    signed(Reply::new(error.status, MEDIA_TYPE, Json::Object(body).to_string().into_bytes()), call)
}

fn signed(reply: Reply, call: &Call<'_>) -> Reply {
    reply.with("x-amzn-requestid", call.request_id.as_str())
}

/// Serves an operation; `None` when it is not known.
fn handle(world: &mut World, request: &Request<'_>) -> Option<Result<Json, Failure>> {
    Some(match request.operation {
        "CreateTable" => tables::create(world, request),
        "DeleteTable" => tables::delete(world, request),
        "DescribeTable" => tables::describe(world, request),
        "ListTables" => tables::list(world, request),
        "GetItem" => items::get(world, request),
        "PutItem" => items::put(world, request),
        "UpdateItem" => items::update(world, request),
        "DeleteItem" => items::delete(world, request),
        "Query" => query::query(world, request),
        "Scan" => query::scan(world, request),
        _ => return None,
    })
}

impl Request<'_> {
    fn text(&self, name: &str) -> Option<&str> {
        self.input.get(name).and_then(Json::as_str)
    }

    fn table_name(&self) -> Result<&str, ServiceError> {
        self.text("TableName").ok_or_else(|| {
            invalid("1 validation error detected: Value null at 'tableName' failed to satisfy constraint: Member must not be null")
        })
    }

    /// The table that the request is about, able to answer: at once, or in agreement with another replica.
    fn table<'a>(&self, world: &'a World, agreed: bool) -> Result<&'a Table, ServiceError> {
        let table = world.tables.find(self.region, self.table_name()?).ok_or_else(no_such_table)?;
        let answers = match table.global && agreed {
            true => world.tables.has_quorum(self.region, &world.power),
            false => world.power[self.region],
        };
        if answers { Ok(table) } else { Err(ServiceError::internal(Service::DynamoDb)) }
    }

    /// A member that holds attributes.
    fn attributes(&self, name: &str) -> Result<Item, ServiceError> {
        let json = self.input.get(name).ok_or_else(|| {
            let place = name.to_lowercase();
            let reason = "failed to satisfy constraint: Member must not be null";
            invalid(format!("1 validation error detected: Value null at '{place}' {reason}"))
        })?;
        read_item(json).map_err(invalid)
    }

    /// Checks that the request is not one of those from before there were expressions.
    fn speaks_in_expressions(&self) -> Result<(), ServiceError> {
        let old = [
            "Expected",
            "AttributeUpdates",
            "ConditionalOperator",
            "KeyConditions",
            "QueryFilter",
            "ScanFilter",
            "AttributesToGet",
        ];
        match old.into_iter().find(|name| self.input.get(name).is_some()) {
            Some(name) => Err(invalid(format!("{name} is not simulated: use an expression"))),
            None => Ok(()),
        }
    }
}

fn no_such_table() -> ServiceError {
    ServiceError::sender("ResourceNotFoundException", "Requested resource not found")
}

/// The key that a request names, which has to have nothing else in it.
fn exact_key(table: &Table, attributes: &Item) -> Result<Key, ServiceError> {
    let key = table.key_of(attributes).map_err(|bad| match bad {
        BadKey::Empty(_) => bad_key(bad),
        _ => invalid("The provided key element does not match the schema"),
    })?;
    match attributes.len() == table.key_attributes().count() {
        true => Ok(key),
        false => Err(invalid("The provided key element does not match the schema")),
    }
}

fn bad_key(bad: BadKey<'_>) -> ServiceError {
    invalid(match bad {
        BadKey::Missing(name) => {
            format!("One or more parameter values were invalid: Missing the key {name} in the item")
        }
        BadKey::Type(attribute, actual) => format!(
            "One or more parameter values were invalid: Type mismatch for key {} expected: {} actual: {actual}",
            attribute.name, attribute.kind
        ),
        BadKey::Empty(name) => format!(
            "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an \
             empty string value. Key: {name}"
        ),
    })
}

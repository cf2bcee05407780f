//! DynamoDB on the wire: a lease on a table that spans regions, and what becomes of it when regions are lost.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{address, ask, world};
use evac_sim::{
    Fault, FaultTarget, Simulator,
    scenario::Action,
    topology::{Region, Service},
};
use serde_json::{Value, json};
use tempfile::TempDir;

const EAST: Region = Region::UsEast1;
const WEST: Region = Region::UsWest2;

struct Db {
    simulator: Simulator,
    _directory: TempDir,
}

impl Db {
    async fn start() -> Self {
        let (simulator, directory) = world(None).await;
        Self { simulator, _directory: directory }
    }

    async fn call(&self, region: Region, operation: &str, input: Value) -> (u16, Value) {
        let headers =
            format!("content-type: application/x-amz-json-1.0\r\nx-amz-target: DynamoDB_20120810.{operation}\r\n");
        let address = address(&self.simulator, Service::DynamoDb, region);
        let answer = ask(&address, "POST", "/", &headers, &input.to_string()).await.unwrap();
        (answer.status, serde_json::from_slice(&answer.body).unwrap())
    }

    async fn ok(&self, region: Region, operation: &str, input: Value) -> Value {
        let (status, output) = self.call(region, operation, input).await;
        assert_eq!(status, 200, "{output}");
        output
    }

    /// The code of the error, and the error.
    async fn error(&self, region: Region, operation: &str, input: Value) -> (String, Value) {
        let (status, output) = self.call(region, operation, input).await;
        assert!(status >= 400, "{output}");
        (output["__type"].as_str().unwrap().rsplit('#').next().unwrap().to_owned(), output)
    }

    async fn lease(&self, region: Region) -> Value {
        let input = json!({"TableName": "evac-lease", "Key": {"stack": {"S": "akidb"}}, "ConsistentRead": true});
        self.ok(region, "GetItem", input).await["Item"].take()
    }
}

/// Takes the lease if nobody has it.
fn take(who: &str) -> Value {
    json!({
        "TableName": "evac-lease", "Item": {"stack": {"S": "akidb"}, "holder": {"S": who}, "epoch": {"N": "1"}},
        "ConditionExpression": "attribute_not_exists(#stack)", "ExpressionAttributeNames": {"#stack": "stack"},
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    })
}

/// Takes the lease over from whoever has this epoch.
fn take_over(who: &str, epoch: u32) -> Value {
    json!({
        "TableName": "evac-lease", "Key": {"stack": {"S": "akidb"}},
        "UpdateExpression": "SET holder = :who, epoch = epoch + :one", "ConditionExpression": "epoch = :seen",
        "ExpressionAttributeValues": {":who": {"S": who}, ":one": {"N": "1"}, ":seen": {"N": epoch.to_string()}},
        "ReturnValues": "ALL_NEW",
    })
}

#[tokio::test]
async fn a_lease_is_taken_once_and_both_replicas_show_it() {
    let db = Db::start().await;
    assert_eq!(db.ok(EAST, "PutItem", take("one")).await, json!({}));
    let (code, error) = db.error(WEST, "PutItem", take("two")).await;
    assert_eq!(code, "ConditionalCheckFailedException");
    assert_eq!(error["Item"]["holder"], json!({"S": "one"}), "it is told who stands in the way");
    assert_eq!(db.lease(EAST).await, db.lease(WEST).await);
    let output = db.ok(WEST, "UpdateItem", take_over("two", 1)).await;
    assert_eq!(output["Attributes"]["epoch"], json!({"N": "2"}));
    assert_eq!(db.error(EAST, "UpdateItem", take_over("three", 1)).await.0, "ConditionalCheckFailedException");
    assert_eq!(db.lease(EAST).await["holder"], json!({"S": "two"}));
    let release = json!({
        "TableName": "evac-lease", "Key": {"stack": {"S": "akidb"}}, "ConditionExpression": "holder = :me",
        "ExpressionAttributeValues": {":me": {"S": "two"}}, "ReturnValues": "ALL_OLD",
    });
    assert_eq!(db.ok(EAST, "DeleteItem", release).await["Attributes"]["epoch"], json!({"N": "2"}));
    assert_eq!(db.lease(WEST).await, Value::Null);
}

#[tokio::test]
async fn of_many_in_two_regions_exactly_one_gets_the_lease() {
    let db = Db::start().await;
    let tries = (0..20).map(|number| {
        let (db, region) = (&db, if number % 2 == 0 { EAST } else { WEST });
        async move { db.call(region, "PutItem", take(&number.to_string())).await.0 }
    });
    let statuses = futures::future::join_all(tries).await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
}

#[tokio::test]
async fn a_write_that_meets_another_is_refused_and_can_be_repeated() {
    let db = Db::start().await;
    let services = vec![Service::DynamoDb];
    let action = Action::WriteConflicts { services, regions: vec![WEST], writes: 1, share: 0.0 };
    db.simulator.perform(action).unwrap();
    assert_eq!(db.error(WEST, "PutItem", take("one")).await.0, "ReplicatedWriteConflictException");
    assert_eq!(db.lease(EAST).await, Value::Null);
    db.ok(WEST, "PutItem", take("one")).await;
}

#[tokio::test]
async fn the_table_outlives_a_region_but_not_two() {
    let db = Db::start().await;
    db.ok(EAST, "PutItem", take("one")).await;
    db.simulator.perform(Action::Power { region: EAST, on: false }).unwrap();
    assert_eq!(db.error(EAST, "PutItem", take("two")).await.0, "InternalServerError");
    assert_eq!(db.lease(WEST).await["holder"], json!({"S": "one"}), "what was answered is not lost");
    db.ok(WEST, "UpdateItem", take_over("two", 1)).await;
    db.simulator.perform(Action::Witness { on: false }).unwrap();
    assert_eq!(db.error(WEST, "UpdateItem", take_over("three", 2)).await.0, "InternalServerError");
    db.simulator.perform(Action::Power { region: EAST, on: true }).unwrap();
    assert_eq!(db.lease(EAST).await["epoch"], json!({"N": "2"}));
    db.ok(EAST, "UpdateItem", take_over("three", 2)).await;
}

#[tokio::test]
async fn the_global_table_is_not_in_the_european_region() {
    let db = Db::start().await;
    let input = json!({"TableName": "evac-lease"});
    assert_eq!(db.error(Region::EuWest1, "DescribeTable", input.clone()).await.0, "ResourceNotFoundException");
    assert_eq!(db.error(Region::EuWest1, "PutItem", take("one")).await.0, "ResourceNotFoundException");
    let table = db.ok(WEST, "DescribeTable", input.clone()).await["Table"].take();
    assert_eq!(table["MultiRegionConsistency"], "STRONG");
    assert_eq!(table["Replicas"].as_array().unwrap().len(), 2);
    assert_eq!(table["GlobalTableWitnesses"], json!([{"RegionName": "us-east-2", "WitnessStatus": "ACTIVE"}]));
    assert_eq!(db.error(WEST, "DeleteTable", input).await.0, "ValidationException");
}

#[tokio::test]
async fn a_table_of_one_region_can_be_made_asked_and_deleted() {
    let db = Db::start().await;
    let create = json!({
        "TableName": "runs", "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "run", "AttributeType": "S"}, {"AttributeName": "step", "AttributeType": "N"}],
        "KeySchema": [{"AttributeName": "run", "KeyType": "HASH"}, {"AttributeName": "step", "KeyType": "RANGE"}],
    });
    db.ok(WEST, "CreateTable", create.clone()).await;
    assert_eq!(db.error(WEST, "CreateTable", create).await.0, "ResourceInUseException");
    assert_eq!(db.ok(WEST, "ListTables", json!({})).await, json!({"TableNames": ["evac-lease", "runs"]}));
    assert_eq!(db.ok(EAST, "ListTables", json!({})).await, json!({"TableNames": ["evac-lease"]}));
    for (run, step) in [("a", 2), ("a", 10), ("a", 1), ("b", 1)] {
        let item = json!({"run": {"S": run}, "step": {"N": step.to_string()}, "done": {"BOOL": step > 1}});
        db.ok(WEST, "PutItem", json!({"TableName": "runs", "Item": item})).await;
    }
    let query = |more: Value| {
        let mut input = json!({
            "TableName": "runs", "KeyConditionExpression": "run = :run AND step BETWEEN :low AND :high",
            "ExpressionAttributeValues": {":run": {"S": "a"}, ":low": {"N": "1"}, ":high": {"N": "10"}},
        });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    let steps = |output: &Value| -> Vec<String> {
        let items = output["Items"].as_array().unwrap().iter();
        items.map(|item| item["step"]["N"].as_str().unwrap().to_owned()).collect()
    };
    let first = db.ok(WEST, "Query", query(json!({"Limit": 2}))).await;
    assert_eq!(steps(&first), ["1", "2"], "in the order of numbers, not of texts");
    let second = db.ok(WEST, "Query", query(json!({"ExclusiveStartKey": first["LastEvaluatedKey"]}))).await;
    assert_eq!((steps(&second), second.get("LastEvaluatedKey")), (vec!["10".to_owned()], None));
    assert_eq!(steps(&db.ok(WEST, "Query", query(json!({"ScanIndexForward": false}))).await), ["10", "2", "1"]);
    let scan = json!({
        "TableName": "runs", "FilterExpression": "done = :no", "ExpressionAttributeValues": {":no": {"BOOL": false}},
        "ProjectionExpression": "run",
    });
    let scanned = db.ok(WEST, "Scan", scan).await;
    assert_eq!((&scanned["Count"], &scanned["ScannedCount"]), (&json!(2), &json!(4)));
    assert_eq!(scanned["Items"][0], json!({"run": {"S": "a"}}));
    db.ok(WEST, "DeleteTable", json!({"TableName": "runs"})).await;
    assert_eq!(db.error(WEST, "Scan", json!({"TableName": "runs"})).await.0, "ResourceNotFoundException");
}

#[tokio::test]
async fn wrong_requests_are_refused_in_the_service_s_words() {
    let db = Db::start().await;
    for (operation, input, said) in [
        ("GetItem", json!({"TableName": "evac-lease", "Key": {"id": {"S": "x"}}}), "does not match the schema"),
        ("GetItem", json!({"TableName": "evac-lease", "Key": {"stack": {"S": ""}}}), "empty string value"),
        ("GetItem", json!({"Key": {"stack": {"S": "x"}}}), "Member must not be null"),
        ("PutItem", json!({"TableName": "evac-lease", "Item": {"a": {"S": "x"}}}), "Missing the key stack in the item"),
        ("PutItem", json!({"TableName": "evac-lease", "Item": {"stack": {"N": "1"}}}), "expected: S actual: N"),
        (
            "PutItem",
            json!({"TableName": "evac-lease", "Item": {"stack": {"S": "x"}}, "ReturnValues": "ALL_NEW"}),
            "ReturnValues",
        ),
        (
            "PutItem",
            json!({"TableName": "evac-lease", "Item": {"stack": {"S": "x"}}, "Expected": {}}),
            "use an expression",
        ),
        (
            "UpdateItem",
            json!({"TableName": "evac-lease", "Key": {"stack": {"S": "x"}}, "UpdateExpression": "SET stack = :v",
            "ExpressionAttributeValues": {":v": {"S": "y"}}}),
            "part of the key",
        ),
        (
            "Query",
            json!({"TableName": "evac-lease", "KeyConditionExpression": "a = :v",
            "ExpressionAttributeValues": {":v": {"S": "y"}}}),
            "missed key schema element: stack",
        ),
    ] {
        let (code, error) = db.error(WEST, operation, input).await;
        assert_eq!(code, "ValidationException");
        assert!(error["message"].as_str().unwrap().contains(said), "{error}");
    }
    assert_eq!(db.error(WEST, "TransactWriteItems", json!({})).await.0, "UnknownOperationException");
    db.simulator.perform(Action::Credentials { regions: vec![WEST], expired: true }).unwrap();
    assert_eq!(db.error(WEST, "PutItem", take("one")).await.0, "ExpiredTokenException");
    db.simulator.perform(Action::Credentials { regions: vec![WEST], expired: false }).unwrap();
    let target = FaultTarget { region: Some(WEST.into()), service: Some(Service::DynamoDb) };
    for (fault, code) in [
        (Fault::Throttle, "ThrottlingException"),
        (Fault::Http500, "InternalServerError"),
        (Fault::Http503, "ServiceUnavailableException"),
    ] {
        db.simulator.set_fault(target, fault).await;
        assert_eq!(db.error(WEST, "PutItem", take("one")).await.0, code);
    }
}

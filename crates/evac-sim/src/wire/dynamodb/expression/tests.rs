#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
use serde_json::json;

use super::*;
use crate::world::tables::{Item, read_item, write_item};

fn item() -> Item {
    let json = json!({
        "stack": {"S": "akidb"}, "epoch": {"N": "7"}, "who": {"S": "ops@1"}, "flags": {"SS": ["a", "b"]},
        "nested": {"M": {"steps": {"L": [{"N": "1"}, {"N": "2"}]}}}, "live": {"BOOL": true},
    });
    read_item(&json).unwrap()
}

fn input(expression: &str) -> Json {
    json!({
        "ConditionExpression": expression, "UpdateExpression": expression,
        "ExpressionAttributeNames": {"#s": "stack", "#t": "ttl", "#o": "owner"},
        "ExpressionAttributeValues": {
            ":akidb": {"S": "akidb"}, ":six": {"N": "6"}, ":seven": {"N": "7.0"}, ":eight": {"N": "8"}, ":s": {"S": "7"},
            ":ops": {"S": "ops"}, ":a": {"S": "a"}, ":set": {"SS": ["b", "c"]}, ":list": {"L": [{"N": "3"}]},
            ":type": {"S": "S"}, ":two": {"N": "2"},
        },
    })
}

fn condition(text: &str) -> Result<Condition, ServiceError> {
    let input = input(text);
    Scope::of(&input).unwrap().condition(&input, "ConditionExpression").map(Option::unwrap)
}

fn update(text: &str) -> Result<Update, ServiceError> {
    let input = input(text);
    Scope::of(&input).unwrap().update(&input).map(Option::unwrap)
}

#[test]
fn conditions_hold_as_documented() {
    for (text, holds) in [
        ("attribute_exists(#s)", true),
        ("attribute_not_exists(#s)", false),
        ("attribute_not_exists(absent) OR epoch < :six", true),
        ("epoch = :seven", true),
        ("epoch = :s", false),
        ("epoch <> :s", true),
        ("absent = :s", false),
        ("absent <> :s", true),
        ("absent < :s", false),
        ("epoch > :s", false),
        ("epoch >= :seven AND epoch <= :seven", true),
        ("epoch BETWEEN :six AND :eight", true),
        ("epoch between :eight and :six", false),
        ("epoch IN (:six, :seven)", true),
        ("absent IN (:six)", false),
        ("begins_with(who, :ops)", true),
        ("begins_with(epoch, :ops)", false),
        ("contains(flags, :a)", true),
        ("contains(who, :a)", false),
        ("attribute_type(who, :type)", true),
        ("size(flags) = :two", true),
        ("size(nested.steps) = :two", true),
        ("nested.steps[1] = :two", true),
        ("nested.steps[2] = :two", false),
        ("NOT epoch = :six", true),
        ("NOT NOT epoch = :six", false),
        // AND binds more than OR, and NOT more than both.
        ("epoch = :seven OR epoch = :six AND epoch = :eight", true),
        ("(epoch = :seven OR epoch = :six) AND epoch = :eight", false),
        ("NOT epoch = :six AND epoch = :eight", false),
        ("((epoch = :seven))", true),
    ] {
        assert_eq!(condition(text).unwrap().holds(&item()), holds, "{text}");
    }
    assert!(condition("attribute_not_exists(#s)").unwrap().holds(&Item::new()));
}

#[test]
fn what_is_no_condition_is_refused_with_its_reason() {
    let deep = format!("{}epoch = :six{}", "(".repeat(300), ")".repeat(300));
    for (text, reason) in [
        ("", "The expression can not be empty"),
        ("epoch", "token: \"<EOF>\""),
        ("epoch = ", "token: \"<EOF>\""),
        ("epoch = :six :six", "token: \":six\""),
        ("epoch == :six", "token: \"=\""),
        ("epoch = :nine", "attribute value: :nine"),
        ("#n = :six", "attribute name: #n"),
        ("ttl = :six", "reserved keyword: ttl"),
        ("owner = :six", "reserved keyword: owner"),
        ("present(epoch)", "Invalid function name; function: present"),
        ("attribute_exists(:six)", "operator or function: attribute_exists"),
        ("epoch ! :six", "token: \"!\""),
        ("(epoch = :six", "token: \"<EOF>\""),
        ("a[x] = :six", "token: \"x\""),
        (&deep, "nested too deeply"),
        (&"x".repeat(5000), "maximum allowed size"),
    ] {
        let error = condition(text).unwrap_err();
        assert!(error.message.starts_with("Invalid ConditionExpression: "), "{}", error.message);
        assert!(error.message.contains(reason), "{text}: {}", error.message);
    }
}

#[test]
fn updates_make_what_is_documented_of_an_item() {
    for (text, changed) in [
        ("SET epoch = epoch + :two", json!({"epoch": {"N": "9"}})),
        ("SET epoch = :two - epoch", json!({"epoch": {"N": "-5"}})),
        ("SET #t = if_not_exists(#t, :six) + :two", json!({"ttl": {"N": "8"}})),
        ("SET #t = epoch, epoch = :six", json!({"ttl": {"N": "7"}, "epoch": {"N": "6"}})),
        (
            "SET nested.steps = list_append(nested.steps, :list) REMOVE live",
            json!({"nested": {"M": {"steps": {"L": [{"N": "1"}, {"N": "2"}, {"N": "3"}]}}}, "live": null}),
        ),
        (
            "SET nested.steps[9] = :six",
            json!({"nested": {"M": {"steps": {"L": [{"N": "1"}, {"N": "2"}, {"N": "6"}]}}}}),
        ),
        ("REMOVE nested.steps[0], nested.steps[1]", json!({"nested": {"M": {"steps": {"L": []}}}})),
        (
            "ADD epoch :two, flags :set, fresh :six",
            json!({"epoch": {"N": "9"}, "flags": {"SS": ["a", "b", "c"]}, "fresh": {"N": "6"}}),
        ),
        ("DELETE flags :set", json!({"flags": {"SS": ["a"]}})),
        ("remove who set #o = who", json!({"who": null, "owner": {"S": "ops@1"}})),
    ] {
        let found = update(text).unwrap().apply(&item()).unwrap();
        let mut expected = write_item(&item());
        for (name, value) in changed.as_object().unwrap() {
            if value.is_null() {
                expected.as_object_mut().unwrap().remove(name);
            } else {
                expected[name] = value.clone();
            }
        }
        assert_eq!(write_item(&found), expected, "{text}");
    }
}

#[test]
fn what_is_no_update_or_does_not_fit_is_refused() {
    for (text, reason) in [
        ("PUT epoch = :six", "token: \"PUT\""),
        ("SET epoch = :six SET who = :s", "can only be used once"),
        ("SET epoch = :six REMOVE epoch", "overlap"),
        ("SET nested = :six REMOVE nested.steps", "overlap"),
        ("ADD epoch who", "token: \"who\""),
    ] {
        let error = update(text).unwrap_err();
        assert!(error.message.contains(reason), "{text}: {}", error.message);
    }
    for (text, reason) in [
        ("SET epoch = absent", "does not exist in the item"),
        ("SET epoch = who + :two", "incorrect data type"),
        ("SET absent.b = :two", "invalid for update"),
        ("ADD who :two", "incorrect data type"),
        ("SET nested.steps[0].x = :two", "invalid for update"),
    ] {
        let error = update(text).unwrap().apply(&item()).unwrap_err();
        assert!(error.contains(reason), "{text}: {error}");
    }
}

#[test]
fn placeholders_that_nothing_uses_are_refused() {
    let input = json!({
        "ConditionExpression": "attribute_exists(#a)",
        "ExpressionAttributeNames": {"#a": "a", "#b": "b"}, "ExpressionAttributeValues": {":c": {"S": "c"}},
    });
    let mut scope = Scope::of(&input).unwrap();
    scope.condition(&input, "ConditionExpression").unwrap();
    assert!(scope.finish().unwrap_err().message.contains("ExpressionAttributeNames unused in expressions: keys: {#b}"));
}

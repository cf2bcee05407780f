//! What the tests with foreign clients and servers share: Python environments and child processes.
#![allow(dead_code, reason = "each test binary uses its own part")]

pub mod child;
pub mod evac;
pub mod python;
pub mod servers;

use std::time::Duration;

/// How long anything that starts or answers may take. It is never waited for in full unless something is wrong: a
/// machine that builds eight things at once is slow.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// A value of a JSON document, by its pointer; the test fails naming the pointer when there is none.
#[track_caller]
pub fn at<'a>(document: &'a serde_json::Value, pointer: &str) -> &'a serde_json::Value {
    document.pointer(pointer).unwrap_or_else(|| panic!("nothing at {pointer} in {document:#}"))
}

/// A text of a JSON document.
#[track_caller]
pub fn text<'a>(document: &'a serde_json::Value, pointer: &str) -> &'a str {
    at(document, pointer).as_str().unwrap_or_else(|| panic!("no text at {pointer} in {document:#}"))
}

/// A list of a JSON document.
#[track_caller]
pub fn list<'a>(document: &'a serde_json::Value, pointer: &str) -> &'a [serde_json::Value] {
    at(document, pointer).as_array().unwrap_or_else(|| panic!("no list at {pointer} in {document:#}"))
}

/// One member of each item of a list, as texts, sorted.
#[track_caller]
pub fn names<'a>(document: &'a serde_json::Value, pointer: &str, member: &str) -> Vec<&'a str> {
    let mut names: Vec<_> = list(document, pointer).iter().map(|item| text(item, member)).collect();
    names.sort_unstable();
    names
}

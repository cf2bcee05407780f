//! Watches of the simulated API server over a real socket.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod kube_client;

use kube_client::{Server, VELERO, string};
use serde_json::json;

const CONFIG_MAPS: &str = "/api/v1/namespaces/default/configmaps";

async fn version(server: &Server) -> String {
    string(&server.get(CONFIG_MAPS).await, "/metadata/resourceVersion")
}

#[tokio::test]
async fn a_watch_replays_from_its_version_and_goes_on() {
    let server = Server::start().await;
    let version = version(&server).await;
    server.post(CONFIG_MAPS, json!({"metadata": {"name": "one"}})).await;
    let mut watch = server.watch(&format!("{CONFIG_MAPS}?watch=true&resourceVersion={version}")).await;
    assert_eq!(watch.next_name().await, ("ADDED".into(), "one".into()));
    server.merge(&format!("{CONFIG_MAPS}/one"), json!({"data": {"a": "b"}})).await;
    assert_eq!(watch.next_name().await, ("MODIFIED".into(), "one".into()));
    server.delete(&format!("{CONFIG_MAPS}/one")).await;
    assert_eq!(watch.next_name().await, ("DELETED".into(), "one".into()));
}

#[tokio::test]
async fn a_watch_without_a_version_begins_with_what_exists() {
    let server = Server::start().await;
    let initial = "watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";
    let mut watch = server.watch(&format!("{VELERO}/schedules?{initial}")).await;
    assert_eq!(watch.next_name().await, ("ADDED".into(), "daily".into()));
    assert_eq!(watch.next_name().await, ("ADDED".into(), "often".into()));
    let mark = watch.next().await.unwrap();
    assert_eq!(mark["type"], "BOOKMARK");
    assert_eq!(mark["object"]["metadata"]["annotations"]["k8s.io/initial-events-end"], "true");
}

#[tokio::test]
async fn entering_and_leaving_a_selection_is_coming_and_going() {
    let server = Server::start().await;
    let version = version(&server).await;
    let mut watch =
        server.watch(&format!("{CONFIG_MAPS}?watch=true&resourceVersion={version}&labelSelector=on%3Dyes")).await;
    let path = format!("{CONFIG_MAPS}/one");
    server.post(CONFIG_MAPS, json!({"metadata": {"name": "one"}})).await;
    server.merge(&path, json!({"metadata": {"labels": {"on": "yes"}}})).await;
    server.merge(&path, json!({"data": {"a": "b"}})).await;
    server.merge(&path, json!({"metadata": {"labels": {"on": null}}})).await;
    server.merge(&path, json!({"data": {"a": "c"}})).await;
    server.post(CONFIG_MAPS, json!({"metadata": {"name": "two", "labels": {"on": "yes"}}})).await;
    for expected in [("ADDED", "one"), ("MODIFIED", "one"), ("DELETED", "one"), ("ADDED", "two")] {
        assert_eq!(watch.next_name().await, (expected.0.into(), expected.1.into()));
    }
}

#[tokio::test]
async fn a_forgotten_version_is_an_error_event_with_410_and_the_end() {
    let server = Server::start().await;
    let version = version(&server).await;
    server.post(CONFIG_MAPS, json!({"metadata": {"name": "one"}})).await;
    server.cluster.compact();
    for asked in [version.as_str(), "1", "999999999"] {
        let mut watch = server.watch(&format!("{CONFIG_MAPS}?watch=true&resourceVersion={asked}")).await;
        let event = watch.next().await.unwrap();
        assert_eq!((&event["type"], &event["object"]["code"]), (&json!("ERROR"), &json!(410)), "{asked}");
        assert_eq!(event["object"]["reason"], "Expired");
        assert_eq!(watch.next().await, None);
    }
}

#[tokio::test]
async fn a_watch_that_has_seen_everything_outlives_a_compaction() {
    let server = Server::start().await;
    let version = version(&server).await;
    let mut watch = server.watch(&format!("{CONFIG_MAPS}?watch=true&resourceVersion={version}")).await;
    server.cluster.compact();
    server.post(CONFIG_MAPS, json!({"metadata": {"name": "one"}})).await;
    assert_eq!(watch.next_name().await, ("ADDED".into(), "one".into()));
}

#[tokio::test]
async fn an_idle_watch_sends_bookmarks_until_its_time_is_over() {
    let server = Server::start().await;
    let version = version(&server).await;
    let path = format!("{CONFIG_MAPS}?watch=true&allowWatchBookmarks=true&timeoutSeconds=7&resourceVersion={version}");
    let mut watch = server.watch(&path).await;
    let event = watch.next().await.unwrap();
    assert_eq!((&event["type"], string(&event, "/object/metadata/resourceVersion")), (&json!("BOOKMARK"), version));
    assert_eq!(watch.next().await, None, "seven seconds are over");
}

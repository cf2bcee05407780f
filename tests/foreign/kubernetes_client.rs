//! The official Python client of Kubernetes lists, watches, creates, patches and deletes.

use serde_json::{Value, json};

use crate::{
    REGIONS,
    foreign::{
        at,
        evac::Simulator,
        list,
        python::{Packages, Python},
        text,
    },
};

#[test]
fn the_python_client_of_kubernetes_lists_watches_and_changes() {
    let test = "the_python_client_of_kubernetes_lists_watches_and_changes";
    let Some(python) = Python::with(Packages::Clients, test) else { return };
    let world = Simulator::start(20);
    let config = world.file("kubeconfig");
    let document = python.json("kubernetes_client.py", world.home(), &[config.to_str().unwrap()]);

    regions(at(&document, "/regions"));
    discovery(at(&document, "/discovery"));
    pages(at(&document, "/pages"));
    backup(at(&document, "/backup"));
    patches(at(&document, "/patches"));
    refusals(at(&document, "/refusals"));
    assert_eq!(at(&document, "/expired/status"), 410);
    assert!(text(&document, "/expired/reason").starts_with("Expired: too old resource version"));
    assert_eq!(at(&document, "/expired/relisted"), 1);
    deployments(at(&document, "/deployments"));
    workloads(at(&document, "/workloads"));
    assert_eq!(document["nodes"], json!({"cordoned": true, "freed": null}));
    chaos(at(&document, "/chaos"));
    rulers(at(&document, "/rulers"));
    lost_and_found(at(&document, "/lost_and_found"));
}

fn regions(regions: &Value) {
    for (region, _) in REGIONS {
        let seen = at(regions, &format!("/{region}"));
        assert!(text(seen, "/version").starts_with("v1."));
        assert_eq!((&seen["nodes"], &seen["nodes_ready"]), (&json!(6), &json!(6)));
        assert_eq!(seen["zones"], json!([format!("{region}a"), format!("{region}b"), format!("{region}c")]));
        for namespace in ["akidb", "velero", "default"] {
            assert!(list(seen, "/namespaces").contains(&json!(namespace)), "{region} {namespace}");
        }
        // Twice as much runs in the primary as in a standby region.
        let (deployments, pods) = match region {
            "us-east-1" => (json!({"akidb-api": 6, "akidb-query": 8, "akidb-ingest": 4, "ingest": 2}), 20),
            _ => (json!({"akidb-api": 3, "akidb-query": 4, "akidb-ingest": 2, "ingest": null}), 9),
        };
        assert_eq!((&seen["deployments"], &seen["pods"]), (&deployments, &json!(pods)), "{region}");
        assert_eq!(seen["schedules"], json!(["archive-weekly", "cluster-6h", "pvc-5m"]));
        assert_eq!(list(seen, "/locations").len(), 2, "its own store and a neighbour's");
    }
}

fn discovery(discovery: &Value) {
    for group in ["apps", "batch", "chaos-mesh.org", "velero.io"] {
        assert!(list(discovery, "/groups").contains(&json!(group)), "{group}");
    }
    for kind in ["backups", "backupstoragelocations", "deletebackuprequests", "restores", "schedules"] {
        assert!(list(discovery, "/velero").contains(&json!(kind)), "{kind}");
    }
}

fn pages(pages: &Value) {
    let count = |name: &str| at(pages, name).as_u64().unwrap();
    assert!(count("/whole") > 100);
    // A schedule may have run in between.
    assert!(count("/paged").abs_diff(count("/whole")) <= 1, "{pages}");
    assert_eq!(count("/paged"), count("/different"));
    assert_eq!(count("/pages"), count("/paged").div_ceil(100));
    assert_eq!(at(pages, "/bad_token/status"), 400);
    let name = text(pages, "/scheduled").strip_prefix("cluster-6h-").unwrap();
    assert!(name.len() == 14 && name.bytes().all(|byte| byte.is_ascii_digit()), "{name}");
}

fn backup(backup: &Value) {
    assert!(backup["status_at_first"].is_null(), "a new backup has no status");
    refused(&backup["taken"], 409, "AlreadyExists", "backups.velero.io \"foreign\" already exists");
    let events = list(backup, "/events");
    assert_eq!((events.first(), events.last()), (Some(&json!("ADDED")), Some(&json!("DELETED"))));
    assert!(events[1..events.len() - 1].iter().all(|event| event == "MODIFIED"));

    // Fast phases may fall between two looks of a fast world, never out of order.
    let order = ["New", "Queued", "ReadyToStart", "InProgress", "Finalizing", "Completed", "Deleting"];
    in_order(list(backup, "/phases"), &order);
    assert!(list(backup, "/phases").contains(&json!("InProgress")));
    let progress = at(backup, "/finished/progress");
    assert!(progress["totalItems"].as_u64().unwrap() > 0);
    assert_eq!(progress["itemsBackedUp"], progress["totalItems"]);
    assert!(backup["finished"].get("errors").is_none(), "errors are absent when there are none");

    in_order(list(backup, "/restore_phases"), &["New", "InProgress", "Finalizing", "Completed"]);
    assert_eq!(text(backup, "/restored/phase"), "Completed");
    assert_eq!(text(backup, "/invalid/phase"), "FailedValidation");
    assert_eq!(at(backup, "/invalid").as_object().unwrap().len(), 2, "nothing but the phase and the errors");
    assert!(text(backup, "/invalid/validationErrors/0").contains("\"nope\" not found"));
}

/// Phases that were seen, the first of them none, in an order that goes forward only.
fn in_order(seen: &[Value], order: &[&str]) {
    let places: Vec<_> = seen
        .iter()
        .filter_map(Value::as_str)
        .map(|phase| order.iter().position(|known| *known == phase).unwrap_or_else(|| panic!("{phase} is new")))
        .collect();
    assert!(seen[0].is_null() && places.is_sorted(), "{seen:?}");
}

fn refused(refusal: &Value, status: u16, reason: &str, message: &str) {
    assert_eq!(refusal["kind"], "Status", "{refusal}");
    assert_eq!((&refusal["status"], &refusal["reason"]), (&json!(status), &json!(reason)), "{refusal}");
    assert!(text(refusal, "/message").contains(message), "{refusal}");
}

fn patches(patches: &Value) {
    assert_eq!((&patches["paused"], &patches["resumed"]), (&json!(true), &json!(false)));
    assert_eq!(patches["phase_while_paused"], "Enabled", "pausing leaves the phase");
    assert_eq!((&patches["versions_rise"], &patches["unchanged_keeps_version"]), (&json!(true), &json!(true)));
    refused(&patches["conflict"], 409, "Conflict", "the object has been modified");
    assert_eq!(patches["access_modes"], json!(["ReadOnly", "ReadWrite"]));
}

fn refusals(refusals: &Value) {
    let of = |name: &str| at(refusals, &format!("/{name}"));
    refused(of("missing"), 404, "NotFound", "backups.velero.io \"nope\" not found");
    refused(of("missing_pod"), 404, "NotFound", "pods \"nope\" not found");
    refused(of("missing_kind"), 404, "NotFound", "could not find the requested resource");
    refused(of("phase"), 422, "Invalid", "status.phase: Unsupported value: \"Dancing\"");
    refused(of("type"), 422, "Invalid", "spec.paused: Invalid value");
    refused(of("required"), 422, "Invalid", "spec.template: Required value");
    refused(of("namespace"), 404, "NotFound", "namespaces \"nowhere\" not found");
    refused(of("status_subresource"), 404, "NotFound", "could not find the requested resource");
}

fn deployments(deployments: &Value) {
    assert_eq!((&deployments["before"], &deployments["scaled"]), (&json!(3), &json!(5)));
    assert_eq!((&deployments["pods"], &deployments["running"]), (&json!(5), &json!(5)));
    assert_eq!(deployments["on_nodes"], true);
    assert!(deployments["scheduled_events"].as_u64().unwrap() >= 2);
    assert_eq!(deployments["event_types"], json!(["MODIFIED"]));
}

fn rulers(rulers: &Value) {
    assert_eq!((&rulers["bounds"], &rulers["raised"]), (&json!([3, 12]), &json!(5)));
    assert_eq!(rulers["automated"], json!({"enabled": false, "prune": true, "selfHeal": true}));
    assert_eq!((&rulers["sync"], &rulers["left_alone"]), (&json!("OutOfSync"), &json!(2)));
    refused(&rulers["stale"], 409, "Conflict", "the object has been modified");
    refused(&rulers["tested"], 422, "Invalid", "the server rejected our request due to an error in our request");
}

fn lost_and_found(found: &Value) {
    assert_eq!((&found["access_mode"], &found["refused"]), (&json!("ReadOnly"), &json!("FailedValidation")));
    assert_eq!((&found["gone"], &found["phase"]), (&json!(404), &json!("Completed")));
    assert!(list(found, "/before").len() > 15);
    assert_eq!(found["before"], found["after"]);
    assert_eq!((&found["labels"], &found["ready"]), (&json!(["lost"]), &json!(4)));
}

fn workloads(workloads: &Value) {
    assert!(list(workloads, "/job_conditions").contains(&json!("Complete")));
    assert_eq!((&workloads["labelled"], &workloads["selected"]), (&json!({"who": "us"}), &json!(["one"])));
    assert_eq!(list(workloads, "/namespace_phases").last(), Some(&json!("Terminating")));
    assert_eq!(workloads["left"], 0);
}

fn chaos(chaos: &Value) {
    assert_eq!((&chaos["desired"], &chaos["targets"]), (&json!("Run"), &json!(3)));
    assert_eq!(chaos["paused"], "Stop", "pausing recovers at once");
    assert_eq!(chaos["nobody_targets"], 0, "an experiment without targets says that it was injected");
    assert!(list(chaos, "/nobody_conditions").contains(&json!("AllInjected")));
    refused(&chaos["invalid"], 422, "Invalid", "spec.action: Unsupported value: \"teleport\"");
}

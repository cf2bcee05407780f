use std::collections::BTreeMap;

use evac_core::{
    ids::{BucketName, ClusterId},
    plan::{Call, Check, ExistingResources, Intent, LocationMode, RestoreSpec, Step},
};

use super::{EAST, WEST, answers, calls, closing, credentials, failover::shift, looks, named, notify, region, serving};

fn mode(id: &str, mode: LocationMode, after: &[&str]) -> Step {
    let (namespace, location) = ("velero".to_owned(), "default".to_owned());
    let check =
        Check::LocationMode { region: region(WEST), namespace: namespace.clone(), location: location.clone(), mode };
    calls(id, Call::SetLocationMode { region: region(WEST), namespace, location, mode }, Some(check), after)
}

pub(super) fn restore() -> (Intent, Vec<Step>) {
    let (backup, namespace, name) = ("daily-1".to_owned(), "velero".to_owned(), "evac-restore-1".to_owned());
    let spec = RestoreSpec {
        backup: backup.clone(),
        namespaces: vec!["akidb".to_owned()],
        mapping: BTreeMap::new(),
        existing: ExistingResources::Skip,
        label: "plan-1".to_owned(),
    };
    let check = Check::Restored { region: region(WEST), namespace: namespace.clone(), name: name.clone() };
    let call = Call::CreateRestore { region: region(WEST), namespace, name, spec };
    let intent = Intent::Restore {
        region: region(WEST),
        backup,
        namespaces: vec!["akidb".to_owned()],
        mapping: BTreeMap::new(),
        existing: ExistingResources::Skip,
    };
    let steps = vec![
        credentials(),
        mode("location-read-only", LocationMode::ReadOnly, &["credentials"]),
        calls("restore", call, Some(check), &["location-read-only"]),
        notify(&["restore"]),
        closing(mode("location-read-write", LocationMode::ReadWrite, &[]), "location-read-only", None),
    ];
    (intent, steps)
}

fn stop() -> (BucketName, String) {
    (named("akidb-data-usw2", BucketName::new), "evac/stop/us-east-1".to_owned())
}

pub(super) fn drain() -> (Intent, Vec<Step>) {
    let (bucket, key) = stop();
    let check = Check::Object { region: region(WEST), bucket: bucket.clone(), key: key.clone(), exists: true };
    let call = Call::PutStop { region: region(WEST), bucket, key, body: "drained".to_owned() };
    let steps = vec![
        credentials(),
        Step { precondition: Some(serving(WEST)), ..calls("stop", call, Some(check), &["credentials"]) },
        answers(WEST, EAST, &["stop"]),
        notify(&["answers"]),
    ];
    (Intent::Drain { region: region(EAST) }, steps)
}

pub(super) fn undrain() -> (Intent, Vec<Step>) {
    let (bucket, key) = stop();
    let check = Check::Object { region: region(WEST), bucket: bucket.clone(), key: key.clone(), exists: false };
    let call = Call::RemoveStop { region: region(WEST), bucket, key };
    let steps = vec![
        credentials(),
        looks("serving", serving(EAST), &["credentials"]),
        shift(&[(EAST, true)], &["serving"]),
        calls("remove-stop", call, Some(check), &["serving"]),
        answers(EAST, None, &["shift-traffic", "remove-stop"]),
        notify(&["answers"]),
    ];
    (Intent::Undrain { region: region(EAST) }, steps)
}

pub(super) fn recover() -> (Intent, Vec<Step>) {
    let (source, target) = (named("akidb", ClusterId::new), named("akidb-recovered", ClusterId::new));
    let (at, instance) = (region(EAST), "akidb-recovered-1".to_owned());
    let available = Check::ClusterAvailable { region: at.clone(), cluster: target.clone() };
    let restore = Call::RestoreToTime { region: at.clone(), source, target: target.clone(), at: None };
    let create = Call::CreateInstance {
        region: at.clone(),
        cluster: target.clone(),
        instance: instance.clone(),
        class: "db.r6g.large".to_owned(),
        engine: "aurora-postgresql".to_owned(),
    };
    let created = Check::InstanceAvailable { region: at.clone(), instance };
    let protect = Call::ProtectCluster { region: at.clone(), cluster: target.clone(), protected: true };
    let protected = Check::ClusterProtected { region: at.clone(), cluster: target, protected: true };
    let steps = vec![
        credentials(),
        calls("restore-cluster", restore, Some(available.clone()), &["credentials"]),
        Step {
            precondition: Some(available.clone()),
            ..calls("create-instance", create, Some(created), &["restore-cluster"])
        },
        calls("protect", protect, Some(protected), &["restore-cluster"]),
        looks("available", available, &["create-instance", "protect"]),
        notify(&["available"]),
    ];
    (Intent::Recover { region: at, at: None }, steps)
}

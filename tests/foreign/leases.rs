//! The lease in a DynamoDB table of MiniStack, as two machines write it, each at another replica.

use std::fs;

use evac_aws::DynamoLease;
use evac_core::Stack;
use evac_engine::run::{LeaseFailure, LeaseItem, LeaseStore as _};
use serde_json::{Value, json};

use crate::{
    foreign::{
        at,
        python::{Packages, Python},
    },
    ground::Ground,
};

/// How often the two race.
const ROUNDS: u64 = 25;

/// The lease as a machine opens it that asks these replicas first.
async fn lease(ground: &Ground, regions: [&str; 2]) -> DynamoLease {
    let file = ground.stack.file();
    let mut stack = Stack::parse(&fs::read_to_string(&file).unwrap()).unwrap();
    stack.lease.as_mut().unwrap().regions = regions.map(|region| region.parse().unwrap()).to_vec();
    evac_aws::lease(&stack, file.parent().unwrap()).await.unwrap()
}

/// The item that follows another, by whom.
fn next(before: Option<&LeaseItem>, holder: &str, epoch: u64, renewals: u64) -> LeaseItem {
    let version = before.map_or(0, |item| item.version) + 1;
    let item: Value = json!({
        "version": version, "token": format!("{holder}-{version}"), "epoch": epoch, "last": null,
        "holder": {
            "run": "20260304T050607Z-4f0c", "holder": holder, "purpose": "a race", "since": "2026-03-04T05:06:07Z",
            "renewals": renewals, "ttl": 20,
        },
    });
    serde_json::from_value(item).unwrap()
}

#[test]
fn a_lease_on_ministack_is_won_renewed_and_taken_over_by_one_of_two() {
    let test = "a_lease_on_ministack_is_won_renewed_and_taken_over_by_one_of_two";
    let Some(python) = Python::with(Packages::Servers, test) else { return };
    let ground = Ground::ministack(python);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let stores =
            [lease(&ground, ["us-west-2", "us-east-2"]).await, lease(&ground, ["us-east-2", "us-west-2"]).await];
        for round in 0..ROUNDS {
            let before = stores[0].read().await.unwrap();
            assert_eq!(before, stores[1].read().await.unwrap(), "each replica has what was written at the other");
            let epoch = before.as_ref().map_or(0, |item| item.lease.epoch) + 1;
            assert_eq!(epoch, 2 * round + 1);
            let items = ["ada", "ben"].map(|holder| next(before.as_ref(), holder, epoch, 0));
            let (one, other) = tokio::join!(stores[0].write(&items[0]), stores[1].write(&items[1]));
            let (won, lost) = match (one, other) {
                (Ok(()), Err(LeaseFailure::Conflict)) => (0, 1),
                (Err(LeaseFailure::Conflict), Ok(())) => (1, 0),
                both => panic!("one of two has it, and the other hears so: {both:?}"),
            };
            let held = &items[won];
            assert_eq!(stores[lost].read().await.unwrap().as_ref(), Some(held));

            let renewed = next(Some(held), "renewed", epoch, 1);
            assert_eq!(stores[won].write(&renewed).await, Ok(()));
            let stale = next(Some(held), "late", epoch + 1, 0);
            assert_eq!(stores[lost].write(&stale).await, Err(LeaseFailure::Conflict), "what was read is no longer so");
            let seen = stores[lost].read().await.unwrap();
            let taken = next(seen.as_ref(), "taken over", epoch + 1, 0);
            assert_eq!(stores[lost].write(&taken).await, Ok(()));
            let again = next(Some(&renewed), "renewed", epoch, 2);
            assert_eq!(stores[won].write(&again).await, Err(LeaseFailure::Conflict), "who was taken over is told so");
        }
    });
    let seen = ground.look();
    assert_eq!(at(seen.lease(), "/epoch"), 2 * ROUNDS);
    assert_eq!(seen.consistency(), &Value::Null, "MiniStack has learned {}", crate::lacking::CONSISTENCY.operation);
}

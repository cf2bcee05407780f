//! Each of evac's calls by itself, as often as a run may make it, and what is seen of it afterwards.

use std::{collections::BTreeSet, fs, sync::Arc, time::Instant};

use evac_core::{
    SourceError, Stack,
    guard::Consent,
    plan::{Call, Check},
    run::{CallAnswer, Receipt},
};
use evac_engine::{Actor as _, Observer as _, Sight, SystemClock};
use evac_model::plans::consent_to_nothing;
use futures::future::join_all;
use serde_json::{Value, json};

use crate::{
    foreign::{
        PATIENCE,
        python::{Packages, Python},
        servers::Foreign,
    },
    lacking::{CALLS, Lacking},
    seeded_stack::SeededStack,
};

/// A call, and what has to be so after it.
struct Deed {
    operation: &'static str,
    call: Value,
    check: Value,
    /// Whether it is made a second time, which has to come to the same.
    again: bool,
}

/// Every call that evac makes on AWS.
fn deeds(url: &str, account: &str, seeded: &Value) -> Vec<Deed> {
    let deed = |operation, call: Value, check: Value| Deed { operation, call, check, again: true };
    let once = |operation, call: Value, check: Value| Deed { operation, call, check, again: false };
    let arn = |region: &str| format!("arn:aws:rds:{region}:{account}:cluster:shop-{region}");
    let (east, west, europe, global) = ("us-east-1", "us-west-2", "eu-west-1", "shop-global");
    let writer =
        |region: &str| json!({"check": "writer", "region": region, "global_cluster": global, "member": arn(region)});
    let lock = json!({"region": west, "bucket": "shop-data-us-west-2", "key": "shop.tflock", "id": "one"});
    let stop = json!({"region": west, "bucket": "shop-data-us-west-2", "key": "evac/stop/us-east-1"});
    let record = json!({
        "name": "api.shop.example", "kind": "A", "set_identifier": east, "weight": null, "region": east, "ttl": 60,
        "values": ["198.51.100.10"], "alias": null, "health_check": seeded["health_checks"][west],
    });
    let zone = &seeded["zone"];
    let change = json!({"to": record, "from": record});
    let control = "arn:aws:route53-recovery-control::123456789012:controlpanel/0123/routingcontrol/4567";
    let states = json!({"endpoints": [[west, url]], "states": {control: false}});
    let copy = "shop-us-west-2-kept";
    let (cluster, made, second) = ("shop-us-east-1", "shop-us-east-1-made", "shop-us-east-1-2");
    vec![
        deed(
            "s3:PutObject with If-None-Match",
            with("call", "lock-terraform", &lock, &json!({"body": json!({"ID": "one", "Who": "ada"}).to_string()})),
            with("check", "terraform-locked", &lock, &json!({})),
        ),
        deed(
            "s3:DeleteObject with If-Match",
            with("call", "unlock-terraform", &lock, &json!({})),
            with("check", "terraform-unlocked", &lock, &json!({})),
        ),
        deed(
            "s3:PutObject",
            with("call", "put-stop", &stop, &json!({"body": "ada"})),
            with("check", "object", &stop, &json!({"exists": true})),
        ),
        deed(
            "s3:DeleteObject",
            with("call", "remove-stop", &stop, &json!({})),
            with("check", "object", &stop, &json!({"exists": false})),
        ),
        deed(
            "route53:ChangeResourceRecordSets",
            json!({"call": "change-records", "zone": zone, "changes": [change], "comment": "evac"}),
            json!({"check": "records", "zone": zone, "records": [record]}),
        ),
        deed(
            "route53-recovery-cluster:UpdateRoutingControlStates",
            with("call", "set-routing-controls", &states, &json!({})),
            with("check", "routing-controls", &states, &json!({})),
        ),
        once(
            "rds:SwitchoverGlobalCluster",
            json!({"call": "switchover", "region": east, "global_cluster": global, "target": arn(west)}),
            writer(west),
        ),
        once(
            "rds:FailoverGlobalCluster",
            json!({"call": "failover", "region": europe, "global_cluster": global, "target": arn(europe)}),
            writer(europe),
        ),
        once(
            "rds:RemoveFromGlobalCluster",
            json!({"call": "detach", "region": west, "global_cluster": global, "member": arn(west)}),
            writer(west),
        ),
        deed(
            "rds:CopyDBClusterSnapshot",
            json!({"call": "copy-snapshot", "region": west, "snapshot": "shop-us-west-2-manual", "copy": copy}),
            json!({"check": "snapshot", "region": west, "snapshot": copy}),
        ),
        deed(
            "rds:RestoreDBClusterToPointInTime",
            json!({"call": "restore-to-time", "region": east, "source": cluster, "target": made, "at": null}),
            json!({"check": "cluster-available", "region": east, "cluster": made}),
        ),
        deed(
            "rds:CreateDBInstance",
            json!({
                "call": "create-instance", "region": east, "cluster": cluster, "instance": second,
                "class": "db.r6g.large", "engine": "aurora-postgresql",
            }),
            json!({"check": "instance-available", "region": east, "instance": second}),
        ),
        deed(
            "rds:ModifyDBCluster",
            json!({"call": "protect-cluster", "region": east, "cluster": cluster, "protected": true}),
            json!({"check": "cluster-protected", "region": east, "cluster": cluster, "protected": true}),
        ),
    ]
}

/// A call or a check of a kind, put together of its place and the rest.
fn with(tag: &str, kind: &str, place: &Value, rest: &Value) -> Value {
    let mut whole = json!({tag: kind});
    let members = [place, rest].into_iter().flat_map(|part| part.as_object().unwrap());
    members.for_each(|(name, value)| whole[name] = value.clone());
    whole
}

/// Who calls and looks, for a stack.
pub struct Hand {
    consent: Consent,
    actor: evac_aws::Actor,
    observer: evac_aws::Observer,
}

impl Hand {
    /// By consent to a plan of nothing, which is as good as any other for a call.
    pub async fn of(stack: &SeededStack) -> Self {
        let consent = consent_to_nothing("us-west-2".parse().unwrap()).unwrap();
        let (file, here) = (stack.file(), Arc::new(SystemClock::start()));
        let (folder, stack) = (file.parent().unwrap(), Stack::parse(&fs::read_to_string(&file).unwrap()).unwrap());
        Self {
            actor: evac_aws::actor(&stack, folder, &consent).await,
            observer: evac_aws::observer(&stack, folder, here).await,
            consent,
        }
    }

    /// Makes a call.
    pub async fn call(&self, call: &Value) -> CallAnswer {
        let call: Call = serde_json::from_value(call.clone()).unwrap_or_else(|error| panic!("{error}: {call:#}"));
        self.actor.perform(&self.consent, &call).await
    }

    /// Looks until something is so.
    async fn see(&self, check: &Value, receipt: &Receipt) {
        let deadline = Instant::now() + PATIENCE;
        while !self.sees(check, receipt).await {
            assert!(Instant::now() < deadline, "{check:#} is not so: {:#?}", self.look(check, receipt).await);
        }
    }

    async fn sees(&self, check: &Value, receipt: &Receipt) -> bool {
        matches!(self.look(check, receipt).await, Ok(Sight::Met { .. }))
    }

    async fn look(&self, check: &Value, receipt: &Receipt) -> Result<Sight, SourceError> {
        let wanted: Check = serde_json::from_value(check.clone()).unwrap_or_else(|error| panic!("{error}: {check:#}"));
        self.observer.observe(&wanted, receipt).await.sight
    }
}

/// Makes every call, and holds the server to what it is known to lack.
async fn act(server: &str, url: &str, account: &str, seeded: &Value) {
    let stack = SeededStack::write(url, seeded);
    let hand = Hand::of(&stack).await;
    let lacking = |operation: &str| CALLS.iter().find(|item| item.server == server && item.operation == operation);
    let deeds = deeds(url, account, seeded);
    let known: BTreeSet<_> = deeds.iter().map(|deed| deed.operation).collect();
    assert!(CALLS.iter().all(|item| known.contains(item.operation)), "a call is lacking that evac does not make");
    for Deed { operation, call, check, again } in deeds {
        let answer = hand.call(&call).await;
        match (lacking(operation), answer) {
            (None, CallAnswer::Accepted { receipt }) => {
                hand.see(&check, &receipt).await;
                if again {
                    let answer = hand.call(&call).await;
                    assert!(matches!(answer, CallAnswer::Accepted { .. }), "{operation} again: {answer:#?}");
                    hand.see(&check, &receipt).await;
                }
            }
            (None, answer) => panic!("{server} does not take {operation}: {answer:#?}"),
            (Some(Lacking { instead, .. }), answer) => {
                let said = match &answer {
                    CallAnswer::Accepted { receipt } if !hand.sees(&check, receipt).await => {
                        "taken, and not done".to_owned()
                    }
                    CallAnswer::Accepted { .. } => panic!("{server} has learned {operation}"),
                    CallAnswer::Refused { why, temporary } => {
                        format!("refused, {}: {why}", if *temporary { "for now" } else { "for good" })
                    }
                    CallAnswer::Unknown { why } => format!("unknown: {why}"),
                };
                assert!(said.starts_with(instead), "{server} lacks {operation}, and says: {said}");
            }
        }
    }
}

/// The account of whatever is seeded with the key that it is seeded with.
const MINISTACK: &str = "000000000000";
const MOTO: &str = "123456789012";

fn wait<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(work)
}

#[test]
fn every_call_is_made_on_ministack() {
    let Some(python) = Python::with(Packages::Servers, "every_call_is_made_on_ministack") else { return };
    let ministack = Foreign::ministack(python);
    let seeded = ministack.json("seed_ministack.py", &[]);
    wait(act("MiniStack", &ministack.url, MINISTACK, &seeded));
}

#[test]
fn every_call_is_made_on_moto() {
    let Some(python) = Python::with(Packages::Servers, "every_call_is_made_on_moto") else { return };
    let moto = Foreign::moto(python);
    let seeded = moto.json("seed_moto.py", &[]);
    wait(act("moto", &moto.url, MOTO, &seeded));
}

#[test]
fn a_lock_of_terraform_on_ministack_is_taken_by_one_of_many() {
    let test = "a_lock_of_terraform_on_ministack_is_taken_by_one_of_many";
    let Some(python) = Python::with(Packages::Servers, test) else { return };
    let ministack = Foreign::ministack(python);
    let stack = SeededStack::write(&ministack.url, &ministack.json("seed_ministack.py", &[]));
    let lock = |kind: &str, id: &str, more: Value| {
        let place = json!({"region": "us-west-2", "bucket": "shop-data-us-west-2", "key": "shop.tflock", "id": id});
        with("call", kind, &place, &more)
    };
    let take = |id: &str| lock("lock-terraform", id, json!({"body": json!({"ID": id, "Who": id}).to_string()}));
    wait(async {
        let hand = Hand::of(&stack).await;
        let ids = ["ada", "ben", "cleo", "dan", "eve", "fay", "gil", "hal"];
        let calls: Vec<_> = ids.into_iter().map(take).collect();
        let answers = join_all(calls.iter().map(|call| hand.call(call))).await;
        let took = |answer: &CallAnswer| matches!(answer, CallAnswer::Accepted { .. });
        let winners: Vec<_> = ids.into_iter().zip(&answers).filter(|(_, answer)| took(answer)).collect();
        let [(holder, _)] = winners[..] else { panic!("{answers:#?}") };
        for answer in answers.iter().filter(|answer| !took(answer)) {
            let CallAnswer::Refused { why, temporary: true } = answer else { panic!("{answer:#?}") };
            assert!(why.contains(&format!("the state is locked by {holder}")), "{why}");
        }
        let other = ids.into_iter().find(|id| *id != holder).unwrap();
        let CallAnswer::Accepted { receipt } = hand.call(&lock("unlock-terraform", other, json!({}))).await else {
            panic!("another's lock is left, and that is well")
        };
        assert_eq!(receipt["held-by"], holder);
        assert!(took(&hand.call(&lock("unlock-terraform", holder, json!({}))).await));
        assert!(took(&hand.call(&take(other)).await), "it can be had again");
    });
}

use evac_core::{
    guard::GuardCode,
    ids::{Arn, BucketName, GlobalClusterId},
    plan::{Call, Check, Intent, Step},
};
use jiff::{SignedDuration, Timestamp};

use super::{
    EAST, WEST, answers, argo, best_effort, calls, closing, credentials, intent_to, looks, named, notify, once, region,
    scale,
};

/// The ARN of a region's member of the global cluster.
pub(super) fn member(region: &str) -> Arn {
    named(&format!("arn:aws:rds:{region}:123456789012:cluster:akidb"), Arn::new)
}

pub(super) fn global_cluster() -> GlobalClusterId {
    named("akidb", GlobalClusterId::new)
}

pub(super) fn control(region: &str) -> Arn {
    named(&format!("arn:aws:route53-recovery-control::123456789012:controlpanel/1/routingcontrol/{region}"), Arn::new)
}

pub(super) fn writes_in_the_west() -> Check {
    Check::Writer { region: region(WEST), global_cluster: global_cluster(), member: member(WEST) }
}

pub(super) fn fenced() -> Check {
    Check::Fenced {
        regions: vec![region(WEST)],
        global_cluster: global_cluster(),
        old: member(EAST),
        new: member(WEST),
        since: Timestamp::UNIX_EPOCH,
    }
}

/// Traffic to the west, by routing controls.
pub(super) fn shift(after: &[&str]) -> Step {
    let endpoints = vec![(region(WEST), "https://control.example".to_owned())];
    let states: std::collections::BTreeMap<_, _> = [(control(EAST), false), (control(WEST), true)].into();
    let check = Check::RoutingControls { endpoints: endpoints.clone(), states: states.clone() };
    calls("shift-traffic", Call::SetRoutingControls { endpoints, states }, Some(check), after)
}

pub(super) fn transact(after: &[&str]) -> Step {
    let url = "https://api.us-west-2.akidb.example/transaction".to_owned();
    calls("transact", Call::Transact { region: region(WEST), url }, None, after)
}

fn terraform() -> (BucketName, String, String) {
    (named("akidb-terraform", BucketName::new), "akidb/terraform.tfstate.tflock".to_owned(), "evac-1".to_owned())
}

fn lock() -> Step {
    let (bucket, key, id) = terraform();
    let check =
        Check::TerraformLocked { region: region(WEST), bucket: bucket.clone(), key: key.clone(), id: id.clone() };
    let call = Call::LockTerraform { region: region(WEST), bucket, key, id, body: "{}".to_owned() };
    best_effort(calls("lock-terraform", call, Some(check), &["credentials"]))
}

fn unlock() -> Step {
    let (bucket, key, id) = terraform();
    let check =
        Check::TerraformUnlocked { region: region(WEST), bucket: bucket.clone(), key: key.clone(), id: id.clone() };
    let call = Call::UnlockTerraform { region: region(WEST), bucket, key, id };
    // After the writer has moved, the next apply would move it back: the lock stays for a person to remove.
    closing(calls("unlock-terraform", call, Some(check), &["thaw-argo"]), "lock-terraform", Some("promote"))
}

pub(super) fn plan(repeatable: bool) -> (Intent, Vec<Step>) {
    let (global_cluster, target) = (global_cluster(), member(WEST));
    let promote = calls(
        "promote",
        Call::Failover { region: region(WEST), global_cluster, target },
        Some(writes_in_the_west()),
        &["credentials", "lock-terraform", "freeze-argo"],
    );
    let promote = if repeatable { promote } else { once(promote) };
    let fence = Step {
        gate: Some(GuardCode::FenceUnproven),
        timeout: SignedDuration::from_mins(3),
        ..looks("fence", fenced(), &["promote"])
    };
    let steps = vec![
        credentials(),
        lock(),
        argo("freeze-argo", false, &["credentials"]),
        promote,
        fence,
        scale("scale-api", WEST, "api", 6, &["freeze-argo"]),
        transact(&["promote", "scale-api"]),
        shift(&["fence", "transact"]),
        answers(WEST, EAST, &["shift-traffic"]),
        notify(&["answers"]),
        closing(argo("thaw-argo", true, &[]), "freeze-argo", None),
        unlock(),
    ];
    (intent_to(|to| Intent::Failover { to }), steps)
}

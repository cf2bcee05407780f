use evac_core::{
    guard::GuardCode,
    ids::{Arn, BucketName, GlobalClusterId},
    plan::{Call, Check, Intent, Step},
};
use jiff::{SignedDuration, Timestamp};

use super::{
    EAST, WEST, answers, argo, best_effort, calls, closing, credentials, looks, named, notify, once, region, scale,
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

/// A region is the only one that writes, where another one did.
pub(super) fn writes_in(at: &str, other: &str) -> Check {
    Check::Writer {
        region: region(at),
        global_cluster: global_cluster(),
        member: member(at),
        other: Some(member(other)),
    }
}

/// The old writer is proven to write no more, as seen from the new one's region.
pub(super) fn fenced(old: &str, new: &str) -> Check {
    Check::Fenced {
        regions: vec![region(new)],
        global_cluster: global_cluster(),
        old: member(old),
        new: member(new),
        since: Timestamp::UNIX_EPOCH,
    }
}

/// Traffic moved by routing controls.
pub(super) fn shift(states: &[(&str, bool)], after: &[&str]) -> Step {
    let endpoints = vec![(region(WEST), "https://control.example".to_owned())];
    let states: std::collections::BTreeMap<_, _> = states.iter().map(|(at, on)| (control(at), *on)).collect();
    let check = Check::RoutingControls { endpoints: endpoints.clone(), states: states.clone() };
    calls("shift-traffic", Call::SetRoutingControls { endpoints, states }, Some(check), after)
}

pub(super) fn transact(at: &str, after: &[&str]) -> Step {
    let url = format!("https://api.{at}.akidb.example/transaction");
    calls("transact", Call::Transact { region: region(at), url, key: "evac-model".to_owned() }, None, after)
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

/// The lock of the Terraform state is given back.
pub(super) fn unlock(after: &[&str]) -> Step {
    let (bucket, key, id) = terraform();
    let check =
        Check::TerraformUnlocked { region: region(WEST), bucket: bucket.clone(), key: key.clone(), id: id.clone() };
    let call = Call::UnlockTerraform { region: region(WEST), bucket, key, id };
    calls("unlock-terraform", call, Some(check), after)
}

/// The writer is moved from the east to another region.
pub(super) fn plan(to: &str, repeatable: bool) -> (Intent, Vec<Step>) {
    let (global_cluster, target) = (global_cluster(), member(to));
    let not_elsewhere = Check::NoOtherWriter {
        region: region(to),
        global_cluster: global_cluster.clone(),
        members: vec![member(EAST), member(to)],
    };
    let promote = calls(
        "promote",
        Call::Failover { region: region(to), global_cluster, target },
        Some(writes_in(to, EAST)),
        &["credentials", "lock-terraform", "freeze-argo"],
    );
    let promote = Step { precondition: Some(not_elsewhere), ..promote };
    let promote = if repeatable { promote } else { once(promote) };
    let fence = Step {
        gate: Some(GuardCode::FenceUnproven),
        timeout: SignedDuration::from_mins(3),
        ..looks("fence", fenced(EAST, to), &["promote"])
    };
    let steps = vec![
        credentials(),
        lock(),
        argo("freeze-argo", to, false, &["credentials"]),
        promote,
        fence,
        scale("scale-api", to, "api", 6, &["freeze-argo"]),
        transact(to, &["promote", "scale-api"]),
        shift(&[(EAST, false), (to, true)], &["fence", "transact"]),
        answers(to, EAST, &["shift-traffic"]),
        notify(&["answers"]),
        closing(argo("thaw-argo", to, true, &[]), "freeze-argo", None),
        // After the writer has moved, the next apply would move it back: the lock stays for a person to remove.
        closing(unlock(&["thaw-argo"]), "lock-terraform", Some("promote")),
    ];
    (Intent::Failover { to: region(to) }, steps)
}

use evac_core::{
    guard::GuardCode,
    plan::{Call, Check, Intent, Step},
};
use jiff::SignedDuration;

use super::{
    EAST, WEST, answers, argo, best_effort, calls, closing, credentials,
    failover::{fenced, global_cluster, member, shift, transact, unlock, writes_in},
    looks, notify, region, scale, serving,
};

fn keep_lost_writes() -> Step {
    let (snapshot, copy) = ("rds:unplanned-global-failover-akidb".to_owned(), "evac-kept-akidb".to_owned());
    let check = Check::Snapshot { region: region(EAST), snapshot: copy.clone() };
    let call = Call::CopySnapshot { region: region(EAST), snapshot, copy };
    best_effort(calls("keep-lost-writes", call, Some(check), &["credentials"]))
}

pub(super) fn plan() -> (Intent, Vec<Step>) {
    let switch = Call::Switchover { region: region(WEST), global_cluster: global_cluster(), target: member(EAST) };
    let fence = Step {
        gate: Some(GuardCode::FenceUnproven),
        timeout: SignedDuration::from_mins(3),
        ..looks("fence", fenced(WEST, EAST), &["promote"])
    };
    let steps = vec![
        credentials(),
        argo("freeze-argo", EAST, false, &["credentials"]),
        scale("pause-ingest", WEST, "ingest", 0, &["freeze-argo"]),
        calls("promote", switch, Some(writes_in(EAST, WEST)), &["pause-ingest"]),
        fence,
        scale("scale-api", EAST, "api", 6, &["freeze-argo"]),
        transact(EAST, &["fence"]),
        looks("serving", serving(EAST), &["transact", "scale-api"]),
        shift(&[(EAST, true)], &["serving"]),
        answers(EAST, None, &["shift-traffic"]),
        scale("start-ingest", EAST, "ingest", 2, &["fence"]),
        keep_lost_writes(),
        argo("thaw-east", EAST, true, &["answers", "start-ingest", "keep-lost-writes"]),
        argo("thaw-west", WEST, true, &["answers", "start-ingest", "keep-lost-writes"]),
        unlock(&["answers", "start-ingest", "keep-lost-writes"]),
        notify(&["thaw-east", "thaw-west", "unlock-terraform"]),
        closing(argo("give-up-freeze", EAST, true, &[]), "freeze-argo", Some("promote")),
        closing(scale("resume-ingest", WEST, "ingest", 2, &[]), "pause-ingest", Some("promote")),
    ];
    (Intent::Failback, steps)
}

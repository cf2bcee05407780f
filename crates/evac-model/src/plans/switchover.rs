use evac_core::plan::{Call, Intent, Step};

use super::{
    EAST, WEST, answers, argo, best_effort, calls, closing, credentials,
    failover::{fenced, global_cluster, member, shift, transact, writes_in},
    looks, notify, region, scale, serving,
};

pub(super) fn plan() -> (Intent, Vec<Step>) {
    let switch = Call::Switchover { region: region(EAST), global_cluster: global_cluster(), target: member(WEST) };
    let moved = calls("switchover", switch, Some(writes_in(WEST, EAST)), &["pause-ingest", "freeze-argo", "scale-api"]);
    let steps = vec![
        credentials(),
        best_effort(argo("freeze-argo", WEST, false, &["credentials"])),
        scale("pause-ingest", EAST, "ingest", 0, &["credentials"]),
        Step { precondition: Some(serving(WEST)), ..scale("scale-api", WEST, "api", 6, &["credentials"]) },
        moved,
        looks("fence", fenced(EAST, WEST), &["switchover"]),
        transact(WEST, &["switchover"]),
        scale("start-ingest", WEST, "ingest", 2, &["transact"]),
        shift(&[(EAST, false), (WEST, true)], &["fence", "transact"]),
        answers(WEST, EAST, &["shift-traffic"]),
        notify(&["answers"]),
        closing(scale("resume-ingest", EAST, "ingest", 2, &[]), "pause-ingest", Some("switchover")),
        closing(best_effort(argo("thaw-argo", WEST, true, &[])), "freeze-argo", None),
    ];
    (Intent::Switchover { to: region(WEST) }, steps)
}

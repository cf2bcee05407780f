use evac_core::plan::{Call, Check, Intent, Step};

use super::{
    EAST, WEST, answers, argo, best_effort, calls, closing, credentials,
    failover::{fenced, global_cluster, member, shift, transact, writes_in_the_west},
    intent_to, looks, notify, region, scale,
};

pub(super) fn plan() -> (Intent, Vec<Step>) {
    let switch = Call::Switchover { region: region(EAST), global_cluster: global_cluster(), target: member(WEST) };
    let serving = Check::Serving { region: region(WEST), url: "https://api.us-west-2.akidb.example".to_owned() };
    let moved = calls("switchover", switch, Some(writes_in_the_west()), &["pause-ingest", "freeze-argo", "scale-api"]);
    let steps = vec![
        credentials(),
        best_effort(argo("freeze-argo", false, &["credentials"])),
        scale("pause-ingest", EAST, "ingest", 0, &["credentials"]),
        Step { precondition: Some(serving), ..scale("scale-api", WEST, "api", 6, &["credentials"]) },
        moved,
        looks("fence", fenced(), &["switchover"]),
        transact(&["switchover"]),
        scale("start-ingest", WEST, "ingest", 2, &["transact"]),
        shift(&["fence", "transact"]),
        answers(WEST, EAST, &["shift-traffic"]),
        notify(&["answers"]),
        closing(scale("resume-ingest", EAST, "ingest", 2, &[]), "pause-ingest", Some("switchover")),
        closing(best_effort(argo("thaw-argo", true, &[])), "freeze-argo", None),
    ];
    (intent_to(|to| Intent::Switchover { to }), steps)
}

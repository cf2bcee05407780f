//! By what single calls are made.

use evac_core::{
    guard::{self, Consent},
    plan::{Fingerprint, LossStatement, PLAN_VERSION, Plan, Topology},
};
use serde_json::json;

/// Consent to a plan of nothing, which is as good as any other for a call.
pub fn consent_to_nothing() -> Consent {
    let plan = json!({
        "version": PLAN_VERSION, "stack": "shop", "environment": "TEST",
        "intent": {"verb": "drain", "region": "eu-west-1"}, "made_at": "2026-03-04T05:06:07Z", "snapshot": 1,
        "before": Topology::default(), "after": Topology::default(), "lever": null, "loss": LossStatement::Nothing,
        "steps": [], "fingerprint": Fingerprint::default(), "confirmations": ["eu-west-1"],
    });
    let plan: Plan = serde_json::from_value(plan).unwrap();
    let record = json!({
        "plan": plan.hash(), "by": "ada", "at": plan.made_at, "confirmed": "eu-west-1", "accepted": "",
        "loss": plan.loss, "overrides": [], "notes": [],
    });
    guard::renew(&plan, &serde_json::from_value(record).unwrap()).unwrap()
}

//! A consent to a plan of nothing, by which calls can be made.

use evac_core::{
    guard::{self, Consent, ConsentRecord},
    plan::{Fingerprint, Intent, LossStatement, PLAN_VERSION, Plan, Topology},
};

fn plan(to: &str) -> Plan {
    Plan {
        version: PLAN_VERSION,
        stack: "akidb".parse().unwrap(),
        environment: "TEST".to_owned(),
        intent: Intent::Failover { to: to.parse().unwrap() },
        made_at: "2026-03-04T05:06:07Z".parse().unwrap(),
        snapshot: 1,
        before: Topology::default(),
        after: Topology::default(),
        lever: None,
        loss: LossStatement::Nothing,
        steps: Vec::new(),
        fingerprint: Fingerprint::default(),
        confirmations: vec![to.to_owned()],
    }
}

/// Consent to a failover to a region.
pub(super) fn consent_to(region: &str) -> Consent {
    let plan = plan(region);
    let record = ConsentRecord {
        plan: plan.hash(),
        by: "ada".to_owned(),
        at: plan.made_at,
        confirmed: region.to_owned(),
        accepted: String::new(),
        loss: LossStatement::Nothing,
        overrides: Vec::new(),
        notes: Vec::new(),
    };
    guard::renew(&plan, &record).unwrap()
}

//! ARC's routing controls: the data plane, at any of the cluster's regional endpoints.

use std::collections::BTreeMap;

use aws_sdk_route53recoverycluster::types::{RoutingControlState, UpdateRoutingControlStateEntry};
use evac_core::{RegionId, guard::Consent, ids::Arn, run::CallAnswer};

use super::answer::{Sending, accepted, failed};
use crate::accesses::Accesses;

const OPERATION: &str = "route53-recovery-cluster:UpdateRoutingControlStates";

/// UpdateRoutingControlStates at the first endpoint that takes it. The next one is called only when the one before
/// has certainly not taken it, and not because of what was asked: a safety rule is the cluster's, and holds at each.
pub(super) async fn set(
    consent: &Consent,
    accesses: &Accesses,
    endpoints: &[(RegionId, String)],
    states: &BTreeMap<Arn, bool>,
) -> CallAnswer {
    let mut silent = Vec::new();
    for (region, endpoint) in endpoints {
        match set_at(consent, accesses, region, endpoint, states).await {
            CallAnswer::Refused { why, temporary: true } => silent.push(format!("{region}: {why}")),
            answer => return answer,
        }
    }
    let why = match silent.is_empty() {
        true => "the plan names no endpoint".to_owned(),
        false => silent.join("; "),
    };
    CallAnswer::Refused { why, temporary: !silent.is_empty() }
}

async fn set_at(
    _: &Consent,
    accesses: &Accesses,
    region: &RegionId,
    endpoint: &str,
    states: &BTreeMap<Arn, bool>,
) -> CallAnswer {
    let access = match accesses.of(region) {
        Ok(access) => access,
        // Another endpoint may be set up.
        Err(error) => return CallAnswer::Refused { why: error.message, temporary: true },
    };
    let mut request = access.routing_control(endpoint).update_routing_control_states();
    for (control, on) in states {
        let state = if *on { RoutingControlState::On } else { RoutingControlState::Off };
        let entry = UpdateRoutingControlStateEntry::builder().routing_control_arn(control.as_str());
        match entry.routing_control_state(state).build() {
            Ok(entry) => request = request.update_routing_control_state_entries(entry),
            Err(error) => return CallAnswer::Refused { why: format!("{OPERATION}: {error}"), temporary: false },
        }
    }
    let sending = Sending::default();
    match request.customize().interceptor(sending.clone()).send().await {
        Ok(output) => accepted(&output, [("endpoint", region.to_string())]),
        Err(error) => failed(OPERATION, &error, &sending),
    }
}

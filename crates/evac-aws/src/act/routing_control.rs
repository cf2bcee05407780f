//! ARC's routing controls: the data plane, at any of the cluster's regional endpoints.

use std::{collections::BTreeMap, time::Duration};

use aws_sdk_route53recoverycluster::types::{RoutingControlState, UpdateRoutingControlStateEntry};
use evac_core::{RegionId, guard::Consent, ids::Arn, run::CallAnswer};

use super::answer::{Sending, accepted, failed, not_made};
use crate::{accesses::Accesses, transport};

const OPERATION: &str = "route53-recovery-cluster:UpdateRoutingControlStates";

/// UpdateRoutingControlStates at the first endpoint that takes it. One that is lost keeps none of the others from being
/// asked: each has its share of the patience. Nor does one that may have taken it, for the states are absolute, and the
/// same at each; nobody knows what became of it only when none accepts.
pub(super) async fn set(
    consent: &Consent,
    accesses: &Accesses,
    endpoints: &[(RegionId, String)],
    states: &BTreeMap<Arn, bool>,
    patience: Duration,
) -> CallAnswer {
    let share = patience / u32::try_from(endpoints.len().max(1)).unwrap_or(u32::MAX);
    let (mut reasons, mut perhaps, mut later) = (Vec::new(), false, false);
    for (region, endpoint) in endpoints {
        let why = match set_at(consent, accesses, region, endpoint, states, share).await {
            accepted @ CallAnswer::Accepted { .. } => return accepted,
            CallAnswer::Unknown { why } => {
                perhaps = true;
                why
            }
            CallAnswer::Refused { why, temporary } => {
                later |= temporary;
                why
            }
        };
        reasons.push(format!("{region}: {why}"));
    }
    let why = if reasons.is_empty() { "the plan names no endpoint".to_owned() } else { reasons.join("; ") };
    if perhaps { CallAnswer::Unknown { why } } else { CallAnswer::Refused { why, temporary: later } }
}

async fn set_at(
    _: &Consent,
    accesses: &Accesses,
    region: &RegionId,
    endpoint: &str,
    states: &BTreeMap<Arn, bool>,
    patience: Duration,
) -> CallAnswer {
    let access = match accesses.of(region) {
        Ok(access) => access,
        Err(error) => return not_made(&error),
    };
    let client = access.routing_control(endpoint, Some(transport::acting_timeouts(patience)));
    let mut request = client.update_routing_control_states();
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

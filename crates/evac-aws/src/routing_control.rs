//! ARC GetRoutingControlState, at one of the cluster's endpoints.

use std::collections::BTreeMap;

use aws_sdk_route53recoverycluster::{Client, types::RoutingControlState};
use evac_core::{SourceError, ids::Arn};
use futures::future::try_join_all;

use crate::{
    error::{malformed, source_error},
    source_clock::DateReader,
};

/// The operation.
pub(crate) const OPERATION: &str = "route53-recovery-cluster:GetRoutingControlState";

/// The states of routing controls: true is On.
pub(crate) async fn states(
    client: &Client,
    controls: impl Iterator<Item = &Arn>,
    dates: impl Fn() -> DateReader,
) -> Result<BTreeMap<Arn, bool>, SourceError> {
    let asked = controls.map(|control| {
        let request = client.get_routing_control_state().routing_control_arn(control.as_str());
        let request = request.customize().interceptor(dates());
        async move {
            let answer = request.send().await.map_err(|error| source_error(OPERATION, &error))?;
            match answer.routing_control_state() {
                RoutingControlState::On => Ok((control.clone(), true)),
                RoutingControlState::Off => Ok((control.clone(), false)),
                other => Err(malformed(OPERATION, "RoutingControlState", other)),
            }
        }
    });
    Ok(try_join_all(asked).await?.into_iter().collect())
}

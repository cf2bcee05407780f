//! ARC GetRoutingControlState, at each of the cluster's endpoints.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use aws_sdk_route53recoverycluster::{Client, types::RoutingControlState};
use evac_core::{Reading, RegionId, SourceError, SourceErrorKind, Stack, ids::Arn, reading::RoutingControlReading};
use evac_engine::Call;
use futures::future::{BoxFuture, join_all, try_join_all};

use crate::{
    access::Service,
    accesses::Accesses,
    ask::{Asking, Question, Said},
    error::{malformed, source_error},
    prices::{FREE, call},
    source_clock::{DateReader, Dates, ServiceClock},
};

const OPERATION: &str = "route53-recovery-cluster:GetRoutingControlState";

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

/// Asks all endpoints of a stack's cluster.
pub(crate) struct AskRoutingControl {
    controls: Vec<Arn>,
    endpoints: Vec<Endpoint>,
}

struct Endpoint {
    region: RegionId,
    client: Result<(Client, Arc<ServiceClock>), SourceError>,
}

impl AskRoutingControl {
    /// The question for a stack's routing controls; `None` when it has none.
    pub(crate) fn new(stack: &Stack, accesses: &Accesses) -> Option<Self> {
        let control = stack.traffic.as_ref()?.routing_control.as_ref()?;
        let endpoint = |(region, url): (&RegionId, &String)| {
            let access = accesses.of(region);
            let client =
                access.map(|access| (access.routing_control(url, None), access.clock(Service::RoutingControl)));
            Endpoint { region: region.clone(), client }
        };
        Some(Self {
            controls: control.controls.values().cloned().collect(),
            endpoints: control.endpoints.iter().map(endpoint).collect(),
        })
    }

    /// The states at an endpoint, and the endpoint's clock.
    async fn at(&self, asking: &Asking, endpoint: &Endpoint) -> Result<(BTreeMap<Arn, bool>, Dates), SourceError> {
        let (client, clock) = endpoint.client.as_ref().map_err(SourceError::clone)?;
        let (reader, dates) = asking.dates_elsewhere(clock);
        Ok((states(client, self.controls.iter(), || reader.clone()).await?, dates))
    }
}

impl Question for AskRoutingControl {
    fn calls(&self) -> Vec<Call> {
        let questions = u32::try_from(self.controls.len() * self.endpoints.len()).unwrap_or(u32::MAX);
        vec![call(OPERATION, f64::from(questions), FREE)]
    }

    fn ask<'a>(&'a self, asking: &'a Asking) -> BoxFuture<'a, Result<Said, SourceError>> {
        Box::pin(async {
            let asked = join_all(self.endpoints.iter().map(|endpoint| self.at(asking, endpoint))).await;
            let (mut said, mut failure) = (Vec::new(), None);
            let (mut answered, mut silent) = (BTreeSet::new(), BTreeMap::new());
            for (Endpoint { region, .. }, states) in self.endpoints.iter().zip(asked) {
                match states {
                    Ok(states) => {
                        answered.insert(region.clone());
                        said.push(states);
                    }
                    Err(error) => {
                        silent.insert(region.clone(), error.message.clone());
                        failure = failure.or(Some(error));
                    }
                }
            }
            // One endpoint with a wrong clock must not make this source's clock wrong: the middle one is believed.
            said.sort_by_key(|(_, dates)| dates.span());
            let middle = said.len() / 2;
            match (said.into_iter().nth(middle), failure) {
                (Some((states, dates)), _) => {
                    asking.believe(&dates);
                    Ok(Reading::RoutingControl(RoutingControlReading { states, answered, silent }).into())
                }
                (None, Some(failure)) => Err(failure),
                (None, None) => Err(SourceError::new(SourceErrorKind::Setup, "the stack file names no endpoint")),
            }
        })
    }
}

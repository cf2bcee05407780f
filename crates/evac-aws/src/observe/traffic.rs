//! Routing controls, by whichever endpoint answers, and record sets.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_route53::{operation::get_change::GetChangeOutput, types::ChangeStatus};
use evac_core::{
    RegionId, SourceError, SourceErrorKind,
    ids::{Arn, HostedZoneId},
    plan::RecordSet,
    reading::Record,
};
use evac_engine::Sight;

use super::{Glance, holds};
use crate::{access::Service, error::source_error, in_turn::in_turn, records::AskRecords, routing_control};

const GET_CHANGE: &str = "route53:GetChange";

impl Glance<'_> {
    /// Whether routing controls are in these states, by the first endpoint that answers.
    pub(super) async fn routing_controls(
        &self,
        endpoints: &[(RegionId, String)],
        states: &BTreeMap<Arn, bool>,
    ) -> Result<Sight, SourceError> {
        let ask = |(region, endpoint): &(RegionId, String)| {
            let (region, endpoint) = (region.clone(), endpoint.clone());
            async move {
                let access = self.at(&region)?;
                let asking = self.asking(access, Service::RoutingControl);
                let client = access.routing_control(&endpoint, None);
                let found = routing_control::states(&client, states.keys(), || asking.dates()).await?;
                Ok((region, found))
            }
        };
        let (region, found) = in_turn(endpoints.iter().map(ask).collect(), self.observer.patience).await?;
        let shown: Vec<_> = found.iter().map(|(arn, on)| format!("{} is {}", arn.resource(), on_or_off(*on))).collect();
        Ok(holds(found == *states, format!("by the endpoint in {region}, {}", shown.join(", "))))
    }

    /// Whether Route 53 has these record sets, and has brought them to its servers.
    pub(super) async fn records(
        &self,
        zone: &HostedZoneId,
        wanted: &[RecordSet],
        change: Option<&str>,
    ) -> Result<Sight, SourceError> {
        let names: BTreeSet<_> = wanted.iter().map(|set| set.name.clone()).collect();
        let access = self.observer.accesses.global()?;
        let question = AskRecords::of(access.route53(), zone.clone(), names);
        let asking = self.asking(access, Service::Route53);
        let (records, change) = tokio::try_join!(question.records(&asking), self.change(change))?;
        let differs = wanted.iter().find(|set| !records.iter().any(|record| is(record, set)));
        Ok(match (differs, change) {
            (_, Change::Pending) => Sight::Underway { on: "Route 53 to bring the change to its servers".to_owned() },
            (Some(set), _) => Sight::Untouched { on: format!("record set {} is another", named(set)) },
            (None, Change::Insync) => Sight::Met { evidence: "Route 53 has the record sets, INSYNC".to_owned() },
            (None, Change::Unknown) => {
                Sight::Met { evidence: "Route 53 has the record sets; that they are INSYNC is not proven".to_owned() }
            }
        })
    }

    /// How far a change is. One that Route 53 does not know (any more) says nothing.
    async fn change(&self, id: Option<&str>) -> Result<Change, SourceError> {
        let Some(id) = id else { return Ok(Change::Unknown) };
        let access = self.observer.accesses.global()?;
        let dates = self.asking(access, Service::Route53).dates();
        let sent = access.route53().get_change().id(id).customize().interceptor(dates).send().await;
        match sent.map_err(|error| source_error(GET_CHANGE, &error)) {
            Ok(GetChangeOutput { change_info: Some(info), .. }) if *info.status() == ChangeStatus::Insync => {
                Ok(Change::Insync)
            }
            Ok(_) => Ok(Change::Pending),
            Err(error) if error.kind == SourceErrorKind::NotFound => Ok(Change::Unknown),
            Err(error) => Err(error),
        }
    }
}

enum Change {
    Pending,
    Insync,
    Unknown,
}

fn on_or_off(on: bool) -> &'static str {
    if on { "On" } else { "Off" }
}

fn named(set: &RecordSet) -> String {
    format!("{} {} {}", set.name, set.kind, set.set_identifier)
}

/// Whether a record is what a record set shall be. Values have no order.
fn is(record: &Record, set: &RecordSet) -> bool {
    let values = |values: &[String]| values.iter().cloned().collect::<BTreeSet<_>>();
    let target = match &set.alias {
        Some(_) => record.alias == set.alias,
        None => record.alias.is_none() && values(&record.values) == values(&set.values) && record.ttl == set.ttl,
    };
    target
        && record.name == set.name
        && record.kind == set.kind
        && record.set_identifier.as_deref().unwrap_or_default() == set.set_identifier
        && record.weight == set.weight
        && record.region == set.region
        && record.health_check == set.health_check
}

//! Route 53 ListResourceRecordSets: the record sets that lead users to a region.

use std::collections::BTreeSet;

use aws_sdk_route53::{
    Client,
    types::{ResourceRecordSet, RrType},
};
use evac_core::{
    Reading, RegionId, SourceError, Stack,
    ids::{DnsName, HealthCheckId, HostedZoneId},
    reading::{AliasTarget, Record, RecordsReading},
};
use evac_engine::Call;
use futures::future::{BoxFuture, try_join_all};

use crate::{
    ask::{Asking, Question, Said, pages_from},
    error::source_error,
    field::{keep, name, optional, words},
    prices::{FREE, call},
};

const OPERATION: &str = "route53:ListResourceRecordSets";
/// The most values kept of a record: Route 53 allows 400.
const MAX_VALUES: usize = 400;

/// Asks for the records of the stack's names. A zone can hold thousands of others, and an account has five requests
/// a second, so the list is entered at each name and left where the next one begins.
pub(crate) struct AskRecords {
    client: Client,
    zone: HostedZoneId,
    names: Vec<DnsName>,
}

/// Where a page of the list begins.
type Place = (String, Option<RrType>, Option<String>);

impl AskRecords {
    /// The question for the names of the stack's traffic; `None` when it has none.
    pub(crate) fn new(stack: &Stack, client: Client) -> Option<Self> {
        let traffic = stack.traffic.as_ref()?;
        let names: BTreeSet<_> =
            traffic.records.iter().filter_map(|record| DnsName::canonical(record.name.as_str()).ok()).collect();
        let zone = HostedZoneId::canonical(traffic.hosted_zone.as_str()).ok()?;
        Some(Self::of(client, zone, names))
    }

    /// The question for some names of a zone.
    pub(crate) fn of(client: Client, zone: HostedZoneId, names: BTreeSet<DnsName>) -> Self {
        Self { client, zone, names: names.into_iter().collect() }
    }

    /// The records of all names.
    pub(crate) async fn records(&self, asking: &Asking) -> Result<Vec<Record>, SourceError> {
        let records = try_join_all(self.names.iter().map(|name| self.records_of(asking, name))).await?;
        Ok(records.concat())
    }

    async fn records_of(&self, asking: &Asking, wanted: &DnsName) -> Result<Vec<Record>, SourceError> {
        let start: Place = (wanted.as_str().to_owned(), None, None);
        pages_from(OPERATION, Some(start), |place: Option<Place>| {
            let (start, kind, identifier) = place.unwrap_or_default();
            let request = self
                .client
                .list_resource_record_sets()
                .hosted_zone_id(self.zone.as_str())
                .start_record_name(start)
                .set_start_record_type(kind)
                .set_start_record_identifier(identifier)
                .max_items(100);
            async {
                let sent = request.customize().interceptor(asking.dates()).send().await;
                let answer = sent.map_err(|error| source_error(OPERATION, &error))?;
                let is_wanted = |record: &Record| record.name == *wanted;
                let sets = answer.resource_record_sets().iter();
                let records = sets.filter_map(|set| keep(reading(set))).filter(is_wanted).collect();
                let next = answer.next_record_name.filter(|next| canonical(next).is_ok_and(|next| next == *wanted));
                Ok((records, next.map(|next| (next, answer.next_record_type, answer.next_record_identifier))))
            }
        })
        .await
    }
}

impl Question for AskRecords {
    fn calls(&self) -> Vec<Call> {
        let names = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        vec![call(OPERATION, f64::from(names), FREE)]
    }

    fn ask<'a>(&'a self, asking: &'a Asking) -> BoxFuture<'a, Result<Said, SourceError>> {
        Box::pin(async {
            let records = self.records(asking).await?;
            Ok(Reading::Records(RecordsReading { records }).into())
        })
    }
}

/// The name as the stack writes it: Route 53 writes `*` as an octal escape.
fn canonical(text: &str) -> Result<DnsName, evac_core::ids::NameError> {
    DnsName::canonical(&text.replace("\\052", "*"))
}

fn alias_target(set: &ResourceRecordSet) -> Result<Option<AliasTarget>, SourceError> {
    let Some(alias) = set.alias_target() else { return Ok(None) };
    Ok(Some(AliasTarget {
        zone: name(OPERATION, "HostedZoneId", Some(alias.hosted_zone_id()), |text| HostedZoneId::canonical(&text))?,
        name: name(OPERATION, "DNSName", Some(alias.dns_name()), |text| canonical(&text))?,
        evaluate_health: alias.evaluate_target_health(),
    }))
}

fn reading(set: &ResourceRecordSet) -> Result<Record, SourceError> {
    let values = set.resource_records().iter().map(|record| record.value());
    let alias = set.alias_target().map(|alias| alias.dns_name().trim_end_matches('.'));
    let region = set.region().map(|region| name(OPERATION, "Region", Some(region.as_str()), RegionId::new));
    let check = set.health_check_id().map(|check| name(OPERATION, "HealthCheckId", Some(check), HealthCheckId::new));
    Ok(Record {
        name: name(OPERATION, "Name", Some(set.name()), |text| canonical(&text))?,
        kind: words(OPERATION, "Type", Some(set.r#type().as_str()))?,
        set_identifier: optional(set.set_identifier()),
        weight: set.weight(),
        region: region.transpose()?,
        ttl: set.ttl(),
        values: values.chain(alias).take(MAX_VALUES).map(evac_core::text::clean).collect(),
        health_check: check.transpose()?,
        alias: alias_target(set)?,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use aws_sdk_route53::types::{AliasTarget, ResourceRecord, ResourceRecordSetRegion};

    use super::*;

    #[test]
    fn a_latency_record_and_an_alias_are_read() {
        let record = ResourceRecord::builder().value("192.0.2.1").build().unwrap();
        let set = ResourceRecordSet::builder()
            .name("API.akidb.example.")
            .r#type(RrType::A)
            .set_identifier("us-east-1")
            .region(ResourceRecordSetRegion::UsEast1)
            .ttl(60)
            .resource_records(record)
            .health_check_id("hc-use1");
        let read = reading(&set.build().unwrap()).unwrap();
        assert_eq!(read.name.as_str(), "api.akidb.example");
        assert_eq!(read.region.unwrap().as_str(), "us-east-1");
        assert_eq!((read.ttl, read.values), (Some(60), vec!["192.0.2.1".to_owned()]));

        let alias = AliasTarget::builder().hosted_zone_id("Z2").dns_name("lb.example.").evaluate_target_health(true);
        let set = ResourceRecordSet::builder().name("\\052.akidb.example.").r#type(RrType::A);
        let read = reading(&set.alias_target(alias.build().unwrap()).build().unwrap()).unwrap();
        assert_eq!((read.name.as_str(), read.values[0].as_str()), ("*.akidb.example", "lb.example"));
    }
}

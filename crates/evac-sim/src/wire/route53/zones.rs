//! The hosted zone and its records.

use super::{Answer, Call, Document, ServiceError, World, listing, most_items};
use crate::{
    topology::{ZONE_ID, ZONE_NAME},
    world::traffic::zone::{NAME_SERVERS, Policy, RecordSet, labels},
};

fn zone(world: &World) -> Document {
    let config = Document::of([("Comment", "The reference stack".into()), ("PrivateZone", false.into())]);
    Document::of([
        ("Id", format!("/hostedzone/{ZONE_ID}").into()),
        ("Name", format!("{ZONE_NAME}.").into()),
        ("CallerReference", format!("evac-{}", world.started.as_second() % 1000).into()),
        ("Config", config),
        ("ResourceRecordSetCount", (world.traffic.zone.records().len() as i64).into()),
        ("Features", Document::of([("AcceleratedRecoveryStatus", "ENABLED".into())])),
    ])
}

pub fn list_zones(world: &World, call: &Call<'_>) -> Answer {
    Ok(("ListHostedZonesResponse", listing(call, "HostedZones", "HostedZone", vec![zone(world)])?))
}

pub fn list_zones_by_name(world: &World) -> Answer {
    let document = Document::of([
        ("HostedZones", Document::list("HostedZone", [zone(world)])),
        ("IsTruncated", false.into()),
        ("MaxItems", "100".into()),
    ]);
    Ok(("ListHostedZonesByNameResponse", document))
}

/// Whether a zone is the stack's.
pub fn known(id: &str) -> Result<(), ServiceError> {
    if id == ZONE_ID {
        return Ok(());
    }
    Err(ServiceError::not_found("NoSuchHostedZone", format!("No hosted zone found with ID: {id}")))
}

pub fn get_zone(world: &World, id: &str) -> Answer {
    known(id)?;
    let servers = Document::list("NameServer", NAME_SERVERS.map(Document::from));
    let document =
        Document::of([("HostedZone", zone(world)), ("DelegationSet", Document::of([("NameServers", servers)]))]);
    Ok(("GetHostedZoneResponse", document))
}

fn document(record: &RecordSet) -> Document {
    let document = Document::of([("Name", format!("{}.", record.name).into()), ("Type", record.kind.as_str().into())])
        .with_optional("SetIdentifier", record.identifier.as_deref());
    let document = match &record.policy {
        Policy::Simple => document,
        Policy::Latency(region) => document.with("Region", region.as_str()),
        Policy::Weighted(weight) => document.with("Weight", *weight),
    };
    let values = record.values.iter().map(|value| Document::of([("Value", value.as_str().into())]));
    document
        .with("TTL", record.ttl)
        .with("ResourceRecords", Document::list("ResourceRecord", values))
        .with_optional("HealthCheckId", record.health_check.as_deref())
}

pub fn list_records(world: &World, id: &str, call: &Call<'_>) -> Answer {
    known(id)?;
    let most = most_items(call)?;
    let (name, kind) = (call.parameter("name"), call.parameter("type"));
    let identifier = call.parameter("identifier");
    if kind.is_some() && name.is_none() {
        return Err(ServiceError::sender("InvalidInput", "A type needs a name."));
    }
    // The request names the record to begin with, not a page.
    let begun = |record: &&RecordSet| {
        let Some(name) = &name else { return true };
        let (here, wanted) = (labels(&record.name), labels(name));
        if here != wanted {
            return here > wanted;
        }
        match (&kind, &identifier) {
            (Some(kind), _) if record.kind != *kind => record.kind > *kind,
            (Some(_), Some(identifier)) => record.identifier.as_deref().unwrap_or_default() >= identifier.as_str(),
            _ => true,
        }
    };
    let mut left = world.traffic.zone.records().iter().filter(begun);
    let shown: Vec<Document> = left.by_ref().take(most).map(document).collect();
    let next = left.next();
    let document = Document::of([
        ("ResourceRecordSets", Document::list("ResourceRecordSet", shown)),
        ("IsTruncated", next.is_some().into()),
    ])
    .with_optional("NextRecordName", next.map(|record| format!("{}.", record.name)))
    .with_optional("NextRecordType", next.map(|record| record.kind.as_str()))
    .with_optional("NextRecordIdentifier", next.and_then(|record| record.identifier.as_deref()));
    Ok(("ListResourceRecordSetsResponse", document.with("MaxItems", most.to_string())))
}

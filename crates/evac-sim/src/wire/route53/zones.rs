//! The hosted zone and its records.

use super::{Answer, Call, Document, ServiceError, World, listing, most_items};
use crate::topology::{RECORD_NAME, RECORD_TTL, Region, ZONE_ID, ZONE_NAME};

/// The zone's own records, and one latency record a region.
const RECORD_COUNT: i64 = 2 + Region::ALL.len() as i64;
const NAME_SERVERS: [&str; 4] =
    ["ns-1.akidb.example", "ns-2.akidb.example", "ns-3.akidb.example", "ns-4.akidb.example"];

fn zone(world: &World) -> Document {
    let config = Document::of([("Comment", "The reference stack".into()), ("PrivateZone", false.into())]);
    Document::of([
        ("Id", format!("/hostedzone/{ZONE_ID}").into()),
        ("Name", format!("{ZONE_NAME}.").into()),
        ("CallerReference", format!("evac-{}", world.started.as_second() % 1000).into()),
        ("Config", config),
        ("ResourceRecordSetCount", RECORD_COUNT.into()),
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

fn known(id: &str) -> Result<(), ServiceError> {
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

struct Record {
    name: String,
    kind: &'static str,
    identifier: Option<&'static str>,
    document: Document,
}

fn values(values: impl IntoIterator<Item = String>) -> Document {
    Document::list("ResourceRecord", values.into_iter().map(|value| Document::of([("Value", value.into())])))
}

/// Every record, in the order that Route 53 lists them: by name with its labels reversed, then by type.
fn records() -> Vec<Record> {
    let apex = format!("{ZONE_NAME}.");
    let plain = |kind: &'static str, ttl: i64, held: Vec<String>| Record {
        name: apex.clone(),
        kind,
        identifier: None,
        document: Document::of([
            ("Name", apex.as_str().into()),
            ("Type", kind.into()),
            ("TTL", ttl.into()),
            ("ResourceRecords", values(held)),
        ]),
    };
    let authority = format!("{}. awsdns-hostmaster.{ZONE_NAME}. 1 7200 900 1209600 86400", NAME_SERVERS[0]);
    let mut records = vec![
        plain("NS", 172_800, NAME_SERVERS.map(|server| format!("{server}.")).to_vec()),
        plain("SOA", 900, vec![authority]),
    ];
    let mut regions = Region::ALL;
    regions.sort_by_key(|region| region.name());
    for region in regions {
        let name = format!("{RECORD_NAME}.");
        let document = Document::of([
            ("Name", name.as_str().into()),
            ("Type", "A".into()),
            ("SetIdentifier", region.name().into()),
            ("Region", region.name().into()),
            ("TTL", RECORD_TTL.into()),
            ("ResourceRecords", values([region.address().to_owned()])),
            ("HealthCheckId", region.health_check().into()),
        ]);
        records.push(Record { name, kind: "A", identifier: Some(region.name()), document });
    }
    records
}

/// The order of names in a zone: the last label first.
fn order(name: &str) -> Vec<&str> {
    name.trim_end_matches('.').rsplit('.').collect()
}

pub fn list_records(id: &str, call: &Call<'_>) -> Answer {
    known(id)?;
    let most = most_items(call)?;
    let (name, kind) = (call.parameter("name"), call.parameter("type"));
    let identifier = call.parameter("identifier");
    if kind.is_some() && name.is_none() {
        return Err(ServiceError::sender("InvalidInput", "A type needs a name."));
    }
    // The request names the record to begin with, not a page.
    let begun = |record: &Record| {
        let Some(name) = &name else { return true };
        let (here, wanted) = (order(&record.name), order(name));
        if here != wanted {
            return here > wanted;
        }
        match (&kind, &identifier) {
            (Some(kind), _) if record.kind != kind => record.kind > kind.as_str(),
            (Some(_), Some(identifier)) => record.identifier.unwrap_or_default() >= identifier.as_str(),
            _ => true,
        }
    };
    let mut left = records().into_iter().filter(begun);
    let shown: Vec<Document> = left.by_ref().take(most).map(|record| record.document).collect();
    let next = left.next();
    let document = Document::of([
        ("ResourceRecordSets", Document::list("ResourceRecordSet", shown)),
        ("IsTruncated", next.is_some().into()),
    ])
    .with_optional("NextRecordName", next.as_ref().map(|record| record.name.as_str()))
    .with_optional("NextRecordType", next.as_ref().map(|record| record.kind))
    .with_optional("NextRecordIdentifier", next.as_ref().and_then(|record| record.identifier));
    Ok(("ListResourceRecordSetsResponse", document.with("MaxItems", most.to_string())))
}

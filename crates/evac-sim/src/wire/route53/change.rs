//! Changes of records, and how far they have spread.

use quick_xml::de;
use serde::Deserialize;

use super::{Answer, Call, Document, ServiceError, World, health, zones};
use crate::world::traffic::{
    batch::{Action, Change},
    zone::{Policy, RecordSet, Refusal, Version, timestamp},
};

/// The most changes in one batch.
const MOST_CHANGES: usize = 1000;
/// The types of records that can be changed here.
const KINDS: [&str; 7] = ["A", "AAAA", "CNAME", "TXT", "NS", "SOA", "MX"];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Request {
    change_batch: Batch,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Batch {
    comment: Option<String>,
    changes: Changes,
}

#[derive(Deserialize)]
struct Changes {
    #[serde(rename = "Change", default)]
    changes: Vec<Written>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Written {
    action: String,
    resource_record_set: Set,
}

/// Members that are not known here are refused: a record must not be taken for another one than it is.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Set {
    name: String,
    r#type: String,
    set_identifier: Option<String>,
    weight: Option<i64>,
    region: Option<String>,
    #[serde(rename = "TTL")]
    ttl: Option<i64>,
    resource_records: Option<Values>,
    health_check_id: Option<String>,
}

#[derive(Deserialize)]
struct Values {
    #[serde(rename = "ResourceRecord", default)]
    records: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Value {
    value: String,
}

/// `ChangeResourceRecordSets`.
pub fn submit(world: &mut World, id: &str, call: &Call<'_>) -> Answer {
    zones::known(id)?;
    let malformed = |error: String| ServiceError::sender("InvalidInput", format!("Invalid XML ; {error}"));
    let text = std::str::from_utf8(call.body).map_err(|error| malformed(error.to_string()))?;
    let request: Request = de::from_str(text).map_err(|error| malformed(error.to_string()))?;
    let Batch { comment, changes: Changes { changes } } = request.change_batch;
    match changes.len() {
        0 => return Err(ServiceError::sender("InvalidInput", "Invalid request: Changes must not be empty")),
        1..=MOST_CHANGES => {}
        _ => return Err(ServiceError::sender("InvalidChangeBatch", "[Number of records limit of 1000 exceeded.]")),
    }
    let changes = changes.into_iter().map(change).collect::<Result<Vec<_>, _>>()?;
    let written = changes.iter().filter(|change| change.action != Action::Delete);
    for check in written.filter_map(|change| change.record.health_check.as_deref()) {
        health::find(check)?;
    }
    let (tick, noise) = (world.tick, world.noise);
    let version = world.traffic.zone.submit(&changes, comment, tick, noise).map_err(refused)?;
    Ok(("ChangeResourceRecordSetsResponse", Document::of([("ChangeInfo", info(version, tick))])))
}

/// The error for a request that the zone did not take.
pub fn refused(refusal: Refusal) -> ServiceError {
    match refusal {
        Refusal::Invalid(reasons) => ServiceError::sender("InvalidChangeBatch", format!("[{}]", reasons.join(", "))),
        Refusal::PriorRequestNotComplete => ServiceError::sender(
            "PriorRequestNotComplete",
            "The request was rejected because Route 53 was still processing a prior request.",
        ),
        Refusal::Throttled => ServiceError::sender("Throttling", "Rate exceeded"),
    }
}

fn change(written: Written) -> Result<Change, ServiceError> {
    let Written { action, resource_record_set: set } = written;
    let place = format!(
        "in Change with [Action={action}, Name={}, Type={}, SetIdentifier={}]",
        set.name,
        set.r#type,
        set.set_identifier.as_deref().unwrap_or("null")
    );
    let wrong = |what: &str| ServiceError::sender("InvalidInput", format!("Invalid request: {what} {place}"));
    let action = match action.as_str() {
        "CREATE" => Action::Create,
        "DELETE" => Action::Delete,
        "UPSERT" => Action::Upsert,
        _ => return Err(wrong("Action must be one of [CREATE, DELETE, UPSERT]")),
    };
    if !KINDS.contains(&set.r#type.as_str()) {
        return Err(wrong("Type is not one that this simulator serves"));
    }
    let policy = match (set.weight, set.region, &set.set_identifier) {
        (None, None, None) => Policy::Simple,
        (None, None, Some(_)) => {
            return Err(wrong(
                "Expected exactly one of [Weight, Region, Failover, GeoLocation, or MultiValueAnswer], but found none",
            ));
        }
        (Some(_), Some(_), _) => {
            return Err(wrong(
                "Expected exactly one of [Weight, Region, Failover, GeoLocation, or MultiValueAnswer], but found more \
                 than one",
            ));
        }
        (.., None) => return Err(wrong("Missing field 'SetIdentifier'")),
        (Some(weight @ 0..=255), None, _) => Policy::Weighted(weight),
        (Some(_), None, _) => return Err(wrong("Weight must be from 0 to 255")),
        (None, Some(region), _) => Policy::Latency(region),
    };
    let values: Vec<String> =
        set.resource_records.into_iter().flat_map(|values| values.records).map(|value| value.value).collect();
    let (Some(ttl @ 0..=0x7fff_ffff), false) = (set.ttl, values.is_empty()) else {
        return Err(wrong(
            "Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId], but \
             found none",
        ));
    };
    let record = RecordSet {
        name: set.name.trim_end_matches('.').to_ascii_lowercase(),
        kind: set.r#type,
        identifier: set.set_identifier,
        policy,
        ttl,
        values,
        health_check: set.health_check_id,
    };
    Ok(Change { action, record })
}

/// `GetChange`.
pub fn get(world: &World, id: &str) -> Answer {
    let Some(version) = world.traffic.zone.change(id) else {
        return Err(ServiceError::not_found("NoSuchChange", format!("A change with id {id} could not be found.")));
    };
    Ok(("GetChangeResponse", Document::of([("ChangeInfo", info(version, world.tick))])))
}

fn info(version: &Version, now: i64) -> Document {
    let status = if version.is_in_sync(now) { "INSYNC" } else { "PENDING" };
    Document::of([
        ("Id", format!("/change/{}", version.change).into()),
        ("Status", status.into()),
        ("SubmittedAt", timestamp(version.submitted).into()),
    ])
    .with_optional("Comment", version.comment.as_deref())
}

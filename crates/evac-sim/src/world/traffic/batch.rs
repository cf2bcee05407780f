//! A batch of changes to the zone: one transaction, and the words of Route 53 for what cannot be.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::zone::{Policy, RecordSet};
use crate::topology::ZONE_NAME;

/// What is done with a record set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// It is new.
    Create,
    /// It goes, as it is given.
    Delete,
    /// It is new, or in place of the one of its name, type and identifier.
    Upsert,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What is done.
    pub action: Action,
    /// With which record set.
    pub record: RecordSet,
}

/// The records after the changes, in the order of the lists.
///
/// # Errors
/// Every reason why the batch cannot be.
pub fn apply(records: &[RecordSet], changes: &[Change]) -> Result<Vec<RecordSet>, Vec<String>> {
    let (mut after, mut wrong) = (records.to_vec(), Vec::new());
    for Change { action, record } in changes {
        let place = after.iter().position(|held| same_place(held, record));
        match (action, place) {
            (Action::Create, Some(_)) => {
                wrong.push(format!("Tried to create resource record set {} but it already exists", bracketed(record)));
            }
            (Action::Delete, None) => {
                wrong.push(format!("Tried to delete resource record set {} but it was not found", bracketed(record)));
            }
            (Action::Delete, Some(place)) if !same_content(&after[place], record) => wrong.push(format!(
                "Tried to delete resource record set {} but the values provided do not match the current values",
                bracketed(record)
            )),
            (Action::Delete, Some(place)) => drop(after.remove(place)),
            (Action::Create | Action::Upsert, place) => {
                wrong.extend(unfit(record));
                match place {
                    Some(place) => after[place] = record.clone(),
                    None => after.push(record.clone()),
                }
            }
        }
    }
    let written = changes.iter().filter(|change| change.action != Action::Delete).map(|change| &change.record);
    wrong.extend(written.filter_map(|record| clash(record, &after)));
    for (kind, word) in [("SOA", "exactly one SOA record"), ("NS", "at least one NS record for the zone itself")] {
        if !after.iter().any(|record| record.kind == kind && record.name == ZONE_NAME) {
            wrong.push(format!("A HostedZone must contain {word}."));
        }
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    after.sort_by(|one, other| one.order().cmp(&other.order()));
    Ok(after)
}

fn same_place(one: &RecordSet, other: &RecordSet) -> bool {
    one.name == other.name && one.kind == other.kind && one.identifier == other.identifier
}

/// Values in any order are the same values.
fn same_content(one: &RecordSet, other: &RecordSet) -> bool {
    let sorted = |record: &RecordSet| {
        let mut record = record.clone();
        record.values.sort();
        record
    };
    sorted(one) == sorted(other)
}

fn bracketed(record: &RecordSet) -> String {
    let identifier = record.identifier.as_ref().map(|name| format!(", set-identifier='{name}'")).unwrap_or_default();
    format!("[name='{}.', type='{}'{identifier}]", record.name, record.kind)
}

fn spelled(record: &RecordSet) -> String {
    let identifier = record.identifier.as_ref().map(|name| format!(", SetIdentifier {name}")).unwrap_or_default();
    format!("RRSet with DNS name {}., type {}{identifier}", record.name, record.kind)
}

/// What is wrong with a record by itself.
fn unfit(record: &RecordSet) -> Option<String> {
    if record.name != ZONE_NAME && !record.name.ends_with(&format!(".{ZONE_NAME}")) {
        return Some(format!("RRSet with DNS name {}. is not permitted in zone {ZONE_NAME}.", record.name));
    }
    let fatal = |code: &str, word: &str, value: &String| {
        format!("Invalid Resource Record: 'FATAL problem: {code} (Value is not {word}) encountered with '{value}''")
    };
    record.values.iter().find_map(|value| match record.kind.as_str() {
        "A" if value.parse::<Ipv4Addr>().is_err() => {
            Some(fatal("ARRDATAIllegalIPv4Address", "a valid IPv4 address", value))
        }
        "AAAA" if value.parse::<Ipv6Addr>().is_err() => {
            Some(fatal("AAAARRDATAIllegalIPv6Address", "a valid IPv6 address", value))
        }
        _ => None,
    })
}

/// What is wrong with a written record beside the others.
fn clash(record: &RecordSet, after: &[RecordSet]) -> Option<String> {
    let mut beside = after.iter().filter(|other| other.name == record.name && !same_place(other, record));
    beside.find_map(|other| {
        let same_set = other.kind == record.kind;
        match (&record.policy, &other.policy) {
            _ if !same_set && (record.kind == "CNAME" || other.kind == "CNAME") => Some(format!(
                "RRSet of type {} with DNS name {}. is not permitted because a conflicting RRSet of type {} with the \
                 same DNS name already exists in zone {ZONE_NAME}.",
                record.kind, record.name, other.kind
            )),
            _ if !same_set => None,
            (Policy::Latency(here), Policy::Latency(there)) if here == there => Some(format!(
                "{}, and Region Name={here} cannot be created because a latency RRSet with the same name, type and \
                 region already exists.",
                spelled(record)
            )),
            (Policy::Weighted(_), Policy::Weighted(_)) if record.ttl != other.ttl => {
                Some(format!("{} cannot be created as weighted sets must contain the same TTL.", spelled(record)))
            }
            (Policy::Simple, _) => Some(format!(
                "{} cannot be created as other RRSets exist with the same name and type.",
                spelled(record)
            )),
            (Policy::Weighted(_), Policy::Simple | Policy::Latency(_)) => Some(format!(
                "{} cannot be created as a non-weighted set exists with the same name and type.",
                spelled(record)
            )),
            (Policy::Latency(_), Policy::Simple | Policy::Weighted(_)) => Some(format!(
                "{} cannot be created as a non-latency set exists with the same name and type.",
                spelled(record)
            )),
            (Policy::Latency(_), Policy::Latency(_)) | (Policy::Weighted(_), Policy::Weighted(_)) => None,
        }
    })
}

//! What users are answered for the names of the stack, and so where they are sent.

use std::collections::{BTreeMap, BTreeSet};

use evac_core::{
    ids::{DnsName, HealthCheckId, RegionId},
    plan::RecordSet,
    stack::Traffic,
};
use tokio::time::Instant;

use crate::shape::Scene;

/// What Route 53 and the resolvers of users know.
#[derive(Debug, Default)]
pub(crate) struct Names {
    records: Vec<RecordSet>,
    /// Which region is at an address.
    addresses: BTreeMap<String, RegionId>,
    levers: Vec<Levers>,
    /// What is answered for each name. What is in the memory of resolvers alone is so until a moment.
    answers: BTreeMap<(DnsName, String), Option<Instant>>,
}

/// What turns the health check of a region red, besides that the region is down.
#[derive(Debug)]
struct Levers {
    check: Option<HealthCheckId>,
    /// The fact that is `false` then.
    control: Option<String>,
    /// The fact that is there then.
    stop: Option<String>,
    is_down: bool,
}

impl Names {
    pub(crate) fn new(scene: &Scene, facts: &BTreeMap<String, String>) -> Self {
        let Some(traffic) = &scene.stack.traffic else { return Self::default() };
        let readings = scene.stack.regions.keys().filter_map(|region| scene.snapshot.records(region));
        let known: Vec<_> = readings.flat_map(|reading| &reading.records).collect();
        let mut names = Self::default();
        for wanted in &traffic.records {
            let own = known.iter().find(|record| {
                record.name == wanted.name && record.set_identifier.as_deref() == Some(&wanted.set_identifier)
            });
            let Some(record) = own else { continue };
            names.records.push(RecordSet {
                name: record.name.clone(),
                kind: record.kind.clone(),
                set_identifier: wanted.set_identifier.clone(),
                weight: record.weight,
                region: record.region.clone(),
                ttl: record.ttl,
                values: record.values.clone(),
                alias: record.alias.clone(),
                health_check: record.health_check.clone(),
            });
        }
        let regions = scene.stack.regions.keys();
        names.addresses =
            regions.map(|region| (crate::observed::address(region.as_str()).to_owned(), region.clone())).collect();
        names.levers = scene.stack.regions.keys().map(|region| Levers::of(traffic, scene, region)).collect();
        names.answers = names.given(facts).into_iter().map(|answer| (answer, None)).collect();
        names
    }

    /// Whether Route 53 has a record set, and in sync.
    pub(crate) fn has(&self, set: &RecordSet) -> bool {
        self.records.contains(set)
    }

    pub(crate) fn change(&mut self, to: RecordSet) {
        let is_same = |set: &&mut RecordSet| set.name == to.name && set.set_identifier == to.set_identifier;
        if let Some(set) = self.records.iter_mut().find(is_same) {
            *set = to;
        }
    }

    /// What Route 53 answers: all records that are well, by weight only those that have one, unless nothing else is well;
    /// and when nothing is well, everything.
    fn given(&self, facts: &BTreeMap<String, String>) -> BTreeSet<(DnsName, String)> {
        let names: BTreeSet<_> = self.records.iter().map(|set| &set.name).collect();
        let given = |name: &DnsName| -> Vec<&RecordSet> {
            let own: Vec<_> = self.records.iter().filter(|set| set.name == *name).collect();
            let well: Vec<_> = own.iter().copied().filter(|set| self.is_well(set, facts)).collect();
            let preferred: Vec<_> = well.iter().copied().filter(|set| set.weight != Some(0)).collect();
            [preferred, well].into_iter().find(|sets| !sets.is_empty()).unwrap_or(own)
        };
        let sets = names.into_iter().flat_map(given);
        sets.flat_map(|set| set.values.iter().map(|value| (set.name.clone(), value.clone()))).collect()
    }

    fn is_well(&self, set: &RecordSet, facts: &BTreeMap<String, String>) -> bool {
        let own = self.levers.iter().find(|levers| levers.check.is_some() && levers.check == set.health_check);
        own.is_none_or(|levers| !levers.is_red(facts))
    }

    /// Lets answers be given anew. What was given before is kept until a moment.
    pub(crate) fn answer(&mut self, facts: &BTreeMap<String, String>, until: Instant) {
        let given = self.given(facts);
        for (answer, kept) in &mut self.answers {
            match (given.contains(answer), &kept) {
                (true, _) => *kept = None,
                (false, None) => *kept = Some(until),
                (false, Some(_)) => {}
            }
        }
        for answer in given {
            self.answers.entry(answer).or_insert(None);
        }
    }

    /// Resolvers forget what they have kept for long enough.
    pub(crate) fn forget(&mut self, now: Instant) {
        self.answers.retain(|_, kept| kept.is_none_or(|until| now < until));
    }

    /// What users are answered for a name.
    pub(crate) fn answered<'a>(&'a self, name: &'a DnsName) -> impl Iterator<Item = &'a String> {
        self.answers.keys().filter(move |(of, _)| of == name).map(|(_, value)| value)
    }

    /// The regions that users are sent to.
    pub(crate) fn served(&self) -> BTreeSet<RegionId> {
        self.answers.keys().filter_map(|(_, value)| self.addresses.get(value)).cloned().collect()
    }
}

impl Levers {
    fn of(traffic: &Traffic, scene: &Scene, region: &RegionId) -> Self {
        let control = traffic.routing_control.as_ref().and_then(|control| control.controls.get(region));
        Self {
            check: scene.stack.regions.get(region).and_then(|region| region.health_check.clone()),
            control: control.map(|control| format!("control/{control}")),
            stop: traffic.stop.get(region).map(|object| format!("object/{}/{}", object.bucket, object.key)),
            is_down: scene.down.contains(region),
        }
    }

    fn is_red(&self, facts: &BTreeMap<String, String>) -> bool {
        let is_off = self.control.as_ref().and_then(|name| facts.get(name)).is_some_and(|on| on == "false");
        self.is_down || is_off || self.stop.as_ref().is_some_and(|name| facts.contains_key(name))
    }
}

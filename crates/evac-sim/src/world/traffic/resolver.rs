//! What users are answered: the choice among records that Route 53 makes, and the resolvers that keep it for a while.

use std::collections::BTreeMap;

use super::{
    Traffic,
    zone::{Policy, RecordSet},
};
use crate::{
    topology::{PerRegion, RECORD_NAME, Region},
    world::noise::{Noise, stream},
};

/// The most answers that a resolver keeps.
const MOST_KEPT: usize = 1000;
/// How long a resolver keeps that there is nothing, in seconds.
const NOTHING_KEPT: i64 = 30;

/// What a name and type answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// The type of the values: the one that was asked for, or CNAME.
    pub kind: String,
    /// The values; none when there is nothing of that type.
    pub values: Vec<String>,
    /// Seconds that it may still be kept.
    pub ttl: i64,
    /// Whether there is anything of that name.
    pub exists: bool,
}

#[derive(Debug, Clone)]
struct Kept {
    answered: Answered,
    until: i64,
}

/// The resolvers of each region, with what they keep.
#[derive(Debug, Clone, Default)]
pub struct Resolvers {
    /// Which of them keep what they have whatever its TTL, as some do.
    pub keep_old: PerRegion<bool>,
    kept: PerRegion<BTreeMap<(String, String), Kept>>,
}

impl Traffic {
    /// What the resolver of a region answers now.
    pub fn resolve(&mut self, region: Region, name: &str, kind: &str, noise: Noise) -> Answered {
        let key = (name.trim_end_matches('.').to_ascii_lowercase(), kind.to_owned());
        let now = self.tick;
        if let Some(kept) = self.resolvers.kept[region].get(&key) {
            let left = kept.until - now;
            if left > 0 || self.resolvers.keep_old[region] {
                return Answered { ttl: left.max(1), ..kept.answered.clone() };
            }
        }
        let answered = self.authoritative(region, &key.0, kind, noise);
        let kept = &mut self.resolvers.kept[region];
        if kept.len() >= MOST_KEPT {
            kept.retain(|_, kept| kept.until > now);
        }
        if kept.len() < MOST_KEPT {
            kept.insert(key, Kept { answered: answered.clone(), until: now + answered.ttl });
        }
        answered
    }

    /// Users ask for the stack all the time, so that every resolver has it, and asks again when its time is over.
    pub(super) fn refresh(&mut self, tick: i64, noise: Noise) {
        for region in Region::ALL {
            let key = (RECORD_NAME.to_owned(), "A".to_owned());
            match self.resolvers.kept[region].get(&key) {
                Some(kept) if kept.until > tick => {}
                Some(_) => drop(self.resolve(region, RECORD_NAME, "A", noise)),
                None => {
                    // Not all of them began in the same second.
                    let mut answered = self.authoritative(region, RECORD_NAME, "A", noise);
                    answered.ttl -= (noise.unit(stream(region.name()) ^ stream("resolver"), 0) * 50.0) as i64;
                    let until = tick + answered.ttl;
                    self.resolvers.kept[region].insert(key, Kept { answered, until });
                }
            }
        }
    }

    /// What the zone's name servers nearest to a region answer.
    fn authoritative(&self, region: Region, name: &str, kind: &str, noise: Noise) -> Answered {
        let records = self.zone.served(region, self.tick);
        let exists = records.iter().any(|record| record.name == name || record.name.ends_with(&format!(".{name}")));
        let of = |kind: &str| -> Vec<&RecordSet> {
            records.iter().filter(|record| record.name == name && record.kind == kind).collect()
        };
        let mut set = of(kind);
        if set.is_empty() {
            set = of("CNAME");
        }
        match self.chosen(region, &set, noise) {
            Some(record) => {
                Answered { kind: record.kind.clone(), values: record.values.clone(), ttl: record.ttl, exists }
            }
            None => Answered { kind: kind.to_owned(), values: Vec::new(), ttl: NOTHING_KEPT, exists },
        }
    }

    /// The record that answers. Unhealthy ones are left out; when none is healthy, all are taken for healthy.
    fn chosen<'a>(&self, region: Region, set: &[&'a RecordSet], noise: Noise) -> Option<&'a RecordSet> {
        let healthy = |record: &&&RecordSet| record.health_check.as_ref().is_none_or(|check| self.is_healthy(check));
        // A record of weight 0 answers only while no weighted one can.
        let weighted = |record: &&&RecordSet| record.policy != Policy::Weighted(0);
        let candidates: [Vec<&RecordSet>; 3] = [
            set.iter().filter(healthy).filter(weighted).copied().collect(),
            set.iter().filter(healthy).copied().collect(),
            set.iter().filter(weighted).copied().collect(),
        ];
        let candidates = candidates.into_iter().find(|some| !some.is_empty()).unwrap_or_else(|| set.to_vec());
        let weight = |record: &RecordSet| match record.policy {
            Policy::Weighted(weight) => weight.max(0).cast_unsigned(),
            _ => 0,
        };
        let total: u64 = candidates.iter().map(|record| weight(record)).sum();
        if total > 0 {
            let mut drawn = noise.bits(stream(region.name()) ^ stream("weights"), self.tick) % total;
            for record in &candidates {
                match drawn.checked_sub(weight(record)) {
                    Some(left) => drawn = left,
                    None => return Some(record),
                }
            }
        }
        candidates.into_iter().min_by_key(|record| match &record.policy {
            Policy::Latency(there) => distance(region, there),
            _ => 0,
        })
    }
}

/// How far a region is from a resolver, as an order.
fn distance(from: Region, to: &str) -> usize {
    let order = match from {
        Region::UsEast1 => [Region::UsEast1, Region::UsWest2, Region::EuWest1],
        Region::UsWest2 => [Region::UsWest2, Region::UsEast1, Region::EuWest1],
        Region::EuWest1 => [Region::EuWest1, Region::UsEast1, Region::UsWest2],
    };
    order.iter().position(|region| region.name() == to).unwrap_or(order.len())
}

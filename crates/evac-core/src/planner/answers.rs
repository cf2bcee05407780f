use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;

use super::Scene;
use crate::{
    ids::{DnsName, RegionId},
    plan::{Answer, Check, RecordChange},
};

/// How many seconds an alias lives, whose records have no time of their own. Route 53 answers with this for most targets.
const ALIAS_TTL: i64 = 60;

/// What is answered for a name with a region left, and what is answered no more.
#[derive(Default)]
struct Sides {
    good: BTreeSet<String>,
    /// What is answered where nothing else is well: by weight, what stands by with none.
    standby: BTreeSet<String>,
    bad: BTreeSet<String>,
}

impl Sides {
    fn wanted(self) -> (BTreeSet<String>, BTreeSet<String>) {
        (if self.good.is_empty() { self.standby } else { self.good }, self.bad)
    }
}

impl Scene<'_> {
    /// What resolvers shall answer for each name when a region is left and others are out anyhow. Names whose values
    /// nobody knows (aliases, and records that were never seen nor written in the stack file) cannot be told apart by their
    /// answers, and are left out.
    pub(crate) fn answers(&self, left: Option<&RegionId>, out: &BTreeSet<RegionId>) -> Vec<Answer> {
        self.answers_after(left, out, &[])
    }

    /// The same once records have been changed.
    pub(crate) fn answers_after(
        &self,
        left: Option<&RegionId>,
        out: &BTreeSet<RegionId>,
        changes: &[&RecordChange],
    ) -> Vec<Answer> {
        let mut names: BTreeMap<(&DnsName, &str), Sides> = BTreeMap::new();
        for wanted in self.stack.traffic.iter().flat_map(|traffic| &traffic.records) {
            let (kind, values, weight) = match self.record(wanted) {
                Some(record) if record.alias.is_some() => continue,
                Some(record) => (record.kind.as_str(), &record.values, record.weight),
                // Whoever starts while Route 53 cannot be asked has what the stack file says.
                None => match wanted.kind() {
                    Some(kind) => (kind, &wanted.values, None),
                    None => continue,
                },
            };
            let sides = names.entry((&wanted.name, kind)).or_default();
            let is_left = Some(&wanted.region) == left;
            if is_left {
                sides.bad.extend(values.iter().cloned());
            }
            let of = |change: &&&RecordChange| {
                (&change.to.name, change.to.set_identifier.as_str()) == (&wanted.name, wanted.set_identifier.as_str())
            };
            // A record that is changed leads to where it shall, whoever's it is.
            let (values, weight, counts) = match changes.iter().find(of) {
                Some(change) => (&change.to.values, change.to.weight, true),
                None => (values, weight, !is_left && !out.contains(&wanted.region)),
            };
            if counts {
                let side = if weight == Some(0) { &mut sides.standby } else { &mut sides.good };
                side.extend(values.iter().cloned());
            }
        }
        let answers = names.into_iter().map(|(name, sides)| (name, sides.wanted()));
        answers
            .filter(|(_, (wanted, _))| !wanted.is_empty())
            .map(|((name, kind), (wanted, bad))| Answer {
                name: name.clone(),
                kind: kind.to_owned(),
                unwanted: bad.difference(&wanted).cloned().collect(),
                wanted,
            })
            .filter(|answer| left.is_none() || !answer.unwanted.is_empty())
            .collect()
    }

    /// How long whoever was answered may keep to it: the longest time to live of the stack's records.
    pub(crate) fn answers_live(&self) -> SignedDuration {
        let records = self.stack.traffic.iter().flat_map(|traffic| &traffic.records);
        let lives = records.map(|record| self.record(record).and_then(|found| found.ttl).unwrap_or(ALIAS_TTL));
        SignedDuration::from_secs(lives.max().unwrap_or_default())
    }

    /// The look at resolvers for these answers, if there is anything to look for.
    pub(crate) fn answering(&self, answers: Vec<Answer>) -> Option<Check> {
        let is_lost = |region: &RegionId| !self.is_reachable(region);
        let traffic = self.stack.traffic.as_ref();
        let resolvers = traffic.map(|traffic| traffic.resolvers_beside(is_lost)).unwrap_or_default();
        (!answers.is_empty()).then_some(Check::Answers { resolvers, answers, lasting: SignedDuration::ZERO })
    }
}

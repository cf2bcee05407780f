use std::collections::BTreeSet;

use super::Scene;
use crate::{
    ids::{DnsName, RegionId},
    plan::Topology,
    reading::{HealthCheck, Record},
    source::Source,
    stack::TrafficRecord,
};

impl Scene<'_> {
    /// Who writes and who is served from where, as far as it is known.
    pub(crate) fn topology(&self) -> Topology {
        let writers = match self.aurora() {
            Some(_) => self.writers(),
            None => BTreeSet::new(),
        };
        let serving = self.stack.regions.keys().filter(|region| self.is_served(region)).cloned().collect();
        Topology { writers, serving, unreachable: self.unreachable.clone() }
    }

    /// True for a region that users are led to: it has a record, and no lever is known to hold them away.
    fn is_served(&self, region: &RegionId) -> bool {
        let Some(traffic) = &self.stack.traffic else { return false };
        let mut records = traffic.records.iter().filter(|record| record.region == *region).peekable();
        records.peek().is_some()
            && self.routing_control(region) != Some(false)
            && self.is_stopped(region) != Some(true)
            && !records.any(|record| self.record(record).is_some_and(|found| found.weight == Some(0)))
            && !self.is_repointed(region)
            && self.was_unhealthy(region) != Some(true)
    }

    /// True for a region that some DNS record of the stack leads to.
    pub(crate) fn has_record(&self, region: &RegionId) -> bool {
        let mut records = self.stack.traffic.iter().flat_map(|traffic| &traffic.records);
        records.any(|record| record.region == *region)
    }

    /// The state of a region's routing control, when it was last seen.
    pub(crate) fn routing_control(&self, region: &RegionId) -> Option<bool> {
        let control = self.stack.traffic.as_ref()?.routing_control.as_ref()?.controls.get(region)?;
        self.snapshot.routing_control(self.home()?)?.states.get(control).copied()
    }

    /// Whether a region's STOP object existed, when it was last seen.
    pub(crate) fn is_stopped(&self, region: &RegionId) -> Option<bool> {
        let object = self.stack.traffic.as_ref()?.stop.get(region)?;
        self.snapshot.markers(&object.region)?.stops.get(region).copied()
    }

    /// The record set of a record of the stack, when it was last seen.
    pub(crate) fn record(&self, wanted: &TrafficRecord) -> Option<&Record> {
        let records = &self.snapshot.records(self.home()?)?.records;
        records.iter().find(|found| {
            found.name == wanted.name && found.set_identifier.as_deref() == Some(wanted.set_identifier.as_str())
        })
    }

    /// Whether a record of the stack leads to its own region, by what the stack file says of it: the values it answers, or
    /// the health check it has. `None` when that says nothing.
    pub(crate) fn is_at_home(&self, wanted: &TrafficRecord, found: &Record) -> Option<bool> {
        match &wanted.health_check {
            _ if !wanted.values.is_empty() && found.alias.is_none() => {
                let set = |values: &[String]| values.iter().cloned().collect::<BTreeSet<_>>();
                Some(set(&wanted.values) == set(&found.values))
            }
            Some(check) => Some(found.health_check.as_ref() == Some(check)),
            None => None,
        }
    }

    /// True when every record of a region was seen to lead to where another region's leads, and is not the one that the
    /// other was made to follow.
    pub(crate) fn is_repointed(&self, region: &RegionId) -> bool {
        let Some(traffic) = &self.stack.traffic else { return false };
        let target = |record: &Record| {
            (!record.values.is_empty() || record.alias.is_some()).then(|| (record.values.clone(), record.alias.clone()))
        };
        let mut own = traffic.records.iter().filter(|record| record.region == *region).peekable();
        let elsewhere = |record: &TrafficRecord| {
            let mut others =
                traffic.records.iter().filter(|other| other.name == record.name && other.region != *region);
            let found = self.record(record);
            let here = found.and_then(target);
            let at_home = found.and_then(|found| self.is_at_home(record, found)) == Some(true);
            !at_home && here.is_some() && others.any(|other| self.record(other).and_then(target) == here)
        };
        own.peek().is_some() && own.all(elsewhere)
    }

    /// Whether health checks have moved a region's traffic away already.
    pub(crate) fn health_checks_moved(&self, region: &RegionId) -> bool {
        self.is_unhealthy(region) == Some(true) || self.is_left_out(region)
    }

    /// Whether the health check on a region's records says that nobody is sent there: only from fresh evidence.
    pub(crate) fn is_unhealthy(&self, region: &RegionId) -> Option<bool> {
        let home = self.home()?;
        self.said_unhealthy(region, &|source| self.is_fresh(source, home))
    }

    /// The same when it was last seen: what was unhealthy then is not known to serve.
    fn was_unhealthy(&self, region: &RegionId) -> Option<bool> {
        self.said_unhealthy(region, &|_| true)
    }

    fn said_unhealthy(&self, region: &RegionId, counts: &dyn Fn(Source) -> bool) -> Option<bool> {
        let home = self.home()?;
        let records = self.stack.traffic.iter().flat_map(|traffic| &traffic.records);
        let on_record =
            records.filter(|record| record.region == *region).find_map(|record| record.health_check.as_ref());
        let id = on_record.or_else(|| self.stack.regions.get(region)?.health_check.as_ref())?;
        let reading = self.snapshot.health_checks(home).filter(|_| counts(Source::HealthChecks));
        let check = reading.and_then(|reading| reading.checks.iter().find(|check| check.id == *id));
        if check.is_some_and(|check| check.disabled || check.inverted) {
            return None;
        }
        let counted = check.and_then(HealthCheck::percent_healthy);
        let limit = self.stack.thresholds.checkers_healthy;
        let status = || {
            let metrics = self.snapshot.metrics(home).filter(|_| counts(Source::Metrics))?;
            metrics.checkers.get(id)?.status.last().map(|point| point.value < 0.5)
        };
        counted.map(|share| share <= limit).or_else(status)
    }

    /// Whether resolvers answer a region's names without it: only from fresh evidence, from each that answers, and only
    /// where each would answer with it, were it well. By latency, resolvers that stand elsewhere never do.
    fn is_left_out(&self, region: &RegionId) -> bool {
        let Some(home) = self.home().filter(|home| self.is_fresh(Source::Answers, home)) else { return false };
        let Some(reading) = self.snapshot.answers(home) else { return false };
        let names = self.answers(Some(region), &BTreeSet::from([region.clone()]));
        let moved = |wanted: &crate::plan::Answer| {
            let own = reading.answers.iter().filter(|answer| answer.name == wanted.name);
            let mut told = own.filter_map(|answer| answer.values.as_ref().ok()).peekable();
            told.peek().is_some()
                && told.all(|values| values.is_disjoint(&wanted.unwanted) && !values.is_disjoint(&wanted.wanted))
        };
        !names.is_empty() && names.iter().all(|wanted| self.is_answered_alone(region, &wanted.name) && moved(wanted))
    }

    /// Whether everybody is answered with a region for a name, as long as that is well: the others stand by without weight.
    fn is_answered_alone(&self, region: &RegionId, name: &DnsName) -> bool {
        let records = self.stack.traffic.iter().flat_map(|traffic| &traffic.records);
        records.filter(|record| record.name == *name).all(|record| {
            let weight = self.record(record).and_then(|found| found.weight);
            weight.is_some_and(|weight| (weight > 0) == (record.region == *region))
        })
    }
}

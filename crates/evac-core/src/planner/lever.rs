//! What takes traffic away from a region, by the ladder of [`Lever`].

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::{
    Scene,
    draft::{Draft, step},
};
use crate::{
    ids::{Arn, DnsName, RegionId},
    plan::{Call, Check, Lever, Plane, RecordChange, RecordSet, Step, Undo},
    reading::Record,
    source::Source,
    stack::{CONTROL_PLANE_REGION, Traffic, TrafficRecord},
};

/// The name of the step that pulls a lever.
pub(super) const SHIFT: &str = "shift-traffic";

/// A lever, and the step that pulls it.
pub(super) struct Pull {
    pub(super) lever: Lever,
    /// Without what it waits for.
    pub(super) step: Step,
    /// What it relies on.
    pub(super) facts: Vec<(String, String)>,
}

/// Where traffic is taken from and where it shall be.
#[derive(Clone, Copy)]
pub(super) struct Shift<'a> {
    pub(super) left: &'a RegionId,
    pub(super) to: &'a RegionId,
    /// True where it is enough that health checks have moved it, or will. What shall stay away for as long as an operator
    /// wants needs more, for they bring it back by themselves.
    pub(super) by_itself: bool,
}

impl Shift<'_> {
    /// The best lever that the stack has and that can be reached; before it the one of a plan that was read, for as long
    /// as that can be pulled: health checks that move meanwhile make a pulled lever needless, and the plan no worse.
    pub(super) fn best(self, draft: &Draft<'_>) -> Option<Pull> {
        let traffic = draft.scene.stack.traffic.as_ref()?;
        let kept = draft.context.read.and_then(|plan| plan.lever).and_then(|lever| self.pull(lever, draft, traffic));
        let can = || Lever::ALL.into_iter().filter_map(|lever| self.pull(lever, draft, traffic));
        // One that the region which is left must work for is the last resort.
        let needs_it = |pull: &Pull| pull.step.killed_by.contains(self.left);
        kept.or_else(|| can().find(|pull| !needs_it(pull)).or_else(|| can().next()))
            // Better than nothing: a region that is lost fails its checks sooner or later.
            .or_else(|| (self.by_itself && self.is_watched(traffic)).then(|| self.health_checks(draft.scene)))
    }

    fn pull(self, lever: Lever, draft: &Draft<'_>, traffic: &Traffic) -> Option<Pull> {
        match lever {
            Lever::HealthChecks => {
                let moved = self.by_itself && draft.scene.health_checks_moved(self.left);
                moved.then(|| self.health_checks(draft.scene))
            }
            Lever::RoutingControl => self.routing_control(draft.scene, traffic),
            Lever::StopObject => self.stop_object(draft, traffic),
            Lever::Records => self.records(draft, traffic),
        }
    }

    /// True when every record of the region has a health check.
    fn is_watched(self, traffic: &Traffic) -> bool {
        let mut own = traffic.records.iter().filter(|record| record.region == *self.left).peekable();
        own.peek().is_some() && own.all(|record| record.health_check.is_some())
    }

    fn title(self, how: &str) -> String {
        format!("Take the traffic away from {} {how}", self.left)
    }

    fn health_checks(self, scene: &Scene<'_>) -> Pull {
        let out = [self.left.clone()].into_iter().chain(scene.unreachable.iter().cloned()).collect();
        let answers = scene.answering(scene.answers(Some(self.left), &out));
        let serving = || serving(scene, self.to);
        let step = Step {
            verification: answers.or_else(serving),
            expected: scene.stack.step_times.traffic.get(),
            timeout: SignedDuration::from_mins(30),
            ..step(SHIFT, format!("See that health checks have taken the traffic away from {}", self.left))
        };
        Pull { lever: Lever::HealthChecks, step, facts: Vec::new() }
    }

    fn routing_control(self, scene: &Scene<'_>, traffic: &Traffic) -> Option<Pull> {
        let control = traffic.routing_control.as_ref()?;
        let left = control.controls.get(self.left)?;
        let mut states = BTreeMap::from([(left.clone(), false)]);
        states.extend(control.controls.get(self.to).map(|to| (to.clone(), true)));
        let step = switch(scene, self.to, states, self.title("by its routing control"))?;
        let facts = [self.left, self.to].map(|region| (format!("routing control {region}"), word(scene, region)));
        Some(Pull { lever: Lever::RoutingControl, step, facts: facts.into() })
    }

    fn stop_object(self, draft: &Draft<'_>, traffic: &Traffic) -> Option<Pull> {
        let scene = draft.scene;
        let object = traffic.stop.get(self.left)?;
        if object.region == *self.left || !scene.is_reachable(&object.region) {
            return None;
        }
        let (region, bucket, key) = (object.region.clone(), object.bucket.clone(), object.key.clone());
        let body = format!("{} takes {} out, by evac ({})", draft.context.operator, self.left, draft.mark.word);
        let back = Call::RemoveStop { region: region.clone(), bucket: bucket.clone(), key: key.clone() };
        let call = Call::PutStop { region: region.clone(), bucket, key, body };
        let step = Step {
            region: Some(region),
            verification: call.shown_by(),
            call: Some(call),
            undo: Undo::Call { call: back },
            timeout: SignedDuration::from_mins(5),
            ..step(SHIFT, self.title("by its STOP object"))
        };
        let known = scene.is_stopped(self.left).map_or("unknown", |is| if is { "there" } else { "not there" });
        let facts = vec![(format!("STOP object {}", self.left), known.to_owned())];
        Some(Pull { lever: Lever::StopObject, step, facts })
    }

    fn records(self, draft: &Draft<'_>, traffic: &Traffic) -> Option<Pull> {
        let scene = draft.scene;
        let mut changes = Vec::new();
        for wanted in traffic.records.iter().filter(|record| record.region == *self.left) {
            let found = scene.record(wanted)?;
            let others = || {
                let others = traffic.records.iter().filter(|other| other.name == wanted.name && other != &wanted);
                others.filter_map(|other| scene.record(other).map(|record| (&other.region, record)))
            };
            let target = others().find(|(region, _)| *region == self.to).map(|(_, record)| record);
            if let Some(weight) = found.weight {
                let from = record_set(found)?;
                changes.push(RecordChange { to: RecordSet { weight: Some(0), ..from.clone() }, from });
                // Where every weight is 0, Route 53 answers with all of them: somebody has to take over what is left, the
                // target or, where the name does not lead there, whoever can.
                if others().all(|(_, record)| record.weight == Some(0)) {
                    let can = || others().find(|(region, _)| scene.is_reachable(region)).map(|(_, record)| record);
                    let from = record_set(target.or_else(can)?)?;
                    let to = RecordSet { weight: Some(weight.max(1)), ..from.clone() };
                    changes.push(RecordChange { to, from });
                }
            } else if found.region.is_some() {
                changes.extend(self.repointed(draft, traffic, wanted)?);
            }
        }
        changing(draft, traffic, changes, self.title("by its DNS records"))
    }

    /// Has a name's record of the region that is left, and those of others that an earlier run made to lead there, lead to
    /// the target: by latency each answers the users that are near to it.
    fn repointed(self, draft: &Draft<'_>, traffic: &Traffic, wanted: &TrafficRecord) -> Option<Vec<RecordChange>> {
        let of_name = || traffic.records.iter().filter(|record| record.name == wanted.name);
        let left = home(draft, traffic, wanted)?;
        let target = of_name().find(|record| record.region == *self.to)?;
        let RecordSet { ttl, values, alias, health_check, .. } = home(draft, traffic, target)?;
        let leads_there = |set: &RecordSet| set.values == left.values && set.alias == left.alias;
        let mut changes = Vec::new();
        for record in of_name() {
            let Some(from) = draft.scene.record(record).and_then(record_set) else { continue };
            if record == wanted || leads_there(&from) {
                let (values, alias, health_check) = (values.clone(), alias.clone(), health_check.clone());
                changes.push(RecordChange { to: RecordSet { ttl, values, alias, health_check, ..from.clone() }, from });
            }
        }
        Some(changes)
    }
}

/// What a record is where no run has changed it: by what is seen, if it leads to its own region; else as the runs here
/// remember it, or as the stack file has it.
fn home(draft: &Draft<'_>, traffic: &Traffic, record: &TrafficRecord) -> Option<RecordSet> {
    let found = draft.scene.record(record)?;
    let now = record_set(found)?;
    if draft.scene.is_at_home(record, found) == Some(true) {
        return Some(now);
    }
    if let Some(change) = standing(draft, traffic).find(|change| change.from == now) {
        return Some(change.to.clone());
    }
    match record.values.is_empty() || now.alias.is_some() {
        true => Some(now),
        false => Some(RecordSet { values: record.values.clone(), health_check: record.health_check.clone(), ..now }),
    }
}

/// The records that earlier runs left changed, turned round.
fn standing<'a>(draft: &Draft<'a>, traffic: &'a Traffic) -> impl Iterator<Item = &'a RecordChange> {
    let calls = draft.context.standing.iter().filter_map(|call| match call {
        Call::ChangeRecords { zone, changes, .. } if *zone == traffic.hosted_zone => Some(changes),
        _ => None,
    });
    calls.flatten()
}

/// A change of records at the control plane, if that can be reached and what it changes is known.
fn changing(draft: &Draft<'_>, traffic: &Traffic, changes: Vec<RecordChange>, title: String) -> Option<Pull> {
    let scene = draft.scene;
    let home = RegionId::new(CONTROL_PLANE_REGION).ok()?;
    if changes.is_empty() || !scene.is_reachable(&home) || !scene.is_fresh_at_home(Source::Records) {
        return None;
    }
    let facts = changes.iter().map(|change| {
        let RecordSet { name, set_identifier, .. } = &change.from;
        // A record set is plain data, which serialises always.
        let value = serde_json::to_string(&change.from).unwrap_or_default();
        (format!("record {name} {set_identifier}"), value)
    });
    let facts = facts.collect();
    let zone = traffic.hosted_zone.clone();
    let comment = format!("evac {}", draft.mark.word);
    let back = |change: &RecordChange| RecordChange { to: change.from.clone(), from: change.to.clone() };
    let undo = Call::ChangeRecords {
        zone: zone.clone(),
        changes: changes.iter().map(back).collect(),
        comment: comment.clone(),
    };
    let call = Call::ChangeRecords { zone, changes, comment };
    let step = Step {
        region: Some(home),
        plane: Plane::Control,
        verification: call.shown_by(),
        call: Some(call),
        expected: SignedDuration::from_mins(1),
        timeout: SignedDuration::from_mins(15),
        undo: Undo::Call { call: undo },
        ..step(SHIFT, title)
    };
    Some(Pull { lever: Lever::Records, step, facts })
}

/// Everything that a change must repeat. A set without an identifier answers alone, and moves nothing.
fn record_set(record: &Record) -> Option<RecordSet> {
    Some(RecordSet {
        name: record.name.clone(),
        kind: record.kind.clone(),
        set_identifier: record.set_identifier.clone()?,
        weight: record.weight,
        region: record.region.clone(),
        ttl: record.ttl,
        // The name of an alias stands among the values for people: it is not one.
        values: if record.alias.is_some() { Vec::new() } else { record.values.clone() },
        alias: record.alias.clone(),
        health_check: record.health_check.clone(),
    })
}

/// Sets routing controls, if any of their endpoints outside of the lost regions has answered lately.
fn switch(scene: &Scene<'_>, near: &RegionId, states: BTreeMap<Arn, bool>, title: String) -> Option<Step> {
    let control = scene.stack.traffic.as_ref()?.routing_control.as_ref()?;
    let reading =
        scene.snapshot.routing_control(scene.home()?).filter(|_| scene.is_fresh_at_home(Source::RoutingControl))?;
    let mut endpoints: Vec<_> = control
        .endpoints
        .iter()
        .filter(|(region, _)| scene.is_reachable(region))
        .map(|(region, url)| (region.clone(), url.clone()))
        .collect();
    if !endpoints.iter().any(|(region, _)| reading.answered.contains(region)) {
        return None;
    }
    // First those that answered, since each that does not costs time. Which those are changes from minute to minute, and
    // the order voids no consent: see `Plan::differing_steps`.
    endpoints.sort_by_key(|(region, _)| (!reading.answered.contains(region), region != near, region.clone()));
    let before: BTreeMap<_, _> =
        states.keys().filter_map(|control| Some((control.clone(), *reading.states.get(control)?))).collect();
    let undo = match before.is_empty() {
        true => Undo::Never { why: "nobody knows how the routing controls were".to_owned() },
        false => Undo::Call { call: Call::SetRoutingControls { endpoints: endpoints.clone(), states: before } },
    };
    let killed_by = match endpoints.as_slice() {
        [(only, _)] => vec![only.clone()],
        _ => Vec::new(),
    };
    let call = Call::SetRoutingControls { endpoints, states };
    Some(Step {
        killed_by,
        verification: call.shown_by(),
        call: Some(call),
        timeout: SignedDuration::from_mins(5),
        undo,
        ..step(SHIFT, title)
    })
}

fn word(scene: &Scene<'_>, region: &RegionId) -> String {
    scene.routing_control(region).map_or("unknown", |on| if on { "On" } else { "Off" }).to_owned()
}

/// The look at a region's public endpoint, if it has one.
pub(super) fn serving(scene: &Scene<'_>, region: &RegionId) -> Option<Check> {
    let url = scene.stack.regions.get(region)?.probe.clone()?;
    Some(Check::Serving { region: region.clone(), url })
}

/// Lets traffic come back to a region: the reverse of every lever that holds it away, as far as it is known.
pub(super) fn release(draft: &Draft<'_>, region: &RegionId) -> Vec<Pull> {
    let scene = draft.scene;
    let Some(traffic) = &scene.stack.traffic else { return Vec::new() };
    let title = |how: &str| format!("Let the traffic of {region} come back by {how}");
    let mut pulls = Vec::new();
    let control = traffic.routing_control.as_ref().and_then(|control| control.controls.get(region));
    if let Some(control) = control.filter(|_| scene.routing_control(region) == Some(false))
        && let Some(step) =
            switch(scene, region, BTreeMap::from([(control.clone(), true)]), title("its routing control"))
    {
        let facts = vec![(format!("routing control {region}"), word(scene, region))];
        pulls.push(Pull { lever: Lever::RoutingControl, step, facts });
    }
    let stop = traffic.stop.get(region).filter(|object| scene.is_reachable(&object.region));
    if let Some(object) = stop.filter(|_| scene.is_stopped(region) == Some(true)) {
        let home = object.region.clone();
        let call = Call::RemoveStop { region: home.clone(), bucket: object.bucket.clone(), key: object.key.clone() };
        let step = Step {
            region: Some(home),
            verification: call.shown_by(),
            call: Some(call),
            timeout: SignedDuration::from_mins(5),
            undo: Undo::Verb { verb: crate::plan::Verb::Drain },
            ..step(SHIFT, title("removing its STOP object"))
        };
        pulls.push(Pull {
            lever: Lever::StopObject,
            step,
            facts: vec![(format!("STOP object {region}"), "there".to_owned())],
        });
    }
    pulls.extend(changing(draft, traffic, remembered(draft, traffic, region), title("its DNS records")));
    pulls
}

/// What an earlier run changed in a region's records, turned round, as far as the records are still as it left them.
fn remembered(draft: &Draft<'_>, traffic: &Traffic, region: &RegionId) -> Vec<RecordChange> {
    let scene = draft.scene;
    let own = |set: &RecordSet| {
        let mut records = traffic.records.iter().filter(|record| record.name == set.name);
        records.any(|record| record.region == *region && record.set_identifier == set.set_identifier)
    };
    let now = |set: &RecordSet| {
        let mut records = traffic.records.iter().filter(|record| record.name == set.name);
        let record = records.find(|record| record.set_identifier == set.set_identifier)?;
        scene.record(record).and_then(record_set)
    };
    let mut changes: Vec<_> = standing(draft, traffic).filter(|change| own(&change.from)).collect();
    // Whoever was given weight because nobody else of the name had any gives it back with the first that comes.
    let comes = |name: &DnsName| {
        changes.iter().any(|own| own.to.name == *name && own.to.weight.is_some_and(|weight| weight > 0))
    };
    let raised =
        |change: &&RecordChange| change.from.weight > change.to.weight && !own(&change.from) && comes(&change.to.name);
    let raised: Vec<_> = standing(draft, traffic).filter(raised).collect();
    changes.extend(raised);
    let stand = changes.iter().all(|change| now(&change.from).as_ref() == Some(&change.from));
    if stand { changes.into_iter().cloned().collect() } else { Vec::new() }
}

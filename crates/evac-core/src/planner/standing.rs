use std::collections::BTreeMap;

use crate::{
    ids::{DnsName, HostedZoneId},
    plan::{Call, RecordChange, Undo},
    run::{Outcome, RunState},
};

/// The calls that take back what runs did and left so, the oldest run first: what a failback or an undrain needs to know
/// and nobody else remembers, such as how Argo CD was set before it was frozen.
pub fn standing<'a>(runs: impl IntoIterator<Item = &'a RunState>) -> Vec<Call> {
    let mut standing: BTreeMap<String, Call> = BTreeMap::new();
    let mut records: BTreeMap<HostedZoneId, Records> = BTreeMap::new();
    for run in runs {
        for step in &run.plan.steps {
            let Some(call) = &step.call else { continue };
            let outcome = run.steps.get(&step.id).and_then(|state| state.outcome());
            // What may have been done stands until it is known not to have been.
            if !matches!(outcome, Some(Outcome::Done { .. } | Outcome::Unknown { .. })) {
                continue;
            }
            if let Call::ChangeRecords { zone, changes, .. } = call {
                let zone = records.entry(zone.clone()).or_default();
                changes.iter().for_each(|change| zone.note(change));
                continue;
            }
            let subject = call.subject();
            if standing.get(&subject).is_some_and(|back| same(back, call)) {
                standing.remove(&subject);
            } else if let Undo::Call { call: back } = &step.undo {
                // The oldest says how it was before anything was done.
                standing.entry(back.subject()).or_insert_with(|| back.clone());
            }
        }
    }
    let changed = records.into_iter().filter(|(_, records)| !records.0.is_empty());
    let changed = changed.map(|(zone, Records(records))| Call::ChangeRecords {
        zone,
        changes: records.into_values().collect(),
        comment: "evac".to_owned(),
    });
    standing.into_values().chain(changed).collect()
}

/// Records as runs left them and as they were before, by their name, kind and identifier: one run can move on what another
/// has moved, and their records come back apart.
#[derive(Default)]
struct Records(BTreeMap<(DnsName, String, String), RecordChange>);

impl Records {
    fn note(&mut self, change: &RecordChange) {
        let key = (change.to.name.clone(), change.to.kind.clone(), change.to.set_identifier.clone());
        let first = self.0.remove(&key).map_or_else(|| change.from.clone(), |before| before.to);
        if first != change.to {
            self.0.insert(key, RecordChange { from: change.to.clone(), to: first });
        }
    }
}

/// Whether two calls bring about the same, whatever words go with them.
fn same(one: &Call, other: &Call) -> bool {
    match (one, other) {
        (Call::SetRoutingControls { states, .. }, Call::SetRoutingControls { states: others, .. }) => states == others,
        (one, other) => one == other,
    }
}

use std::collections::BTreeMap;

use crate::{
    plan::{Call, Undo},
    run::{Outcome, RunState},
};

/// The calls that take back what runs did and left so, the oldest run first: what a failback or an undrain needs to know
/// and nobody else remembers, such as how Argo CD was set before it was frozen.
pub fn standing<'a>(runs: impl IntoIterator<Item = &'a RunState>) -> Vec<Call> {
    let mut standing: BTreeMap<String, Call> = BTreeMap::new();
    for run in runs {
        for step in &run.plan.steps {
            let Some(call) = &step.call else { continue };
            let outcome = run.steps.get(&step.id).and_then(|state| state.outcome());
            // What may have been done stands until it is known not to have been.
            if !matches!(outcome, Some(Outcome::Done { .. } | Outcome::Unknown { .. })) {
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
    standing.into_values().collect()
}

/// Whether two calls bring about the same, whatever words go with them.
fn same(one: &Call, other: &Call) -> bool {
    match (one, other) {
        (Call::ChangeRecords { zone, changes, .. }, Call::ChangeRecords { zone: other, changes: others, .. }) => {
            zone == other && changes.iter().map(|change| &change.to).eq(others.iter().map(|change| &change.to))
        }
        (Call::SetRoutingControls { states, .. }, Call::SetRoutingControls { states: others, .. }) => states == others,
        (one, other) => one == other,
    }
}

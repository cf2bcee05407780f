//! Since when what a plan answers to has been going on, as far as anybody watched.

use std::collections::BTreeSet;

use evac_core::{
    RegionId, Stack,
    history::unwatched,
    plan::{Intent, Plan},
};
use evac_engine::EngineHandle;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// When something began to be wrong and when that was found, in the time of the observed world. What nobody saw is not
/// known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Harm {
    /// When what is lost was last seen to be well: the harm began after that.
    pub harmed_at: Option<Timestamp>,
    /// When it was first found.
    pub found_at: Option<Timestamp>,
}

impl Harm {
    /// What an engine remembers of the regions that a plan leaves. What is planned for other reasons than trouble has
    /// none.
    pub(super) fn of(plan: &Plan, engine: &EngineHandle, stack: &Stack) -> Self {
        let now = engine.snapshots().borrow().world_now(engine.clock().now(), stack.clock.rate);
        let history = engine.history();
        let troubles = left(plan).into_iter().filter_map(|region| history.trouble(region, now, unwatched(stack)));
        let first = troubles.min_by_key(|trouble| trouble.found_at);
        Self { harmed_at: first.and_then(|trouble| trouble.well_at), found_at: first.map(|trouble| trouble.found_at) }
    }
}

/// The regions that are left because something is wrong there.
fn left(plan: &Plan) -> BTreeSet<&RegionId> {
    match &plan.intent {
        Intent::Failover { to } => plan.before.writers.iter().filter(|region| *region != to).collect(),
        Intent::Drain { region } => BTreeSet::from([region]),
        _ => BTreeSet::new(),
    }
}

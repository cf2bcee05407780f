//! From an intent and the world to a plan: a pure function, one file a verb.

mod answers;
mod confirm;
mod database;
mod draft;
mod drain;
mod evacuate;
mod freeze;
mod lever;
mod loss;
mod mark;
mod recover;
mod restore;
mod scene;
mod shift;
mod standing;
mod topology;
mod workloads;

pub(crate) use freeze::is_ours;
pub(crate) use loss::of as loss_of;
pub(crate) use mark::Mark;
pub(crate) use scene::Scene;
pub use standing::standing;
pub(crate) use workloads::autoscaler;

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    guard::{GuardCode, Note, NoteSeverity},
    ids::RegionId,
    plan::{Call, Intent, Plan},
    run::StepTimes,
    snapshot::Snapshot,
    stack::Stack,
};

/// What a plan is made from besides the world and the stack.
#[derive(Debug, Clone, Copy)]
pub struct PlanContext<'a> {
    /// This machine's time.
    pub now: Timestamp,
    /// How long steps took in earlier runs.
    pub times: &'a StepTimes,
    /// Who plans, as it stands in locks and STOP objects.
    pub operator: &'a str,
    /// What takes back that which earlier runs left standing: see [`standing`].
    pub standing: &'a [Call],
    /// A plan that was read: its lever is kept for as long as it can be pulled, and users leave first where they do in it,
    /// so that what becomes easier meanwhile voids no consent. `None` takes the best.
    pub read: Option<&'a Plan>,
}

/// Why there is no plan: all that stands against one.
#[derive(Debug, Clone, PartialEq, Serialize, thiserror::Error)]
#[error("{}", .notes.iter().map(|note| format!("{}: {}", note.code, note.text)).collect::<Vec<_>>().join("; "))]
pub struct Unplannable {
    /// The notes, each of which blocks.
    pub notes: Vec<Note>,
}

impl Unplannable {
    fn of(code: GuardCode, region: Option<RegionId>, text: impl AsRef<str>) -> Self {
        let note = Note {
            code,
            severity: NoteSeverity::Block,
            region,
            step: None,
            text: crate::text::clean(text.as_ref()),
            remedy: code.row().meaning.to_owned(),
        };
        Self { notes: vec![note] }
    }
}

/// The plan for an intent in the world as it is known: the same inputs give the same plan, to the byte.
///
/// It is made whether or not the guards would let it through, so that it can be read beside what stands against it.
///
/// # Errors
/// When there is nothing to do, or not enough is known to fix every value; with all the reasons.
pub fn planner(
    intent: &Intent,
    snapshot: &Snapshot,
    stack: &Stack,
    context: &PlanContext<'_>,
) -> Result<Plan, Unplannable> {
    if let Some(unknown) = intent.target(stack).filter(|region| !stack.regions.contains_key(*region)) {
        let have = stack.regions.keys().map(RegionId::as_str).collect::<Vec<_>>().join(", ");
        let mut none = Unplannable::of(GuardCode::PlanEmpty, None, format!("this stack has no region {unknown}"));
        none.notes.iter_mut().for_each(|note| note.remedy = format!("name one of {have}"));
        return Err(none);
    }
    let scene = Scene::new(snapshot, stack, context.now);
    match intent {
        Intent::Switchover { to } => evacuate::switchover(&scene, context, intent, to),
        Intent::Failover { to } => evacuate::failover(&scene, context, intent, to),
        Intent::Failback => evacuate::failback(&scene, context, intent),
        Intent::Restore { .. } => restore::restore(&scene, context, intent),
        Intent::Recover { region, at } => recover::recover(&scene, context, intent, region, *at),
        Intent::Drain { region } => drain::drain(&scene, context, intent, region),
        Intent::Undrain { region } => drain::undrain(&scene, context, intent, region),
    }
}

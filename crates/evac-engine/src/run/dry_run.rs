use std::{sync::Arc, time::Duration};

use evac_core::{
    SourceError,
    plan::{Check, Plan, StepId},
    run::Receipt,
};
use futures::{StreamExt, stream};
use tokio::time::timeout;

use super::mirror::late;
use crate::{Observer, Sight};

/// How many steps are looked at at once.
const AT_ONCE: usize = 8;

/// What a step would find now.
#[derive(Debug, Clone, PartialEq)]
pub struct DryStep {
    /// The step.
    pub step: StepId,
    /// Whether what must hold before it holds; `None` when nothing must.
    pub precondition: Option<Result<Sight, SourceError>>,
    /// Whether what it is for holds already; `None` when only its own answer would show it.
    pub verification: Option<Result<Sight, SourceError>>,
}

/// Walks a plan and only looks: for each step in the order of the plan, what it would find now.
///
/// It is given nothing that could make a call.
pub async fn dry_run(plan: &Plan, observer: &Arc<dyn Observer>, patience: Duration) -> Vec<DryStep> {
    let look = |check: Option<Check>| async move {
        let check = check?;
        let receipt = Receipt::new();
        let look = timeout(patience, observer.observe(&check, &receipt)).await;
        Some(look.map_or_else(|_| Err(late()), |look| look.sight))
    };
    let steps = plan.steps.iter().map(|step| async move {
        let (precondition, verification) =
            tokio::join!(look(step.precondition.clone()), look(step.verification.clone()));
        DryStep { step: step.id.clone(), precondition, verification }
    });
    stream::iter(steps).buffered(AT_ONCE).collect().await
}

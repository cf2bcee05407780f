//! The desk as the screen knows it.

use std::sync::Arc;

use evac_core::{
    plan::{Intent, Plan},
    run::RunId,
};
use evac_engine::run::Order as Asked;
use futures::{FutureExt, future::BoxFuture, stream::BoxStream};

use super::{Harm, NotLaunched, Operator, RunRequest, signature};
use crate::tui::acting::{Acting, Given, Judgement, NotBegun, Order, Proposal, RunList, RunSeen, Waits};

impl Acting for Operator {
    fn plan(&self, intent: Intent) -> BoxFuture<'_, Result<Proposal, String>> {
        let desk = self.clone();
        blocking(move || {
            let planned = Self::plan(&desk, &intent).map_err(|why| why.to_string())?;
            let (plan, loss) = (planned.plan.hash(), planned.plan.loss.clone());
            let judgement = Judgement { plan, notes: planned.notes, loss };
            Ok(Proposal { plan: Arc::new(planned.plan), judgement })
        })
        .boxed()
    }

    fn judge(&self, plan: Arc<Plan>) -> BoxFuture<'_, Result<Judgement, String>> {
        let desk = self.clone();
        blocking(move || {
            let (notes, loss) = Self::judge(&desk, &plan).map_err(|why| why.to_string())?;
            Ok(Judgement { plan: plan.hash(), notes, loss })
        })
        .boxed()
    }

    fn begin(&self, given: Given, waits: Waits) -> BoxFuture<'_, Result<RunId, NotBegun>> {
        let desk = self.clone();
        let request = RunRequest {
            plan: given.plan.hash().as_str().to_owned(),
            confirmed: given.confirmed,
            accepted: given.accepted,
            overrides: given.overrides,
            by: signature(),
            wait: None,
            remembered: self.remembered(&given.plan),
            harm: Some(Harm::of(&given.plan, &self.engine, &self.opened.stack)),
        };
        async move {
            let begun = match Self::begin(&desk, &request, waits).await {
                Ok(ready) => ready.go().await,
                Err(why) => Err(why),
            };
            begun.map_err(|why| match why {
                NotLaunched::Refused(refusal) => NotBegun::Refused(refusal),
                NotLaunched::Failed(why) => NotBegun::Failed(why),
            })
        }
        .boxed()
    }

    fn resume(&self, run: RunId, despite_abort: bool, waits: Waits) -> BoxFuture<'_, Result<(), String>> {
        async move {
            let resumed = match Self::resume(self, &run, despite_abort, waits).await {
                Ok(ready) => ready.go().await,
                Err(why) => Err(why),
            };
            resumed.map(drop).map_err(|why| why.to_string())
        }
        .boxed()
    }

    fn runs(&self) -> BoxFuture<'_, Result<RunList, String>> {
        Self::runs(self).boxed()
    }

    fn follow(&self, run: RunId) -> BoxStream<'static, RunSeen> {
        Self::follow(self, run)
    }

    fn order(&self, run: RunId, order: Order) -> BoxFuture<'_, Result<(), String>> {
        async move {
            match order {
                Order::Abort { reason } => Self::order(self, &run, Asked::Abort { reason }).await,
                Order::Override(given) => Self::order(self, &run, Asked::Override { given }).await,
                Order::HandOver { to } => Self::order(self, &run, Asked::HandOver { to }).await,
                Order::Acknowledge => self.acknowledge(&run).await,
            }
        }
        .boxed()
    }
}

/// Does on a thread of its own what may block: plans are kept on disk, and the disk may be slow.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, String> + Send + 'static) -> Result<T, String> {
    tokio::task::spawn_blocking(work).await.map_err(|error| error.to_string())?
}

//! What a run acts and looks through: each call and each check goes to the adapter that knows its service.

use std::{path::PathBuf, sync::Arc};

use evac_core::{
    guard::Consent,
    plan::{Call, Check},
    run::{CallAnswer, Receipt},
};
use evac_engine::{Actor, Look, Observer};
use futures::{FutureExt, future::BoxFuture};

use super::notify::Outbox;
use crate::cli::session::OpenStack;

/// Makes every call of a plan.
struct Hands {
    aws: evac_aws::Actor,
    kubernetes: Arc<dyn Actor>,
    network: Arc<dyn Actor>,
    outbox: Outbox,
}

impl Actor for Hands {
    fn perform<'a>(&'a self, consent: &'a Consent, call: &'a Call) -> BoxFuture<'a, CallAnswer> {
        match call {
            Call::Notify { text } => async move { self.outbox.send(consent, text) }.boxed(),
            Call::Transact { .. } => self.network.perform(consent, call),
            _ if evac_aws::Actor::makes(call) => self.aws.perform(consent, call),
            _ => self.kubernetes.perform(consent, call),
        }
    }
}

/// Sees every check of a plan.
struct Eyes {
    aws: evac_aws::Observer,
    kubernetes: Arc<dyn Observer>,
    network: Arc<dyn Observer>,
}

impl Observer for Eyes {
    fn observe<'a>(&'a self, check: &'a Check, receipt: &'a Receipt) -> BoxFuture<'a, Look> {
        match check {
            Check::Answers { .. } | Check::Serving { .. } => self.network.observe(check, receipt),
            _ if evac_aws::Observer::sees(check) => self.aws.observe(check, receipt),
            _ => self.kubernetes.observe(check, receipt),
        }
    }
}

/// What makes the calls of the plan that was consented to; notifications go to a file of the run.
pub(super) async fn actor(opened: &OpenStack, consent: &Consent, outbox: PathBuf) -> Arc<dyn Actor> {
    Arc::new(Hands {
        aws: evac_aws::actor(&opened.stack, opened.folder(), consent).await,
        kubernetes: evac_kube::actor(&opened.stack, opened.folder(), &opened.clock(), consent),
        network: evac_engine::network_actor(&opened.stack, consent),
        outbox: Outbox { plan: consent.plan().clone(), path: outbox },
    })
}

/// What looks at the world. It has no way to change anything.
pub(super) async fn observer(opened: &OpenStack) -> Arc<dyn Observer> {
    Arc::new(Eyes {
        aws: evac_aws::observer(&opened.stack, opened.folder(), opened.clock()).await,
        kubernetes: evac_kube::observer(&opened.stack, opened.folder(), &opened.clock()),
        network: evac_engine::network_observer(&opened.stack),
    })
}

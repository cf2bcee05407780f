//! What changes the world: the only place with calls that do, beside the canary.
//!
//! Each function here takes a [`Consent`], which only the guard makes. Clients made for acting try nothing again,
//! connect afresh for each call and have a timeout for everything; what a failure means is judged in [`answer`].

pub(crate) mod answer;
mod aurora;
mod objects;
mod records;
mod recovery;
mod routing_control;

use std::{error::Error, path::Path, time::Duration};

use answer::not_made;
use aws_smithy_runtime_api::{client::result::SdkError, http::Response};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use evac_core::{
    SourceError, Stack,
    guard::Consent,
    plan::{Call, PlanHash},
    run::CallAnswer,
};
use futures::future::BoxFuture;

use crate::{access::Manner, accesses::Accesses, error::source_error};

/// Makes the calls of one plan on AWS.
pub struct Actor {
    plan: PlanHash,
    accesses: Accesses,
    timeout: Duration,
}

/// Opens an actor for the plan that was consented to, without a call over the network. It makes no call of another
/// plan. A `config_file` of the stack is taken relative to `stack_directory`.
pub async fn actor(stack: &Stack, stack_directory: &Path, consent: &Consent) -> Actor {
    let accesses = Accesses::load(stack, stack_directory, Manner::Acting).await;
    Actor { plan: consent.plan().clone(), accesses, timeout: stack.polling.timeout.unsigned() }
}

impl Actor {
    /// True for the calls that are made on AWS.
    pub fn makes(call: &Call) -> bool {
        !matches!(
            call,
            Call::SetArgoSync { .. }
                | Call::Scale { .. }
                | Call::SetAutoscalerMinimum { .. }
                | Call::SetLocationMode { .. }
                | Call::CreateRestore { .. }
                | Call::Transact { .. }
                | Call::Notify { .. }
        )
    }

    async fn make(&self, consent: &Consent, call: &Call) -> Result<CallAnswer, SourceError> {
        let at = |region| self.accesses.of(region);
        Ok(match call {
            Call::LockTerraform { region, bucket, key, id, body } => {
                objects::lock(consent, at(region)?, bucket, key, id, body).await
            }
            Call::UnlockTerraform { region, bucket, key, id } => {
                objects::unlock(consent, at(region)?, bucket, key, id).await
            }
            Call::Switchover { region, global_cluster, target } => {
                aurora::switchover(consent, at(region)?, global_cluster, target).await
            }
            Call::Failover { region, global_cluster, target } => {
                aurora::failover(consent, at(region)?, global_cluster, target).await
            }
            Call::Detach { region, global_cluster, member } => {
                aurora::detach(consent, at(region)?, global_cluster, member).await
            }
            Call::CopySnapshot { region, snapshot, copy } => {
                aurora::copy_snapshot(consent, at(region)?, snapshot, copy).await
            }
            Call::SetRoutingControls { endpoints, states } => {
                routing_control::set(consent, &self.accesses, endpoints, states, self.timeout).await
            }
            Call::PutStop { region, bucket, key, body } => {
                objects::put_stop(consent, at(region)?, bucket, key, body).await
            }
            Call::RemoveStop { region, bucket, key } => objects::remove_stop(consent, at(region)?, bucket, key).await,
            Call::ChangeRecords { zone, changes, comment } => {
                records::change(consent, self.accesses.global()?, zone, changes, comment).await
            }
            Call::RestoreToTime { region, source, target, at: moment } => {
                recovery::restore_to_time(consent, at(region)?, source, target, *moment).await
            }
            Call::CreateInstance { region, cluster, instance, class, engine } => {
                recovery::create_instance(consent, at(region)?, cluster, instance, class, engine).await
            }
            Call::ProtectCluster { region, cluster, protected } => {
                recovery::protect(consent, at(region)?, cluster, *protected).await
            }
            Call::SetArgoSync { .. }
            | Call::Scale { .. }
            | Call::SetAutoscalerMinimum { .. }
            | Call::SetLocationMode { .. }
            | Call::CreateRestore { .. }
            | Call::Transact { .. }
            | Call::Notify { .. } => {
                CallAnswer::Refused { why: "this call is not made on AWS".to_owned(), temporary: false }
            }
        })
    }
}

impl evac_engine::Actor for Actor {
    fn perform<'a>(&'a self, consent: &'a Consent, call: &'a Call) -> BoxFuture<'a, CallAnswer> {
        Box::pin(async move {
            match consent.covers(&self.plan) {
                Ok(()) => self.make(consent, call).await.unwrap_or_else(|error| not_made(&error)),
                Err(refused) => refused,
            }
        })
    }
}

/// A failure in words.
fn words<E>(operation: &str, error: &SdkError<E, Response>) -> String
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    source_error(operation, error).message
}

use std::sync::Arc;

use evac_core::{
    Stack,
    guard::Consent,
    plan::{Call, PlanHash},
    run::{CallAnswer, Receipt},
};
use futures::{FutureExt, future::BoxFuture};

use super::Network;
use crate::{Actor, root_cause};

/// Makes the business transaction of the plan that was consented to. It refuses all other calls, and any by the consent to
/// another plan.
pub fn network_actor(stack: &Stack, consent: &Consent) -> Arc<dyn Actor> {
    Arc::new(NetworkActor { plan: consent.plan().clone(), network: Network::of(stack) })
}

struct NetworkActor {
    plan: PlanHash,
    network: Network,
}

impl NetworkActor {
    /// Does the transaction once. Who is not served by it did not write anything that counts: an answer that is no
    /// success may be followed by another try.
    async fn transact(&self, _: &Consent, url: &str, key: &str) -> CallAnswer {
        let refused = |why: String| CallAnswer::Refused { why: evac_core::text::clean(&why), temporary: true };
        let (client, url) = match self.network.client(url) {
            Ok(made) => made,
            Err(why) => return CallAnswer::Refused { why: evac_core::text::clean(&why), temporary: false },
        };
        match Network::send(client.post(url).header("Idempotency-Key", key)).await {
            Ok((status @ 200..=299, _)) => {
                CallAnswer::Accepted { receipt: Receipt::from([("status".to_owned(), status.to_string())]) }
            }
            Ok((status, _)) => refused(format!("the business transaction was answered with HTTP {status}")),
            Err(error) if error.is_connect() => refused(format!("no connection: {}", root_cause(&error))),
            Err(error) => CallAnswer::Unknown { why: evac_core::text::clean(&root_cause(&error).to_string()) },
        }
    }
}

impl Actor for NetworkActor {
    fn perform<'a>(&'a self, consent: &'a Consent, call: &'a Call) -> BoxFuture<'a, CallAnswer> {
        async move {
            if let Err(refused) = consent.covers(&self.plan) {
                return refused;
            }
            match call {
                Call::Transact { url, key, .. } => self.transact(consent, url, key).await,
                _ => CallAnswer::Refused { why: "this is no call over the network alone".to_owned(), temporary: false },
            }
        }
        .boxed()
    }
}

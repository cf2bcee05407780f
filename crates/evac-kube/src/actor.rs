//! Changes clusters: scale, autoscalers, Argo CD, storage locations, restores. Each request is made once.

use evac_core::{
    guard::Consent,
    plan::{Call, PlanHash},
    run::{CallAnswer, Receipt},
};
use evac_engine::Actor;
use futures::{FutureExt, future::BoxFuture};
use http::Request;

use crate::{
    change::{Change, PLAN_LABEL},
    cluster::Cluster,
    clusters::Clusters,
    json::text,
    send::{Lost, Reply, send},
};

/// The actor on the clusters of a stack, for one plan.
pub(crate) struct KubeActor {
    /// The plan.
    pub(crate) plan: PlanHash,
    /// The clusters.
    pub(crate) clusters: Clusters,
}

impl Actor for KubeActor {
    fn perform<'a>(&'a self, consent: &'a Consent, call: &'a Call) -> BoxFuture<'a, CallAnswer> {
        async move {
            match consent.covers(&self.plan) {
                Ok(()) => self.make(consent, call).await,
                Err(refused) => refused,
            }
        }
        .boxed()
    }
}

impl KubeActor {
    async fn make(&self, consent: &Consent, call: &Call) -> CallAnswer {
        let change = match Change::of(consent, call) {
            Ok(change) => change,
            Err(why) => return refused(why, false),
        };
        let (cluster, request) = match (self.clusters.of(change.region), change.request()) {
            (Ok(cluster), Ok(request)) => (cluster, request),
            (Err(error), _) => return refused(error.message, false),
            (_, Err(error)) => return refused(error.to_string(), false),
        };
        let reply = match send(cluster, &change.what, request, self.clusters.limit).await {
            Ok(reply) => reply,
            Err(Lost::Unsent(error)) => return refused(error.message, true),
            Err(Lost::Unanswered(error)) => return CallAnswer::Unknown { why: error.message },
        };
        match call {
            Call::CreateRestore { spec, .. } if reply.code == 409 && reply.reason() == "AlreadyExists" => {
                self.recognise(cluster, &change, &spec.label).await
            }
            _ => answer(&change.what, &reply),
        }
    }

    /// A Restore of this name is there already. It is ours when it carries our label: then an earlier request was taken.
    async fn recognise(&self, cluster: &Cluster, change: &Change<'_>, label: &str) -> CallAnswer {
        let unknown = |why: String| CallAnswer::Unknown {
            why: format!("{} is there already, and whose it is cannot be seen: {why}", change.what),
        };
        let request = match Request::get(&change.path).body(Vec::new()) {
            Ok(request) => request,
            Err(error) => return unknown(error.to_string()),
        };
        let reply = match send(cluster, &change.what, request, self.clusters.limit).await {
            Ok(reply) if reply.is_success() => reply,
            Ok(reply) => return unknown(reply.refusal(&change.what).message),
            Err(lost) => return unknown(lost.into_error().message),
        };
        let Some(restore) = &reply.body else { return unknown("the answer broke off".to_owned()) };
        let pointer = format!("/metadata/labels/{}", PLAN_LABEL.replace('/', "~1"));
        match text(restore, &pointer) {
            Some(found) if found == label => CallAnswer::Accepted { receipt: receipt(&reply) },
            _ => refused(format!("{} is there already, and not of this plan", change.what), false),
        }
    }
}

/// What an answer says of the change. An error of the server's own may have come after the deed.
fn answer(what: &str, reply: &Reply) -> CallAnswer {
    let why = || reply.refusal(what).message;
    match reply.code {
        200..300 => CallAnswer::Accepted { receipt: receipt(reply) },
        408 | 500.. => CallAnswer::Unknown { why: why() },
        // The credentials have run out and can be renewed, which the next client sees to; somebody else wrote at the same
        // moment; too many ask. Nothing was done, and the next one may be taken.
        401 | 409 | 429 => refused(why(), true),
        _ => refused(why(), false),
    }
}

fn receipt(reply: &Reply) -> Receipt {
    let of = |field: &str| {
        let value = text(reply.body.as_ref()?, &format!("/metadata/{field}"))?;
        Some((field.to_owned(), value))
    };
    ["uid", "resourceVersion"].into_iter().filter_map(of).collect()
}

fn refused(why: String, temporary: bool) -> CallAnswer {
    CallAnswer::Refused { why, temporary }
}

//! One request and what came of it, told apart by whether the server can have acted on it.

use std::time::Duration;

use evac_core::{SourceError, SourceErrorKind};
use evac_engine::{Permit, chain, http_date};
use http::{Request, header::DATE};
use hyper_util::client::legacy;
use jiff::Timestamp;
use kube::{Error, client::Body, core::Status};
use serde_json::Value;
use tokio::time::timeout;

use crate::{
    cluster::Cluster,
    failure::{failure, lacks_credentials, refusal, silence},
};

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    /// The server's clock, where it showed one.
    pub(crate) clock: Option<Timestamp>,
    /// The HTTP status.
    pub(crate) code: u16,
    /// The body; `None` when it broke off or is no JSON. The status counts all the same.
    pub(crate) body: Option<Value>,
}

impl Reply {
    /// Whether the server did what was asked.
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.code)
    }

    /// The reason of a Status, such as `AlreadyExists`.
    pub(crate) fn reason(&self) -> &str {
        self.body.as_ref().and_then(|body| body.get("reason")).and_then(Value::as_str).unwrap_or_default()
    }

    /// A refusal in words.
    pub(crate) fn refusal(&self, what: &str) -> SourceError {
        let status = self.body.clone().and_then(|body| serde_json::from_value::<Status>(body).ok());
        refusal(what, &Status { code: self.code, ..status.unwrap_or_default() })
    }
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum Lost {
    /// Nothing was sent: there is no client, there are no credentials, or no connection came to stand.
    Unsent(SourceError),
    /// It was sent, or may have been. The server may have acted on it.
    Unanswered(SourceError),
}

impl Lost {
    /// Why.
    pub(crate) fn into_error(self) -> SourceError {
        match self {
            Self::Unsent(error) | Self::Unanswered(error) => error,
        }
    }
}

/// Sends a request once. Getting a client, the answer's head and its body may each take as long as the limit.
pub(crate) async fn send(
    cluster: &Cluster,
    what: &str,
    request: Request<Vec<u8>>,
    limit: Duration,
) -> Result<Reply, Lost> {
    let sent = send_once(cluster, what, request, limit).await;
    if sent.as_ref().map_or(true, |reply| reply.code == 401) {
        // A connection that hung once would hang again, and credentials may have been renewed on disk.
        cluster.give_up().await;
    }
    sent
}

async fn send_once(cluster: &Cluster, what: &str, request: Request<Vec<u8>>, limit: Duration) -> Result<Reply, Lost> {
    let client = timeout(limit, cluster.client()).await.unwrap_or_else(|_| {
        Err(SourceError::new(SourceErrorKind::Timeout, format!("{what}: the credentials did not come in time")))
    });
    let client = client.map_err(Lost::Unsent)?;
    if let Some(why) = Permit::refusal() {
        return Err(Lost::Unsent(SourceError::new(SourceErrorKind::Unreachable, format!("{what}: {why}"))));
    }
    let answer = timeout(limit, client.send(request.map(Body::from))).await;
    let response = answer.map_err(|_| Lost::Unanswered(silence(what)))?.map_err(|error| lost(what, &error))?;
    let clock = response.headers().get(DATE).and_then(|date| date.to_str().ok()).and_then(http_date);
    let code = response.status().as_u16();
    let body = timeout(limit, response.into_body().collect_bytes()).await.ok().and_then(Result::ok);
    Ok(Reply { clock, code, body: body.and_then(|body| serde_json::from_slice(&body).ok()) })
}

/// Whether an error came before anything was sent.
fn lost(what: &str, error: &Error) -> Lost {
    let unconnected =
        chain(error).any(|error| error.downcast_ref::<legacy::Error>().is_some_and(legacy::Error::is_connect));
    let unmade = !matches!(error, Error::HyperError(_) | Error::Service(_) | Error::Api(_));
    let told = failure(what, error);
    if unconnected || unmade || lacks_credentials(error) { Lost::Unsent(told) } else { Lost::Unanswered(told) }
}

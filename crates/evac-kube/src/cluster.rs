//! A region's cluster: the client, and the proof that it is alive.

use std::sync::Arc;

use evac_core::{SourceError, SourceErrorKind, ids::ContextName};
use evac_engine::{Clock, http_date};
use http::{Request, header::DATE};
use jiff::Timestamp;
use kube::{Client, client::Body, core::Status};
use serde_json::Value;
use tokio::{
    sync::{Mutex, watch},
    task::{JoinHandle, spawn_blocking},
    time::{Instant, timeout},
};

use crate::{
    failure::{failure, refusal, silence},
    json,
    kubeconfig::Access,
    watched::Pace,
};

/// What `/version` said.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Alive {
    /// The server's clock, or, where it shows none, this machine's.
    pub(crate) at: Timestamp,
    /// Such as `v1.33.4`.
    pub(crate) version: Option<String>,
}

/// One cluster, shared by its ports and watches.
pub(crate) struct Cluster {
    context: ContextName,
    access: Access,
    clock: Arc<dyn Clock>,
    pace: Pace,
    link: Mutex<Link>,
    lives: watch::Sender<u64>,
}

/// How far the client is.
enum Link {
    Idle,
    /// Under way on a thread of its own: a credential plugin can take its time.
    Connecting(JoinHandle<Result<Client, SourceError>>),
    Up(Client),
    /// Failed a while ago; not tried again before the pause is over.
    Down(SourceError, Instant),
}

impl Cluster {
    pub(crate) fn new(access: Access, clock: Arc<dyn Clock>, pace: Pace) -> Self {
        let context = access.context.clone();
        Self { context, access, clock, pace, link: Mutex::new(Link::Idle), lives: watch::Sender::new(0) }
    }

    /// The client, made where there is none.
    pub(crate) async fn client(&self) -> Result<Client, SourceError> {
        let mut link = self.link.lock().await;
        loop {
            match &mut *link {
                Link::Up(client) => return Ok(client.clone()),
                Link::Down(error, since) if since.elapsed() < self.pace.setup => return Err(error.clone()),
                Link::Idle | Link::Down(..) => {
                    let access = self.access.clone();
                    *link = Link::Connecting(spawn_blocking(move || access.connect()));
                }
                Link::Connecting(task) => {
                    // Dropping this future leaves the task to whoever asks next.
                    let made = task.await.unwrap_or_else(|error| {
                        Err(SourceError::new(SourceErrorKind::Setup, format!("context `{}`: {error}", self.context)))
                    });
                    *link = match made {
                        Ok(client) => Link::Up(client),
                        Err(error) => Link::Down(error, Instant::now()),
                    };
                }
            }
        }
    }

    /// Asks for the version: one small question over the same client as the watches. The server's clock comes with
    /// a refusal as well. When it fails, the client and the watches are given up, for a connection that hangs
    /// would hang for ever, and credentials may have been renewed on disk.
    pub(crate) async fn prove_alive(&self) -> (Option<Timestamp>, Result<Alive, SourceError>) {
        let (clock, alive) = match timeout(self.pace.answer, self.ask_version()).await {
            Ok(answer) => answer,
            Err(_) => (None, Err(silence("version"))),
        };
        if alive.is_err() {
            self.give_up().await;
        }
        (clock, alive)
    }

    async fn ask_version(&self) -> (Option<Timestamp>, Result<Alive, SourceError>) {
        let client = match self.client().await {
            Ok(client) => client,
            Err(error) => return (None, Err(error)),
        };
        let request = match Request::get("/version").body(Body::empty()) {
            Ok(request) => request,
            Err(error) => return (None, Err(SourceError::new(SourceErrorKind::Setup, error.to_string()))),
        };
        let response = match client.send(request).await {
            Ok(response) => response,
            Err(error) => return (None, Err(failure("version", &error))),
        };
        let date = response.headers().get(DATE).and_then(|date| date.to_str().ok());
        let (clock, code) = (date.and_then(http_date), response.status());
        let body = match response.into_body().collect_bytes().await {
            Ok(body) => body,
            Err(error) => return (clock, Err(failure("version", &error))),
        };
        if !code.is_success() {
            let mut status: Status = serde_json::from_slice(&body).unwrap_or_default();
            status.code = code.as_u16();
            return (clock, Err(refusal("version", &status)));
        }
        let Ok(version) = serde_json::from_slice::<Value>(&body) else {
            return (clock, Err(SourceError::new(SourceErrorKind::Malformed, "version: the answer is not JSON")));
        };
        let alive =
            Alive { at: clock.unwrap_or_else(|| self.clock.now()), version: json::text(&version, "/gitVersion") };
        (clock, Ok(alive))
    }

    /// Gives up the client and what is connected by it.
    pub(crate) async fn give_up(&self) {
        let mut link = self.link.lock().await;
        if matches!(*link, Link::Up(_)) {
            *link = Link::Idle;
        }
        self.lives.send_modify(|life| *life += 1);
    }

    /// Changes when the cluster was found dead: what was connected before is to be given up.
    pub(crate) fn lives(&self) -> watch::Receiver<u64> {
        self.lives.subscribe()
    }
}

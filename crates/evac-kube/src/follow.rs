//! Keeps a mirror true: lists, then watches from there, and begins again when that breaks.
//!
//! kube's own watcher is not used, for it does not tell when a watch that broke stands again, nor bounds how long
//! a list or the start of a watch may take; and both decide here whether old objects pass for new ones.

use std::{sync::Arc, time::Duration};

use evac_core::{SourceError, SourceErrorKind};
use futures::StreamExt;
use kube::{
    Client, Error,
    api::{ListParams, Request, WatchEvent, WatchParams},
};
use serde::Deserialize;
use tokio::time::{Instant, sleep, timeout};

use crate::{
    cluster::Cluster,
    failure::{failure, refusal, silence},
    mirror::{Listed, Mirror},
    watched::{Kept, Pace, Seen},
};

/// How many objects come in one page.
const PAGE: u32 = 250;

/// A list of more pages than this never ends.
const MOST_PAGES: usize = 4_000;

/// The longest token or version that is sent back to a server: those of real ones are a tenth of it.
const LONGEST_TOKEN: usize = 4_096;

/// The first pause before a watch is begun again.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// A kind that a cluster need not have is looked for again after this.
const ABSENT_PAUSE: Duration = Duration::from_secs(60);

/// Whether a cluster must have a kind, and show it to evac.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// It must.
    Always,
    /// It need not have it, but must show what it has: the stack names some of these.
    IfThere,
    /// It helps where it is shown.
    Never,
}

impl Need {
    /// Whether a failure means that there is nothing of the kind, as far as anybody wants to know.
    fn is_absent(self, error: &SourceError) -> bool {
        match error.kind {
            SourceErrorKind::NotFound => self != Self::Always,
            SourceErrorKind::Denied => self == Self::Never,
            _ => false,
        }
    }
}

/// What to list and watch.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// The path of the list: `/apis/velero.io/v1/namespaces/velero/backups`.
    pub(crate) path: String,
    /// Whether the cluster must show it.
    pub(crate) need: Need,
}

#[derive(Deserialize)]
#[serde(bound = "T: Kept")]
struct Page<T> {
    #[serde(default)]
    metadata: PageMetadata,
    items: Option<Vec<Seen<T>>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct PageMetadata {
    resource_version: Option<String>,
    r#continue: Option<String>,
}

/// How a watch came to its end without being broken.
enum End {
    /// The server closed it, as it does from time to time: it goes on from the version that it had come to.
    Closed(String),
    /// Everything is listed again: the version is too old, or the watch told of something that cannot be read.
    Relist,
}

/// Keeps the mirror true for as long as it runs. Dropping the future closes the connections.
pub(crate) async fn follow<T: Kept>(cluster: Arc<Cluster>, place: Place, mirror: Arc<Mirror<T>>, pace: Pace) {
    let mut version = None;
    let mut pause = FIRST_PAUSE;
    let mut listed = Instant::now();
    loop {
        let started = Instant::now();
        if version.is_none() {
            listed = started;
        }
        match follow_once(&cluster, &place, &mirror, pace, version.take()).await {
            Ok(End::Closed(seen)) => {
                let true_still = mirror.nameless() == 0 && listed.elapsed() < pace.relist;
                version = true_still.then_some(seen);
            }
            Ok(End::Relist) => {}
            Err(error) if place.need.is_absent(&error) => {
                mirror.replace(Listed::new());
                mirror.live();
                sleep(ABSENT_PAUSE).await;
            }
            // Whatever was missed meanwhile, a list has it.
            Err(error) => {
                tracing::debug!(what = mirror.what, %error, "a watch broke");
                mirror.broken(error);
            }
        }
        // A watch that stood a while has earned a quick start.
        pause = if started.elapsed() > pace.retry { FIRST_PAUSE } else { (pause * 2).min(pace.retry) };
        sleep(pause).await;
    }
}

async fn follow_once<T: Kept>(
    cluster: &Cluster,
    place: &Place,
    mirror: &Mirror<T>,
    pace: Pace,
    version: Option<String>,
) -> Result<End, SourceError> {
    let mut lives = cluster.lives();
    let client = cluster.client().await?;
    let request = Request::new(place.path.as_str());
    let version = match version {
        Some(version) => version,
        None => list(&client, &request, mirror, pace).await?,
    };
    tokio::select! {
        end = watch(&client, &request, mirror, pace, version) => end,
        _ = lives.changed() => Err(SourceError::new(SourceErrorKind::Unreachable, format!("{}: the connection was given up", mirror.what))),
    }
}

/// Lists everything into the mirror, and returns the version that the watch goes on from.
async fn list<T: Kept>(
    client: &Client,
    request: &Request,
    mirror: &Mirror<T>,
    pace: Pace,
) -> Result<String, SourceError> {
    let what = mirror.what;
    let malformed = |words: &str| SourceError::new(SourceErrorKind::Malformed, format!("{what}: {words}"));
    let mut listed = Listed::new();
    let mut parameters = ListParams::default().limit(PAGE);
    for _ in 0..MOST_PAGES {
        let request = request.list(&parameters).map_err(|error| unaskable(what, &error))?;
        let page = timeout(pace.answer, client.request::<Page<T>>(request)).await.map_err(|_| silence(what))?;
        let Page { metadata, items } = page.map_err(|error| unseen(what, &error))?;
        listed.add(items.unwrap_or_default());
        let usable = |token: &String| !token.is_empty() && token.len() <= LONGEST_TOKEN;
        match metadata.r#continue {
            Some(token) if usable(&token) => parameters.continue_token = Some(token),
            Some(token) if !token.is_empty() => return Err(malformed("a list that cannot be gone on with")),
            _ => {
                let version =
                    metadata.resource_version.filter(usable).ok_or_else(|| malformed("a list without a version"))?;
                mirror.replace(listed);
                return Ok(version);
            }
        }
    }
    Err(malformed("a list without an end"))
}

async fn watch<T: Kept>(
    client: &Client,
    request: &Request,
    mirror: &Mirror<T>,
    pace: Pace,
    mut version: String,
) -> Result<End, SourceError> {
    let what = mirror.what;
    let seconds = u32::try_from(pace.renewal.as_secs()).unwrap_or(u32::MAX).max(1);
    let request =
        request.watch(&WatchParams::default().timeout(seconds), &version).map_err(|error| unaskable(what, &error))?;
    let events = timeout(pace.answer, client.request_events::<Seen<T>>(request)).await.map_err(|_| silence(what))?;
    let mut events = match events {
        Ok(events) => Box::pin(events),
        Err(Error::Api(status)) if status.code == 410 => return Ok(End::Relist),
        Err(error) => return Err(unseen(what, &error)),
    };
    mirror.live();
    let mut unread = false;
    loop {
        let event = match timeout(pace.renewal + pace.grace, events.next()).await {
            Ok(Some(event)) => event.map_err(|error| unseen(what, &error))?,
            // Closed, or silent for longer than it was to last: either way the next one will tell.
            Ok(None) | Err(_) if unread => return Ok(End::Relist),
            Ok(None) | Err(_) => return Ok(End::Closed(version)),
        };
        let seen = match event {
            WatchEvent::Added(seen) | WatchEvent::Modified(seen) => {
                match seen.object {
                    Some((name, object)) => mirror.put(name, object),
                    None => unread = true,
                }
                seen.version
            }
            WatchEvent::Deleted(seen) => {
                match seen.object {
                    Some((name, _)) => mirror.remove(&name),
                    None => unread = true,
                }
                seen.version
            }
            WatchEvent::Bookmark(mark) => Some(mark.metadata.resource_version),
            WatchEvent::Error(status) if status.code == 410 => return Ok(End::Relist),
            WatchEvent::Error(status) => return Err(refusal(what, &status)),
        };
        version = seen.filter(|seen| !seen.is_empty() && seen.len() <= LONGEST_TOKEN).unwrap_or(version);
    }
}

/// A list or a watch that failed, with what to do where it is forbidden.
fn unseen(what: &str, error: &Error) -> SourceError {
    let mut told = failure(what, error);
    if matches!(error, Error::Api(status) if status.code == 403) {
        told.message.push_str(" (permit evac's user to list and watch them)");
    }
    told
}

fn unaskable(what: &str, error: &(dyn std::error::Error + 'static)) -> SourceError {
    SourceError::new(SourceErrorKind::Setup, format!("{what}: {}", evac_engine::root_cause(error)))
}

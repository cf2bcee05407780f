//! Watches: one JSON event a line, from a version on, until the client, the time or the log ends it.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use axum::body::{Body, Bytes};
use futures::stream;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::{
    sync::watch,
    time::{Instant, Interval, MissedTickBehavior, interval_at},
};

use super::{
    super::{cluster::Cluster, event_log::Change, kinds::Kind, status_error::StatusError},
    Answer, Outcome,
    call::Call,
    route::Target,
    selector::Selector,
    view::View,
};

/// Wall time between bookmarks. The real server sends one a minute; here a silent connection must be told from a dead
/// one within the patience of a fast world.
const BOOKMARKS: Duration = Duration::from_secs(5);
/// How long a watch lasts that does not say.
const LONGEST: Duration = Duration::from_secs(30 * 60);

/// One running watch.
struct Watch {
    cluster: Cluster,
    newest: watch::Receiver<u64>,
    kind: &'static Kind,
    namespace: Option<String>,
    selector: Selector,
    view: View,
    /// Everything up to here has been looked at.
    version: u64,
    bookmarks: Option<Interval>,
    ends: Instant,
    /// Written and not yet sent.
    lines: VecDeque<Bytes>,
    over: bool,
}

/// Starts a watch.
pub fn start(cluster: &Cluster, call: &Call, target: &Target) -> Outcome {
    let asked = match call.parameter("resourceVersion") {
        "" | "0" => None,
        version => Some(
            version
                .parse::<u64>()
                .map_err(|_| StatusError::bad_request(format!("invalid resource version {version:?}")))?,
        ),
    };
    let seconds = call.parameter("timeoutSeconds").parse().map_or(LONGEST, Duration::from_secs);
    let initial_events = call.flag("sendInitialEvents");
    let bookmarks = call.flag("allowWatchBookmarks").then(|| {
        let mut ticks = interval_at(Instant::now() + BOOKMARKS, BOOKMARKS);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ticks
    });
    let mut watch = Watch {
        cluster: cluster.clone(),
        // Subscribed before the first look, so that nothing falls in between.
        newest: cluster.subscribe(),
        kind: target.kind,
        namespace: target.within().map(str::to_owned),
        selector: Selector::of(call, target)?,
        view: call.view(),
        version: asked.unwrap_or_default(),
        bookmarks,
        ends: Instant::now() + seconds,
        lines: VecDeque::new(),
        over: false,
    };
    if initial_events || asked.is_none() {
        watch.send_existing(initial_events);
    } else {
        watch.look();
    }
    let lines = stream::unfold(watch, |mut watch| async move {
        let line = watch.next_line().await?;
        Some((Ok::<_, std::convert::Infallible>(line), watch))
    });
    Ok(Answer::Events(Body::from_stream(lines)))
}

impl Watch {
    async fn next_line(&mut self) -> Option<Bytes> {
        loop {
            if let Some(line) = self.lines.pop_front() {
                return Some(line);
            }
            if self.over {
                return None;
            }
            let tick = async {
                match &mut self.bookmarks {
                    Some(ticks) => drop(ticks.tick().await),
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                changed = self.newest.changed() => match changed {
                    Ok(()) => self.look(),
                    Err(_) => self.over = true,
                },
                () = tick => self.bookmark(None),
                () = tokio::time::sleep_until(self.ends) => self.over = true,
            }
        }
    }

    /// Sends what exists as if it had just been added.
    fn send_existing(&mut self, mark_end: bool) {
        let cluster = self.cluster.clone();
        let (objects, version, now) = cluster.read(|plane| {
            let objects = plane.store.list(self.kind.resource, self.namespace.as_deref());
            let objects: Vec<Arc<Value>> = objects.filter(|object| self.selector.matches(object)).cloned().collect();
            (objects, plane.store.version(), plane.clock)
        });
        self.version = version;
        for object in objects {
            self.send("ADDED", &object, now);
        }
        if mark_end {
            self.bookmark(Some(json!({"k8s.io/initial-events-end": "true"})));
        }
    }

    /// Sends what has changed since the last look.
    fn look(&mut self) {
        let cluster = self.cluster.clone();
        let seen = cluster.read(|plane| {
            let newest = plane.store.version();
            // A version that is not reached yet belongs to another life of this cluster. The real server would have
            // the client wait; a client that is told to list again is of more use after a restarted simulation.
            if self.version > newest {
                return Err(newest);
            }
            let changes: Vec<Change> = plane
                .store
                .log()
                .after(self.version)?
                .filter(|change| change.resource == self.kind.resource)
                .cloned()
                .collect();
            Ok((changes, newest, plane.clock))
        });
        match seen {
            Ok((changes, newest, now)) => {
                for change in changes {
                    self.send_change(&change, now);
                }
                self.version = newest;
            }
            Err(oldest) => {
                let status = StatusError::expired(self.version, oldest).status();
                self.push(&json!({"type": "ERROR", "object": status}));
                self.over = true;
            }
        }
    }

    /// An object that comes into the selection was added, as the watcher sees it, and one that leaves it was deleted.
    fn send_change(&mut self, change: &Change, now: Timestamp) {
        let namespace = self.namespace.as_deref();
        let selects = |object: &Value| {
            namespace.is_none_or(|namespace| object["metadata"]["namespace"] == namespace)
                && self.selector.matches(object)
        };
        let before = change.before.as_ref().is_some_and(|before| selects(before));
        let after = !change.deleted && selects(&change.after);
        match (before, after) {
            (false, true) => self.send("ADDED", &change.after, now),
            (true, true) => self.send("MODIFIED", &change.after, now),
            (true, false) => self.send("DELETED", &change.after, now),
            (false, false) => {}
        }
    }

    fn send(&mut self, event: &str, object: &Value, now: Timestamp) {
        let object = self.view.one(self.kind, object, now);
        self.push(&json!({"type": event, "object": object}));
    }

    fn bookmark(&mut self, annotations: Option<Value>) {
        let mut metadata = json!({"resourceVersion": self.version.to_string(), "creationTimestamp": null});
        if let Some(annotations) = annotations {
            metadata["annotations"] = annotations;
        }
        let object = match self.view {
            View::Whole => json!({"kind": self.kind.kind, "apiVersion": self.kind.api_version(), "metadata": metadata}),
            View::Metadata => {
                json!({"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": metadata})
            }
            View::Table(_) => json!({
                "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": metadata,
                "columnDefinitions": [], "rows": [],
            }),
        };
        self.push(&json!({"type": "BOOKMARK", "object": object}));
    }

    fn push(&mut self, event: &Value) {
        self.lines.push_back(Bytes::from(format!("{event}\n")));
    }
}

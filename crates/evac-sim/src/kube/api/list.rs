//! Lists, whole or by pages.

use std::sync::Arc;

use serde_json::Value;

use super::{
    super::{cluster::Cluster, status_error::StatusError},
    Answer, Outcome,
    call::Call,
    route::Target,
    selector::Selector,
    view::ListMeta,
};

/// Where a page starts: the version of the first page, and the last object of the page before.
struct Page {
    version: u64,
    after: (String, String),
}

impl Page {
    fn write(&self) -> String {
        format!("{}:{}/{}", self.version, self.after.0, self.after.1)
    }

    fn read(token: &str) -> Result<Page, StatusError> {
        let read = || {
            let (version, after) = token.split_once(':')?;
            let (namespace, name) = after.split_once('/')?;
            Some(Page { version: version.parse().ok()?, after: (namespace.to_owned(), name.to_owned()) })
        };
        read().ok_or_else(|| StatusError::bad_request("continue key is not valid: unrecognized encoded header"))
    }
}

/// Answers a list. A later page is read from the newest state but carries the version of the first one: a watch from
/// there replays what changed in between.
pub fn list(cluster: &Cluster, call: &Call, target: &Target) -> Outcome {
    let selector = Selector::of(call, target)?;
    let limit = match call.parameter("limit") {
        "" => usize::MAX,
        limit => match limit.parse() {
            Ok(0) => usize::MAX,
            Ok(limit) => limit,
            Err(_) => return Err(StatusError::bad_request("limit must be a non-negative integer")),
        },
    };
    let page = match call.parameter("continue") {
        "" => None,
        token => Some(Page::read(token)?),
    };
    let (objects, meta, now) = cluster.read(|plane| {
        let store = &plane.store;
        let version = page.as_ref().map_or_else(|| store.version(), |page| page.version);
        if store.log().after(version).is_err() {
            return Err(StatusError::continue_expired());
        }
        let after = page.as_ref().map(|page| &page.after);
        let mut found = store
            .list_after(target.kind.resource, target.within(), after)
            .filter(|(_, object)| selector.matches(object));
        let mut objects: Vec<Arc<Value>> = Vec::new();
        let mut last = None;
        for (place, object) in found.by_ref().take(limit) {
            objects.push(object.clone());
            last = Some(place.clone());
        }
        let left = found.count();
        let mut meta = ListMeta { version, ..ListMeta::default() };
        if let (Some(after), true) = (last, left > 0) {
            meta.next = Some(Page { version, after }.write());
            // The real server does not count through a selector.
            meta.remaining = selector.is_empty().then_some(left);
        }
        Ok((objects, meta, plane.clock))
    })?;
    Ok(Answer::Written(call.view().list(target.kind, &objects, &meta, now)))
}

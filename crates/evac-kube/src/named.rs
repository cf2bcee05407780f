//! Objects of one kind that the stack names, watched in their namespaces.

use std::{collections::BTreeMap, sync::Arc};

use evac_core::SourceError;
use futures::future::try_join_all;
use tokio::{sync::Notify, task::JoinSet};

use crate::{
    cluster::Cluster,
    follow::{Need, Place, follow},
    mirror::Mirror,
    watched::{Kept, Pace},
};

/// What begins watches: the cluster, what rings at a change, and where the watches run.
pub(crate) struct Watcher<'a> {
    /// The cluster.
    pub(crate) cluster: &'a Arc<Cluster>,
    /// Rings when something has changed.
    pub(crate) changed: &'a Arc<Notify>,
    /// The watches; they end with it.
    pub(crate) watches: &'a mut JoinSet<()>,
    /// How patiently.
    pub(crate) pace: Pace,
}

/// A kind: its name, its API group and version, its plural, and whether a cluster must show it.
pub(crate) type Kind = (&'static str, &'static str, &'static str, Need);

/// Objects that the stack names.
pub(crate) struct Named<T> {
    /// By namespace and name, in the order of the stack.
    wanted: Vec<(String, String)>,
    mirrors: BTreeMap<String, Arc<Mirror<T>>>,
}

impl<T: Kept> Named<T> {
    /// Begins to watch.
    pub(crate) fn watch(watcher: &mut Watcher<'_>, kind: Kind, wanted: Vec<(String, String)>) -> Self {
        let (what, group, plural, need) = kind;
        let mut names: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for (namespace, name) in &wanted {
            names.entry(namespace).or_default().push(name.clone());
        }
        let mut mirrors = BTreeMap::new();
        for (namespace, names) in names {
            let mirror = Mirror::new(what, watcher.changed, names);
            let place = Place { path: format!("/apis/{group}/namespaces/{namespace}/{plural}"), need };
            watcher.watches.spawn(follow(watcher.cluster.clone(), place, mirror.clone(), watcher.pace));
            mirrors.insert(namespace.to_owned(), mirror);
        }
        Self { wanted, mirrors }
    }

    /// Waits until everything was seen, and tells whether it can be believed.
    pub(crate) async fn settled(&self, pace: Pace) -> Result<(), SourceError> {
        try_join_all(self.mirrors.values().map(|mirror| mirror.settled(pace.answer))).await.map(|_| ())
    }

    /// The objects that exist, in the order of the stack.
    pub(crate) fn objects(&self, name_of: impl Fn(&T) -> (&str, &str)) -> Vec<T> {
        let found: Vec<T> = self.mirrors.values().flat_map(|mirror| mirror.objects()).collect();
        let named = |(namespace, name): &(String, String)| {
            found.iter().find(|object| name_of(object) == (namespace.as_str(), name.as_str())).cloned()
        };
        self.wanted.iter().filter_map(named).collect()
    }
}

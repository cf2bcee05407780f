//! What a watch has seen, and whether it can be believed.

use std::{
    cmp::Reverse,
    collections::HashMap,
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use evac_core::SourceError;
use jiff::Timestamp;
use tokio::{
    sync::{Notify, watch},
    time::timeout,
};

use crate::{
    failure::silence,
    watched::{Kept, Seen},
};

/// How a watch does.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Health {
    /// It has not seen everything yet.
    Syncing,
    /// What it holds is what is there.
    Live,
    /// It is broken, and what it holds is old.
    Broken(SourceError),
}

/// The objects of one kind as a watch saw them.
pub(crate) struct Mirror<T> {
    /// What the kind is called: `backups.velero.io`.
    pub(crate) what: &'static str,
    held: Mutex<Held<T>>,
    health: watch::Sender<Health>,
    changed: Arc<Notify>,
    /// Only these names, where any are given.
    names: Vec<String>,
}

#[derive(PartialEq)]
struct Held<T> {
    objects: HashMap<String, T>,
    /// How many objects of the last list could not be told apart, for want of a name.
    nameless: usize,
}

impl<T: Kept> Mirror<T> {
    /// An empty one, which rings when what it holds or how it does has changed.
    pub(crate) fn new(what: &'static str, changed: &Arc<Notify>, names: Vec<String>) -> Arc<Self> {
        let held = Mutex::new(Held { objects: HashMap::new(), nameless: 0 });
        Arc::new(Self { what, held, health: watch::Sender::new(Health::Syncing), changed: changed.clone(), names })
    }

    /// Everything that it holds, in no order.
    pub(crate) fn objects(&self) -> Vec<T> {
        self.lock().objects.values().cloned().collect()
    }

    /// How many more there are that cannot be read.
    pub(crate) fn nameless(&self) -> usize {
        self.lock().nameless
    }

    /// Waits for the first sync, so long, and tells whether what it holds can be believed.
    pub(crate) async fn settled(&self, limit: Duration) -> Result<(), SourceError> {
        let mut health = self.health.subscribe();
        let settled = timeout(limit, health.wait_for(|health| *health != Health::Syncing)).await;
        match settled.as_ref().map(|settled| settled.as_deref()) {
            Ok(Ok(Health::Live)) => Ok(()),
            Ok(Ok(Health::Broken(error))) => Err(error.clone()),
            _ => Err(silence(self.what)),
        }
    }

    /// Puts a whole list in the place of what was held.
    pub(crate) fn replace(&self, listed: Listed<T>) {
        let nameless = listed.nameless;
        let mut objects: HashMap<_, _> = listed.trimmed().into_iter().collect();
        objects.retain(|name, _| self.wants(name));
        let after = Held { objects, nameless };
        let mut held = self.lock();
        if *held == after {
            return;
        }
        if nameless > 0 && held.nameless == 0 {
            tracing::warn!(what = self.what, nameless, "objects without a name are left out");
        }
        *held = after;
        self.changed.notify_one();
    }

    /// One object was added or changed.
    pub(crate) fn put(&self, name: String, object: T) {
        if !self.wants(&name) {
            return;
        }
        let objects = &mut self.lock().objects;
        if objects.get(&name) == Some(&object) {
            return;
        }
        objects.insert(name, object);
        if objects.len() > T::MOST.saturating_mul(2) {
            let all = Listed { objects: objects.drain().collect(), nameless: 0 };
            *objects = all.trimmed().into_iter().collect();
        }
        self.changed.notify_one();
    }

    /// One object is gone.
    pub(crate) fn remove(&self, name: &str) {
        if self.lock().objects.remove(name).is_some() {
            self.changed.notify_one();
        }
    }

    /// What it holds is what is there.
    pub(crate) fn live(&self) {
        self.set(Health::Live);
    }

    /// What it holds is old.
    pub(crate) fn broken(&self, error: SourceError) {
        self.set(Health::Broken(error));
    }

    fn set(&self, health: Health) {
        if self.health.send_if_modified(|before| mem::replace(before, health.clone()) != health) {
            self.changed.notify_one();
        }
    }

    fn wants(&self, name: &str) -> bool {
        self.names.is_empty() || self.names.iter().any(|wanted| wanted == name)
    }

    /// A panic while it was held can have left nothing half done that the next list does not put right.
    fn lock(&self) -> MutexGuard<'_, Held<T>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A list as it comes in page by page, never much longer than what is kept of it.
pub(crate) struct Listed<T> {
    objects: Vec<(String, T)>,
    nameless: usize,
}

impl<T: Kept> Listed<T> {
    pub(crate) fn new() -> Self {
        Self { objects: Vec::new(), nameless: 0 }
    }

    /// Adds a page.
    pub(crate) fn add(&mut self, page: Vec<Seen<T>>) {
        let all = self.objects.len() + page.len();
        self.objects.extend(page.into_iter().filter_map(|seen| seen.object));
        self.nameless += all - self.objects.len();
        if self.objects.len() > T::MOST.saturating_mul(2) {
            self.objects = Self { objects: mem::take(&mut self.objects), nameless: 0 }.trimmed();
        }
    }

    /// How many are held.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.objects.len()
    }

    /// What is kept of it, the newest first.
    pub(crate) fn trimmed(mut self) -> Vec<(String, T)> {
        trim(&mut self.objects, |(_, object)| object);
        self.objects
    }
}

/// How many of each series are spared beside the newest of all, and of all series together: a server that makes a
/// series of each object fills no memory with it.
const LEAST_OF_SERIES: usize = 20;
const MOST_SPARED: usize = 500;

/// Leaves the newest, as many as are kept, and of each series its own newest. What has not begun is newer than what
/// has. A list that is short enough stays in the order that it has.
pub(crate) fn trim<T: Kept, O>(objects: &mut Vec<O>, kept: impl Fn(&O) -> &T) {
    if objects.len() <= T::MOST {
        return;
    }
    objects.sort_by_key(|object| Reverse(kept(object).dated().unwrap_or(Timestamp::MAX)));
    let (mut of_series, mut place, mut spared) = (HashMap::<String, usize>::new(), 0, 0);
    objects.retain(|object| {
        place += 1;
        let among_newest = place <= T::MOST;
        let Some(series) = kept(object).series() else { return among_newest };
        // No more series are told apart than could be spared, so that this too stays small.
        if !of_series.contains_key(series) && of_series.len() < MOST_SPARED {
            of_series.insert(series.to_owned(), 0);
        }
        let rare = of_series.get_mut(series).is_some_and(|count| {
            *count += 1;
            *count <= LEAST_OF_SERIES
        });
        let spare = !among_newest && rare && spared < MOST_SPARED;
        spared += usize::from(spare);
        among_newest || spare
    });
}

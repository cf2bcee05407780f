//! The port on Velero.

use std::{cmp::Reverse, sync::Arc};

use evac_core::{
    Reading, SourceId,
    observation::Sampled,
    reading::{BackupLocation, BackupsReading, Restore, Schedule},
    stack::Velero,
};
use evac_engine::{Answer, Call, Port};
use futures::{
    FutureExt,
    future::{BoxFuture, join},
    try_join,
};
use jiff::Timestamp;
use tokio::{sync::Notify, task::JoinSet};

use crate::{
    cluster::Cluster,
    follow::{Need, Place, follow},
    mirror::{Mirror, trim},
    velero::{SnapshotLocation, StoredBackup},
    watched::{Kept, Pace},
};

/// What Velero has in one region.
pub(crate) struct Backups {
    id: SourceId,
    cluster: Arc<Cluster>,
    changed: Arc<Notify>,
    backups: Arc<Mirror<StoredBackup>>,
    schedules: Arc<Mirror<Schedule>>,
    locations: Arc<Mirror<BackupLocation>>,
    restores: Arc<Mirror<Restore>>,
    snapshot_locations: Arc<Mirror<SnapshotLocation>>,
    pace: Pace,
    /// The watches; they end with the port.
    _watches: JoinSet<()>,
}

impl Backups {
    /// Begins to watch.
    pub(crate) fn watch(id: SourceId, cluster: Arc<Cluster>, velero: &Velero, pace: Pace) -> Self {
        let (mut watches, changed) = (JoinSet::new(), Arc::new(Notify::new()));
        let context = Context { cluster: &cluster, namespace: &velero.namespace, changed: &changed, pace };
        let backups = context.watch("backups.velero.io", "backups", Need::Always, &mut watches);
        let schedules = context.watch("schedules.velero.io", "schedules", Need::Always, &mut watches);
        let locations =
            context.watch("backupstoragelocations.velero.io", "backupstoragelocations", Need::Always, &mut watches);
        let restores = context.watch("restores.velero.io", "restores", Need::Always, &mut watches);
        let snapshot_locations =
            context.watch("volumesnapshotlocations.velero.io", "volumesnapshotlocations", Need::Never, &mut watches);
        Self {
            id,
            cluster,
            changed,
            backups,
            schedules,
            locations,
            restores,
            snapshot_locations,
            pace,
            _watches: watches,
        }
    }

    async fn ask(&self) -> Answer {
        let limit = self.pace.answer;
        let watches = async {
            try_join!(
                self.backups.settled(limit),
                self.schedules.settled(limit),
                self.locations.settled(limit),
                self.restores.settled(limit),
                self.snapshot_locations.settled(limit)
            )
        };
        let ((source_clock, alive), watches) = join(self.cluster.prove_alive(), watches).await;
        Answer { source_clock, result: alive.and_then(|alive| watches.map(|_| self.read(alive.at))) }
    }

    fn read(&self, at: Timestamp) -> Sampled {
        let snapshot_locations = self.snapshot_locations.objects();
        let mut stored = self.backups.objects();
        trim(&mut stored, |backup| backup);
        let mut backups: Vec<_> =
            stored.into_iter().map(|backup| backup.in_region(&self.id.region, &snapshot_locations)).collect();
        // Newest first; what has not begun is newer than what has.
        backups.sort_by(|one, other| newest(other.started, &other.name).cmp(&newest(one.started, &one.name)));
        let mut restores = self.restores.objects();
        restores.sort_by(|one, other| newest(other.started, &other.name).cmp(&newest(one.started, &one.name)));
        restores.truncate(Restore::MOST);
        let mut schedules = self.schedules.objects();
        schedules.sort_by(|one, other| one.name.cmp(&other.name));
        let mut locations = self.locations.objects();
        locations.sort_by_key(|location| (Reverse(location.default), location.name.clone()));
        Sampled {
            sampled_at: at,
            reading: Reading::Backups(BackupsReading { backups, schedules, locations, restores }),
        }
    }
}

fn newest(started: Option<Timestamp>, name: &str) -> (Timestamp, &str) {
    (started.unwrap_or(Timestamp::MAX), name)
}

struct Context<'a> {
    cluster: &'a Arc<Cluster>,
    namespace: &'a str,
    changed: &'a Arc<Notify>,
    pace: Pace,
}

impl Context<'_> {
    fn watch<T: Kept>(
        &self,
        what: &'static str,
        plural: &str,
        need: Need,
        watches: &mut JoinSet<()>,
    ) -> Arc<Mirror<T>> {
        let mirror = Mirror::new(what, self.changed, Vec::new());
        let place = Place { path: format!("/apis/velero.io/v1/namespaces/{}/{plural}", self.namespace), need };
        watches.spawn(follow(self.cluster.clone(), place, mirror.clone(), self.pace));
        mirror
    }
}

impl Port for Backups {
    fn id(&self) -> &SourceId {
        &self.id
    }

    fn calls(&self) -> Vec<Call> {
        vec![Call { operation: "kubernetes:GET /version", per_sample: 1.0, usd: 0.0 }]
    }

    fn sample(&self) -> BoxFuture<'_, Answer> {
        self.ask().boxed()
    }

    fn changed(&self) -> Option<Arc<Notify>> {
        Some(self.changed.clone())
    }
}

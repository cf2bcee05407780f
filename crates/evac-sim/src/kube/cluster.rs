//! The face of one cluster: made from a seed, moved by the world, served to clients.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tokio::sync::watch;

use super::{
    api, argo_cd,
    config::{BackupDegradation, ClusterConfig, RestoreOutcome},
    control_plane::{ControlPlane, VELERO_NAMESPACE},
    kinds::resource,
    store::ObjectKey,
    timers::Wake,
    velero::{degradation, deletion, history, locations, restores, schedules, server},
    workloads::{deployments, namespaces, nodes, seeds},
};

/// One region's Kubernetes cluster. Clones are the same cluster.
///
/// Deterministic: the same configuration and the same calls at the same virtual times make the same objects, whatever
/// the steps in which [`Cluster::advance`] is called.
#[derive(Debug, Clone)]
pub struct Cluster {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    plane: Mutex<ControlPlane>,
    /// The newest version, to wake the watches.
    newest: watch::Sender<u64>,
}

/// How long before the start the cluster was made.
const AGE: SignedDuration = SignedDuration::from_hours(24 * 90);

impl Cluster {
    /// A cluster in its steady state: pods run, backups of the past exist, and no watch can ask for what was before.
    pub fn new(config: ClusterConfig) -> Cluster {
        let made = config.start.checked_sub(AGE).unwrap_or(config.start);
        let mut plane = ControlPlane::new(&config.region, config.seed, made);
        for name in ["default", "kube-system", "kube-public", VELERO_NAMESPACE] {
            namespaces::create(&mut plane, name);
        }
        let role = if config.is_primary { "primary" } else { "standby" };
        let about = json!({"data": {"region": config.region, "role": role}});
        plane.create(&ObjectKey::new(resource::CONFIG_MAPS, "kube-system", "cluster-info"), about);
        nodes::create(&mut plane, config.nodes);
        for seed in &config.deployments {
            namespaces::create(&mut plane, &seed.namespace);
            seeds::create(&mut plane, seed);
        }
        for seed in &config.autoscalers {
            seeds::create_autoscaler(&mut plane, seed);
        }
        for seed in &config.applications {
            argo_cd::create(&mut plane, seed);
        }
        server::create(&mut plane);
        // The pods come up by the same controllers as later ones.
        plane.advance(made + SignedDuration::from_mins(1));
        for seed in &config.backup_locations {
            locations::create(&mut plane, seed);
        }
        history::create(&mut plane, &config);
        plane.clock = config.start;
        plane.settle();
        for seed in &config.backup_locations {
            locations::validate(&mut plane, &ObjectKey::new(resource::BACKUP_LOCATIONS, VELERO_NAMESPACE, &seed.name));
        }
        nodes::heartbeat(&mut plane);
        plane.timers.set(Wake::ExpiredBackups, config.start + deletion::COLLECTION);
        plane.settle();
        plane.store.compact();
        let (newest, _) = watch::channel(plane.store.version());
        Cluster { shared: Arc::new(Shared { plane: Mutex::new(plane), newest }) }
    }

    /// Moves the cluster's clock and controllers to a time. A time before the last one does nothing.
    pub fn advance(&self, now: Timestamp) {
        self.change(|plane| plane.advance(now));
    }

    /// Lets a backup location fail from now on, or heals it; it is validated at once.
    ///
    /// Without a message, Velero's own for an unreachable bucket is written.
    pub fn set_backup_location(&self, name: &str, available: bool, message: Option<&str>) {
        self.change(|plane| locations::set_available(plane, name, available, message));
    }

    /// Makes a backup location read-only, as a restore recipe does, or writable.
    pub fn set_backup_location_access_mode(&self, name: &str, read_only: bool) {
        self.change(|plane| locations::set_access_mode(plane, name, read_only));
    }

    /// Takes the contents of backups away from the bucket and leaves their descriptions: they stay Completed, and a
    /// restore of them fails.
    pub fn hide_backup_data(&self, backup_name_prefix: &str) {
        self.change(|plane| plane.object_storage.hide_contents(backup_name_prefix));
    }

    /// Degrades the ended backups whose name starts with a prefix.
    pub fn degrade_backups(&self, backup_name_prefix: &str, kind: BackupDegradation) {
        self.change(|plane| degradation::degrade(plane, backup_name_prefix, kind));
    }

    /// Undoes [`Cluster::hide_backup_data`] and [`Cluster::degrade_backups`] for backups that lie in a bucket.
    pub fn heal_backups(&self, backup_name_prefix: &str) {
        self.change(|plane| degradation::heal(plane, backup_name_prefix));
    }

    /// Copies what one cluster's location holds to this cluster's, as bucket replication does; the backups appear at
    /// the next sync. Both names must be locations of their cluster, or nothing happens.
    pub fn replicate_backups(&self, from: &Cluster, from_location: &str, to_location: &str) {
        // One lock after the other: two clusters may copy from each other at the same time.
        let copies: Vec<_> = {
            let source = from.lock();
            let place = locations::place_of(&source, from_location).unwrap_or_default();
            source.object_storage.at(&place).map(|(name, stored)| (name.clone(), stored.clone())).collect()
        };
        self.change(|plane| {
            if let Some(place) = locations::place_of(plane, to_location) {
                plane.object_storage.copy_in(&place, copies);
                plane.backup_changes += 1;
            }
        });
    }

    /// Lets at most this many pods of a deployment be ready; a number at or above its replicas lifts the limit.
    pub fn set_deployment_ready(&self, namespace: &str, name: &str, ready: i32) {
        self.change(|plane| {
            let key = ObjectKey::new(resource::DEPLOYMENTS, namespace, name);
            plane.ready_limits.insert((namespace.to_owned(), name.to_owned()), ready);
            deployments::lift_idle_limit(plane, &key);
            deployments::reconcile(plane, &key);
        });
    }

    /// How many pods of a deployment are ready; none when there is no such deployment.
    pub fn ready(&self, namespace: &str, name: &str) -> i64 {
        let key = ObjectKey::new(resource::DEPLOYMENTS, namespace, name);
        let ready = |plane: &ControlPlane| plane.store.get(&key)?.pointer("/status/readyReplicas")?.as_i64();
        self.read(ready).unwrap_or(0)
    }

    /// Lets the first nodes be ready and the others go silent, with their pods.
    pub fn set_nodes_ready(&self, ready: u32) {
        self.change(|plane| nodes::set_ready(plane, ready));
    }

    /// Lets new pods come onto the first nodes only; those that run already stay where they are.
    pub fn set_nodes_schedulable(&self, count: u32) {
        self.change(|plane| nodes::set_schedulable(plane, count));
    }

    /// Decides how restores end from now on, those at work included.
    pub fn set_restore_outcome(&self, outcome: RestoreOutcome) {
        self.change(|plane| restores::set_outcome(plane, outcome));
    }

    /// Pauses a schedule or lets it go. It stays Enabled; let go past its time, it fires at once.
    pub fn pause_schedule(&self, name: &str, paused: bool) {
        self.change(|plane| schedules::set_paused(plane, name, paused));
    }

    /// Forgets the changes so far, so that a watch from an older version gets 410.
    pub fn compact(&self) {
        self.change(|plane| plane.store.compact());
    }

    /// The API server of this cluster, over plain HTTP.
    pub fn router(&self) -> axum::Router {
        api::router(self.clone())
    }

    /// Changes the state, lets the controllers see it, and wakes the watches.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut ControlPlane) -> T) -> T {
        let mut plane = self.lock();
        let result = change(&mut plane);
        plane.settle();
        let version = plane.store.version();
        drop(plane);
        self.shared.newest.send_if_modified(|newest| std::mem::replace(newest, version) != version);
        result
    }

    /// Reads the state.
    pub(super) fn read<T>(&self, read: impl FnOnce(&ControlPlane) -> T) -> T {
        read(&self.lock())
    }

    /// Tells when there is a newer version.
    pub(super) fn subscribe(&self) -> watch::Receiver<u64> {
        self.shared.newest.subscribe()
    }

    /// A panic in another holder leaves a consistent enough simulation behind; refusing to go on would help nobody.
    fn lock(&self) -> MutexGuard<'_, ControlPlane> {
        self.shared.plane.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

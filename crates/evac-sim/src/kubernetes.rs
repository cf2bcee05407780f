//! The reference stack's Kubernetes clusters, and what scenarios do to them.

use jiff::{SignedDuration, Timestamp};

use crate::{
    kube::{
        ApplicationSeed, AutoscalerSeed, BackupDegradation, BackupLocationSeed, Cluster, ClusterConfig, DeploymentSeed,
        RestoreOutcome, ScheduleSeed,
    },
    scenario::ClusterChange,
    topology::Region,
};

/// The namespace of the workload.
pub const NAMESPACE: &str = "akidb";
/// The deployments: name, replicas in the primary and in a standby region, CPU in thousandths, memory in MiB.
pub const DEPLOYMENTS: [(&str, i32, i32, u32, u32); 3] =
    [("akidb-api", 6, 3, 500, 1024), ("akidb-query", 8, 4, 1500, 4096), ("akidb-ingest", 4, 2, 1000, 2048)];
/// The deployments whose pods share a volume, and its size in GiB.
const VOLUMES: [(&str, u32); 2] = [("akidb-query", 200), ("akidb-ingest", 50)];
/// The consumer of the ingest queue, which writes by itself: its replicas in the primary; a standby region has none.
pub const CONSUMER: (&str, i32) = ("ingest", 2);
/// The autoscaler of the first deployment, and the most replicas that it allows.
pub const AUTOSCALER: (&str, i32) = ("api", 12);
/// The application of Argo CD that the deployments belong to.
pub const APPLICATION: &str = "akidb";
/// The nodes of a region.
pub const NODES: u32 = 6;
/// The Velero schedules: name, cron, hours that a backup lives.
pub const SCHEDULES: [(&str, &str, i64); 3] =
    [("pvc-5m", "*/5 * * * *", 168), ("cluster-6h", "0 */6 * * *", 720), ("archive-weekly", "0 3 * * 0", 8760)];
/// The name of a region's own backup store.
pub const OWN_LOCATION: &str = "default";

/// The name of the store of a neighbouring region, which is read-only here.
pub fn neighbour_location(region: Region) -> String {
    format!("{}-replica", region.neighbour().name())
}

/// The cluster of a region, as it is on a calm day.
pub fn cluster(region: Region, seed: u64, start: Timestamp) -> Cluster {
    let is_primary = region == Region::UsEast1;
    let deployments = deployments(is_primary);
    let autoscaler = AutoscalerSeed {
        name: AUTOSCALER.0.to_owned(),
        namespace: NAMESPACE.to_owned(),
        deployment: deployments[0].name.clone(),
        minimum: deployments[0].replicas,
        maximum: AUTOSCALER.1,
    };
    let application = ApplicationSeed {
        name: APPLICATION.to_owned(),
        namespace: NAMESPACE.to_owned(),
        replicas: deployments.iter().map(|seed| (seed.name.clone(), seed.replicas)).collect(),
    };
    let schedules = SCHEDULES.map(|(name, cron, hours)| ScheduleSeed {
        name: name.to_owned(),
        cron: cron.to_owned(),
        ttl: SignedDuration::from_hours(hours),
        included_namespaces: if name == "pvc-5m" { vec![NAMESPACE.to_owned()] } else { Vec::new() },
        storage_location: OWN_LOCATION.to_owned(),
        snapshot_volumes: false,
        // Volumes are copied file by file: snapshots would stay in their region.
        default_volumes_to_fs_backup: true,
    });
    let location = |name: String, of: Region, default| BackupLocationSeed {
        name,
        bucket: format!("akidb-velero-{}", of.short()),
        prefix: "backups".to_owned(),
        region: of.name().to_owned(),
        default,
    };
    let cluster = Cluster::new(ClusterConfig {
        region: region.name().to_owned(),
        seed,
        start,
        is_primary,
        deployments: deployments.into(),
        autoscalers: vec![autoscaler],
        applications: vec![application],
        nodes: NODES,
        schedules: schedules.into(),
        backup_locations: vec![
            location(OWN_LOCATION.to_owned(), region, true),
            location(neighbour_location(region), region.neighbour(), false),
        ],
        history: SignedDuration::from_hours(24 * 30),
    });
    cluster.set_backup_location_access_mode(&neighbour_location(region), true);
    cluster
}

/// The deployments of a region, the consumer last.
fn deployments(is_primary: bool) -> [DeploymentSeed; 4] {
    let of = |name: &str, replicas, cpu_millis, memory_mib| DeploymentSeed {
        name: name.to_owned(),
        namespace: NAMESPACE.to_owned(),
        replicas,
        cpu_millis,
        memory_mib,
        volume_gib: VOLUMES.iter().find(|(owner, _)| *owner == name).map_or(0, |(_, size)| *size),
    };
    let [api, query, ingest] = DEPLOYMENTS.map(|(name, primary, standby, cpu_millis, memory_mib)| {
        of(name, if is_primary { primary } else { standby }, cpu_millis, memory_mib)
    });
    [api, query, ingest, of(CONSUMER.0, if is_primary { CONSUMER.1 } else { 0 }, 500, 512)]
}

/// The degradation of that name.
pub fn degradation(name: &str) -> Option<BackupDegradation> {
    Some(match name {
        "location-gone" => BackupDegradation::LocationGone,
        "expired" => BackupDegradation::Expired,
        "stalled-in-progress" => BackupDegradation::StalledInProgress,
        "volume-snapshots-in-other-region" => BackupDegradation::VolumeSnapshotsInOtherRegion,
        "partially-failed" => BackupDegradation::PartiallyFailed,
        _ => return None,
    })
}

/// Changes a cluster.
pub fn change(cluster: &Cluster, change: &ClusterChange) {
    match change {
        ClusterChange::Calm => calm(cluster),
        ClusterChange::BackupLocation { name, available, message } => {
            cluster.set_backup_location(name, *available, Some(message.as_str()).filter(|text| !text.is_empty()));
        }
        ClusterChange::DegradeBackups { prefix, kind } => {
            if let Some(kind) = degradation(kind) {
                cluster.degrade_backups(prefix, kind);
            }
        }
        ClusterChange::HideBackupData { prefix } => cluster.hide_backup_data(prefix),
        ClusterChange::Deployment { namespace, name, ready } => cluster.set_deployment_ready(namespace, name, *ready),
        ClusterChange::Nodes { ready } => cluster.set_nodes_ready(*ready),
        ClusterChange::Schedulable { nodes } => cluster.set_nodes_schedulable(*nodes),
        ClusterChange::Restores { outcome } => cluster.set_restore_outcome(*outcome),
        ClusterChange::Schedule { name, paused } => cluster.pause_schedule(name, *paused),
        ClusterChange::Compact => cluster.compact(),
    }
}

fn calm(cluster: &Cluster) {
    cluster.set_nodes_ready(NODES);
    cluster.set_nodes_schedulable(NODES);
    for seed in deployments(false) {
        cluster.set_deployment_ready(NAMESPACE, &seed.name, i32::MAX);
    }
    cluster.set_deployment_ready("velero", "velero", i32::MAX);
    cluster.set_restore_outcome(RestoreOutcome::Normal);
    for region in Region::ALL {
        cluster.set_backup_location(&neighbour_location(region), true, None);
    }
    cluster.set_backup_location(OWN_LOCATION, true, None);
    cluster.heal_backups("");
    for (name, ..) in SCHEDULES {
        cluster.pause_schedule(name, false);
    }
}

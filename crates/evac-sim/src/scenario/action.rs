//! What a scenario can do to the world and to its endpoints.

use serde::Deserialize;

use crate::{
    kube::RestoreOutcome,
    topology::{Place, Region, Service},
    world::aurora::{Fencing, Promotion},
};

/// One thing that happens. Lists of regions or services that are left out mean every one.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Action {
    /// Heals everything: faults, world and clusters. What has piled up drains in its own time.
    Calm,
    /// Sets a fault on endpoints.
    #[serde(rename_all = "kebab-case")]
    Fault {
        /// The name of the fault.
        kind: String,
        /// How late, for `delay`.
        #[serde(default)]
        milliseconds: u64,
        /// The regions of the endpoints, and other places that have some.
        #[serde(default = "every_place")]
        regions: Vec<Place>,
        /// The services of the endpoints.
        #[serde(default = "every_service")]
        services: Vec<Service>,
    },
    /// Takes faults off endpoints.
    Heal {
        /// The regions of the endpoints, and other places that have some.
        #[serde(default = "every_place")]
        regions: Vec<Place>,
        /// The services of the endpoints.
        #[serde(default = "every_service")]
        services: Vec<Service>,
    },
    /// Takes a region's machines away, or gives them back: nothing there writes, replicates, publishes or answers.
    Power {
        /// The region.
        region: Region,
        /// Whether it runs.
        on: bool,
    },
    /// What the region's public endpoint answers to health checkers and probes: an HTTP status, or 0 for silence.
    Answer {
        /// The region.
        region: Region,
        /// The status.
        status: u16,
    },
    /// How many of the 16 checkers cannot reach a region, whatever it answers.
    BlindCheckers {
        /// The region.
        region: Region,
        /// How many.
        checkers: usize,
    },
    /// How changes of records spread from now on.
    DnsChanges(DnsChanges),
    /// How the resolver of a region's users keeps answers.
    #[serde(rename_all = "kebab-case")]
    Resolver {
        /// The region.
        region: Region,
        /// Whether it keeps what it has whatever its time to live.
        keeps_old: bool,
    },
    /// Stops Aurora's replication to a region, or lets it run again.
    AuroraStall {
        /// The secondary.
        region: Region,
        /// Whether it stands.
        stalled: bool,
    },
    /// Cuts a region's cluster off from those of the other regions while it runs, or lets them meet again. Nothing
    /// replicates, no switchover goes through, and an old writer there is not made anew.
    #[serde(rename_all = "kebab-case")]
    AuroraCutOff {
        /// The region.
        region: Region,
        /// Whether it is.
        cut_off: bool,
    },
    /// Gives a member cluster a status.
    ClusterStatus {
        /// The region of the cluster.
        region: Region,
        /// Such as `available` or `inaccessible-encryption-credentials`.
        status: String,
    },
    /// How the attempt to stop the old writer ends in the failovers from now on.
    Fencing {
        /// `proven`, `refused`, `late` or `unknown`.
        outcome: Fencing,
    },
    /// How promotions go from now on, also one that is under way.
    Promotion {
        /// `normal`, `slow` (if it has not begun) or `fails`.
        outcome: Promotion,
    },
    /// What one region's control plane says of the global cluster. What is left out is the truth.
    View {
        /// The region that is asked.
        region: Region,
        /// The writer that it names.
        #[serde(default)]
        writer: Option<Region>,
        /// A member that it does not list.
        #[serde(default)]
        missing: Option<Region>,
        /// The global cluster's status.
        #[serde(default)]
        status: Option<String>,
    },
    /// How S3 replication runs.
    Replication {
        /// Where objects come from.
        #[serde(default = "every_region")]
        sources: Vec<Region>,
        /// Where they go to.
        #[serde(default = "every_region")]
        destinations: Vec<Region>,
        /// The share of the throughput that is left, from 0 to 1.
        #[serde(default = "all")]
        throughput: f64,
        /// The share of objects that fail for good.
        #[serde(default)]
        failing: f64,
    },
    /// How much is written to a region's bucket, against a calm day.
    Writes {
        /// The region.
        region: Region,
        /// 1 is a calm day.
        factor: f64,
    },
    /// How a region's CloudWatch publishes: `normal`, `silent` or `frozen`.
    Metrics {
        /// The region.
        region: Region,
        /// Which of the three.
        publication: Publication,
    },
    /// Reports an event of RDS, by its number.
    Event {
        /// The number, such as 424.
        kind: u16,
        /// The region whose RDS reports it.
        region: Region,
        /// The region of the cluster that it speaks of.
        subject: Region,
    },
    /// Makes the clocks of a region's endpoints go wrong, in their `Date` headers.
    ClockSkew {
        /// The region.
        region: Region,
        /// Seconds ahead; negative is behind.
        seconds: i64,
    },
    /// Lets writes of S3 and DynamoDB meet others that are made at the same time: conditional writes and deletions of
    /// objects, and every write to a global table.
    WriteConflicts {
        /// The services.
        #[serde(default = "every_service")]
        services: Vec<Service>,
        /// The regions of the endpoints that are written to.
        #[serde(default = "every_region")]
        regions: Vec<Region>,
        /// How many of the next writes do, at each endpoint.
        #[serde(default)]
        writes: u32,
        /// What share of those after them does, from 0 to 1.
        #[serde(default)]
        share: f64,
    },
    /// Whether the witness of the global table votes: without it, the loss of one replica stops the other too.
    Witness {
        /// Whether it does.
        on: bool,
    },
    /// Whether the session credentials of clients have expired, as the AWS endpoints of some regions see it.
    Credentials {
        /// The regions of the endpoints.
        #[serde(default = "every_region")]
        regions: Vec<Region>,
        /// Whether they have.
        expired: bool,
    },
    /// A change of a region's Kubernetes cluster.
    Kubernetes {
        /// The region.
        region: Region,
        /// The change.
        change: ClusterChange,
    },
}

/// How metrics are published, as scenario files write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Publication {
    /// As they should be.
    Normal,
    /// Not at all.
    Silent,
    /// The last value again and again.
    Frozen,
}

/// How changes of records spread, as scenario files write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DnsChanges {
    /// Within a minute.
    Normal,
    /// Not at all.
    Stuck,
    /// Those under way are no longer known, and the records are as before.
    Forgotten,
}

/// What can change in a Kubernetes cluster.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum ClusterChange {
    /// Heals everything.
    Calm,
    /// Whether Velero can reach a backup store.
    BackupLocation {
        /// The BackupStorageLocation.
        name: String,
        /// Whether it is reachable.
        available: bool,
        /// What Velero says when it is not.
        #[serde(default)]
        message: String,
    },
    /// Degrades the backups that there are.
    DegradeBackups {
        /// What their names begin with.
        #[serde(default)]
        prefix: String,
        /// `location-gone`, `expired`, `stalled-in-progress`, `volume-snapshots-in-other-region` or
        /// `partially-failed`.
        kind: String,
    },
    /// Takes the contents of backups away, while their descriptions say Completed.
    HideBackupData {
        /// What their names begin with.
        #[serde(default)]
        prefix: String,
    },
    /// How many replicas of a deployment are ready.
    Deployment {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
        /// How many.
        ready: i32,
    },
    /// How many nodes are ready.
    Nodes {
        /// How many.
        ready: u32,
    },
    /// How many nodes take new pods.
    Schedulable {
        /// How many.
        nodes: u32,
    },
    /// How restores end.
    Restores {
        /// `normal`, `stalled` or `partially-failed`.
        outcome: RestoreOutcome,
    },
    /// Pauses a Velero schedule, or lets it run again.
    Schedule {
        /// Its name.
        name: String,
        /// Whether it is paused.
        paused: bool,
    },
    /// Forgets old resource versions, so that a watch that lags is told 410.
    Compact,
}

fn every_place() -> Vec<Place> {
    Place::ALL.to_vec()
}

fn every_region() -> Vec<Region> {
    Region::ALL.to_vec()
}

fn every_service() -> Vec<Service> {
    Service::ALL.to_vec()
}

fn all() -> f64 {
    1.0
}

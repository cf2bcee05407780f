use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What Velero has in a region's cluster.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BackupsReading {
    /// The backups, newest first.
    pub backups: Vec<Backup>,
    /// The schedules.
    pub schedules: Vec<Schedule>,
    /// The storage locations.
    pub locations: Vec<BackupLocation>,
    /// The restores, newest first.
    pub restores: Vec<Restore>,
}

/// A backup.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Backup {
    /// Its name.
    pub name: String,
    /// The schedule that made it, from its label.
    pub schedule: Option<String>,
    /// The storage location that holds it.
    pub location: Option<String>,
    /// How far it came.
    pub phase: BackupPhase,
    /// When it began.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub completed: Option<Timestamp>,
    /// When it will be, or was to be, deleted.
    pub expires: Option<Timestamp>,
    /// Errors that Velero counted.
    pub errors: u32,
    /// Warnings that Velero counted.
    pub warnings: u32,
    /// Volume snapshots that belong to it. Those of a cloud's disks stay in the region they were made in.
    pub volume_snapshots: u32,
    /// The region that its volume snapshots are in, where that is known.
    pub volume_region: Option<String>,
    /// True when its volumes were copied into the object store, and so go wherever the store goes.
    pub volumes_in_store: bool,
    /// The minor version of the cluster that it was taken from, such as 33.
    pub source_minor_version: Option<u32>,
}

/// How far a backup came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum BackupPhase {
    /// Not begun: New, Queued, ReadyToStart, or no status yet.
    Waiting,
    /// Under way: InProgress, WaitingForPluginOperations, Finalizing.
    Running,
    /// Completed.
    Completed,
    /// Completed with errors.
    PartiallyFailed,
    /// Failed, or refused before it began.
    Failed,
    /// Being deleted.
    Deleting,
    /// A phase that this program does not know, as Velero wrote it.
    Other(String),
}

impl BackupPhase {
    /// The phase from Velero's word for it.
    pub fn from_velero(phase: Option<&str>) -> Self {
        match phase {
            None | Some("" | "New" | "Queued" | "ReadyToStart") => Self::Waiting,
            Some(
                "InProgress"
                | "WaitingForPluginOperations"
                | "WaitingForPluginOperationsPartiallyFailed"
                | "Finalizing"
                | "FinalizingPartiallyFailed",
            ) => Self::Running,
            Some("Completed") => Self::Completed,
            Some("PartiallyFailed") => Self::PartiallyFailed,
            Some("Failed" | "FailedValidation") => Self::Failed,
            Some("Deleting") => Self::Deleting,
            Some(other) => Self::Other(crate::text::clean(other)),
        }
    }

    /// The word of the screen.
    pub fn word(&self) -> &str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Completed => "completed",
            Self::PartiallyFailed => "partly failed",
            Self::Failed => "failed",
            Self::Deleting => "deleting",
            Self::Other(other) => other,
        }
    }
}

/// A schedule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Schedule {
    /// Its name.
    pub name: String,
    /// Its cron expression.
    pub cron: String,
    /// True when it is paused, which Velero does not show in its phase.
    pub paused: bool,
    /// True when Velero accepted it.
    pub enabled: bool,
    /// When it last made a backup.
    pub last_backup: Option<Timestamp>,
}

/// A storage location for backups.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BackupLocation {
    /// Its name.
    pub name: String,
    /// The bucket.
    pub bucket: String,
    /// The region that its configuration names.
    pub region: Option<String>,
    /// True when Velero could reach it at its last look.
    pub available: bool,
    /// True when Velero may only read from it.
    pub read_only: bool,
    /// True for the location of backups that name none.
    pub default: bool,
    /// When Velero last looked.
    pub validated: Option<Timestamp>,
    /// What Velero says is wrong.
    pub message: Option<String>,
}

/// A restore.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Restore {
    /// Its name.
    pub name: String,
    /// The backup that it takes from.
    pub backup: Option<String>,
    /// How far it came: the same family as a backup's.
    pub phase: BackupPhase,
    /// When it began.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub completed: Option<Timestamp>,
}

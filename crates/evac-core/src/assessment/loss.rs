use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::{BacklogSummary, BackupSummary, LagSummary};

/// What a failover to a region would lose, if it were made now. What is `None` is not known: nobody may consent to
/// it as if it were nothing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DataLoss {
    /// Writes to the database. `None` also when the stack has none.
    pub writes: Option<WriteLoss>,
    /// Objects. `None` also when nothing replicates into the region.
    pub objects: Option<ObjectLoss>,
    /// When the newest backup that can be restored in the region began.
    pub newest_backup: Option<Timestamp>,
}

/// Writes that a failover would lose.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WriteLoss {
    /// At most the writes of so long: the lag when measured, and the time since.
    pub at_most: SignedDuration,
    /// The lag when measured.
    pub lag: SignedDuration,
    /// How long ago that was.
    pub measured_ago: SignedDuration,
}

/// Objects that a failover would leave behind. They are not destroyed: they come when the region does.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ObjectLoss {
    /// Operations that wait.
    pub operations: f64,
    /// Bytes that wait.
    pub bytes: f64,
    /// How long ago these were measured.
    pub measured_ago: SignedDuration,
}

impl DataLoss {
    pub(super) fn of(lag: Option<&LagSummary>, backlog: Option<&BacklogSummary>, backups: &BackupSummary) -> Self {
        Self {
            writes: lag.map(|lag| WriteLoss { at_most: lag.exposure, lag: lag.lag, measured_ago: lag.measured_ago }),
            objects: backlog.map(|backlog| ObjectLoss {
                operations: backlog.operations,
                bytes: backlog.bytes,
                measured_ago: backlog.measured_ago,
            }),
            newest_backup: backups.newest.as_ref().map(|(_, started, _)| *started),
        }
    }
}

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::ExistingResources;
use crate::{ids::RegionId, stack::Stack};

/// What is wanted, in the operator's terms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Intent {
    /// Planned, with both regions healthy: the writer moves, and nothing is lost.
    Switchover {
        /// The new writer's region.
        to: RegionId,
    },
    /// The writer's region is lost: another takes over, and what had not arrived there is lost.
    Failover {
        /// The new writer's region.
        to: RegionId,
    },
    /// Back to the primary of the stack file, once it is healthy again: a switchover.
    Failback,
    /// A namespace or a volume was lost: Velero brings it back.
    Restore {
        /// The region of the cluster that it is restored into.
        region: RegionId,
        /// The backup.
        backup: String,
        /// The namespaces to take from it.
        namespaces: Vec<String>,
        /// Namespaces that get another name, by the name in the backup.
        #[serde(default)]
        mapping: BTreeMap<String, String>,
        /// What happens to objects that are there already.
        #[serde(default)]
        existing: ExistingResources,
    },
    /// The data was corrupted: a new cluster as of a point in time, beside the old.
    Recover {
        /// The region of the cluster.
        region: RegionId,
        /// The point in time; `None` is the newest.
        at: Option<Timestamp>,
    },
    /// Traffic leaves a region; the data stays.
    Drain {
        /// The region to leave.
        region: RegionId,
    },
    /// Traffic comes back to a region.
    Undrain {
        /// The region to come back to.
        region: RegionId,
    },
}

/// The verbs alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verb {
    /// See [`Intent::Switchover`].
    Switchover,
    /// See [`Intent::Failover`].
    Failover,
    /// See [`Intent::Failback`].
    Failback,
    /// See [`Intent::Restore`].
    Restore,
    /// See [`Intent::Recover`].
    Recover,
    /// See [`Intent::Drain`].
    Drain,
    /// See [`Intent::Undrain`].
    Undrain,
}

impl Verb {
    /// Every verb, in the order of the help.
    pub const ALL: [Self; 7] =
        [Self::Switchover, Self::Failover, Self::Failback, Self::Restore, Self::Recover, Self::Drain, Self::Undrain];

    /// The word of commands and screens.
    pub fn word(self) -> &'static str {
        match self {
            Self::Switchover => "switchover",
            Self::Failover => "failover",
            Self::Failback => "failback",
            Self::Restore => "restore",
            Self::Recover => "recover",
            Self::Drain => "drain",
            Self::Undrain => "undrain",
        }
    }

    /// True for what moves the writer.
    pub fn moves_writer(self) -> bool {
        matches!(self, Self::Switchover | Self::Failover | Self::Failback)
    }

    /// True for what is done because something was lost, and cannot wait for a freeze window to end.
    pub fn is_emergency(self) -> bool {
        matches!(self, Self::Failover | Self::Restore | Self::Recover)
    }
}

impl Intent {
    /// The region that it acts on: the new writer's, the one of the cluster, or the one whose traffic moves.
    pub fn target<'a>(&'a self, stack: &'a Stack) -> Option<&'a RegionId> {
        match self {
            Self::Switchover { to } | Self::Failover { to } => Some(to),
            Self::Failback => stack.primary(),
            Self::Restore { region, .. }
            | Self::Recover { region, .. }
            | Self::Drain { region }
            | Self::Undrain { region } => Some(region),
        }
    }

    /// Its verb.
    pub fn verb(&self) -> Verb {
        match self {
            Self::Switchover { .. } => Verb::Switchover,
            Self::Failover { .. } => Verb::Failover,
            Self::Failback => Verb::Failback,
            Self::Restore { .. } => Verb::Restore,
            Self::Recover { .. } => Verb::Recover,
            Self::Drain { .. } => Verb::Drain,
            Self::Undrain { .. } => Verb::Undrain,
        }
    }
}

//! A stack: what is deployed where, what it must achieve, and how it is watched. It is written as a TOML file,
//! and nothing of any stack is compiled into the program.

mod aurora;
mod freeze;
mod guards;
mod kubernetes;
mod lease;
mod objectives;
mod parse;
mod period;
mod polling;
mod region;
mod replication;
mod traffic;
mod validate;
mod validate_actions;

pub use aurora::Aurora;
pub use freeze::{ArgoCd, Freeze, TerraformState};
pub use guards::{FreezeWindow, Guards};
pub use kubernetes::{Consumer, RetentionTier, Velero, VeleroSchedule, Workload};
pub use lease::{Journal, Lease};
pub use objectives::{Objectives, StepTimes, Thresholds};
pub use parse::{Problem, field_span};
pub use period::Period;
pub use polling::{Canary, Clock, Cost, Polling, scale};
pub use region::{AwsAccess, Endpoints, Region, RegionRole};
pub use replication::ReplicationRule;
pub use traffic::{RoutingControl, StopObject, Traffic, TrafficRecord};

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{BucketName, RegionId, StackName};

/// The version of the stack file that this program reads and writes.
pub const STACK_VERSION: u32 = 1;

/// Where Route 53, IAM and Cost Explorer have their control planes, and Route 53 its metrics.
pub const CONTROL_PLANE_REGION: &str = "us-east-1";

/// A deployment with two or more regions.
///
/// Read it with [`Stack::parse`], which checks what serde cannot: a stack that parsed has at least two regions,
/// one primary, and no reference to a region that it does not have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stack {
    /// The version of this file's form: 1.
    pub version: u32,
    /// What the stack is called, in the header of every screen.
    pub name: StackName,
    /// The word that says what a mistake would cost: `PROD`, `STAGING`, `TEST`.
    pub environment: String,
    /// How AWS is reached; a region may say otherwise.
    #[serde(default)]
    pub aws: AwsAccess,
    /// The regions by name: 2 to N.
    pub regions: BTreeMap<RegionId, Region>,
    /// The Aurora Global Database, if the stack has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aurora: Option<Aurora>,
    /// The bucket of each region.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub buckets: BTreeMap<RegionId, BucketName>,
    /// The S3 replication rules, each in one direction.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replication: Vec<ReplicationRule>,
    /// The DNS records that lead users to a region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traffic: Option<Traffic>,
    /// What must run in each region's cluster for it to carry the load.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub workloads: Vec<Workload>,
    /// What writes by itself, and so runs only where the writer is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub consumers: Vec<Consumer>,
    /// What would undo an evacuation while it runs, and is held still.
    #[serde(default, skip_serializing_if = "Freeze::is_empty")]
    pub freeze: Freeze,
    /// Where the right to act on the stack is kept, so that one run acts at a time. Without it, that holds for this
    /// machine only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<Lease>,
    /// Where the journals of runs are copied to, so that another machine can take over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub journal: Option<Journal>,
    /// When evac refuses to act.
    #[serde(default)]
    pub guards: Guards,
    /// Velero, if the stack has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub velero: Option<Velero>,
    /// What the stack promises.
    #[serde(default)]
    pub objectives: Objectives,
    /// Where a measure stops being healthy.
    #[serde(default)]
    pub thresholds: Thresholds,
    /// How long each part of an evacuation takes, until drills have measured it.
    #[serde(default)]
    pub step_times: StepTimes,
    /// How often each source is asked.
    #[serde(default)]
    pub polling: Polling,
    /// How Cost Explorer is asked.
    #[serde(default)]
    pub cost: Cost,
    /// An object whose replication is timed from end to end. Off unless it is here, for it writes to a bucket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canary: Option<Canary>,
    /// How the clocks of the sources run against this machine's.
    #[serde(default)]
    pub clock: Clock,
}

impl Stack {
    /// The region that writes in peacetime.
    pub fn primary(&self) -> Option<&RegionId> {
        self.regions.iter().find(|(_, region)| region.role == RegionRole::Primary).map(|(id, _)| id)
    }

    /// The regions in the order of the screen: the primary, then the others by name.
    pub fn ordered_regions(&self) -> impl Iterator<Item = (&RegionId, &Region)> {
        let primary = |(_, region): &(&RegionId, &Region)| region.role == RegionRole::Primary;
        self.regions.iter().filter(primary).chain(self.regions.iter().filter(move |entry| !primary(entry)))
    }

    /// The replication rules whose destination is this region.
    pub fn replication_into(&self, region: &RegionId) -> impl Iterator<Item = &ReplicationRule> {
        self.replication.iter().filter(move |rule| rule.to == *region)
    }

    /// The replication rules whose source is this region.
    pub fn replication_out_of(&self, region: &RegionId) -> impl Iterator<Item = &ReplicationRule> {
        self.replication.iter().filter(move |rule| rule.from == *region)
    }

    /// How AWS is reached in a region: what the region says, and where it says nothing, what the stack says.
    pub fn aws_access(&self, region: &RegionId) -> AwsAccess {
        match self.regions.get(region) {
            Some(entry) => entry.aws.clone().or(&self.aws),
            None => self.aws.clone(),
        }
    }
}

impl Stack {
    /// The region whose sources stand for what is global. Route 53, IAM and Cost Explorer live in us-east-1; a
    /// stack that has no such region asks for them beside its primary, at the endpoints that they have all the
    /// same.
    pub fn control_plane_region(&self) -> Option<&RegionId> {
        let home = self.regions.keys().find(|id| id.as_str() == CONTROL_PLANE_REGION);
        home.or_else(|| self.primary())
    }
}

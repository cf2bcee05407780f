//! What follows from a snapshot: a verdict for each region, what a failover there would lose, and what is wrong.
//!
//! Two rules hold everywhere. Evidence that is missing, old or failed never clears a region: it makes the verdict
//! UNKNOWN. And old evidence still convicts: what was bad when last seen stays bad until it is seen to be good.

mod backups;
mod budget;
mod code;
mod database;
mod finding;
mod loss;
mod objectives;
mod region;
mod scope;
mod sources;
mod storage;
mod traffic;
mod verdict;
mod workloads;
mod writers;

pub(crate) use backups::minor_version;
pub use backups::{BackupSummary, ScheduleSummary, restorability};
pub use budget::{Budget, Budgets};
pub use code::Code;
pub use database::LagSummary;
pub use finding::{Finding, Severity};
pub use loss::{DataLoss, ObjectLoss, WriteLoss};
pub use objectives::{DataPath, RecoveryPoint, RecoveryTime};
pub use region::{ObservedRole, RegionAssessment};
pub use sources::SignalSummary;
pub use storage::BacklogSummary;
pub use traffic::HealthSummary;
pub use verdict::{Reason, Verdict};
pub use workloads::CapacitySummary;
pub use writers::Writers;

use std::collections::BTreeMap;

use jiff::Timestamp;
use scope::Context;
use serde::Serialize;

use crate::{history::History, ids::RegionId, snapshot::Snapshot, stack::Stack};

/// Everything that follows from a snapshot at one moment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Assessment {
    /// The number of the snapshot that it follows from.
    pub snapshot: u64,
    /// The moment, by the clocks of the observed world.
    pub world_now: Timestamp,
    /// GO when some region other than the writer's is GO; else UNKNOWN when one is; else NO-GO.
    pub verdict: Verdict,
    /// Who writes.
    pub writers: Writers,
    /// Each region by name.
    pub regions: BTreeMap<RegionId, RegionAssessment>,
    /// What is wrong, worst first.
    pub findings: Vec<Finding>,
    /// How much data, in time, is exposed now.
    pub recovery_point: RecoveryPoint,
    /// How long an evacuation would take.
    pub recovery_time: RecoveryTime,
    /// What is left of the error budget.
    pub budgets: Budgets,
}

/// What follows from a snapshot. `now` is this machine's time, by the clock that the observations were received by.
pub fn assess(stack: &Stack, snapshot: &Snapshot, history: &History, now: Timestamp) -> Assessment {
    let context = Context { stack, snapshot, history, now };
    let writers = Writers::count(&context);
    let mut findings = Vec::new();
    writers.findings(&context, &mut findings);
    let regions: BTreeMap<_, _> = stack
        .regions
        .keys()
        .map(|region| (region.clone(), RegionAssessment::of(&context, region, &writers, &mut findings)))
        .collect();
    sources::findings(&context, &mut findings);
    traffic::findings(&context, &mut findings);
    let recovery_point = RecoveryPoint::of(&context, &regions);
    let recovery_time = RecoveryTime::of(stack, &mut findings);
    let budgets = Budgets::of(&context, &mut findings);
    findings.sort_by(|left, right| left.rank().cmp(&right.rank()));
    Assessment {
        snapshot: snapshot.number,
        world_now: snapshot.world_now(now, stack.clock.rate),
        verdict: Verdict::overall(&writers, &regions),
        writers,
        regions,
        findings,
        recovery_point,
        recovery_time,
        budgets,
    }
}

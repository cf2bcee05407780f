//! The Aurora global database: who writes, how far each secondary is behind, what each region says of it, and how the
//! writer moves.

mod clusters;
mod fencing;
mod moment;
mod operation;
mod resync;
mod snapshots;
mod writes;

use jiff::Timestamp;

use crate::{
    topology::{PerRegion, Region},
    world::{
        metrics::{MetricStore, SeriesId},
        noise::{Noise, stream},
    },
};

pub use clusters::{Cluster, Due, Instance, Ripening, instance_name};
pub use fencing::Fencing;
pub use moment::Moment;
pub use operation::{Operation, Phase, Promotion, Verb};
pub use resync::Resync;
pub use snapshots::{Snapshot, snapshot_name};
pub use writes::Ledger;

/// How fast a secondary catches up once its replication runs again: it replays five seconds of log a second.
const CATCH_UP_MILLISECONDS_A_SECOND: f64 = 4000.0;
/// What the writer sends to each secondary on a calm day, in bytes a second.
const REPLICATED_BYTES_A_SECOND: f64 = 1_450_000.0;
/// The size of one replicated write.
const BYTES_A_WRITE: f64 = 8192.0;

/// A region's cluster as a part of the global database.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// How far it is behind the writer, in milliseconds. Nothing while it is the writer itself.
    pub lag: f64,
    /// Whether replication to it has stopped while the writer goes on.
    pub stalled: bool,
    /// Whether it belongs to the global cluster.
    pub joined: bool,
    /// How its volume is made anew, after a failover has left it behind.
    pub resync: Option<Resync>,
    /// Whether its volume takes writes while its region runs. This is the truth, whatever any view says.
    pub open: bool,
    /// How many writes its volume holds.
    pub writes: f64,
}

impl Member {
    /// `connected` or `pending-resync`.
    pub fn synchronization(&self) -> &'static str {
        if self.resync.is_some() { "pending-resync" } else { "connected" }
    }
}

/// What one region's control plane says differently from the truth.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct View {
    /// Another writer.
    pub writer: Option<Region>,
    /// A member that it does not know.
    pub missing: Option<Region>,
    /// Another status of the global cluster.
    pub status: Option<String>,
}

#[derive(Debug, Clone)]
struct MemberSeries {
    rpo_lag: SeriesId,
    replication_lag: SeriesId,
    progress_lag: SeriesId,
    transferred: SeriesId,
    replicated_writes: SeriesId,
    processor: SeriesId,
    connections: SeriesId,
}

/// The global database.
#[derive(Debug, Clone)]
pub struct Aurora {
    /// The region that writes, as the control plane has it. Which regions really take writes is in
    /// [`Aurora::takes_writes`].
    pub writer: Region,
    /// The member clusters.
    pub members: PerRegion<Member>,
    /// What each region's control plane says.
    pub views: PerRegion<View>,
    /// Which regions the others cannot reach while they run: nothing replicates to them or from them.
    pub cut_off: PerRegion<bool>,
    /// The switchover or failover under way.
    pub operation: Option<Operation>,
    /// How the old writer is fenced in the failovers to come.
    pub fencing: Fencing,
    /// How the promotions to come go.
    pub promotion: Promotion,
    /// What became of writes.
    pub ledger: Ledger,
    clusters: Vec<Cluster>,
    made: snapshots::Snapshots,
    due: Vec<Due>,
    fence: Option<fencing::Attempt>,
    series: PerRegion<MemberSeries>,
}

impl Aurora {
    /// A healthy global database whose writer is in us-east-1.
    pub fn new(started: Timestamp, metrics: &mut MetricStore) -> Self {
        let series = PerRegion::from_fn(|region| {
            let mut add = |name, unit| {
                let dimensions = vec![("DBClusterIdentifier", region.cluster())];
                metrics.register(region, "AWS/RDS", name, unit, dimensions)
            };
            MemberSeries {
                rpo_lag: add("AuroraGlobalDBRPOLag", "Milliseconds"),
                replication_lag: add("AuroraGlobalDBReplicationLag", "Milliseconds"),
                progress_lag: add("AuroraGlobalDBProgressLag", "Milliseconds"),
                transferred: add("AuroraGlobalDBDataTransferBytes", "Bytes"),
                replicated_writes: add("AuroraGlobalDBReplicatedWriteIO", "Count"),
                processor: add("CPUUtilization", "Percent"),
                connections: add("DatabaseConnections", "Count"),
            }
        });
        let writer = Region::UsEast1;
        let member = |region| Member {
            lag: 0.0,
            stalled: false,
            joined: true,
            resync: None,
            open: region == writer,
            writes: 0.0,
        };
        Self {
            writer,
            members: PerRegion::from_fn(member),
            views: PerRegion::default(),
            cut_off: PerRegion::default(),
            operation: None,
            fencing: Fencing::default(),
            promotion: Promotion::default(),
            ledger: Ledger::default(),
            clusters: Region::ALL.map(|region| clusters::reference(region, started)).into(),
            made: snapshots::Snapshots::default(),
            due: Vec::new(),
            fence: None,
            series,
        }
    }

    /// Everything as on a calm day. Lag that has grown is caught up, not forgotten; and what was moved, made or detached
    /// stays so, for that was somebody's will.
    pub fn calm(&mut self) {
        self.views = PerRegion::default();
        self.cut_off = PerRegion::default();
        self.fencing = Fencing::default();
        self.promotion = Promotion::default();
        for region in Region::ALL {
            self.members[region].stalled = false;
            if self.operation.is_none() && self.members[region].resync.is_none() {
                self.set_status(region, "available");
            }
        }
    }

    /// Gives a region's cluster of the global database a status.
    pub fn set_status(&mut self, region: Region, status: &str) {
        if let Some(cluster) =
            self.cluster_mut(region, &region.cluster()).filter(|cluster| cluster.status != "deleting")
        {
            status.clone_into(&mut cluster.status);
        }
    }

    /// Moves on by one second.
    pub fn step(&mut self, moment: &mut Moment<'_>, metrics: &mut MetricStore) {
        self.ripen(moment);
        self.step_fence(moment);
        self.step_operation(moment);
        self.step_resync(moment);
        let (tick, noise, power) = (moment.tick, moment.noise, moment.power);
        for region in Region::ALL.into_iter().filter(|region| power[*region]) {
            let series = &self.series[region];
            let source = stream(region.name());
            let load = 1.0 + 0.25 * noise.drift(source ^ stream("load"), tick, 1800);
            let role = if region == self.writer { 1.0 } else { 0.55 };
            metrics.observe(series.processor, 34.0 * role * load + 2.0 * noise.bell(source ^ stream("cpu"), tick));
            metrics.observe(series.connections, (180.0 * role * load).round());
            // The lag is measured where it is felt, by the secondary, and only while the writer sends.
            if region != self.writer && power[self.writer] && self.replicates(region) {
                self.lag(region, tick, noise, metrics);
            }
        }
        self.count_writes(&power);
    }

    /// Whether a region's cluster follows the writer: it belongs to the global database, and its volume is of the
    /// writer's line.
    fn replicates(&self, region: Region) -> bool {
        self.members[region].joined && self.members[region].resync.is_none()
    }

    fn lag(&mut self, region: Region, tick: i64, noise: Noise, metrics: &mut MetricStore) {
        let written = self.members[self.writer].open;
        let cut_off = self.cut_off[region] || self.cut_off[self.writer];
        let (member, series) = (&mut self.members[region], &self.series[region]);
        let source = stream(region.name());
        let calm = typical_lag(self.writer, region) * (1.0 + 0.35 * noise.drift(source ^ stream("lag"), tick, 240))
            + 35.0 * noise.bell(source ^ stream("jitter"), tick);
        // Once nothing is written any more, there is an end to catch up with.
        let least = if written { calm } else { 0.0 };
        let flowing = !member.stalled && !cut_off;
        member.lag = if flowing { least.max(member.lag - CATCH_UP_MILLISECONDS_A_SECOND) } else { member.lag + 1000.0 };
        metrics.observe(series.replication_lag, member.lag.round());
        metrics.observe(series.rpo_lag, (member.lag * 1.08).round());
        metrics.observe(series.progress_lag, (member.lag * 0.7).round());
        let behind = member.lag > calm;
        let sent = match (flowing, behind) {
            (false, _) => 0.0,
            (true, true) => REPLICATED_BYTES_A_SECOND * 5.0,
            (true, false) => REPLICATED_BYTES_A_SECOND * (1.0 + 0.2 * noise.bell(source ^ stream("bytes"), tick)),
        };
        metrics.observe(series.transferred, sent.round());
        metrics.observe(series.replicated_writes, (sent / BYTES_A_WRITE).round());
    }
}

/// The lag between two regions on a calm day, in milliseconds: it follows the distance.
fn typical_lag(writer: Region, secondary: Region) -> f64 {
    match (writer, secondary) {
        (Region::UsEast1, Region::UsWest2) | (Region::UsWest2, Region::UsEast1) => 165.0,
        (Region::UsEast1, Region::EuWest1) | (Region::EuWest1, Region::UsEast1) => 205.0,
        _ => 290.0,
    }
}

#[cfg(test)]
mod tests;

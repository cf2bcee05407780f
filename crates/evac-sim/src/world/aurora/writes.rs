//! The truth about writes: which regions really take them, and what becomes of them. No client can ask for it; it is
//! what views, events and plans are held against.

use super::Aurora;
use crate::topology::{PerRegion, Region};

/// How many writes are committed a second where they are taken.
const WRITES_A_SECOND: f64 = 40.0;

/// What became of writes.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Ledger {
    /// How many were committed, wherever.
    pub committed: f64,
    /// How many were committed on a volume that was given up later for another's line: lost, but for its snapshot.
    pub lost: f64,
    /// For how many seconds more than one region took writes.
    pub split_seconds: i64,
}

impl Aurora {
    /// Whether a region's cluster really takes writes.
    pub fn takes_writes(&self, region: Region, power: &PerRegion<bool>) -> bool {
        // A cluster whose key is out of reach, or that was stopped, takes none either.
        let shut = |status: &str| status.starts_with("inaccessible") || matches!(status, "stopped" | "deleting");
        self.members[region].open && power[region] && self.own(region).is_some_and(|cluster| !shut(&cluster.status))
    }

    /// Counts what is written in a second, and what of it arrives at the secondaries.
    pub(super) fn count_writes(&mut self, power: &PerRegion<bool>) {
        let writers: Vec<Region> = Region::ALL.into_iter().filter(|region| self.takes_writes(*region, power)).collect();
        for region in &writers {
            self.members[*region].writes += WRITES_A_SECOND;
            self.ledger.committed += WRITES_A_SECOND;
        }
        self.ledger.split_seconds += i64::from(writers.len() > 1);
        let sent = self.members[self.writer].writes;
        for region in Region::ALL {
            let arrives = power[region] && power[self.writer] && self.replicates(region);
            if region != self.writer && arrives {
                let member = &mut self.members[region];
                let arrived = sent - member.lag / 1000.0 * WRITES_A_SECOND;
                member.writes = member.writes.max(arrived);
            }
        }
    }

    /// Gives up a volume for the writer's line: what it alone holds is lost, but for its snapshot.
    pub(super) fn give_up_volume(&mut self, region: Region, forked_at: f64) {
        let kept = self.members[self.writer].writes;
        let member = &mut self.members[region];
        self.ledger.lost += (member.writes - forked_at).max(0.0);
        member.open = false;
        member.writes = kept;
    }
}

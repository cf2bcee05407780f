//! What follows a failover: the clusters that were left behind are made anew from the new writer's volume. The old
//! writer's comes last, once its region runs and is seen to.

use super::{Aurora, moment::Moment};
use crate::topology::Region;

/// How a cluster is made anew.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Resync {
    /// Its turn has not come: the operation is not over, its region does not run or is cut off, or nobody has
    /// looked yet.
    Waiting {
        /// For the old writer: how many writes its volume shares with the new writer's. What it holds beyond is kept as
        /// a snapshot.
        forked_at: Option<f64>,
        /// When it will be seen to, once its region runs.
        seen_at: Option<i64>,
    },
    /// It is under way.
    Rebuilding {
        /// Until then, in seconds since 1970.
        until: i64,
    },
}

impl Aurora {
    /// Leaves every secondary behind the new writer. The old writer's volume has a line of its own from here on.
    pub(super) fn leave_behind(&mut self, old: Region) {
        let shared = self.members[self.writer].writes;
        for region in Region::ALL {
            if region == self.writer || !self.members[region].joined {
                continue;
            }
            let before = match self.members[region].resync {
                Some(Resync::Waiting { forked_at, .. }) => forked_at,
                _ => None,
            };
            let forked_at = if region == old { Some(shared) } else { before };
            self.members[region].resync = Some(Resync::Waiting { forked_at, seen_at: None });
        }
        self.members[self.writer].resync = None;
    }

    pub(super) fn step_resync(&mut self, moment: &mut Moment<'_>) {
        if self.operation.is_some() || self.members.0.iter().all(|member| member.resync.is_none()) {
            return;
        }
        for region in Region::ALL {
            if let Some(resync) = self.members[region].resync {
                let next = self.resync(region, resync, moment);
                self.members[region].resync = next;
            }
        }
        if self.members.0.iter().all(|member| member.resync.is_none()) {
            moment.emit(241, &[self.writer], self.writer);
        }
    }

    fn resync(&mut self, region: Region, resync: Resync, moment: &mut Moment<'_>) -> Option<Resync> {
        let runs = moment.reach[region] && moment.reach[self.writer];
        match resync {
            Resync::Waiting { forked_at, .. } if !runs => Some(Resync::Waiting { forked_at, seen_at: None }),
            Resync::Waiting { forked_at, seen_at: None } => {
                let (least, most) = if forked_at.is_some() { (120, 240) } else { (5, 20) };
                let seen_at = Some(moment.tick + moment.between(region.name(), least, most));
                Some(Resync::Waiting { forked_at, seen_at })
            }
            Resync::Waiting { seen_at: Some(seen_at), .. } if moment.tick < seen_at => Some(resync),
            Resync::Waiting { forked_at, .. } => {
                if let Some(forked_at) = forked_at {
                    self.keep_old_volume(region, moment.now());
                    self.give_up_volume(region, forked_at);
                }
                self.set_status(region, "modifying");
                let (least, most) = if forked_at.is_some() { (480, 1200) } else { (240, 540) };
                Some(Resync::Rebuilding { until: moment.tick + moment.between(region.name(), least, most) })
            }
            Resync::Rebuilding { .. } if !runs => Some(Resync::Waiting { forked_at: None, seen_at: None }),
            Resync::Rebuilding { until } if moment.tick < until => Some(resync),
            Resync::Rebuilding { .. } => {
                let member = &mut self.members[region];
                (member.lag, member.stalled) = (0.0, false);
                self.set_status(region, "available");
                None
            }
        }
    }
}

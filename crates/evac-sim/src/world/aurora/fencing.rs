//! The fencing of the old writer in a failover: an attempt, and not always a success.

use serde::Deserialize;

use super::{Aurora, moment::Moment};
use crate::topology::Region;

/// How the attempt to stop the old writer ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fencing {
    /// It takes no writes any more, and RDS says so, before the new one is promoted: its storage takes the fence even
    /// where nothing else of its region is reached. AWS promises no more than to try, which the others are for.
    #[default]
    Proven,
    /// RDS says that the attempt timed out. It takes writes until it is made anew.
    Refused,
    /// RDS says that the attempt timed out, and minutes later that it came to pass after all.
    Late,
    /// RDS says nothing. It takes writes until it is made anew.
    Unknown,
}

/// An attempt under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Attempt {
    /// The old writer.
    region: Region,
    /// The new one.
    successor: Region,
    fencing: Fencing,
    /// When its next part ends.
    until: i64,
}

impl Aurora {
    /// Begins to stop the old writer.
    pub(super) fn begin_fence(&mut self, region: Region, successor: Region, moment: &Moment<'_>) {
        let (least, most) = match self.fencing {
            Fencing::Proven => (5, 15),
            _ => (20, 30),
        };
        let until = moment.tick + moment.between("fence", least, most);
        self.fence = Some(Attempt { region, successor, fencing: self.fencing, until });
    }

    /// Gives the attempt up, because the promotion that it was for is off.
    pub(super) fn end_fence(&mut self) {
        self.fence = None;
    }

    /// Gives up an attempt against a region that has become the writer again.
    pub(super) fn spare(&mut self, region: Region) {
        self.fence = self.fence.filter(|attempt| attempt.region != region);
    }

    pub(super) fn step_fence(&mut self, moment: &mut Moment<'_>) {
        let Some(attempt) = self.fence.filter(|attempt| attempt.until <= moment.tick) else { return };
        self.fence = None;
        // It is reported where the old writer is, if that can be reached.
        let Attempt { region, successor, .. } = attempt;
        let told = [if moment.reach[region] { region } else { successor }];
        match attempt.fencing {
            Fencing::Proven => {
                self.members[region].open = false;
                moment.emit(390, &told, region);
            }
            Fencing::Refused => moment.emit(391, &told, region),
            Fencing::Late => {
                moment.emit(391, &told, region);
                let until = moment.tick + moment.between("late fence", 90, 150);
                self.fence = Some(Attempt { fencing: Fencing::Proven, until, ..attempt });
            }
            Fencing::Unknown => {}
        }
    }
}

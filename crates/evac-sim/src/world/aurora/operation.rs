//! Switchover and failover: how the writer moves from one region to another, and how it does not.

use serde::Deserialize;

use super::{Aurora, Ripening, moment::Moment};
use crate::topology::Region;

/// The lag at which a switchover stops the writer, in milliseconds.
const NEAR: f64 = 1500.0;
/// How long a switchover waits for that before it is cancelled, in seconds.
const PATIENCE: i64 = 900;
/// How many times longer a slow promotion takes.
const SLOWNESS: i64 = 8;

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Nothing is lost: the writer is stopped first.
    Switchover,
    /// What has not arrived is lost: nobody waits for the old writer.
    Failover,
}

impl Verb {
    /// The status of the global cluster meanwhile.
    pub fn status(self) -> &'static str {
        match self {
            Self::Switchover => "switching-over",
            Self::Failover => "failing-over",
        }
    }
}

/// How promotions go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Promotion {
    /// As they should.
    #[default]
    Normal,
    /// They take many times as long.
    Slow,
    /// They fail, and all is as it was.
    Fails,
}

/// Where an operation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Both clusters are verified.
    Pending,
    /// The target catches up while the writer goes on. Only a switchover does.
    Synchronizing,
    /// The writer is stopped, and the rest of its log arrives. Only a switchover does.
    Draining,
    /// The target becomes the writer.
    Promoting,
    /// The writer has moved; the rest is put in order.
    Finishing,
    /// Everything goes back to how it was.
    Cancelling,
}

/// An operation under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operation {
    /// Which.
    pub verb: Verb,
    /// The writer that is left.
    pub from: Region,
    /// The writer to be.
    pub to: Region,
    /// Where it is.
    pub phase: Phase,
    /// When it began, in seconds since 1970.
    pub began: i64,
    /// The earliest end of its phase.
    until: i64,
}

impl Operation {
    /// The status of the global cluster's failover state.
    pub fn status(&self) -> &'static str {
        match self.phase {
            Phase::Pending => "pending",
            Phase::Cancelling => "cancelling",
            _ => self.verb.status(),
        }
    }
}

impl Aurora {
    /// Begins to move the writer. Whether it may is for the caller to know: the target is another member that follows
    /// the writer, and nothing else is under way.
    pub fn begin(&mut self, verb: Verb, to: Region, moment: &mut Moment<'_>) {
        let from = self.writer;
        let until = moment.tick + moment.between("verify", 3, 8);
        if verb == Verb::Switchover {
            moment.emit(181, &[from, to], to);
        }
        self.operation = Some(Operation { verb, from, to, phase: Phase::Pending, began: moment.tick, until });
    }

    /// Begins to take a secondary out of the global cluster: it becomes a writer of its own, whoever writes elsewhere.
    pub fn detach(&mut self, region: Region, moment: &Moment<'_>) {
        self.set_status(region, "promoting");
        let at = moment.tick + moment.between("detach", 30, 60);
        self.wait(at, region, &region.cluster(), Ripening::Detached);
    }

    pub(super) fn detached(&mut self, region: Region) {
        let member = &mut self.members[region];
        (member.joined, member.resync, member.lag, member.stalled) = (false, None, 0.0, false);
        member.open = true;
        self.set_status(region, "available");
    }

    pub(super) fn step_operation(&mut self, moment: &mut Moment<'_>) {
        if let Some(operation) = self.operation {
            self.operation = self.next(operation, moment);
        }
    }

    /// What an operation is a second later; nothing when it is over.
    fn next(&mut self, operation: Operation, moment: &mut Moment<'_>) -> Option<Operation> {
        let Operation { verb, from, to, phase, until, .. } = operation;
        let alive = moment.reach[to] && (verb == Verb::Failover || moment.reach[from]);
        let over = moment.tick >= until;
        match (phase, verb) {
            (Phase::Pending | Phase::Synchronizing, Verb::Switchover) if !alive => Some(cancel(operation, moment)),
            // Stopped and with all of its log arrived, the old writer is not needed any more.
            (Phase::Draining | Phase::Promoting, _) if !moment.reach[to] => self.fail(operation, moment),
            (Phase::Draining, _) if !alive => self.fail(operation, moment),
            (Phase::Pending, Verb::Failover) if !alive => self.fail(operation, moment),
            (Phase::Synchronizing, _) if moment.tick - operation.began > PATIENCE => Some(cancel(operation, moment)),
            (Phase::Pending, Verb::Switchover) if over => Some(self.synchronize(operation, moment)),
            (Phase::Pending, Verb::Failover) if over => Some(self.fail_over(operation, moment)),
            (Phase::Synchronizing, _) if over && self.members[to].lag < NEAR && !self.members[to].stalled => {
                // The writer is stopped before anything else is: from here to the promotion nobody writes.
                self.members[from].open = false;
                moment.emit(390, &[from], from);
                Some(operation.enter(Phase::Draining, moment.between("drain", 3, 8), moment))
            }
            (Phase::Draining, _) if over && self.members[to].lag <= 0.0 => {
                moment.emit(182, &[from, to], from);
                let seconds = self.promotion_time(moment.between("promote", 25, 60));
                Some(operation.enter(Phase::Promoting, seconds, moment))
            }
            (Phase::Promoting, _) if over && self.promotion == Promotion::Fails => self.fail(operation, moment),
            (Phase::Promoting, _) if over => Some(self.promote(operation, moment)),
            (Phase::Finishing, _) if over => self.finish(operation, moment),
            (Phase::Cancelling, _) if over => {
                moment.emit(186, &[from, to], to);
                self.restore(operation);
                None
            }
            _ => Some(operation),
        }
    }

    fn promotion_time(&self, seconds: i64) -> i64 {
        if self.promotion == Promotion::Slow { seconds * SLOWNESS } else { seconds }
    }

    fn synchronize(&mut self, operation: Operation, moment: &mut Moment<'_>) -> Operation {
        let Operation { from, to, .. } = operation;
        self.set_status(from, "modifying");
        self.set_status(to, "promoting");
        let lag = format!("{:.1} seconds", self.members[to].lag / 1000.0);
        moment.emit_with(423, &[from, to], to, &lag);
        operation.enter(Phase::Synchronizing, moment.between("synchronize", 10, 20), moment)
    }

    fn fail_over(&mut self, operation: Operation, moment: &mut Moment<'_>) -> Operation {
        self.set_status(operation.from, "modifying");
        self.set_status(operation.to, "promoting");
        self.begin_fence(operation.from, operation.to, moment);
        let seconds = self.promotion_time(moment.between("promote", 40, 80));
        operation.enter(Phase::Promoting, seconds, moment)
    }

    fn promote(&mut self, operation: Operation, moment: &mut Moment<'_>) -> Operation {
        let Operation { verb, from, to, .. } = operation;
        self.writer = to;
        self.spare(to);
        (self.members[to].open, self.members[to].lag, self.members[to].stalled) = (true, 0.0, false);
        match verb {
            Verb::Switchover => moment.emit(184, &[from, to], to),
            Verb::Failover => self.leave_behind(from),
        }
        operation.enter(Phase::Finishing, moment.between("finish", 15, 30), moment)
    }

    fn finish(&mut self, operation: Operation, moment: &mut Moment<'_>) -> Option<Operation> {
        let Operation { verb, from, to, .. } = operation;
        self.set_status(to, "available");
        match verb {
            Verb::Switchover => {
                self.set_status(from, "available");
                moment.emit(185, &[from, to], to);
            }
            Verb::Failover => {
                moment.emit(238, &[from, to], to);
                moment.emit(240, &[to], to);
            }
        }
        moment.emit(397, &[to], to);
        None
    }

    /// The writer stays where it was.
    fn fail(&mut self, operation: Operation, moment: &mut Moment<'_>) -> Option<Operation> {
        let Operation { verb, from, to, .. } = operation;
        let number = if verb == Verb::Switchover { 187 } else { 239 };
        moment.emit(number, &[from, to], to);
        self.restore(operation);
        None
    }

    fn restore(&mut self, operation: Operation) {
        self.end_fence();
        self.members[operation.from].open = true;
        self.set_status(operation.from, "available");
        self.set_status(operation.to, "available");
    }
}

impl Operation {
    fn enter(self, phase: Phase, seconds: i64, moment: &Moment<'_>) -> Self {
        Self { phase, until: moment.tick + seconds, ..self }
    }
}

/// Nothing has been touched yet but statuses.
fn cancel(operation: Operation, moment: &Moment<'_>) -> Operation {
    operation.enter(Phase::Cancelling, moment.between("cancel", 5, 15), moment)
}

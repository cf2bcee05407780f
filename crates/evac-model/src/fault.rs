//! What goes wrong in a play, and when.

use std::time::Duration;

use evac_core::plan::StepId;

/// Something that goes wrong once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// A call of a step goes wrong: the next one that is made.
    Call(StepId, CallFault),
    /// The writing of an event goes wrong: `started`, `answered` or `ended` of a step, `began` or `resumed` of none.
    Write(Option<StepId>, &'static str, WriteFault),
    /// Looking at what a step is for fails for a while, from the first look on.
    Blind(StepId, Duration),
    /// Looking at what a step is for is never answered for a while, from the first look on.
    Deaf(StepId, Duration),
    /// The same, from when its call is made.
    DeafSince(StepId, Duration),
    /// The lease cannot be renewed for a while, from when a step's call is made. That call takes as long.
    LeaseGone(StepId, Duration),
    /// The same, and another run takes the lease meanwhile.
    LeaseTaken(StepId, Duration),
    /// Somebody moves the writer to a third region when a step is called.
    Elsewhere(StepId),
    /// The same so long after the play began.
    ElsewhereAfter(Duration),
}

/// How a call goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallFault {
    /// The service refuses it for good.
    Refused,
    /// The service refuses it for now.
    Throttled,
    /// No answer for a minute, and it never arrived.
    Hangs,
    /// It was carried out, and the answer never came.
    TimedOutAndHappened,
    /// It was not carried out, and no answer came.
    TimedOutAndDidNot,
    /// It was carried out, and the connection broke.
    ResetAndHappened,
    /// It was carried out twice, as when a request that seemed lost is sent again on its way.
    Twice,
    /// It is carried out some time after it was given up.
    Late,
    /// Somebody else asks for the same right before: a promotion that is under way is refused for now.
    Overtaken,
    /// It was taken. A promotion is given up after a while, and leaves everything as it was.
    GivenUp,
    /// The runner dies while it waits for the answer; it was carried out.
    CrashAndHappened,
    /// The runner dies while it waits for the answer; it was not carried out.
    CrashAndDidNot,
}

impl CallFault {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Refused,
        Self::Throttled,
        Self::Hangs,
        Self::TimedOutAndHappened,
        Self::TimedOutAndDidNot,
        Self::ResetAndHappened,
        Self::Twice,
        Self::Late,
        Self::Overtaken,
        Self::GivenUp,
        Self::CrashAndHappened,
        Self::CrashAndDidNot,
    ];
}

/// How a write to the journal goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteFault {
    /// The runner dies before anything is on the disk.
    CrashBefore,
    /// The runner dies when half of it is.
    CrashTorn,
    /// The runner dies when all of it is, and nothing has been done for it yet.
    CrashAfter,
    /// The disk is full: part of it is there, and the write fails.
    Full,
    /// All of it is there, and making it durable fails.
    Unsynced,
}

impl WriteFault {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::CrashBefore, Self::CrashTorn, Self::CrashAfter, Self::Full, Self::Unsynced];
}

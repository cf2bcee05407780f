//! The seam for what changes the world, and for what a run observes while it does.
//!
//! An [`Actor`] makes calls, and cannot be asked without a [`Consent`]; an [`Observer`] only looks. A dry run holds an
//! observer and no actor, and so can change nothing.

use evac_core::{
    SourceError,
    guard::Consent,
    plan::{Call, Check},
    run::{CallAnswer, Receipt},
};
use futures::future::BoxFuture;
use jiff::Timestamp;

/// Makes the calls of a plan.
///
/// Each call is made once: an implementation never retries by itself, for only the journal may decide to repeat.
pub trait Actor: Send + Sync + 'static {
    /// Makes one call.
    ///
    /// The answer says whether the service took it, certainly did not do it, or whether nobody knows: a request that
    /// was sent and not answered is [`CallAnswer::Unknown`], however likely either is. The future is not dropped
    /// before it ends, and ends by itself within the stack's polling timeout or a small multiple of it.
    fn perform<'a>(&'a self, consent: &'a Consent, call: &'a Call) -> BoxFuture<'a, CallAnswer>;
}

/// What an observation says of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sight {
    /// It holds.
    Met {
        /// What was seen.
        evidence: String,
    },
    /// It does not hold yet, and what was seen shows that the call for it was taken: it is on its way.
    Underway {
        /// What it waits for, in words.
        on: String,
    },
    /// It does not hold, and nothing shows that anything was done for it.
    Untouched {
        /// What is so instead, in words.
        on: String,
    },
    /// It will not come to hold by itself any more.
    Never {
        /// Why not.
        why: String,
    },
}

/// An observation, with the clock of the source that was asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    /// The source's own clock (the HTTP `Date` of its answer), where it showed one.
    pub source_clock: Option<Timestamp>,
    /// What was seen, or why nothing was.
    pub sight: Result<Sight, SourceError>,
}

/// Looks at the world for a run.
pub trait Observer: Send + Sync + 'static {
    /// Looks at one thing once, without changing anything. `receipt` is what the step's call gave, such as the id of a
    /// change. The future may be dropped when it takes too long.
    fn observe<'a>(&'a self, check: &'a Check, receipt: &'a Receipt) -> BoxFuture<'a, Look>;
}

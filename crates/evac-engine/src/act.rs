//! The seam for what changes the world, and for what a run observes while it does.
//!
//! An [`Actor`] makes calls, and cannot be asked without a [`Consent`]; an [`Observer`] only looks. A dry run holds an
//! observer and no actor, and so can change nothing.

use std::sync::Arc;

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
    /// before it ends, and ends by itself within the stack's polling timeout or a small multiple of it. Whatever it
    /// waits for before it sends, it sends only while its [`Permit`] holds.
    fn perform<'a>(&'a self, consent: &'a Consent, call: &'a Call) -> BoxFuture<'a, CallAnswer>;
}

/// The right to send what a call consists of: the lease under which the call is made. Between the beginning of a call and
/// the sending of it lie credentials that are fetched, what is read first, and endpoints that are asked in turn.
#[derive(Clone)]
pub struct Permit(Arc<dyn Fn() -> bool + Send + Sync>);

tokio::task_local! {
    static PERMIT: Permit;
}

impl Permit {
    /// One that holds for as long as something is so.
    pub fn new(holds: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(holds))
    }

    /// Makes a call under it.
    pub async fn over<T>(self, call: impl Future<Output = T>) -> T {
        PERMIT.scope(self, call).await
    }

    /// Why nothing may be sent for the call that is being made here, if so: it is then certainly not taken, and may be
    /// made later. What is no call of a run needs no permit.
    pub fn refusal() -> Option<&'static str> {
        let holds = PERMIT.try_with(|permit| (permit.0)()).unwrap_or(true);
        (!holds).then_some("the lease ran out before it was sent")
    }
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

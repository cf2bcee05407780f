use std::sync::OnceLock;

use tokio_util::sync::{CancellationToken, WaitForCancellationFuture};

use crate::run::recorder::NotRecorded;

/// The runner must leave the run: a step that hears it ends without another move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stopped;

/// Why it must.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Why {
    NotRecorded(NotRecorded),
    LeaseLost(String),
    HandedOver,
}

/// Tells every step of a run to stop where it is; the first reason stands.
#[derive(Debug, Default)]
pub(super) struct Stop {
    token: CancellationToken,
    why: OnceLock<Why>,
}

impl Stop {
    pub(super) fn not_recorded(&self, failure: NotRecorded) {
        self.set(Why::NotRecorded(failure));
    }

    pub(super) fn lease_lost(&self, why: String) {
        self.set(Why::LeaseLost(why));
    }

    pub(super) fn handed_over(&self) {
        self.set(Why::HandedOver);
    }

    fn set(&self, why: Why) {
        // A later reason changes nothing.
        let _ = self.why.set(why);
        self.token.cancel();
    }

    pub(super) fn is_set(&self) -> bool {
        self.token.is_cancelled()
    }

    pub(super) fn wait(&self) -> WaitForCancellationFuture<'_> {
        self.token.cancelled()
    }

    pub(super) fn why(&self) -> Option<&Why> {
        self.why.get()
    }
}

//! What the screen asks the outside to do.

use std::sync::Arc;

use evac_core::{
    RegionId,
    plan::{Intent, Plan},
    run::RunId,
};

use super::acting::{Given, Order};

/// Something to be done outside of the model.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Ask the sources of a region now, or all of them.
    Poll(Option<RegionId>),
    /// Put a text on the clipboard.
    Copy(String),
    /// Draw with this theme from now on.
    UseTheme(String),
    /// Set off this scenario.
    Trigger(String),
    /// Make a plan. It comes back as [`Planned`](super::message::Message::Planned).
    Plan(Intent),
    /// Judge a plan anew. It comes back as [`Judged`](super::message::Message::Judged).
    Judge(Arc<Plan>),
    /// Carry a plan out, if nothing stands against it. It comes back as [`Begun`](super::message::Message::Begun).
    Begin(Box<Given>),
    /// Go on with a run that nobody carries out. It comes back as [`Resumed`](super::message::Message::Resumed).
    Resume {
        /// The run.
        run: RunId,
        /// Whether it goes on though it was stopped.
        despite_abort: bool,
    },
    /// List the runs. They come back as [`Runs`](super::message::Message::Runs).
    ListRuns,
    /// Follow this run, and no other. It comes back as [`Run`](super::message::Message::Run), again and again.
    Attach(RunId),
    /// Ask something of a run. What came of it comes back as a notice.
    Order(RunId, Order),
    /// Paint the whole screen again.
    Repaint,
    /// Go to the background.
    Suspend,
}

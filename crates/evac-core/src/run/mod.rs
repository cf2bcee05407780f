//! A run: a plan being carried out. What happens is a series of events, which the journal keeps in a chain of hashes;
//! the state of a run is what follows from its events, live and replayed alike.

mod chain;
mod clocks;
mod event;
mod id;
mod legal;
mod outcome;
mod progress;
mod state;
mod step_times;

pub use chain::{ChainHash, Damage, Journal, Record};
pub use clocks::Clocks;
pub use event::{CallAnswer, Event, Receipt, Runner};
pub use id::RunId;
pub use outcome::{Outcome, RunOutcome};
pub use state::{IllegalEvent, RunState, StepState, StepStatus};
pub use step_times::StepTimes;

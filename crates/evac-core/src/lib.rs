//! The shared core of evac: what a stack is, what was observed of it, and what follows from that.
//!
//! Everything here is pure. Time comes in as a value, and nothing reads a clock, a file, the environment or a
//! network: the same input always gives the same answer, on a screen, in a script, in a Lambda and in a test.

pub mod assessment;
pub mod fence;
pub mod guard;
pub mod history;
pub mod ids;
pub mod observation;
pub mod plan;
mod planner;
pub mod reading;
pub mod run;
pub mod snapshot;
pub mod source;
pub mod stack;
pub mod suggestion;
pub mod text;

pub use assessment::{Assessment, Verdict, assess};
pub use history::History;
pub use ids::RegionId;
pub use observation::{Observation, SourceError, SourceErrorKind};
pub use reading::Reading;
pub use snapshot::Snapshot;
pub use source::{Source, SourceId};
pub use stack::Stack;

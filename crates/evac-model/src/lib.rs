//! A world in memory in which runs are carried out, and in which everything goes wrong that can.
//!
//! It knows the truth: who really writes, where users are really sent, what was really called. A [`play()`] carries a
//! plan that the planner made out in it with the very executor that is shipped, kills it, starts it again, and judges at
//! every call and at every end whether what must hold held. Time is paused and drawn from the plays alone, so that the
//! same seed is the same play.

mod beginning;
mod bucket;
pub mod chance;
mod consequences;
mod defect;
mod disk;
pub mod fault;
pub mod ground;
mod hand;
mod laws;
mod life;
mod machine;
mod mistake;
mod names;
#[path = "../../evac-core/tests/world/mod.rs"]
mod observed;
pub mod plans;
pub mod play;
mod promises;
pub mod race;
mod rival;
mod shape;
mod sight;
mod table;
pub mod world;

pub use bucket::Bucket;
pub use defect::Defect;
pub use fault::{CallFault, Fault, WriteFault};
pub use ground::{Ground, Nature};
pub use machine::{Machine, ModelClock, ModelJournal};
pub use mistake::Mistake;
pub use play::{AtGate, LifeEnd, Play, Story, play};
pub use shape::{Scene, Shape};
pub use table::{Seat, Table};
pub use world::{Made, Told, World};

//! Drives the core: asks every source at its own pace, keeps the newest snapshot, and remembers.

pub mod clock;
pub mod port;

pub use clock::{Clock, SystemClock};
pub use port::{Answer, Call, Port};

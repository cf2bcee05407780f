//! Drives the core: asks every source at its own pace, keeps the newest snapshot, and remembers.

pub mod act;
mod calls;
pub mod clock;
mod collector;
mod engine;
mod history_store;
mod http_date;
mod keeper;
mod network;
mod pace;
pub mod port;
mod probe;
mod remember;
mod root_cause;
pub mod run;
mod writer;

pub use act::{Actor, Look, Observer, Permit, Sight};
pub use calls::SourceCalls;
pub use clock::{Clock, SystemClock};
pub use engine::{Engine, EngineHandle};
pub use history_store::{HistoryStore, HistoryStoreError};
pub use http_date::http_date;
pub use network::{AnswersPort, network_actor, network_observer};
pub use port::{Answer, Call, Port};
pub use probe::{install_crypto, probes};
pub use root_cause::{chain, root_cause};

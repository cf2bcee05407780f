//! evac's ports on AWS: each asks one source in one region, through the AWS SDK.
//!
//! The ports read. What changes anything is made by an [`Actor`], which is opened with a consent, and by the PutObject
//! of the canary, which exists only when the stack configures one; beside the world stand a run's lease and the copies of
//! its journal.
//!
//! Endpoints are the regions' own, STS included, unless the stack names others; what is global (Route 53, Cost
//! Explorer) is signed for us-east-1, where it lives. No setting is looked up over the network, and credentials are
//! fetched by the first call that needs them.

mod access;
mod accesses;
mod act;
mod alarms;
mod ask;
mod canary;
mod cluster;
mod cost;
mod cost_cache;
mod credentials;
mod error;
mod events;
mod field;
mod global_cluster;
mod health_checks;
mod identity;
mod in_turn;
mod lock_object;
mod markers;
mod metrics;
mod observe;
mod ports;
mod prices;
mod records;
mod replication;
mod routing_control;
mod run;
mod snapshots;
mod source_clock;
mod terraform_state;
mod transport;

#[cfg(test)]
mod tests;

pub use act::{Actor, actor};
pub use observe::{Observer, observer};
pub use ports::{Connection, ServiceEndpoint, connect, ports};
pub use run::{DynamoLease, S3Store, lease, mirror};

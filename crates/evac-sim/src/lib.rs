//! A simulated three-region world behind the real wire protocols of AWS and Kubernetes.
//!
//! [`Simulator::start`] opens one loopback endpoint a service and region, and writes the files that clients need:
//! a stack file, an AWS config and a kubeconfig. Inside is one deterministic [`world`], moved by a virtual [`clock`]
//! and by [`scenario`] files.
//!
//! Architecture Invariant: this crate knows neither evac-aws nor evac-kube. The production code meets it only as
//! bytes on a socket.

pub mod clock;
mod control;
mod directory;
mod endpoint;
mod error;
mod fault;
pub mod kube;
mod kubernetes;
mod probe;
mod runtime;
pub mod scenario;
mod simulator;
pub mod topology;
mod wire;
pub mod world;

pub use control::trigger;
pub use error::SimError;
pub use fault::{Fault, FaultTarget};
pub use scenario::{ScenarioSummary, scenarios};
pub use simulator::{Options, Simulator};

//! A simulated Kubernetes API server with the controllers behind it: workloads, Velero, Chaos
//! Mesh and a little of Argo CD.
//!
//! What clients may rely on: one store with one resource version, optimistic concurrency, watches that replay from a
//! version or say 410, phases and messages in the words of the real controllers, and a `Date` header in virtual time.
//! Everything moves in virtual time only, by [`Cluster::advance`].

mod api;
mod argo_cd;
mod built_in;
mod chaos;
mod cluster;
mod config;
mod control_plane;
mod controllers;
mod cron;
mod event_log;
mod go_duration;
mod json;
mod kinds;
mod label_selector;
mod schema;
mod schema_file;
mod status_error;
mod store;
mod timers;
mod velero;
mod workloads;

pub use cluster::Cluster;
pub use config::{
    ApplicationSeed, AutoscalerSeed, BackupDegradation, BackupLocationSeed, ClusterConfig, DeploymentSeed,
    RestoreOutcome, ScheduleSeed,
};

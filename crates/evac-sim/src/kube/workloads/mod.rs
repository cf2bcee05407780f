//! The controllers of built-in kinds: enough of a cluster that capacity, readiness and scaling are real.

pub mod autoscalers;
pub mod deployments;
pub mod jobs;
pub mod namespaces;
pub mod nodes;
pub mod pods;
pub mod scheduling;
pub mod seeds;
pub mod services;
pub mod volumes;

//! Chaos Mesh: experiments with the conditions a real controller derives, schedules that make them, and workflows.

pub mod experiments;
pub mod schedules;
pub mod targets;
pub mod workflows;

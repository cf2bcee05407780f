//! Velero: schedules, backups one at a time, restores, storage locations, and what the buckets hold.
//!
//! Phases, their order and their messages are those of a real Velero on a real API server (FACTS: Velero).

pub mod backups;
pub mod contents;
pub mod degradation;
pub mod deletion;
pub mod filters;
pub mod history;
pub mod locations;
pub mod object_storage;
pub mod queue;
pub mod requests;
pub mod restore_items;
pub mod restore_run;
pub mod restores;
pub mod schedules;
pub mod server;
pub mod transfers;
pub mod validation;

use std::sync::Arc;

use serde_json::Value;

use super::{
    control_plane::{ControlPlane, VELERO_NAMESPACE},
    kinds::{Resource, resource},
    store::ObjectKey,
};

/// The key of one of Velero's own objects.
pub fn key(resource: Resource, name: &str) -> ObjectKey {
    ObjectKey::new(resource, VELERO_NAMESPACE, name)
}

/// The backups that have not ended, by name.
fn unfinished(plane: &ControlPlane) -> impl Iterator<Item = (&String, &Arc<Value>)> {
    let names = plane.unfinished_backups.iter();
    names.filter_map(|name| Some((name, plane.store.get(&key(resource::BACKUPS, name))?)))
}

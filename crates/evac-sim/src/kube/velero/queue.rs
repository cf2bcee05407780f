//! The order in which backups run: one at a time, the others Queued with a position that counts down.

use jiff::SignedDuration;

use super::{key, unfinished};
use crate::kube::{control_plane::ControlPlane, json, kinds::resource, store::ObjectKey};

/// Whether a phase holds the one running place.
fn runs(phase: &str) -> bool {
    matches!(
        phase,
        "ReadyToStart"
            | "InProgress"
            | "WaitingForPluginOperations"
            | "WaitingForPluginOperationsPartiallyFailed"
            | "Finalizing"
            | "FinalizingPartiallyFailed"
    )
}

/// Whether nothing runs.
pub fn is_free(plane: &ControlPlane) -> bool {
    !unfinished(plane).any(|(_, backup)| runs(json::text(backup, "/status/phase")))
}

/// The waiting backups, first in line first.
fn waiting(plane: &ControlPlane) -> Vec<ObjectKey> {
    let mut waiting: Vec<(i64, String)> = unfinished(plane)
        .filter(|(_, backup)| json::text(backup, "/status/phase") == "Queued")
        .map(|(name, backup)| (json::integer(backup, "/status/queuePosition").unwrap_or(i64::MAX), name.clone()))
        .collect();
    waiting.sort();
    waiting.into_iter().map(|(_, name)| key(resource::BACKUPS, &name)).collect()
}

/// The position for one that joins.
pub fn next_position(plane: &ControlPlane) -> i64 {
    waiting(plane).len() as i64 + 1
}

/// Counts the positions anew, and lets the first one go when nothing runs.
pub fn settle(plane: &mut ControlPlane) {
    let line = waiting(plane);
    for (index, waiting) in line.iter().enumerate() {
        plane.store.update(waiting, |backup| json::put(backup, &["status", "queuePosition"], index as i64 + 1));
    }
    if let Some(first) = line.first()
        && is_free(plane)
        && !plane.is_waiting(first)
    {
        plane.wake_after(first, SignedDuration::from_secs(1));
    }
}

//! What a backup holds: the objects as they were when it was made.

use std::{collections::BTreeSet, sync::Arc};

use serde_json::Value;

use super::filters::Filters;
use crate::kube::{
    control_plane::ControlPlane,
    json,
    kinds::{self, Kind, resource},
};

/// The objects of a backup. Backups share the objects that did not change between them.
pub type Contents = Arc<Vec<Arc<Value>>>;

/// What no restore brings back is not kept: Velero's own records, the machines, and what is only of the moment.
const LEFT_OUT: [&str; 5] = ["Backup", "Restore", "Event", "Node", "Lease"];

/// The objects that a backup takes now.
pub fn capture(plane: &ControlPlane, backup: &Value) -> Contents {
    let filters = Filters::of(backup);
    let mut claimed: BTreeSet<&str> = BTreeSet::new();
    let mut taken: Vec<Arc<Value>> = Vec::new();
    for kind in kinds::all().filter(|kind| kind.resource != resource::VOLUMES && !LEFT_OUT.contains(&kind.kind)) {
        for object in plane.store.list(kind.resource, None).filter(|object| is_wanted(&filters, kind, object)) {
            claimed.extend(Some(json::text(object, "/spec/volumeName")).filter(|_| kind.kind == CLAIM));
            taken.push(object.clone());
        }
    }
    // A volume comes along with its claim.
    let volumes = plane.store.list(resource::VOLUMES, None);
    let kind = kinds::of(resource::VOLUMES);
    taken.extend(
        volumes
            .filter(|volume| claimed.contains(json::text(volume, "/metadata/name")))
            .filter(|volume| kind.is_some_and(|kind| filters.take(kind, volume)))
            .cloned(),
    );
    Arc::new(taken)
}

const CLAIM: &str = "PersistentVolumeClaim";

fn is_wanted(filters: &Filters<'_>, kind: &Kind, object: &Value) -> bool {
    filters.take(kind, object)
        && object.pointer("/metadata/deletionTimestamp").is_none()
        && json::text(object, "/metadata/labels/velero.io~1exclude-from-backup") != "true"
}

/// How many of the objects are volumes.
pub fn volumes(contents: &Contents) -> i64 {
    contents.iter().filter(|object| object["kind"] == "PersistentVolume").count() as i64
}

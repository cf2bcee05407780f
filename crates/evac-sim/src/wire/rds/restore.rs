//! Restores to a point in time: a new cluster beside the old one, without an instance.

use super::{
    Document, Request, ServiceError, cluster_not_found, cluster_state, clusters, combination, flag, invalid, new_name,
    required,
};
use crate::world::{World, aurora::Cluster};

/// Begins to make a cluster from the backups of another.
pub fn to_point_in_time(world: &mut World, request: &Request<'_>) -> Result<Document, ServiceError> {
    let region = request.region;
    let name = new_name(request, "DBClusterIdentifier")?;
    let source = required(request, "SourceDBClusterIdentifier")?;
    let cluster = world.aurora.cluster(region, source).ok_or_else(|| cluster_not_found(source))?.clone();
    if matches!(cluster.status.as_str(), "creating" | "deleting") {
        return Err(cluster_state(format!("Cluster {source} is in state {}.", cluster.status)));
    }
    if world.aurora.cluster(region, name).is_some() {
        return Err(ServiceError::sender("DBClusterAlreadyExistsFault", "DB Cluster already exists"));
    }
    let now = world.now();
    let (earliest, latest) = cluster.restorable(now);
    let clone = match request.input.text("RestoreType") {
        None | Some("full-copy") => false,
        Some("copy-on-write") => true,
        Some(other) => return Err(invalid(format!("Invalid restore type: {other}"))),
    };
    let use_latest = flag(request, "UseLatestRestorableTime")?.unwrap_or_default();
    let point = match (use_latest, request.input.get("RestoreToTime")) {
        // A clone is of the volume as it is.
        (true, None) => {
            if clone {
                now
            } else {
                latest
            }
        }
        (true, Some(_)) => {
            return Err(combination("RestoreToTime and UseLatestRestorableTime cannot be specified together"));
        }
        (false, None) => {
            return Err(combination("Either RestoreToTime or UseLatestRestorableTime has to be specified"));
        }
        (false, Some(_)) if clone => {
            return Err(combination("RestoreToTime cannot be specified with the restore type copy-on-write"));
        }
        (false, Some(_)) => {
            let asked = request.input.time("RestoreToTime").ok_or_else(|| invalid("RestoreToTime is no time"))?;
            if !(earliest..=latest).contains(&asked) {
                let text = format!("The specified time {asked} is not between {earliest} and {latest}.");
                return Err(invalid(text));
            }
            asked
        }
    };
    let made = Cluster {
        region,
        name: name.to_ascii_lowercase(),
        status: "creating".to_owned(),
        created: now,
        retention_days: clusters::retention(request)?.unwrap_or(cluster.retention_days),
        deletion_protection: flag(request, "DeletionProtection")?.unwrap_or_default(),
        instances: Vec::new(),
        restored: Some((cluster.name, point)),
    };
    world.with_aurora(|aurora, moment| {
        let (least, most) = if clone { (120, 300) } else { (480, 900) };
        let seconds = moment.between("restore a cluster", least, most);
        aurora.create_cluster(made, seconds, moment);
    });
    clusters::changed(world, region, name)
}

//! Snapshots of clusters.

use super::{Document, Request, ServiceError, invalid, listing, new_name, page, required};
use crate::{
    topology::{ENGINE, ENGINE_VERSION, Region},
    world::{World, aurora::Snapshot},
};

pub fn describe(world: &World, request: &Request<'_>) -> Result<Document, ServiceError> {
    let (input, region) = (request.input, request.region);
    let mut found = snapshots(world, region);
    if let Some(cluster) = input.text("DBClusterIdentifier") {
        // A cluster without snapshots, even one that does not exist, gives an empty list.
        let name = cluster.rsplit(':').next().unwrap_or(cluster);
        found.retain(|snapshot| snapshot.cluster.eq_ignore_ascii_case(name));
    }
    if let Some(kind) = input.text("SnapshotType") {
        found.retain(|snapshot| snapshot.kind == kind);
    }
    if let Some(name) = input.text("DBClusterSnapshotIdentifier") {
        found.retain(|snapshot| is_called(snapshot, name));
        if found.is_empty() {
            return Err(not_found(name));
        }
    }
    let documents = found.iter().map(|snapshot| document(world, snapshot)).collect();
    Ok(listing("DBClusterSnapshots", "DBClusterSnapshot", page(request, documents)?))
}

/// Copies a snapshot of any region that can be reached to this one. The copy is a manual one, which nothing expires.
pub fn copy(world: &mut World, request: &Request<'_>) -> Result<Document, ServiceError> {
    let region = request.region;
    let source = required(request, "SourceDBClusterSnapshotIdentifier")?;
    let target = new_name(request, "TargetDBClusterSnapshotIdentifier")?;
    // A name is one of this region; an ARN says where it is.
    let home = match source.strip_prefix("arn:") {
        Some(arn) => arn.split(':').nth(2).and_then(Region::parse).ok_or_else(|| invalid("The ARN is not valid"))?,
        None => region,
    };
    if !world.power[home] {
        return Err(ServiceError::unavailable(crate::topology::Service::Rds));
    }
    let snapshot = snapshots(world, home).into_iter().find(|snapshot| is_called(snapshot, source));
    let snapshot = snapshot.ok_or_else(|| not_found(source))?;
    if snapshot.status != "available" {
        let text = format!("The snapshot {source} is in state {}.", snapshot.status);
        return Err(ServiceError::sender("InvalidDBClusterSnapshotStateFault", text));
    }
    unused(world, region, target)?;
    let target = target.to_ascii_lowercase();
    world.with_aurora(|aurora, moment| aurora.copy_snapshot(&snapshot, region, &target, moment));
    let made = snapshots(world, region).into_iter().find(|snapshot| snapshot.name == target);
    let made = made.ok_or_else(|| not_found(&target))?;
    Ok(Document::of([("DBClusterSnapshot", document(world, &made))]))
}

/// The name of a new snapshot must not be taken.
pub fn unused(world: &World, region: Region, name: &str) -> Result<(), ServiceError> {
    if snapshots(world, region).iter().any(|snapshot| snapshot.name.eq_ignore_ascii_case(name)) {
        let text = format!("Cannot create the snapshot because a snapshot with the identifier {name} already exists.");
        return Err(ServiceError::sender("DBClusterSnapshotAlreadyExistsFault", text));
    }
    Ok(())
}

fn snapshots(world: &World, region: Region) -> Vec<Snapshot> {
    world.aurora.snapshots(region, world.started, world.now())
}

fn is_called(snapshot: &Snapshot, name: &str) -> bool {
    snapshot.name.eq_ignore_ascii_case(name) || snapshot.arn() == name
}

fn not_found(name: &str) -> ServiceError {
    ServiceError::not_found("DBClusterSnapshotNotFoundFault", format!("DBClusterSnapshot not found: {name}"))
}

fn document(world: &World, snapshot: &Snapshot) -> Document {
    let region = snapshot.region;
    let zones = ["a", "b", "c"].map(|zone| format!("{region}{zone}").into());
    Document::of([
        ("AvailabilityZones", Document::list("AvailabilityZone", zones)),
        ("DBClusterSnapshotIdentifier", snapshot.name.as_str().into()),
        ("DBClusterIdentifier", snapshot.cluster.as_str().into()),
        ("SnapshotCreateTime", snapshot.created.into()),
        ("Engine", ENGINE.into()),
        ("EngineMode", "provisioned".into()),
        ("AllocatedStorage", 412.into()),
        ("Status", snapshot.status.into()),
        ("Port", 0.into()),
        ("ClusterCreateTime", cluster_created(world, snapshot).into()),
        ("MasterUsername", "akidb_admin".into()),
        ("EngineVersion", ENGINE_VERSION.into()),
        ("LicenseModel", "postgresql-license".into()),
        ("SnapshotType", snapshot.kind.into()),
        ("PercentProgress", snapshot.progress(world.tick).into()),
        ("StorageEncrypted", true.into()),
        ("DBClusterSnapshotArn", snapshot.arn().into()),
        ("IAMDatabaseAuthenticationEnabled", true.into()),
        ("TagList", Document::list("Tag", [])),
    ])
    .with_optional("SourceDBClusterSnapshotArn", snapshot.copy_of.as_deref())
}

/// When the cluster of a snapshot was made; for one that is gone, when the snapshot was.
fn cluster_created(world: &World, snapshot: &Snapshot) -> jiff::Timestamp {
    let mut clusters = Region::ALL.into_iter().filter_map(|region| world.aurora.cluster(region, &snapshot.cluster));
    clusters.next().map_or(snapshot.created, |cluster| cluster.created)
}

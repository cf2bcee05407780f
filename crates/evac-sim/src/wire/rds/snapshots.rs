//! Snapshots of clusters.

use jiff::SignedDuration;

use super::{Document, Request, ServiceError, listing, page};
use crate::{
    topology::{ACCOUNT, ENGINE, Region},
    world::{
        World,
        events::{Snapshot, snapshots},
    },
};

pub fn describe(world: &World, request: &Request<'_>) -> Result<Document, ServiceError> {
    let (input, region) = (request.input, request.region);
    let mut found = snapshots(region, world.started, world.now());
    if let Some(cluster) = input.text("DBClusterIdentifier") {
        // A cluster without snapshots, even one that does not exist, gives an empty list.
        found.retain(|_| cluster.eq_ignore_ascii_case(&region.cluster()) || cluster == region.cluster_arn());
    }
    if let Some(kind) = input.text("SnapshotType") {
        found.retain(|snapshot| snapshot.kind == kind);
    }
    if let Some(name) = input.text("DBClusterSnapshotIdentifier") {
        found.retain(|snapshot| snapshot.name == name || arn(region, snapshot) == name);
        if found.is_empty() {
            let text = format!("DBClusterSnapshot not found: {name}");
            return Err(ServiceError::not_found("DBClusterSnapshotNotFoundFault", text));
        }
    }
    let documents = found.iter().map(|snapshot| document(world, region, snapshot)).collect();
    Ok(listing("DBClusterSnapshots", "DBClusterSnapshot", page(request, documents)?))
}

fn arn(region: Region, snapshot: &Snapshot) -> String {
    format!("arn:aws:rds:{region}:{ACCOUNT}:cluster-snapshot:{}", snapshot.name)
}

fn document(world: &World, region: Region, snapshot: &Snapshot) -> Document {
    let zones = ["a", "b", "c"].map(|zone| format!("{region}{zone}").into());
    Document::of([
        ("AvailabilityZones", Document::list("AvailabilityZone", zones)),
        ("DBClusterSnapshotIdentifier", snapshot.name.as_str().into()),
        ("DBClusterIdentifier", region.cluster().into()),
        ("SnapshotCreateTime", snapshot.created.into()),
        ("Engine", ENGINE.into()),
        ("EngineMode", "provisioned".into()),
        ("AllocatedStorage", 412.into()),
        ("Status", "available".into()),
        ("Port", 0.into()),
        ("ClusterCreateTime", (world.started - SignedDuration::from_hours(400 * 24)).into()),
        ("MasterUsername", "akidb_admin".into()),
        ("EngineVersion", snapshot.engine_version.into()),
        ("LicenseModel", "postgresql-license".into()),
        ("SnapshotType", snapshot.kind.into()),
        ("PercentProgress", 100.into()),
        ("StorageEncrypted", true.into()),
        ("DBClusterSnapshotArn", arn(region, snapshot).into()),
        ("IAMDatabaseAuthenticationEnabled", true.into()),
        ("TagList", Document::list("Tag", [])),
    ])
}

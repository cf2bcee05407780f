//! Clusters of the region that is asked.

use jiff::Timestamp;

use super::{
    Document, Request, ServiceError, cluster_not_found, cluster_state, combination, flag, invalid, listing, new_name,
    page, passes, required,
};
use crate::{
    topology::{ENGINE, ENGINE_VERSION, GLOBAL_CLUSTER, Region},
    world::{World, aurora::Cluster, noise},
};

/// The port of PostgreSQL.
pub const PORT: i64 = 5432;
/// For how many days RDS can keep backups.
const RETENTION: std::ops::RangeInclusive<i64> = 1..=35;

pub fn describe(world: &World, request: &Request<'_>) -> Result<Document, ServiceError> {
    let region = request.region;
    let wanted = request.input.text("DBClusterIdentifier");
    if let Some(wanted) = wanted
        && world.aurora.cluster(region, wanted).is_none()
    {
        return Err(cluster_not_found(wanted));
    }
    let mut shown = Vec::new();
    for cluster in world.aurora.clusters(region) {
        let is_wanted =
            wanted.is_none_or(|wanted| cluster.name.eq_ignore_ascii_case(wanted) || cluster.arn() == wanted);
        let fits = passes(request, |name| match name {
            "db-cluster-id" => Some(vec![cluster.name.clone(), cluster.arn()]),
            "engine" => Some(vec![ENGINE.to_owned()]),
            "db-cluster-resource-id" => Some(vec![resource_id(cluster)]),
            "clone-group-id" | "domain" => Some(Vec::new()),
            _ => None,
        })?;
        if is_wanted && fits {
            shown.push(document(world, cluster));
        }
    }
    Ok(listing("DBClusters", "DBCluster", page(request, shown)?))
}

/// The cluster that a changing call names, which has to be in a state to be changed.
pub fn named<'a>(world: &'a World, request: &Request<'_>) -> Result<&'a Cluster, ServiceError> {
    let name = required(request, "DBClusterIdentifier")?;
    let cluster = world.aurora.cluster(request.region, name).ok_or_else(|| cluster_not_found(name))?;
    if cluster.status == "deleting" {
        return Err(cluster_state(format!("Cluster {name} is being deleted.")));
    }
    Ok(cluster)
}

/// The answer of a call that changed a cluster.
pub fn changed(world: &World, region: Region, name: &str) -> Result<Document, ServiceError> {
    let cluster = world.aurora.cluster(region, name).ok_or_else(|| cluster_not_found(name))?;
    Ok(Document::of([("DBCluster", document(world, cluster))]))
}

/// The retention that a request asks for.
pub fn retention(request: &Request<'_>) -> Result<Option<i64>, ServiceError> {
    if request.input.get("BackupRetentionPeriod").is_none() {
        return Ok(None);
    }
    let days = request.input.integer("BackupRetentionPeriod").filter(|days| RETENTION.contains(days));
    let text = "The backup retention period must be a value from 1 to 35.";
    days.map(Some).ok_or_else(|| invalid(text))
}

/// Changes deletion protection and the retention of backups, both at once whatever `ApplyImmediately` says, as RDS does
/// for these two. Other changes are refused, so that none is taken for made.
pub fn modify(world: &mut World, request: &Request<'_>) -> Result<Document, ServiceError> {
    let known = ["DBClusterIdentifier", "ApplyImmediately", "DeletionProtection", "BackupRetentionPeriod"];
    if let Document::Structure(members) = request.input
        && let Some((other, _)) = members.iter().find(|(name, _)| !known.contains(&name.as_ref()))
    {
        return Err(combination(format!("This simulated cluster cannot change its {other}.")));
    }
    let name = named(world, request)?.name.clone();
    let (protection, days) = (flag(request, "DeletionProtection")?, retention(request)?);
    if let Some(cluster) = world.aurora.cluster_mut(request.region, &name) {
        cluster.deletion_protection = protection.unwrap_or(cluster.deletion_protection);
        cluster.retention_days = days.unwrap_or(cluster.retention_days);
    }
    changed(world, request.region, &name)
}

pub fn delete(world: &mut World, request: &Request<'_>) -> Result<Document, ServiceError> {
    let region = request.region;
    let cluster = named(world, request)?;
    if cluster.deletion_protection {
        let text = "Cannot delete protected Cluster, please disable deletion protection and try again.";
        return Err(combination(text));
    }
    if world.aurora.is_member(cluster) {
        let text = "This cluster is a part of a global cluster, please remove it from globalcluster first";
        return Err(cluster_state(text));
    }
    if cluster.instances.iter().any(|instance| instance.status != "deleting") {
        let text = "Cluster cannot be deleted, it still contains DB instances in non-deleting state.";
        return Err(cluster_state(text));
    }
    let last = match (flag(request, "SkipFinalSnapshot")?, request.input.get("FinalDBSnapshotIdentifier")) {
        (Some(true), None) => None,
        (Some(true), Some(_)) => {
            let text = "FinalDBSnapshotIdentifier cannot be specified when deleting a cluster with SkipFinalSnapshot";
            return Err(combination(text));
        }
        (_, None) => {
            let text = "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.";
            return Err(combination(text));
        }
        (_, Some(_)) => {
            let last = new_name(request, "FinalDBSnapshotIdentifier")?;
            super::snapshots::unused(world, region, last)?;
            Some(last)
        }
    };
    let name = cluster.name.clone();
    world.with_aurora(|aurora, moment| aurora.delete_cluster(region, &name, last, moment));
    changed(world, region, &name)
}

/// The number that RDS gives a cluster, whatever it is called.
pub fn resource_id(cluster: &Cluster) -> String {
    let region = cluster.region;
    if cluster.name == region.cluster() {
        format!("cluster-0AKIDB{}", region.short().to_ascii_uppercase())
    } else {
        format!("cluster-{:016X}", noise::mix(noise::stream(&cluster.arn())))
    }
}

fn host(cluster: &Cluster, kind: &str) -> String {
    format!("{}.{kind}c0akidb.{}.rds.amazonaws.com", cluster.name, cluster.region)
}

fn document(world: &World, cluster: &Cluster) -> Document {
    let (now, region, aurora) = (world.now(), cluster.region, &world.aurora);
    let (writes, is_member) = (aurora.is_writer(cluster), aurora.is_member(cluster));
    let members = cluster.instances.iter().enumerate().map(|(number, instance)| {
        Document::of([
            ("DBInstanceIdentifier", instance.name.as_str().into()),
            ("IsClusterWriter", (writes && number == 0).into()),
            ("DBClusterParameterGroupStatus", "in-sync".into()),
            ("PromotionTier", instance.promotion_tier.into()),
        ])
    });
    // A secondary of a global cluster has no writer endpoint that takes connections; RDS still lists the name.
    let source = (!writes).then(|| aurora.writer.cluster_arn());
    let (earliest, latest): (Timestamp, Timestamp) = cluster.restorable(now);
    let zones = ["a", "b", "c"].map(|zone| format!("{region}{zone}").into());
    Document::of([
        ("AllocatedStorage", 1.into()),
        ("AvailabilityZones", Document::list("AvailabilityZone", zones)),
        ("BackupRetentionPeriod", cluster.retention_days.into()),
        ("DatabaseName", "akidb".into()),
        ("DBClusterIdentifier", cluster.name.as_str().into()),
        ("DBClusterParameterGroup", "default.aurora-postgresql16".into()),
        ("DBSubnetGroup", format!("{}-private", region.cluster()).into()),
        ("Status", cluster.status.as_str().into()),
        ("EarliestRestorableTime", earliest.into()),
        ("Endpoint", host(cluster, "cluster-").into()),
        ("ReaderEndpoint", host(cluster, "cluster-ro-").into()),
        ("MultiAZ", (cluster.instances.len() > 1).into()),
        ("Engine", ENGINE.into()),
        ("EngineVersion", ENGINE_VERSION.into()),
        ("LatestRestorableTime", latest.into()),
        ("Port", PORT.into()),
        ("MasterUsername", "akidb_admin".into()),
        ("PreferredBackupWindow", "03:07-03:37".into()),
        ("PreferredMaintenanceWindow", "sun:05:00-sun:05:30".into()),
        ("ReadReplicaIdentifiers", Document::list("ReadReplicaIdentifier", [])),
        ("DBClusterMembers", Document::list("DBClusterMember", members)),
        ("VpcSecurityGroups", Document::list("VpcSecurityGroupMembership", [])),
        ("HostedZoneId", "Z2R2ITUGPM61AM".into()),
        ("StorageEncrypted", true.into()),
        ("DbClusterResourceId", resource_id(cluster).into()),
        ("DBClusterArn", cluster.arn().into()),
        ("AssociatedRoles", Document::list("DBClusterRole", [])),
        ("IAMDatabaseAuthenticationEnabled", true.into()),
        ("ClusterCreateTime", cluster.created.into()),
        ("EngineMode", "provisioned".into()),
        ("DeletionProtection", cluster.deletion_protection.into()),
        ("HttpEndpointEnabled", false.into()),
        ("CopyTagsToSnapshot", true.into()),
        ("CrossAccountClone", false.into()),
        ("TagList", Document::list("Tag", [tag("stack", "akidb"), tag("region-role", role(region))])),
        ("AutoMinorVersionUpgrade", false.into()),
        ("NetworkType", "IPV4".into()),
    ])
    .with_optional("GlobalClusterIdentifier", is_member.then_some(GLOBAL_CLUSTER))
    .with_optional("ReplicationSourceIdentifier", source)
}

pub fn tag(key: &str, value: &str) -> Document {
    Document::of([("Key", key.into()), ("Value", value.into())])
}

fn role(region: Region) -> &'static str {
    if region == Region::UsEast1 { "primary" } else { "secondary" }
}

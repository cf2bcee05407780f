//! Clusters and instances of the region that is asked.

use jiff::SignedDuration;

use super::{Document, Request, ServiceError, listing, page, passes};
use crate::{
    topology::{ACCOUNT, ENGINE, ENGINE_VERSION, GLOBAL_CLUSTER, Region},
    world::World,
};

/// The port of PostgreSQL.
const PORT: i64 = 5432;
/// The instances of a cluster: the first one writes, if its cluster does.
const INSTANCES: [i64; 2] = [1, 2];

pub fn describe_clusters(world: &World, request: &Request<'_>) -> Result<Document, ServiceError> {
    let region = request.region;
    if let Some(wanted) = request.input.text("DBClusterIdentifier")
        && !wanted.eq_ignore_ascii_case(&region.cluster())
        && wanted != region.cluster_arn()
    {
        return Err(ServiceError::not_found("DBClusterNotFoundFault", format!("DBCluster {wanted} not found.")));
    }
    let shown = passes(request, |name| match name {
        "db-cluster-id" => Some(vec![region.cluster(), region.cluster_arn()]),
        "engine" => Some(vec![ENGINE.to_owned()]),
        "db-cluster-resource-id" => Some(vec![resource_id(region)]),
        "clone-group-id" | "domain" => Some(Vec::new()),
        _ => None,
    })?;
    let clusters = if shown { vec![cluster(world, region)] } else { Vec::new() };
    Ok(listing("DBClusters", "DBCluster", page(request, clusters)?))
}

fn resource_id(region: Region) -> String {
    format!("cluster-0AKIDB{}", region.short().to_ascii_uppercase())
}

fn zones(region: Region) -> Document {
    Document::list("AvailabilityZone", ["a", "b", "c"].map(|zone| format!("{region}{zone}").into()))
}

fn host(region: Region, kind: &str) -> String {
    format!("{}.{kind}c0akidb.{region}.rds.amazonaws.com", region.cluster())
}

fn instance_name(region: Region, number: i64) -> String {
    format!("{}-{number}", region.cluster())
}

fn cluster(world: &World, region: Region) -> Document {
    let (now, started, writes) = (world.now(), world.started, region == world.aurora.writer);
    let members = INSTANCES.map(|number| {
        Document::of([
            ("DBInstanceIdentifier", instance_name(region, number).into()),
            ("IsClusterWriter", (writes && number == 1).into()),
            ("DBClusterParameterGroupStatus", "in-sync".into()),
            ("PromotionTier", number.into()),
        ])
    });
    // A secondary of a global cluster has no writer endpoint that takes connections; RDS still lists the name.
    let source = (!writes).then(|| world.aurora.writer.cluster_arn());
    Document::of([
        ("AllocatedStorage", 1.into()),
        ("AvailabilityZones", zones(region)),
        ("BackupRetentionPeriod", 7.into()),
        ("DatabaseName", "akidb".into()),
        ("DBClusterIdentifier", region.cluster().into()),
        ("DBClusterParameterGroup", "default.aurora-postgresql16".into()),
        ("DBSubnetGroup", format!("{}-private", region.cluster()).into()),
        ("Status", world.aurora.members[region].status.as_str().into()),
        ("EarliestRestorableTime", (now - SignedDuration::from_hours(7 * 24)).into()),
        ("Endpoint", host(region, "cluster-").into()),
        ("ReaderEndpoint", host(region, "cluster-ro-").into()),
        ("MultiAZ", true.into()),
        ("Engine", ENGINE.into()),
        ("EngineVersion", ENGINE_VERSION.into()),
        ("LatestRestorableTime", (now - SignedDuration::from_secs(150 + now.as_second() % 120)).into()),
        ("Port", PORT.into()),
        ("MasterUsername", "akidb_admin".into()),
        ("PreferredBackupWindow", "03:07-03:37".into()),
        ("PreferredMaintenanceWindow", "sun:05:00-sun:05:30".into()),
        ("ReadReplicaIdentifiers", Document::list("ReadReplicaIdentifier", [])),
        ("DBClusterMembers", Document::list("DBClusterMember", members)),
        ("VpcSecurityGroups", Document::list("VpcSecurityGroupMembership", [])),
        ("HostedZoneId", "Z2R2ITUGPM61AM".into()),
        ("StorageEncrypted", true.into()),
        ("DbClusterResourceId", resource_id(region).into()),
        ("DBClusterArn", region.cluster_arn().into()),
        ("AssociatedRoles", Document::list("DBClusterRole", [])),
        ("IAMDatabaseAuthenticationEnabled", true.into()),
        ("ClusterCreateTime", (started - SignedDuration::from_hours(400 * 24)).into()),
        ("EngineMode", "provisioned".into()),
        ("DeletionProtection", true.into()),
        ("HttpEndpointEnabled", false.into()),
        ("CopyTagsToSnapshot", true.into()),
        ("CrossAccountClone", false.into()),
        ("TagList", Document::list("Tag", [tag("stack", "akidb"), tag("region-role", role(region))])),
        ("GlobalClusterIdentifier", GLOBAL_CLUSTER.into()),
        ("AutoMinorVersionUpgrade", false.into()),
        ("NetworkType", "IPV4".into()),
    ])
    .with_optional("ReplicationSourceIdentifier", source)
}

fn tag(key: &str, value: &str) -> Document {
    Document::of([("Key", key.into()), ("Value", value.into())])
}

fn role(region: Region) -> &'static str {
    if region == Region::UsEast1 { "primary" } else { "secondary" }
}

pub fn describe_instances(world: &World, request: &Request<'_>) -> Result<Document, ServiceError> {
    let region = request.region;
    let mut instances = Vec::new();
    let mut known = false;
    let wanted = request.input.text("DBInstanceIdentifier");
    for number in INSTANCES {
        let (name, arn) = (instance_name(region, number), instance_arn(region, number));
        if wanted.is_some_and(|wanted| !wanted.eq_ignore_ascii_case(&name) && wanted != arn) {
            continue;
        }
        known = true;
        let shown = passes(request, |filter| match filter {
            "db-cluster-id" => Some(vec![region.cluster(), region.cluster_arn()]),
            "db-instance-id" => Some(vec![name.clone(), arn.clone()]),
            "engine" => Some(vec![ENGINE.to_owned()]),
            "dbi-resource-id" => Some(vec![instance_resource(region, number)]),
            "domain" => Some(Vec::new()),
            _ => None,
        })?;
        if shown {
            instances.push(instance(world, region, number));
        }
    }
    match wanted {
        Some(wanted) if !known => {
            Err(ServiceError::not_found("DBInstanceNotFound", format!("DBInstance {wanted} not found.")))
        }
        _ => Ok(listing("DBInstances", "DBInstance", page(request, instances)?)),
    }
}

fn instance_arn(region: Region, number: i64) -> String {
    format!("arn:aws:rds:{region}:{ACCOUNT}:db:{}", instance_name(region, number))
}

fn instance_resource(region: Region, number: i64) -> String {
    format!("db-0AKIDB{}{number}", region.short().to_ascii_uppercase())
}

fn instance(world: &World, region: Region, number: i64) -> Document {
    let zone = if number == 1 { "a" } else { "b" };
    let name = instance_name(region, number);
    let endpoint = Document::of([
        ("Address", format!("{name}.c0akidb.{region}.rds.amazonaws.com").into()),
        ("Port", PORT.into()),
        ("HostedZoneId", "Z2R2ITUGPM61AM".into()),
    ]);
    Document::of([
        ("DBInstanceIdentifier", name.into()),
        ("DBInstanceClass", if region == Region::UsEast1 { "db.r6g.2xlarge" } else { "db.r6g.xlarge" }.into()),
        ("Engine", ENGINE.into()),
        ("DBInstanceStatus", world.aurora.members[region].status.as_str().into()),
        ("MasterUsername", "akidb_admin".into()),
        ("DBName", "akidb".into()),
        ("Endpoint", endpoint),
        ("AllocatedStorage", 1.into()),
        ("InstanceCreateTime", (world.started - SignedDuration::from_hours(400 * 24)).into()),
        ("PreferredBackupWindow", "03:07-03:37".into()),
        ("BackupRetentionPeriod", 7.into()),
        ("AvailabilityZone", format!("{region}{zone}").into()),
        ("PreferredMaintenanceWindow", "sun:05:00-sun:05:30".into()),
        ("PendingModifiedValues", Document::EMPTY),
        ("MultiAZ", false.into()),
        ("EngineVersion", ENGINE_VERSION.into()),
        ("AutoMinorVersionUpgrade", false.into()),
        ("LicenseModel", "postgresql-license".into()),
        ("PubliclyAccessible", false.into()),
        ("StorageType", "aurora".into()),
        ("DbInstancePort", 0.into()),
        ("DBClusterIdentifier", region.cluster().into()),
        ("StorageEncrypted", true.into()),
        ("DbiResourceId", instance_resource(region, number).into()),
        ("CACertificateIdentifier", "rds-ca-rsa2048-g1".into()),
        ("CopyTagsToSnapshot", false.into()),
        ("MonitoringInterval", 60.into()),
        ("PromotionTier", number.into()),
        ("DBInstanceArn", instance_arn(region, number).into()),
        ("IAMDatabaseAuthenticationEnabled", true.into()),
        ("PerformanceInsightsEnabled", true.into()),
        ("DeletionProtection", false.into()),
        ("TagList", Document::list("Tag", [tag("stack", "akidb")])),
    ])
}

//! Instances of the region that is asked.

use super::{
    Document, Request, ServiceError, cluster_not_found, cluster_state,
    clusters::{PORT, tag},
    combination, listing, new_name, page, passes, required,
};
use crate::{
    topology::{ACCOUNT, ENGINE, ENGINE_VERSION, Region},
    world::{
        World,
        aurora::{Cluster, Instance},
        noise,
    },
};

pub fn describe(world: &World, request: &Request<'_>) -> Result<Document, ServiceError> {
    let region = request.region;
    let mut instances = Vec::new();
    let mut known = false;
    let wanted = request.input.text("DBInstanceIdentifier");
    for cluster in world.aurora.clusters(region) {
        for instance in &cluster.instances {
            let (name, arn) = (&instance.name, arn(region, instance));
            if wanted.is_some_and(|wanted| !wanted.eq_ignore_ascii_case(name) && wanted != arn) {
                continue;
            }
            known = true;
            let shown = passes(request, |filter| match filter {
                "db-cluster-id" => Some(vec![cluster.name.clone(), cluster.arn()]),
                "db-instance-id" => Some(vec![name.clone(), arn.clone()]),
                "engine" => Some(vec![ENGINE.to_owned()]),
                "dbi-resource-id" => Some(vec![resource_id(region, instance)]),
                "domain" => Some(Vec::new()),
                _ => None,
            })?;
            if shown {
                instances.push(document(cluster, instance));
            }
        }
    }
    match wanted {
        Some(wanted) if !known => Err(not_found(wanted)),
        _ => Ok(listing("DBInstances", "DBInstance", page(request, instances)?)),
    }
}

fn not_found(name: &str) -> ServiceError {
    ServiceError::not_found("DBInstanceNotFound", format!("DBInstance {name} not found."))
}

pub fn create(world: &mut World, request: &Request<'_>) -> Result<Document, ServiceError> {
    let region = request.region;
    let name = new_name(request, "DBInstanceIdentifier")?;
    let class = required(request, "DBInstanceClass")?;
    let engine = required(request, "Engine")?;
    let Some(cluster_name) = request.input.text("DBClusterIdentifier") else {
        return Err(combination(format!("The engine {engine} needs the parameter DBClusterIdentifier.")));
    };
    let cluster =
        world.aurora.cluster(region, cluster_name).ok_or_else(|| cluster_not_found(cluster_name))?.name.clone();
    if engine != ENGINE {
        let text = format!("The engine of the instance, {engine}, has to be that of its cluster, {ENGINE}.");
        return Err(combination(text));
    }
    if world.aurora.cluster(region, &cluster).is_some_and(|cluster| cluster.status == "deleting") {
        return Err(cluster_state(format!("Cluster {cluster} is being deleted.")));
    }
    if world.aurora.instance(region, name).is_some() {
        return Err(ServiceError::sender("DBInstanceAlreadyExists", "DB instance already exists"));
    }
    world.with_aurora(|aurora, moment| aurora.create_instance(region, &cluster, name, class, moment));
    changed(world, region, name)
}

pub fn delete(world: &mut World, request: &Request<'_>) -> Result<Document, ServiceError> {
    let region = request.region;
    let name = required(request, "DBInstanceIdentifier")?;
    let (cluster, instance) = world.aurora.instance(region, name).ok_or_else(|| not_found(name))?;
    if instance.status == "deleting" {
        let text = format!("Instance {name} is already being deleted.");
        return Err(ServiceError::sender("InvalidDBInstanceState", text));
    }
    if request.input.get("FinalDBSnapshotIdentifier").is_some() {
        return Err(combination("FinalDBSnapshotIdentifier cannot be specified when deleting a cluster instance"));
    }
    let left = cluster.instances.iter().filter(|other| other.status != "deleting").count();
    if left == 1 && region == world.aurora.writer && world.aurora.is_member(cluster) {
        let text = "Cannot delete the last instance of the master cluster. Delete the replica cluster before deleting \
                    the last master cluster instance.";
        return Err(cluster_state(text));
    }
    world.with_aurora(|aurora, moment| aurora.delete_instance(region, name, moment));
    changed(world, region, name)
}

fn changed(world: &World, region: Region, name: &str) -> Result<Document, ServiceError> {
    let (cluster, instance) = world.aurora.instance(region, name).ok_or_else(|| not_found(name))?;
    Ok(Document::of([("DBInstance", document(cluster, instance))]))
}

fn arn(region: Region, instance: &Instance) -> String {
    format!("arn:aws:rds:{region}:{ACCOUNT}:db:{}", instance.name)
}

fn resource_id(region: Region, instance: &Instance) -> String {
    format!("db-{:016X}", noise::mix(noise::stream(&arn(region, instance))))
}

/// An instance shares the troubles of its cluster, in the words that instances have.
fn status<'a>(cluster: &'a Cluster, instance: &'a Instance) -> &'a str {
    match (instance.status, cluster.status.as_str()) {
        ("available", "promoting") => "rebooting",
        ("available", cluster) => cluster,
        (own, _) => own,
    }
}

fn document(cluster: &Cluster, instance: &Instance) -> Document {
    let region = cluster.region;
    let zone = ["c", "a", "b"].get(usize::try_from(instance.promotion_tier % 3).unwrap_or_default()).unwrap_or(&"a");
    let name = instance.name.as_str();
    let endpoint = Document::of([
        ("Address", format!("{name}.c0akidb.{region}.rds.amazonaws.com").into()),
        ("Port", PORT.into()),
        ("HostedZoneId", "Z2R2ITUGPM61AM".into()),
    ]);
    let document = Document::of([
        ("DBInstanceIdentifier", name.into()),
        ("DBInstanceClass", instance.class.as_str().into()),
        ("Engine", ENGINE.into()),
        ("DBInstanceStatus", status(cluster, instance).into()),
        ("MasterUsername", "akidb_admin".into()),
        ("DBName", "akidb".into()),
        ("AllocatedStorage", 1.into()),
        ("PreferredBackupWindow", "03:07-03:37".into()),
        ("BackupRetentionPeriod", cluster.retention_days.into()),
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
        ("DBClusterIdentifier", cluster.name.as_str().into()),
        ("StorageEncrypted", true.into()),
        ("DbiResourceId", resource_id(region, instance).into()),
        ("CACertificateIdentifier", "rds-ca-rsa2048-g1".into()),
        ("CopyTagsToSnapshot", false.into()),
        ("MonitoringInterval", 60.into()),
        ("PromotionTier", instance.promotion_tier.into()),
        ("DBInstanceArn", arn(region, instance).into()),
        ("IAMDatabaseAuthenticationEnabled", true.into()),
        ("PerformanceInsightsEnabled", true.into()),
        ("DeletionProtection", false.into()),
        ("TagList", Document::list("Tag", [tag("stack", "akidb")])),
    ]);
    if instance.status == "creating" {
        return document;
    }
    // One that is being made has no address yet, and no time at which it was.
    document.with("Endpoint", endpoint).with("InstanceCreateTime", instance.created)
}

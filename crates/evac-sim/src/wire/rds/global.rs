//! The global cluster, as one region sees it.

use super::{Document, Request, ServiceError, listing, page, passes};
use crate::{
    topology::{ACCOUNT, ENGINE, ENGINE_VERSION, GLOBAL_CLUSTER, Region},
    world::World,
};

pub fn describe(world: &World, request: &Request<'_>) -> Result<Document, ServiceError> {
    let arn = format!("arn:aws:rds::{ACCOUNT}:global-cluster:{GLOBAL_CLUSTER}");
    if let Some(wanted) = request.input.text("GlobalClusterIdentifier")
        && !wanted.eq_ignore_ascii_case(GLOBAL_CLUSTER)
        && wanted != arn
    {
        let text = format!("Global cluster {wanted} not found");
        return Err(ServiceError::not_found("GlobalClusterNotFoundFault", text));
    }
    let shown = passes(request, |name| match name {
        // This filter takes identifiers or ARNs of the member clusters.
        "db-cluster-id" => {
            let both = |region: Region| [region.cluster(), region.cluster_arn()];
            Some(Region::ALL.into_iter().flat_map(both).collect())
        }
        "region" => Some(Region::ALL.iter().map(|region| region.name().to_owned()).collect()),
        _ => None,
    })?;
    let clusters = if shown { vec![global_cluster(world, request.region, arn)] } else { Vec::new() };
    Ok(listing("GlobalClusters", "GlobalClusterMember", page(request, clusters)?))
}

fn global_cluster(world: &World, asked: Region, arn: String) -> Document {
    let view = &world.aurora.views[asked];
    let writer = view.writer.unwrap_or(world.aurora.writer);
    let known = Region::ALL.into_iter().filter(|region| view.missing != Some(*region));
    let secondaries = || known.clone().filter(|region| *region != writer);
    let members = known.clone().map(|region| {
        let readers = secondaries().map(|region| Document::from(region.cluster_arn()));
        let readers: Vec<Document> = if region == writer { readers.collect() } else { Vec::new() };
        let member = Document::of([
            ("DBClusterArn", region.cluster_arn().into()),
            ("Readers", Document::members(readers)),
            ("IsWriter", (region == writer).into()),
        ]);
        if region == writer {
            member
        } else {
            member.with("GlobalWriteForwardingStatus", "disabled").with("SynchronizationStatus", "connected")
        }
    });
    let members = Document::list("GlobalClusterMember", members);
    Document::of([
        ("GlobalClusterIdentifier", GLOBAL_CLUSTER.into()),
        ("GlobalClusterResourceId", "cluster-0akidb0global0".into()),
        ("GlobalClusterArn", arn.into()),
        ("Status", view.status.as_deref().unwrap_or("available").into()),
        ("Engine", ENGINE.into()),
        ("EngineVersion", ENGINE_VERSION.into()),
        ("EngineLifecycleSupport", "open-source-rds-extended-support".into()),
        ("StorageEncrypted", true.into()),
        ("DeletionProtection", true.into()),
        ("GlobalClusterMembers", members),
        ("Endpoint", format!("{GLOBAL_CLUSTER}.global-0akidb0global0.global.rds.amazonaws.com").into()),
        // Empty while no switchover or failover is under way, but there.
        ("FailoverState", Document::EMPTY),
        ("TagList", Document::list("Tag", [])),
    ])
}

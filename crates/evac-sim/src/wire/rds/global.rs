//! The global cluster, as one region sees it.

use super::{Document, Request, ServiceError, listing, page, passes};
use crate::{
    topology::{ACCOUNT, ENGINE, ENGINE_VERSION, GLOBAL_CLUSTER, Region},
    world::{
        World,
        aurora::{Operation, Verb},
    },
};

/// The ARN of the global cluster. It names no region.
pub fn arn() -> String {
    format!("arn:aws:rds::{ACCOUNT}:global-cluster:{GLOBAL_CLUSTER}")
}

/// The error for a global cluster that there is not.
pub fn not_found(name: &str) -> ServiceError {
    ServiceError::not_found("GlobalClusterNotFoundFault", format!("Global cluster {name} not found"))
}

/// The answer of a call that changed the global cluster.
pub fn changed(world: &World, request: &Request<'_>) -> Document {
    Document::of([("GlobalCluster", global_cluster(world, request.region))])
}

pub fn describe(world: &World, request: &Request<'_>) -> Result<Document, ServiceError> {
    if let Some(wanted) = request.input.text("GlobalClusterIdentifier")
        && !wanted.eq_ignore_ascii_case(GLOBAL_CLUSTER)
        && wanted != arn()
    {
        return Err(not_found(wanted));
    }
    let members = || Region::ALL.into_iter().filter(|region| world.aurora.members[*region].joined);
    let shown = passes(request, |name| match name {
        // This filter takes identifiers or ARNs of the member clusters.
        "db-cluster-id" => Some(members().flat_map(|region| [region.cluster(), region.cluster_arn()]).collect()),
        "region" => Some(members().map(|region| region.name().to_owned()).collect()),
        _ => None,
    })?;
    let clusters = if shown { vec![global_cluster(world, request.region)] } else { Vec::new() };
    Ok(listing("GlobalClusters", "GlobalClusterMember", page(request, clusters)?))
}

fn global_cluster(world: &World, asked: Region) -> Document {
    let aurora = &world.aurora;
    let view = &aurora.views[asked];
    let writer = view.writer.unwrap_or(aurora.writer);
    let joined = Region::ALL.into_iter().filter(|region| aurora.members[*region].joined);
    let known = joined.filter(|region| view.missing != Some(*region));
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
            let synchronization = aurora.members[region].synchronization();
            member.with("GlobalWriteForwardingStatus", "disabled").with("SynchronizationStatus", synchronization)
        }
    });
    let members = Document::list("GlobalClusterMember", members);
    let operation = aurora.operation.as_ref();
    let status = operation.map_or("available", |operation| operation.verb.status());
    Document::of([
        ("GlobalClusterIdentifier", GLOBAL_CLUSTER.into()),
        ("GlobalClusterResourceId", "cluster-0akidb0global0".into()),
        ("GlobalClusterArn", arn().into()),
        ("Status", view.status.as_deref().unwrap_or(status).into()),
        ("Engine", ENGINE.into()),
        ("EngineVersion", ENGINE_VERSION.into()),
        ("EngineLifecycleSupport", "open-source-rds-extended-support".into()),
        ("StorageEncrypted", true.into()),
        ("DeletionProtection", true.into()),
        ("GlobalClusterMembers", members),
        ("Endpoint", format!("{GLOBAL_CLUSTER}.global-0akidb0global0.global.rds.amazonaws.com").into()),
        // Empty while no switchover or failover is under way, but there.
        ("FailoverState", operation.map_or(Document::EMPTY, failover_state)),
        ("TagList", Document::list("Tag", [])),
    ])
}

fn failover_state(operation: &Operation) -> Document {
    Document::of([
        ("Status", operation.status().into()),
        ("FromDbClusterArn", operation.from.cluster_arn().into()),
        ("ToDbClusterArn", operation.to.cluster_arn().into()),
        ("IsDataLossAllowed", (operation.verb == Verb::Failover).into()),
    ])
}

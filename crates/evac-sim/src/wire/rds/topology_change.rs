//! Calls that move the writer of the global cluster, or take a member out of it.

use super::{
    Document, Request, ServiceError, cluster_not_found, cluster_state, combination, flag, global, invalid, required,
};
use crate::{
    topology::{GLOBAL_CLUSTER, Region},
    world::{World, aurora::Verb},
};

pub fn switchover(world: &mut World, request: &Request<'_>) -> Result<Document, ServiceError> {
    begin(world, request, Verb::Switchover)
}

pub fn failover(world: &mut World, request: &Request<'_>) -> Result<Document, ServiceError> {
    let lossy = flag(request, "AllowDataLoss")?.unwrap_or_default();
    if lossy && flag(request, "Switchover")?.unwrap_or_default() {
        return Err(combination("AllowDataLoss and Switchover cannot be specified together"));
    }
    // Without either it is a switchover.
    begin(world, request, if lossy { Verb::Failover } else { Verb::Switchover })
}

fn begin(world: &mut World, request: &Request<'_>, verb: Verb) -> Result<Document, ServiceError> {
    named(request)?;
    let target = required(request, "TargetDbClusterIdentifier")?;
    let to = member(world, "TargetDbClusterIdentifier", target)?;
    let (aurora, power) = (&world.aurora, &world.power);
    idle(world)?;
    if to == aurora.writer {
        return Err(cluster_state(format!("Cluster {target} is the primary cluster of {GLOBAL_CLUSTER} already.")));
    }
    let here = if verb == Verb::Switchover { aurora.writer } else { to };
    if request.region != here {
        let (which, region) = (if verb == Verb::Switchover { "primary" } else { "target" }, request.region);
        let text = format!("Call this operation in {here}, the Region of the {which} cluster, and not in {region}.");
        return Err(global_state(text));
    }
    if !power[to] || aurora.cut_off[to] {
        return Err(cluster_state(format!("Cluster {target} is not available.")));
    }
    let healthy = |region| {
        let cluster = aurora.own(region);
        let fits = cluster.is_some_and(|cluster| cluster.status == "available" && cluster.serves());
        let state = cluster.map_or("deleted", |cluster| cluster.status.as_str());
        let text = format!("Cluster {} is in state {state}, or has no instance that is available.", region.cluster());
        if fits { Ok(()) } else { Err(cluster_state(text)) }
    };
    healthy(to)?;
    if aurora.members[to].resync.is_some() {
        return Err(cluster_state(format!("Cluster {target} is being resynchronized.")));
    }
    if verb == Verb::Switchover {
        healthy(aurora.writer)?;
    }
    world.with_aurora(|aurora, moment| aurora.begin(verb, to, moment));
    Ok(global::changed(world, request))
}

/// Detaches a member, which becomes a cluster of its own that takes writes.
pub fn remove(world: &mut World, request: &Request<'_>) -> Result<Document, ServiceError> {
    named(request)?;
    let name = required(request, "DbClusterIdentifier")?;
    let region = member(world, "DbClusterIdentifier", name)?;
    idle(world)?;
    let others = Region::ALL.into_iter().filter(|other| *other != region && world.aurora.members[*other].joined);
    if region == world.aurora.writer && others.count() > 0 {
        let text = format!("Cluster {name} is the primary of {GLOBAL_CLUSTER}, which has secondary clusters.");
        return Err(global_state(text));
    }
    if !world.power[region] || world.aurora.own(region).is_some_and(|cluster| cluster.status == "promoting") {
        return Err(cluster_state(format!("Cluster {name} is not available.")));
    }
    world.with_aurora(|aurora, moment| aurora.detach(region, moment));
    Ok(global::changed(world, request))
}

/// The global cluster that a request names has to be the one there is.
fn named(request: &Request<'_>) -> Result<(), ServiceError> {
    let name = required(request, "GlobalClusterIdentifier")?;
    if name.eq_ignore_ascii_case(GLOBAL_CLUSTER) || name == global::arn() {
        return Ok(());
    }
    Err(global::not_found(name))
}

/// The region of a member by its ARN. A name would not say where it is.
fn member(world: &World, parameter: &str, arn: &str) -> Result<Region, ServiceError> {
    if !arn.starts_with("arn:") {
        return Err(invalid(format!("The parameter {parameter} must be an Amazon Resource Name (ARN), and is {arn}")));
    }
    let mut known = Region::ALL.into_iter().filter(|region| world.aurora.members[*region].joined);
    known.find(|region| region.cluster_arn() == arn).ok_or_else(|| cluster_not_found(arn))
}

fn idle(world: &World) -> Result<(), ServiceError> {
    let Some(operation) = &world.aurora.operation else { return Ok(()) };
    let state = operation.verb.status();
    Err(global_state(format!("Global cluster {GLOBAL_CLUSTER} is in {state} state.")))
}

fn global_state(text: String) -> ServiceError {
    ServiceError::sender("InvalidGlobalClusterStateFault", text)
}

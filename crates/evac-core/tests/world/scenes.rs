//! The worlds in which the plans of the golden files are made, and in which they are carried out in the model.

use std::collections::BTreeMap;

use evac_core::{
    Source,
    plan::{Call, Plan, Undo},
    reading::{SnapshotEntry, TerraformLock},
};

use super::{REGIONS, World, address, ago, failover, now, points, region};
use crate::reading;

/// The region that is left.
pub const OLD: &str = "us-east-1";
/// The region that takes over.
pub const TARGET: &str = "us-west-2";

/// The primary cannot be reached.
pub fn lost() -> World {
    let mut world = World::watched();
    world.lose(OLD);
    world
}

/// The same where the secondary stands by, once health checks have moved the users.
pub fn moved() -> World {
    let mut world = standing_by(World::watched(), TARGET);
    world.lose(OLD);
    world.change(Source::Answers, OLD, |reading| {
        for answer in &mut reading!(reading, Answers).answers {
            answer.values = Ok([address(TARGET).to_owned()].into());
        }
    });
    world
}

/// The stack without routing controls, and without STOP objects too where `all` is.
pub fn without(mut world: World, all: bool) -> World {
    let traffic = world.stack.traffic.as_mut().unwrap();
    traffic.routing_control = None;
    if all {
        traffic.stop = BTreeMap::new();
    }
    world
}

/// Records that answer by weight: a region stands by, and users are sent there only where no other is well.
pub fn standing_by(mut world: World, at: &str) -> World {
    world.change(Source::Records, OLD, |reading| {
        for record in &mut reading!(reading, Records).records {
            record.region = None;
            record.weight = Some(if record.set_identifier.as_deref() == Some(at) { 0 } else { 100 });
        }
    });
    world
}

/// The writer and the traffic are in the secondary, and all are well: how a failover leaves it.
pub fn away() -> World {
    let mut world = World::watched();
    for at in REGIONS {
        world.change(Source::GlobalCluster, at, |reading| {
            for member in &mut reading!(reading, GlobalCluster).members {
                member.is_writer = member.region.as_str() == TARGET;
            }
        });
        world.change(Source::Cluster, at, |reading| {
            reading!(reading, Cluster).instances[0].is_writer = at == TARGET;
        });
        world.change(Source::Metrics, at, |reading| {
            reading!(reading, Metrics).aurora.rpo = if at == TARGET { vec![] } else { points(&[180.0, 220.0, 200.0]) };
        });
        world.change(Source::Workloads, at, |reading| {
            let reading = reading!(reading, Workloads);
            let wanted = if at == TARGET { 2 } else { 0 };
            (reading.deployments[1].desired, reading.deployments[1].ready) = (wanted, wanted);
        });
    }
    world
}

/// What a failover left: the primary's routing control is Off; in the secondary the Terraform state is locked, Argo CD
/// frozen and room made; and the writes that were lost are in a snapshot. With it the calls that take back what is so.
pub fn failed_over() -> (World, Vec<Call>) {
    let standing = taken_back(&lost().plan(&failover(TARGET)).unwrap());
    let mut world = away();
    world.change(Source::RoutingControl, OLD, |reading| {
        let states = &mut reading!(reading, RoutingControl).states;
        states.iter_mut().filter(|(control, _)| control.as_str().ends_with("use1")).for_each(|(_, on)| *on = false);
    });
    world.change(Source::Markers, TARGET, |reading| {
        reading!(reading, Markers).states[0].lock = Some(TerraformLock {
            id: "20261122t090000-5f1c00".into(),
            operation: "evac failover".into(),
            who: "ada".into(),
            created: Some(ago(3_600)),
        });
    });
    world.change(Source::Snapshots, OLD, |reading| {
        reading!(reading, Snapshots).snapshots.push(SnapshotEntry {
            name: "rds:unplanned-global-failover-akidb-us-east-1-2026-11-22".into(),
            kind: "automated".into(),
            status: "available".into(),
            created: Some(ago(3_000)),
        });
    });
    world.change(Source::Workloads, TARGET, |reading| {
        let reading = reading!(reading, Workloads);
        reading.applications[0].automated = None;
        reading.autoscalers[0].minimum = 6;
    });
    (world, standing)
}

/// The primary's users are held away by its routing control and by its STOP object.
pub fn held_away() -> World {
    let mut world = World::watched();
    world.change(Source::RoutingControl, OLD, |reading| {
        let states = &mut reading!(reading, RoutingControl).states;
        states.iter_mut().filter(|(control, _)| control.as_str().ends_with("use1")).for_each(|(_, on)| *on = false);
    });
    world.change(Source::Markers, TARGET, |reading| {
        reading!(reading, Markers).stops.values_mut().for_each(|stands| *stands = true);
    });
    world
}

/// The primary's users are held away by a change of its records, which the calls take back.
pub fn repointed() -> (World, Vec<Call>) {
    let mut world = without(World::watched(), true);
    let drained = world.plan(&super::drain(OLD)).unwrap();
    let changes = drained.steps.iter().find_map(|step| match &step.call {
        Some(Call::ChangeRecords { changes, .. }) => Some(changes.clone()),
        _ => None,
    });
    world.change(Source::Records, OLD, |reading| {
        for change in changes.unwrap() {
            for record in &mut reading!(reading, Records).records {
                if record.set_identifier.as_ref() == Some(&change.to.set_identifier) {
                    (record.values, record.health_check) = (change.to.values.clone(), change.to.health_check.clone());
                }
            }
        }
    });
    (world, taken_back(&drained))
}

/// The calls that take back what a plan does, in a run that was done and left so.
fn taken_back(plan: &Plan) -> Vec<Call> {
    let undo = plan.steps.iter().filter_map(|step| match &step.undo {
        Undo::Call { call } => Some(call.clone()),
        _ => None,
    });
    undo.collect()
}

/// The plan of a failback from what a failover left.
pub fn failback() -> (World, Plan) {
    let (world, standing) = failed_over();
    let plan = world.plan_at(&evac_core::plan::Intent::Failback, now(), &standing).unwrap();
    (world, plan)
}

/// The intent to bring a database back to what it was a quarter of an hour ago.
pub fn recovery() -> evac_core::plan::Intent {
    evac_core::plan::Intent::Recover { region: region(OLD), at: Some(ago(900)) }
}

//! What is so when a plan is about to be carried out: what was seen when it was made.

use std::collections::{BTreeMap, BTreeSet};

use evac_core::{ids::RegionId, plan::LocationMode};

use crate::{names::Names, shape::Scene};

/// The region that writes. Each scene has one.
pub(crate) fn writer(scene: &Scene) -> RegionId {
    let writers = scene.plan.before.writers.iter();
    writers.chain(scene.stack.regions.keys()).next().cloned().unwrap_or_else(|| crate::plans::region("nowhere"))
}

/// The regions that users are sent to.
pub(crate) fn served(scene: &Scene) -> BTreeSet<RegionId> {
    Names::new(scene, &facts(scene)).served()
}

/// Every fact by its name.
pub(crate) fn facts(scene: &Scene) -> BTreeMap<String, String> {
    let mut facts = Facts(BTreeMap::new());
    for region in scene.stack.regions.keys() {
        workloads(scene, region, &mut facts);
        backups(scene, region, &mut facts);
        database(scene, region, &mut facts);
        objects(scene, region, &mut facts);
        if let Some(reading) = scene.snapshot.routing_control(region) {
            for (control, on) in &reading.states {
                facts.note(format!("control/{control}"), on);
            }
        }
    }
    facts.0
}

struct Facts(BTreeMap<String, String>);

impl Facts {
    fn note(&mut self, name: String, value: impl ToString) {
        self.0.insert(name, value.to_string());
    }
}

fn workloads(scene: &Scene, region: &RegionId, facts: &mut Facts) {
    let Some(reading) = scene.snapshot.workloads(region) else { return };
    for found in &reading.deployments {
        // What is really down runs nothing.
        let ready = if scene.down.contains(region) { 0 } else { found.ready };
        facts.note(format!("wanted/{region}/{}/{}", found.namespace, found.name), found.desired);
        facts.note(format!("ready/{region}/{}/{}", found.namespace, found.name), ready);
    }
    for found in &reading.autoscalers {
        facts.note(format!("minimum/{region}/{}/{}", found.namespace, found.name), found.minimum);
        facts.note(format!("ruled/{region}/{}/{}", found.namespace, found.name), &found.deployment);
    }
    for found in &reading.applications {
        facts.note(format!("argocd/{region}/{}/{}", found.namespace, found.name), sync(found.automated.as_ref()));
    }
}

/// How an Application is synchronised, as a fact.
pub(crate) fn sync(automated: Option<&serde_json::Value>) -> String {
    automated.map_or_else(|| "manual".to_owned(), |automated| format!("automated {automated}"))
}

fn backups(scene: &Scene, region: &RegionId, facts: &mut Facts) {
    let (Some(reading), Some(velero)) = (scene.snapshot.backups(region), &scene.stack.velero) else { return };
    for location in &reading.locations {
        let mode = if location.read_only { LocationMode::ReadOnly } else { LocationMode::ReadWrite };
        facts.note(format!("location/{region}/{}/{}", velero.namespace, location.name), mode.word());
    }
    for backup in &reading.backups {
        facts.note(format!("backup/{region}/{}", backup.name), backup.phase.word());
    }
}

fn database(scene: &Scene, region: &RegionId, facts: &mut Facts) {
    if let Some(reading) = scene.snapshot.cluster(region) {
        facts.note(format!("cluster/{region}/{}", reading.cluster), &reading.status);
    }
    for snapshot in scene.snapshot.snapshots(region).into_iter().flat_map(|reading| &reading.snapshots) {
        facts.note(format!("snapshot/{region}/{}", snapshot.name), &snapshot.status);
    }
}

fn objects(scene: &Scene, region: &RegionId, facts: &mut Facts) {
    let reading = scene.snapshot.markers(region);
    for (of, stands) in reading.into_iter().flat_map(|reading| &reading.stops) {
        let object = scene.stack.traffic.as_ref().and_then(|traffic| traffic.stop.get(of));
        if let Some(object) = object.filter(|_| *stands) {
            facts.note(format!("object/{}/{}", object.bucket, object.key), "there");
        }
    }
    for state in reading.into_iter().flat_map(|reading| &reading.states) {
        if let Some(lock) = &state.lock {
            facts.note(format!("object/{}/{}.tflock", state.bucket, state.key), &lock.id);
        }
    }
    if let Some(reading) = scene.snapshot.replication(region) {
        for rule in reading.rules.iter().filter(|rule| rule.enabled) {
            facts.note(format!("replicates/{}/{}", reading.bucket, rule.destination), "yes");
        }
    }
}

//! Restore: Velero brings back what a namespace or a volume was.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::{
    PlanContext, Scene, Unplannable, confirm,
    draft::{Draft, Ending, step},
};
use crate::{
    guard::GuardCode,
    ids::RegionId,
    plan::{Call, Check, Closing, ExistingResources, Intent, LocationMode, Plan, Plane, RestoreSpec, Step, Undo},
    reading::{Backup, BackupLocation, BackupPhase},
    stack::Velero,
};

/// What is asked for, with its names looked up.
struct Wanted<'a> {
    region: &'a RegionId,
    velero: &'a Velero,
    backup: &'a Backup,
    location: &'a BackupLocation,
}

pub(super) fn restore(scene: &Scene<'_>, context: &PlanContext<'_>, intent: &Intent) -> Result<Plan, Unplannable> {
    let Intent::Restore { region, backup, namespaces, mapping, existing } = intent else {
        return Err(Unplannable::of(GuardCode::PlanEmpty, None, "this is no restore"));
    };
    let wanted = find(scene, region, backup)?;
    let mut draft = Draft::new(scene, context, intent);
    let Wanted { velero, backup, location, .. } = &wanted;
    draft.facts.note(format!("backup {}", backup.name), backup.phase.word());
    let mode = if location.read_only { LocationMode::ReadOnly } else { LocationMode::ReadWrite };
    draft.facts.note(format!("location {}", location.name), mode.word());
    let is = |mode| Check::LocationMode {
        region: region.clone(),
        namespace: velero.namespace.clone(),
        location: location.name.clone(),
        mode,
    };
    let set = |mode| Call::SetLocationMode {
        region: region.clone(),
        namespace: velero.namespace.clone(),
        location: location.name.clone(),
        mode,
    };
    // A location that was read-only before is left so: the plan opens nothing that it did not close.
    let read_only = (!location.read_only).then(|| {
        draft.add(Step {
            region: Some(region.clone()),
            plane: Plane::Control,
            call: Some(set(LocationMode::ReadOnly)),
            verification: Some(is(LocationMode::ReadOnly)),
            timeout: SignedDuration::from_mins(5),
            undo: Undo::Call { call: set(LocationMode::ReadWrite) },
            ..step("read-only", format!("Make the backup location {} read-only while it is read", location.name))
        })
    });
    restoring(&mut draft, &wanted, Target { namespaces, mapping, existing: *existing }, is(LocationMode::ReadOnly));
    draft.notify(format!("evac: the restore of {} in {region} has come to its end", backup.name));
    if let Some(of) = read_only {
        draft.add(Step {
            region: Some(region.clone()),
            plane: Plane::Control,
            call: Some(set(LocationMode::ReadWrite)),
            verification: Some(is(LocationMode::ReadWrite)),
            timeout: SignedDuration::from_mins(15),
            undo: Undo::Never { why: "it ends what another step began".to_owned() },
            closing: Some(Closing { of, unless_started: None }),
            ..step("read-write", format!("Let backups go into the location {} again", location.name))
        });
    }
    let topology = scene.topology();
    draft.finish(Ending {
        intent: intent.clone(),
        before: topology.clone(),
        after: topology,
        lever: None,
        confirmations: confirmations(region, namespaces, mapping),
    })
}

fn find<'a>(scene: &'a Scene<'_>, region: &'a RegionId, name: &str) -> Result<Wanted<'a>, Unplannable> {
    let refuse = |code, text: String| Err(Unplannable::of(code, Some(region.clone()), text));
    let Some(velero) = scene.stack.velero.as_ref().filter(|_| scene.has_cluster(region)) else {
        return refuse(GuardCode::PlanEmpty, format!("the stack has no Velero in {region}"));
    };
    if !scene.is_reachable(region) {
        return refuse(GuardCode::PlanDeadRegion, format!("{region} cannot be reached"));
    }
    let Some(reading) = scene.snapshot.backups(region) else {
        return refuse(GuardCode::BackupUnknown, format!("no backup was seen in {region} yet"));
    };
    let Some(backup) = reading.backups.iter().find(|backup| backup.name == name) else {
        let near = crate::suggestion::nearest(name, reading.backups.iter().map(|backup| backup.name.as_str()));
        let near = near.map_or_else(|| newest(&reading.backups), |near| format!("; did you mean {near}?"));
        return refuse(
            GuardCode::BackupUnknown,
            format!("no backup in {region} is called {}{near}", crate::text::clean(name)),
        );
    };
    let location = reading.locations.iter().find(|location| match &backup.location {
        Some(name) => location.name == *name,
        None => location.default,
    });
    match location {
        Some(location) => Ok(Wanted { region, velero, backup, location }),
        None => refuse(GuardCode::BackupUnrestorable, "its storage location does not exist here".to_owned()),
    }
}

/// The newest backups that are whole, to choose from.
fn newest(backups: &[Backup]) -> String {
    let mut whole: Vec<_> = backups.iter().filter(|backup| backup.phase == BackupPhase::Completed).collect();
    whole.sort_by_key(|backup| std::cmp::Reverse(backup.completed));
    let names: Vec<_> = whole.iter().take(3).map(|backup| backup.name.as_str()).collect();
    if names.is_empty() { String::new() } else { format!("; the newest that are whole: {}", names.join(", ")) }
}

/// What is restored and where to.
struct Target<'a> {
    namespaces: &'a [String],
    mapping: &'a BTreeMap<String, String>,
    existing: ExistingResources,
}

fn restoring(draft: &mut Draft<'_>, wanted: &Wanted<'_>, target: Target<'_>, before: Check) {
    let Wanted { region, velero, backup, .. } = *wanted;
    let what = match target.namespaces {
        [] => "everything".to_owned(),
        names => names.iter().map(|name| renamed(name, target.mapping)).collect::<Vec<_>>().join(", "),
    };
    let (namespace, name) = (velero.namespace.clone(), format!("evac-{}", draft.mark.word));
    let spec = RestoreSpec {
        backup: backup.name.clone(),
        namespaces: target.namespaces.to_vec(),
        mapping: target.mapping.clone(),
        existing: target.existing,
        label: draft.mark.word.clone(),
    };
    let after = draft.last();
    draft.add(Step {
        after,
        region: Some(region.clone()),
        plane: Plane::Control,
        precondition: Some(before),
        verification: Some(Check::Restored {
            region: region.clone(),
            namespace: namespace.clone(),
            name: name.clone(),
        }),
        call: Some(Call::CreateRestore { region: region.clone(), namespace, name, spec }),
        expected: SignedDuration::from_mins(5),
        // Velero itself gives an item's operation four hours.
        timeout: SignedDuration::from_mins(270),
        undo: Undo::Never { why: "what was restored stands beside what was there; delete it by hand".to_owned() },
        ..step("restore", format!("Restore {what} from {} in {region}", backup.name))
    });
}

/// A namespace, with the name that it gets where that is another.
fn renamed(name: &str, mapping: &BTreeMap<String, String>) -> String {
    match mapping.get(name).filter(|mapped| *mapped != name) {
        Some(mapped) => format!("{name} as {mapped}"),
        None => name.to_owned(),
    }
}

/// What names the target: the namespaces as they will be called, or the region where all are meant.
fn confirmations(region: &RegionId, namespaces: &[String], mapping: &BTreeMap<String, String>) -> Vec<String> {
    if namespaces.is_empty() {
        return confirm::region(region);
    }
    let names: Vec<_> = namespaces.iter().map(|name| mapping.get(name).unwrap_or(name).as_str()).collect();
    vec![names.join(",")]
}

use jiff::SignedDuration;

use super::draft::{Draft, slug, step};
use crate::{
    guard::GuardCode,
    ids::{Arn, GlobalClusterId, RegionId},
    plan::{Call, Check, Plane, Step, StepId, Undo, Verb},
};

/// What a system snapshot is called that holds the writes which a failover lost.
const RESCUE: &str = "rds:unplanned-global-failover-";

/// The writer's way from one region to another.
pub(super) struct Promotion<'a> {
    pub(super) global_cluster: &'a GlobalClusterId,
    /// The old writer, where one is known.
    pub(super) old: Option<(&'a RegionId, Arn)>,
    /// The new one.
    pub(super) new: (&'a RegionId, Arn),
    pub(super) verb: Verb,
}

impl Promotion<'_> {
    /// Moves the writer, and proves that the old one has stopped. Gives both steps; a writer that nobody knows cannot be
    /// proven to have stopped.
    pub(super) fn add(&self, draft: &mut Draft<'_>, after: Vec<StepId>) -> (StepId, StepId) {
        let promote = self.promote(draft, after);
        let fence = self.fence(draft, &promote).unwrap_or_else(|| promote.clone());
        (promote, fence)
    }

    fn promote(&self, draft: &mut Draft<'_>, after: Vec<StepId>) -> StepId {
        let (region, member) = self.new.clone();
        let global_cluster = self.global_cluster.clone();
        let target = member.clone();
        let old = self.old.as_ref().map(|(_, arn)| arn.clone());
        let is_writer = |region: &RegionId, member: &Arn, other: Option<Arn>| Check::Writer {
            region: region.clone(),
            global_cluster: self.global_cluster.clone(),
            member: member.clone(),
            other,
        };
        // Somebody who has moved the writer elsewhere meanwhile has decided otherwise: the writes there would be lost.
        let not_elsewhere = || Check::NoOtherWriter {
            region: region.clone(),
            global_cluster: self.global_cluster.clone(),
            members: old.iter().chain([&member]).cloned().collect(),
        };
        let (at, call, precondition) = match (&self.old, self.verb) {
            // A switchover is asked of the writer's region, and needs a healthy writer there.
            (Some((old, arn)), Verb::Switchover | Verb::Failback) => {
                let call = Call::Switchover { region: (*old).clone(), global_cluster, target };
                (*old, call, is_writer(old, arn, Some(member.clone())))
            }
            _ => (region, Call::Failover { region: region.clone(), global_cluster, target }, not_elsewhere()),
        };
        let title = match self.verb {
            Verb::Failover => format!("Promote {} in {region}, losing what has not arrived", member.resource()),
            _ => format!("Move the writer to {} in {region}", member.resource()),
        };
        let undo = match self.verb {
            Verb::Switchover | Verb::Failover => Verb::Failback,
            _ => Verb::Switchover,
        };
        draft.add(Step {
            after,
            region: Some(at.clone()),
            plane: Plane::Control,
            precondition: Some(precondition),
            call: Some(call),
            verification: Some(is_writer(region, &member, old.clone())),
            expected: draft.scene.stack.step_times.promote.get(),
            timeout: SignedDuration::from_mins(30),
            undo: Undo::Verb { verb: undo },
            ..step("promote", title)
        })
    }

    fn fence(&self, draft: &mut Draft<'_>, promote: &StepId) -> Option<StepId> {
        let (old, arn) = self.old.clone()?;
        let (new, member) = self.new.clone();
        let scene = draft.scene;
        let asked: Vec<_> = [old, new].into_iter().filter(|region| scene.is_reachable(region)).cloned().collect();
        Some(draft.add(Step {
            after: vec![promote.clone()],
            region: asked.first().cloned(),
            plane: Plane::Control,
            killed_by: vec![new.clone()],
            verification: Some(Check::Fenced {
                regions: asked,
                global_cluster: self.global_cluster.clone(),
                old: arn,
                new: member,
                since: scene.world_now,
            }),
            expected: scene.stack.step_times.fence.get(),
            timeout: SignedDuration::from_mins(5),
            gate: Some(GuardCode::FenceUnproven),
            ..step("fence", format!("See proof that the old writer in {old} has stopped"))
        }))
    }
}

/// Keeps the snapshots of writes that earlier failovers lost: RDS deletes them by its own schedule. It waits for nothing,
/// and nothing but the end waits for it.
pub(super) fn keep_lost_writes(draft: &mut Draft<'_>) {
    let scene = draft.scene;
    for region in scene.stack.regions.keys().filter(|region| scene.is_reachable(region)) {
        let Some(reading) = scene.snapshot.snapshots(region) else { continue };
        let rescues = reading.snapshots.iter().filter(|entry| entry.name.starts_with(RESCUE));
        for entry in rescues.filter(|entry| entry.status == "available") {
            // A name of RDS has 255 characters at most, and this one is shorter than what it is made from.
            let copy = format!("evac-kept-{}", slug(entry.name.trim_start_matches(RESCUE)));
            if reading.snapshots.iter().any(|other| other.name == copy) {
                continue;
            }
            draft.facts.note(format!("lost writes {region}"), &entry.name);
            draft.add(Step {
                region: Some(region.clone()),
                plane: Plane::Control,
                call: Some(Call::CopySnapshot {
                    region: region.clone(),
                    snapshot: entry.name.clone(),
                    copy: copy.clone(),
                }),
                verification: Some(Check::Snapshot { region: region.clone(), snapshot: copy.clone() }),
                expected: SignedDuration::from_mins(5),
                timeout: SignedDuration::from_hours(1),
                undo: Undo::Never { why: format!("delete the snapshot {copy} by hand when it is no longer wanted") },
                best_effort: true,
                ..step("keep-lost-writes", format!("Copy {}, which holds writes that a failover lost", entry.name))
            });
        }
    }
}

/// Looks whether what is written from now on goes back to the region that was left.
pub(super) fn failback_readiness(draft: &mut Draft<'_>, old: &RegionId, new: &RegionId, after: &[StepId]) {
    let rules: Vec<_> = draft.scene.stack.replication_out_of(new).filter(|rule| rule.to == *old).cloned().collect();
    for rule in rules {
        draft.add(Step {
            after: after.to_vec(),
            region: Some(new.clone()),
            plane: Plane::Control,
            verification: Some(Check::Replicating {
                region: new.clone(),
                bucket: rule.source.clone(),
                destination: rule.destination.clone(),
            }),
            timeout: SignedDuration::from_mins(5),
            best_effort: true,
            ..step("failback-readiness", format!("See that {} replicates back into {}", rule.source, rule.destination))
        });
    }
}

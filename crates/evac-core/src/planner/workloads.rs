use jiff::SignedDuration;

use super::draft::{Draft, slug, step};
use crate::{
    ids::RegionId,
    plan::{Call, Check, Closing, Plane, Step, StepId, Undo},
    reading::{Autoscaler, Deployment, WorkloadsReading},
    stack::{Consumer, Workload},
};

fn deployment<'a>(reading: &'a WorkloadsReading, namespace: &str, name: &str) -> Option<&'a Deployment> {
    reading.deployments.iter().find(|found| found.namespace == namespace && found.name == name)
}

/// The autoscaler that the stack names for a workload, where it exists and rules it.
pub(crate) fn autoscaler<'a>(reading: &'a WorkloadsReading, workload: &Workload) -> Option<&'a Autoscaler> {
    let name = workload.autoscaler.as_deref()?;
    reading.autoscalers.iter().find(|found| {
        found.namespace == workload.namespace && found.name == name && found.deployment == workload.deployment
    })
}

/// A Deployment in a cluster, and how many of it are wanted.
struct Scaling<'a> {
    region: &'a RegionId,
    namespace: &'a str,
    deployment: &'a str,
    wanted: u32,
}

impl Scaling<'_> {
    fn call(&self, replicas: u32) -> Call {
        Call::Scale {
            region: self.region.clone(),
            namespace: self.namespace.to_owned(),
            deployment: self.deployment.to_owned(),
            replicas,
        }
    }

    fn check(&self, at_least: bool) -> Check {
        Check::Replicas {
            region: self.region.clone(),
            namespace: self.namespace.to_owned(),
            deployment: self.deployment.to_owned(),
            wanted: self.wanted,
            at_least,
        }
    }
}

/// Makes room for the load of an evacuated region: as many replicas as the stack says that it takes.
pub(super) fn scale(draft: &mut Draft<'_>, region: &RegionId, after: &[StepId], best_effort: bool) -> Vec<StepId> {
    let scene = draft.scene;
    let Some(reading) = scene.workloads(region) else { return Vec::new() };
    let mut added = Vec::new();
    for workload in &scene.stack.workloads {
        let Workload { namespace, deployment: name, .. } = workload;
        let (Some(replicas), Some(found)) = (workload.replicas, deployment(reading, namespace, name)) else { continue };
        let mut scaling = Scaling { region, namespace, deployment: name, wanted: replicas.max(found.desired) };
        let (call, back, at_least) = match autoscaler(reading, workload) {
            Some(ruler) => {
                draft.facts.note(
                    format!("autoscaler {region} {namespace}/{}", ruler.name),
                    format!("{} to {}", ruler.minimum, ruler.maximum),
                );
                // What autoscalers do moves all the time, and no plan relies on it.
                scaling.wanted = replicas.max(ruler.minimum).min(ruler.maximum);
                let set = |minimum| Call::SetAutoscalerMinimum {
                    region: region.clone(),
                    namespace: namespace.clone(),
                    autoscaler: ruler.name.clone(),
                    minimum,
                };
                (set(scaling.wanted), set(ruler.minimum), true)
            }
            None => {
                draft.facts.note(format!("deployment {region} {namespace}/{name}"), found.desired.to_string());
                (scaling.call(scaling.wanted), scaling.call(found.desired), false)
            }
        };
        let times = &scene.stack.step_times;
        added.push(draft.add(Step {
            after: after.to_vec(),
            region: Some(region.clone()),
            plane: Plane::Control,
            call: Some(call),
            verification: Some(scaling.check(at_least)),
            expected: times.scale.get(),
            timeout: SignedDuration::from_mins(10),
            undo: Undo::Call { call: back },
            best_effort,
            ..step(
                format!("scale-{}", slug(name)),
                format!("Bring {namespace}/{name} in {region} to {} replicas", scaling.wanted),
            )
        }));
    }
    added
}

/// Lets go of the room that earlier runs made in a region, as far as it is still there.
pub(super) fn give_back(draft: &mut Draft<'_>, region: &RegionId) {
    let (scene, after) = (draft.scene, draft.last());
    let Some(reading) = scene.workloads(region).filter(|_| scene.is_reachable(region)) else { return };
    for workload in &scene.stack.workloads {
        let Workload { namespace, deployment: name, .. } = workload;
        let Some(found) = deployment(reading, namespace, name) else { continue };
        let ruler = autoscaler(reading, workload);
        let room = draft.context.standing.iter().find_map(|call| match (call, ruler) {
            (Call::SetAutoscalerMinimum { region: at, namespace: space, autoscaler, minimum }, Some(ruler)) => {
                let own = (at, space, autoscaler) == (region, namespace, &ruler.name) && *minimum < ruler.minimum;
                own.then_some((call, *minimum, None))
            }
            (Call::Scale { region: at, namespace: space, deployment, replicas }, None) => {
                let own = (at, space, deployment) == (region, namespace, name) && *replicas < found.desired;
                let is = Scaling { region, namespace, deployment: name, wanted: *replicas }.check(false);
                own.then_some((call, *replicas, Some(is)))
            }
            _ => None,
        });
        let Some((call, replicas, verification)) = room else { continue };
        draft.add(Step {
            after: after.clone(),
            region: Some(region.clone()),
            plane: Plane::Control,
            call: Some(call.clone()),
            verification,
            expected: SignedDuration::from_secs(5),
            undo: Undo::Never { why: "it takes back what another run did".to_owned() },
            best_effort: true,
            ..step(
                format!("give-back-{}", slug(name)),
                format!("Let {namespace}/{name} in {region} go back to {replicas} replicas"),
            )
        });
    }
}

/// Lets no consumer write in the region that is left. Unless the writer was touched they are started again at the end.
pub(super) fn pause(
    draft: &mut Draft<'_>,
    region: &RegionId,
    after: &[StepId],
    best_effort: bool,
) -> Vec<(StepId, Step)> {
    let scene = draft.scene;
    let Some(reading) = scene.workloads(region).filter(|_| scene.is_reachable(region)) else { return Vec::new() };
    let mut added = Vec::new();
    for Consumer { namespace, deployment: name, .. } in &scene.stack.consumers {
        let Some(found) = deployment(reading, namespace, name) else { continue };
        draft.facts.note(format!("consumer {region} {namespace}/{name}"), found.desired.to_string());
        let down = Scaling { region, namespace, deployment: name, wanted: 0 };
        let up = Scaling { wanted: found.desired, ..down };
        let pausing = draft.add(Step {
            after: after.to_vec(),
            region: Some(region.clone()),
            plane: Plane::Control,
            call: Some(down.call(0)),
            verification: Some(down.check(false)),
            expected: SignedDuration::from_secs(15),
            timeout: SignedDuration::from_mins(if best_effort { 1 } else { 5 }),
            undo: Undo::Call { call: up.call(found.desired) },
            best_effort,
            ..step(format!("pause-consumer-{}", slug(name)), format!("Stop {namespace}/{name} in {region}"))
        });
        let resuming = Step {
            region: Some(region.clone()),
            plane: Plane::Control,
            call: Some(up.call(found.desired)),
            verification: Some(up.check(false)),
            expected: SignedDuration::from_secs(30),
            timeout: SignedDuration::from_mins(5),
            undo: Undo::Never { why: "it ends what another step began".to_owned() },
            best_effort,
            ..step(format!("resume-consumer-{}", slug(name)), format!("Start {namespace}/{name} in {region} again"))
        };
        added.push((pausing, resuming));
    }
    added
}

/// Closes what [`pause`] did, unless a step was done that makes it wrong, or may have been.
pub(super) fn resume_unless(draft: &mut Draft<'_>, paused: Vec<(StepId, Step)>, started: Option<&StepId>) {
    for (of, step) in paused {
        draft.add(Step { closing: Some(Closing { of, unless_started: started.cloned() }), ..step });
    }
}

/// Starts the consumers beside the new writer.
pub(super) fn start(draft: &mut Draft<'_>, region: &RegionId, after: &[StepId], best_effort: bool) {
    let scene = draft.scene;
    let Some(reading) = scene.workloads(region) else { return };
    for Consumer { namespace, deployment: name, replicas } in &scene.stack.consumers {
        let Some(found) = deployment(reading, namespace, name) else { continue };
        draft.facts.note(format!("consumer {region} {namespace}/{name}"), found.desired.to_string());
        let scaling = Scaling { region, namespace, deployment: name, wanted: *replicas };
        draft.add(Step {
            after: after.to_vec(),
            region: Some(region.clone()),
            plane: Plane::Control,
            call: Some(scaling.call(*replicas)),
            verification: Some(scaling.check(false)),
            expected: SignedDuration::from_secs(30),
            timeout: SignedDuration::from_mins(10),
            undo: Undo::Call { call: scaling.call(found.desired) },
            best_effort,
            ..step(format!("start-consumer-{}", slug(name)), format!("Start {namespace}/{name} in {region}"))
        });
    }
}

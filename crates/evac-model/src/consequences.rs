//! What comes of the calls that reach their services.

use std::time::Duration;

use evac_core::{
    ids::{Arn, RegionId},
    plan::Call,
};
use tokio::time::Instant;

use crate::{
    beginning::sync,
    ground::{Effect, Ground},
};

const NOW: Duration = Duration::ZERO;

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn is(name: String, value: impl ToString) -> Effect {
    Effect::Is(name, Some(value.to_string()))
}

impl Ground {
    /// A call reaches its service, and is carried out there; false when it is refused.
    pub(crate) fn arrive(&mut self, call: &Call, at: Instant) -> bool {
        if !self.takes(call) {
            return false;
        }
        if let Call::Switchover { .. } | Call::Failover { .. } = call {
            self.moving = true;
        }
        for (after, effect) in self.consequences(call) {
            self.later(at, after, effect);
        }
        self.advance(at);
        true
    }

    /// Whether the service takes a call. RDS refuses to promote while a promotion is under way, and whom it has promoted
    /// already; it takes a switchover in the writer's region, and a failover in the target's. A business transaction is
    /// committed where the database takes writes.
    fn takes(&self, call: &Call) -> bool {
        let free = |target: &Arn| !self.moving && !self.is_writer(target);
        match call {
            Call::Switchover { region, target, .. } => free(target) && *region == self.writer,
            Call::Failover { region, target, .. } => free(target) && target.region().as_ref() == Some(region),
            Call::Transact { region, .. } => self.writes.contains(region),
            Call::CopySnapshot { region, snapshot, .. } => self.has(&format!("snapshot/{region}/{snapshot}")),
            Call::CreateRestore { region, spec, .. } => self.has(&format!("backup/{region}/{}", spec.backup)),
            Call::RestoreToTime { region, source, .. } => self.has(&format!("cluster/{region}/{source}")),
            Call::CreateInstance { region, cluster, .. } | Call::ProtectCluster { region, cluster, .. } => {
                self.facts.get(&format!("cluster/{region}/{cluster}")).is_some_and(|status| status == "available")
            }
            _ => true,
        }
    }

    fn has(&self, name: &str) -> bool {
        self.facts.contains_key(name)
    }

    /// What comes of a call, and after what time.
    fn consequences(&self, call: &Call) -> Vec<(Duration, Effect)> {
        let now = |effect| vec![(NOW, effect)];
        match call {
            Call::LockTerraform { bucket, key, .. } if self.has(&format!("object/{bucket}/{key}")) => Vec::new(),
            Call::LockTerraform { bucket, key, id, .. } => now(is(format!("object/{bucket}/{key}"), id)),
            Call::UnlockTerraform { bucket, key, id, .. } => match self.facts.get(&format!("object/{bucket}/{key}")) {
                Some(there) if there == id => now(Effect::Is(format!("object/{bucket}/{key}"), None)),
                _ => Vec::new(),
            },
            Call::SetArgoSync { region, namespace, application, automated } => {
                now(is(format!("argocd/{region}/{namespace}/{application}"), sync(automated.as_ref())))
            }
            Call::Scale { region, namespace, deployment, replicas } => {
                scaled(&format!("{region}/{namespace}/{deployment}"), *replicas)
            }
            Call::SetAutoscalerMinimum { region, namespace, autoscaler, minimum } => {
                self.ruled(region, namespace, autoscaler, *minimum)
            }
            Call::Switchover { target, .. } => self.promotion(target, Some(seconds(5))),
            Call::Failover { target, .. } => self.promotion(target, self.nature.fence),
            Call::SetRoutingControls { states, .. } => {
                let told = states.iter().map(|(control, on)| (seconds(1), is(format!("control/{control}"), on)));
                told.chain([(seconds(2), Effect::Checked)]).collect()
            }
            Call::PutStop { bucket, key, .. } => {
                vec![(NOW, is(format!("object/{bucket}/{key}"), "there")), (seconds(30), Effect::Checked)]
            }
            Call::RemoveStop { bucket, key, .. } => {
                vec![(NOW, Effect::Is(format!("object/{bucket}/{key}"), None)), (seconds(30), Effect::Checked)]
            }
            Call::ChangeRecords { changes, .. } => {
                changes.iter().map(|change| (seconds(35), Effect::Record(Box::new(change.to.clone())))).collect()
            }
            Call::CopySnapshot { region, copy, .. } => {
                vec![(seconds(200), is(format!("snapshot/{region}/{copy}"), "available"))]
            }
            Call::SetLocationMode { region, namespace, location, mode } => {
                now(is(format!("location/{region}/{namespace}/{location}"), mode.word()))
            }
            Call::CreateRestore { region, namespace, name, .. } => {
                self.begun(format!("restore/{region}/{namespace}/{name}"), "InProgress", seconds(120), "Completed")
            }
            Call::RestoreToTime { region, target, .. } => {
                self.begun(format!("cluster/{region}/{target}"), "creating", seconds(200), "available")
            }
            Call::CreateInstance { region, instance, .. } => {
                self.begun(format!("instance/{region}/{instance}"), "creating", seconds(150), "available")
            }
            Call::ProtectCluster { region, cluster, protected } => {
                vec![(seconds(3), is(format!("protected/{region}/{cluster}"), protected))]
            }
            Call::Detach { member, .. } => now(is(format!("detached/{member}"), "yes")),
            Call::Transact { url, .. } => now(is(format!("transacted/{url}"), "yes")),
            Call::Notify { text } => now(is(format!("told/{text}"), "yes")),
        }
    }

    /// Something that takes its time, and is begun once.
    fn begun(&self, name: String, at_first: &str, after: Duration, at_last: &str) -> Vec<(Duration, Effect)> {
        match self.has(&name) {
            true => Vec::new(),
            false => vec![(NOW, is(name.clone(), at_first)), (after, is(name, at_last))],
        }
    }

    /// What an autoscaler does that has another minimum: it brings up what has less, and lets what has more be.
    fn ruled(&self, region: &RegionId, namespace: &str, name: &str, minimum: u32) -> Vec<(Duration, Effect)> {
        let mut comes = vec![(NOW, is(format!("minimum/{region}/{namespace}/{name}"), minimum))];
        if let Some(deployment) = self.facts.get(&format!("ruled/{region}/{namespace}/{name}")) {
            let of = format!("{region}/{namespace}/{deployment}");
            if self.count(&format!("wanted/{of}")).is_some_and(|wanted| wanted < minimum) {
                comes.extend(scaled(&of, minimum));
            }
        }
        comes
    }

    /// A fact that is a number.
    pub(crate) fn count(&self, name: &str) -> Option<u32> {
        self.facts.get(name).and_then(|value| value.parse().ok())
    }

    fn promotion(&self, target: &Arn, fence: Option<Duration>) -> Vec<(Duration, Effect)> {
        let promoted = target.region().map(|new| (self.nature.promotion, Effect::Promoted(new)));
        let fenced = fence.map(|after| (after, Effect::Writes(self.writer.clone(), false)));
        promoted.into_iter().chain(fenced).collect()
    }
}

/// Pods come and go.
fn scaled(of: &str, replicas: u32) -> Vec<(Duration, Effect)> {
    vec![(NOW, is(format!("wanted/{of}"), replicas)), (seconds(25), is(format!("ready/{of}"), replicas))]
}

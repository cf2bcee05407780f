//! The port on Deployments, what rules over them, and nodes.

use std::sync::Arc;

use evac_core::{
    Reading, SourceId, Stack,
    observation::Sampled,
    reading::{ArgoApplication, Autoscaler, Deployment, WorkloadsReading},
};
use evac_engine::{Answer, Call, Port};
use futures::{
    FutureExt,
    future::{BoxFuture, join, try_join4},
};
use serde_json::Value;
use tokio::{sync::Notify, task::JoinSet};

use crate::{
    cluster::{Alive, Cluster},
    follow::{Need, Place, follow},
    json::{count, is_true, text},
    mirror::Mirror,
    named::{Named, Watcher},
    quantity::quantity,
    watched::{Kept, Pace},
};

/// What the cluster of one region can carry.
pub(crate) struct Workloads {
    id: SourceId,
    cluster: Arc<Cluster>,
    changed: Arc<Notify>,
    deployments: Named<Deployment>,
    autoscalers: Named<Autoscaler>,
    applications: Named<ArgoApplication>,
    nodes: Arc<Mirror<Node>>,
    pace: Pace,
    /// The watches; they end with the port.
    _watches: JoinSet<()>,
}

impl Workloads {
    /// Begins to watch.
    pub(crate) fn watch(id: SourceId, cluster: Arc<Cluster>, stack: &Stack, pace: Pace) -> Self {
        let (mut watches, changed) = (JoinSet::new(), Arc::new(Notify::new()));
        let mut watcher = Watcher { cluster: &cluster, changed: &changed, watches: &mut watches, pace };
        let workloads = stack.workloads.iter().map(|workload| (&workload.namespace, &workload.deployment));
        let consumers = stack.consumers.iter().map(|consumer| (&consumer.namespace, &consumer.deployment));
        let owned = |(namespace, name): (&String, &String)| (namespace.clone(), name.clone());
        let deployments = workloads.chain(consumers).map(owned).collect();
        let deployments =
            Named::watch(&mut watcher, ("deployments.apps", "apps/v1", "deployments", Need::Always), deployments);
        let ruled =
            stack.workloads.iter().filter_map(|workload| Some((&workload.namespace, workload.autoscaler.as_ref()?)));
        let kind = ("horizontalpodautoscalers", "autoscaling/v2", "horizontalpodautoscalers", Need::IfThere);
        let autoscalers = Named::watch(&mut watcher, kind, ruled.map(owned).collect());
        let argo = stack.freeze.argocd.iter();
        let frozen = argo.flat_map(|argo| argo.applications.iter().map(|name| (&argo.namespace, name)));
        let kind = ("applications.argoproj.io", "argoproj.io/v1alpha1", "applications", Need::IfThere);
        let applications = Named::watch(&mut watcher, kind, frozen.map(owned).collect());
        let nodes = Mirror::new("nodes", &changed, Vec::new());
        let place = Place { path: "/api/v1/nodes".to_owned(), need: Need::Always };
        watches.spawn(follow(cluster.clone(), place, nodes.clone(), pace));
        Self { id, cluster, changed, deployments, autoscalers, applications, nodes, pace, _watches: watches }
    }

    async fn ask(&self) -> Answer {
        let watches = try_join4(
            self.deployments.settled(self.pace),
            self.autoscalers.settled(self.pace),
            self.applications.settled(self.pace),
            self.nodes.settled(self.pace.answer),
        );
        let ((source_clock, alive), watches) = join(self.cluster.prove_alive(), watches).await;
        Answer { source_clock, result: alive.and_then(|alive| watches.map(|_| self.read(alive))) }
    }

    fn read(&self, alive: Alive) -> Sampled {
        let nodes = self.nodes.objects();
        let total = |of: fn(&Node) -> u64| {
            nodes.iter().filter(|node| node.ready && !node.cordoned).map(of).fold(0, u64::saturating_add)
        };
        let number = |nodes: usize| u32::try_from(nodes).unwrap_or(u32::MAX);
        let reading = WorkloadsReading {
            deployments: self.deployments.objects(|one| (&one.namespace, &one.name)),
            nodes_ready: number(nodes.iter().filter(|node| node.ready).count()),
            // One that cannot be read is not ready, but it is there.
            nodes_total: number(nodes.len() + self.nodes.nameless()),
            cpu_millis: total(|node| node.cpu_millis),
            memory_mib: total(|node| node.memory_mib),
            version: alive.version,
            autoscalers: self.autoscalers.objects(|one| (&one.namespace, &one.name)),
            applications: self.applications.objects(|one| (&one.namespace, &one.name)),
        };
        Sampled { sampled_at: alive.at, reading: Reading::Workloads(reading) }
    }
}

impl Port for Workloads {
    fn id(&self) -> &SourceId {
        &self.id
    }

    fn calls(&self) -> Vec<Call> {
        vec![Call { operation: "kubernetes:GET /version", per_sample: 1.0, usd: 0.0 }]
    }

    fn sample(&self) -> BoxFuture<'_, Answer> {
        self.ask().boxed()
    }

    fn changed(&self) -> Option<Arc<Notify>> {
        Some(self.changed.clone())
    }
}

impl Kept for Deployment {
    fn keep(name: String, object: &Value) -> Self {
        Self {
            namespace: text(object, "/metadata/namespace").unwrap_or_default(),
            name,
            // Absent means 1 in Kubernetes; anything else that is no count means that nothing is known to be wanted.
            desired: if object.pointer("/spec/replicas").is_none_or(Value::is_null) {
                1
            } else {
                count(object, "/spec/replicas")
            },
            ready: count(object, "/status/readyReplicas"),
        }
    }
}

/// What is kept of a node.
#[derive(Debug, Clone, PartialEq)]
struct Node {
    ready: bool,
    cordoned: bool,
    cpu_millis: u64,
    memory_mib: u64,
}

impl Kept for Node {
    fn keep(_: String, object: &Value) -> Self {
        let conditions = object.pointer("/status/conditions").and_then(Value::as_array);
        let is_ready = |condition: &Value| {
            text(condition, "/type").as_deref() == Some("Ready")
                && text(condition, "/status").as_deref() == Some("True")
        };
        let allocatable = |resource: &str| {
            object
                .pointer("/status/allocatable")
                .and_then(|all| all.get(resource))
                .and_then(quantity)
                .unwrap_or_default()
        };
        Self {
            ready: conditions.is_some_and(|conditions| conditions.iter().any(is_ready)),
            cordoned: is_true(object, "/spec/unschedulable"),
            // A float that is too large for an integer becomes the largest one.
            cpu_millis: (allocatable("cpu") * 1e3).round() as u64,
            memory_mib: (allocatable("memory") / 1_048_576.0).floor() as u64,
        }
    }
}

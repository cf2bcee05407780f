//! The port on Deployments and nodes.

use std::{collections::BTreeMap, sync::Arc};

use evac_core::{
    Reading, SourceId,
    observation::Sampled,
    reading::{Deployment, WorkloadsReading},
    stack::Workload,
};
use evac_engine::{Answer, Call, Port};
use futures::{
    FutureExt,
    future::{BoxFuture, join, try_join, try_join_all},
};
use serde_json::Value;
use tokio::{sync::Notify, task::JoinSet};

use crate::{
    cluster::{Alive, Cluster},
    follow::{Place, follow},
    json::{count, is_true, text},
    mirror::Mirror,
    quantity::quantity,
    watched::{Kept, Pace},
};

/// What the cluster of one region can carry.
pub(crate) struct Workloads {
    id: SourceId,
    cluster: Arc<Cluster>,
    changed: Arc<Notify>,
    wanted: Vec<Workload>,
    /// The Deployments by namespace.
    deployments: BTreeMap<String, Arc<Mirror<Deployment>>>,
    nodes: Arc<Mirror<Node>>,
    pace: Pace,
    /// The watches; they end with the port.
    _watches: JoinSet<()>,
}

impl Workloads {
    /// Begins to watch.
    pub(crate) fn watch(id: SourceId, cluster: Arc<Cluster>, wanted: &[Workload], pace: Pace) -> Self {
        let (mut watches, changed) = (JoinSet::new(), Arc::new(Notify::new()));
        let mut names: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for workload in wanted {
            names.entry(&workload.namespace).or_default().push(workload.deployment.clone());
        }
        let mut deployments = BTreeMap::new();
        for (namespace, names) in names {
            let mirror = Mirror::new("deployments.apps", &changed, names);
            let place = Place { path: format!("/apis/apps/v1/namespaces/{namespace}/deployments"), optional: false };
            watches.spawn(follow(cluster.clone(), place, mirror.clone(), pace));
            deployments.insert(namespace.to_owned(), mirror);
        }
        let nodes = Mirror::new("nodes", &changed, Vec::new());
        let place = Place { path: "/api/v1/nodes".to_owned(), optional: false };
        watches.spawn(follow(cluster.clone(), place, nodes.clone(), pace));
        Self { id, cluster, changed, wanted: wanted.to_vec(), deployments, nodes, pace, _watches: watches }
    }

    async fn ask(&self) -> Answer {
        let deployments = try_join_all(self.deployments.values().map(|mirror| mirror.settled(self.pace.answer)));
        let watches = try_join(deployments, self.nodes.settled(self.pace.answer));
        let ((source_clock, alive), watches) = join(self.cluster.prove_alive(), watches).await;
        Answer { source_clock, result: alive.and_then(|alive| watches.map(|_| self.read(alive))) }
    }

    fn read(&self, alive: Alive) -> Sampled {
        let found: BTreeMap<_, Vec<_>> =
            self.deployments.iter().map(|(namespace, mirror)| (namespace.as_str(), mirror.objects())).collect();
        // In the order of the stack; one that does not exist is left out.
        let deployment = |wanted: &Workload| {
            let mut all = found.get(wanted.namespace.as_str())?.iter();
            let deployment = all.find(|deployment| deployment.name == wanted.deployment)?;
            Some(Deployment { namespace: wanted.namespace.clone(), ..deployment.clone() })
        };
        let nodes = self.nodes.objects();
        let total = |of: fn(&Node) -> u64| {
            nodes.iter().filter(|node| node.ready && !node.cordoned).map(of).fold(0, u64::saturating_add)
        };
        let number = |nodes: usize| u32::try_from(nodes).unwrap_or(u32::MAX);
        let reading = WorkloadsReading {
            deployments: self.wanted.iter().filter_map(deployment).collect(),
            nodes_ready: number(nodes.iter().filter(|node| node.ready).count()),
            // One that cannot be read is not ready, but it is there.
            nodes_total: number(nodes.len() + self.nodes.nameless()),
            cpu_millis: total(|node| node.cpu_millis),
            memory_mib: total(|node| node.memory_mib),
            version: alive.version,
            autoscalers: Vec::new(),
            applications: Vec::new(),
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

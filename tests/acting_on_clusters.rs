//! The actor and the observer of Kubernetes on the simulator's clusters, over real sockets: what is asked for happens,
//! what others undo is seen, and a call that was not answered is settled by looking.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use evac_core::{
    Stack,
    guard::Consent,
    plan::{Call, Check, ExistingResources, LocationMode, RestoreSpec},
    run::CallAnswer,
};
use evac_engine::{Actor, Clock, Observer, Sight, SystemClock};
use evac_model::plans::consent_to_nothing;
use evac_sim::{
    Fault, FaultTarget, Options, Simulator,
    topology::{Region, Service},
};
use jiff::SignedDuration;
use serde_json::json;

/// How long a real answer may take.
const PATIENCE: Duration = Duration::from_secs(60);
const HERE: &str = "us-west-2";

struct World {
    simulator: Simulator,
    consent: Consent,
    actor: Arc<dyn Actor>,
    observer: Arc<dyn Observer>,
    _directory: tempfile::TempDir,
}

impl World {
    /// A world whose time moves only when it is told to.
    async fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let start = Some("2026-11-22T10:01:00Z".parse().unwrap());
        let options = Options { start, seed: 7, ..Options::new(directory.path()) };
        let simulator = Simulator::start(options).await.unwrap();
        simulator.clock().pause();
        let text = std::fs::read_to_string(directory.path().join("stack.toml")).unwrap();
        let stack = Stack::parse(&text).unwrap();
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::start());
        let consent = consent_to_nothing(HERE.parse().unwrap()).unwrap();
        let actor = evac_kube::actor(&stack, directory.path(), &clock, &consent);
        let observer = evac_kube::observer(&stack, directory.path(), &clock);
        Self { simulator, consent, actor, observer, _directory: directory }
    }

    fn pass(&self, seconds: i64) {
        self.simulator.clock().advance(SignedDuration::from_secs(seconds));
        self.simulator.catch_up();
    }

    async fn make(&self, call: &Call) -> CallAnswer {
        tokio::time::timeout(PATIENCE, self.actor.perform(&self.consent, call)).await.unwrap()
    }

    async fn take(&self, call: &Call) {
        let answer = self.make(call).await;
        assert!(matches!(answer, CallAnswer::Accepted { .. }), "{call:?}: {answer:?}");
    }

    /// A sight as a word, with its text.
    async fn sight(&self, check: &Check) -> (&'static str, String) {
        let receipt = BTreeMap::new();
        let look = tokio::time::timeout(PATIENCE, self.observer.observe(check, &receipt)).await.unwrap();
        match look.sight.unwrap() {
            Sight::Met { evidence } => ("met", evidence),
            Sight::Underway { on } => ("underway", on),
            Sight::Untouched { on } => ("untouched", on),
            Sight::Never { why } => ("never", why),
        }
    }

    #[track_caller]
    fn is(sight: &(&'static str, String), word: &str) {
        assert_eq!(sight.0, word, "{}", sight.1);
    }

    async fn fault(&self, fault: Option<Fault>) {
        let target = FaultTarget { region: Some(Region::UsWest2.into()), service: Some(Service::Kubernetes) };
        match fault {
            Some(fault) => self.simulator.set_fault(target, fault).await,
            None => self.simulator.clear_faults(target).await,
        }
    }
}

fn scale(deployment: &str, replicas: u32) -> Call {
    let (namespace, deployment) = ("akidb".to_owned(), deployment.to_owned());
    Call::Scale { region: HERE.parse().unwrap(), namespace, deployment, replicas }
}

fn replicas(deployment: &str, wanted: u32, at_least: bool) -> Check {
    let (namespace, deployment) = ("akidb".to_owned(), deployment.to_owned());
    Check::Replicas { region: HERE.parse().unwrap(), namespace, deployment, wanted, at_least }
}

fn argo(automated: Option<serde_json::Value>) -> Call {
    let (namespace, application) = ("argocd".to_owned(), "akidb".to_owned());
    Call::SetArgoSync { region: HERE.parse().unwrap(), namespace, application, automated }
}

fn argo_sync(automated: bool) -> Check {
    let (namespace, application) = ("argocd".to_owned(), "akidb".to_owned());
    Check::ArgoSync { region: HERE.parse().unwrap(), namespace, application, automated }
}

fn mode(mode: LocationMode) -> (Call, Check) {
    let (region, namespace, location) = (HERE.parse::<evac_core::RegionId>().unwrap(), "velero", "default");
    let call = Call::SetLocationMode {
        region: region.clone(),
        namespace: namespace.to_owned(),
        location: location.to_owned(),
        mode,
    };
    let check = Check::LocationMode { region, namespace: namespace.to_owned(), location: location.to_owned(), mode };
    (call, check)
}

fn restore(name: &str, label: &str, target: &str) -> (Call, Check) {
    let (region, namespace) = (HERE.parse::<evac_core::RegionId>().unwrap(), "velero".to_owned());
    let spec = RestoreSpec {
        backup: "pvc-5m-20261122100000".to_owned(),
        namespaces: vec!["akidb".to_owned()],
        mapping: BTreeMap::from([("akidb".to_owned(), target.to_owned())]),
        existing: ExistingResources::Skip,
        label: label.to_owned(),
    };
    let (call_namespace, call_name) = (namespace.clone(), name.to_owned());
    let call = Call::CreateRestore { region: region.clone(), namespace: call_namespace, name: call_name, spec };
    (call, Check::Restored { region, namespace, name: name.to_owned() })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_are_scaled_past_an_autoscaler_and_argo_cd() {
    let world = World::start().await;
    World::is(&world.sight(&argo_sync(true)).await, "met");
    world.take(&argo(None)).await;
    World::is(&world.sight(&argo_sync(false)).await, "met");
    World::is(&world.sight(&replicas("akidb-query", 12, false)).await, "untouched");
    world.take(&scale("akidb-query", 12)).await;
    let minimum = Call::SetAutoscalerMinimum {
        region: HERE.parse().unwrap(),
        namespace: "akidb".to_owned(),
        autoscaler: "api".to_owned(),
        minimum: 9,
    };
    world.take(&minimum).await;
    let waiting = world.sight(&replicas("akidb-api", 9, true)).await;
    assert_eq!(waiting, ("underway", "its autoscaler: Deployment akidb-api wants 3 replicas, not 9".to_owned()));
    World::is(&world.sight(&replicas("akidb-query", 12, false)).await, "underway");
    world.pass(60);
    World::is(&world.sight(&replicas("akidb-query", 12, false)).await, "met");
    World::is(&world.sight(&replicas("akidb-api", 9, true)).await, "met");
    world.pass(1800);
    World::is(&world.sight(&replicas("akidb-query", 12, false)).await, "met");
    // Let go, Argo CD puts back what its git has, but for what the autoscaler rules.
    world.take(&argo(Some(json!({"prune": true, "selfHeal": true})))).await;
    World::is(&world.sight(&argo_sync(true)).await, "met");
    world.pass(300);
    World::is(&world.sight(&replicas("akidb-query", 4, false)).await, "met");
    World::is(&world.sight(&replicas("akidb-api", 9, true)).await, "met");
    world.simulator.shut_down().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deployment_of_nothing_waits_for_its_last_pod_and_a_short_cluster_is_told() {
    let world = World::start().await;
    world.take(&argo(None)).await;
    world.take(&scale("akidb-query", 0)).await;
    World::is(&world.sight(&replicas("akidb-query", 0, false)).await, "underway");
    world.pass(10);
    World::is(&world.sight(&replicas("akidb-query", 0, false)).await, "met");
    world.simulator.trigger("scale-up-short").unwrap();
    world.simulator.catch_up();
    world.take(&scale("akidb-ingest", 6)).await;
    world.pass(600);
    let short = world.sight(&replicas("akidb-ingest", 6, false)).await;
    World::is(&short, "underway");
    assert!(short.1.contains("has 2 of 6 ready; a pod has no place: 0/6 nodes are available"), "{}", short.1);
    world.simulator.shut_down().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restore_is_made_once_and_followed_to_its_end() {
    let world = World::start().await;
    let (read_only, is_read_only) = mode(LocationMode::ReadOnly);
    let (writable, is_writable) = mode(LocationMode::ReadWrite);
    world.take(&read_only).await;
    World::is(&world.sight(&is_read_only).await, "met");
    let (call, check) = restore("evac-1", "plan-1", "copy");
    assert_eq!(world.sight(&check).await, ("untouched", "there is no Restore evac-1".to_owned()));
    world.take(&call).await;
    // A second time it is recognised; another plan's is not taken for it.
    world.take(&call).await;
    let other = world.make(&restore("evac-1", "plan-2", "copy").0).await;
    assert!(matches!(other, CallAnswer::Refused { temporary: false, .. }), "{other:?}");
    World::is(&world.sight(&check).await, "underway");
    world.pass(120);
    let done = world.sight(&check).await;
    World::is(&done, "met");
    assert!(done.1.contains("items, 0 warnings and 0 errors"), "{}", done.1);
    world.take(&writable).await;
    World::is(&world.sight(&is_writable).await, "met");

    world.simulator.trigger("restore-partial").unwrap();
    world.simulator.catch_up();
    let (call, check) = restore("evac-2", "plan-2", "other");
    world.take(&call).await;
    world.pass(120);
    World::is(&world.sight(&check).await, "never");
    world.simulator.trigger("velero-down").unwrap();
    world.simulator.catch_up();
    let (call, check) = restore("evac-3", "plan-3", "third");
    world.take(&call).await;
    world.pass(3600);
    assert_eq!(world.sight(&check).await, ("underway", "Velero to begin Restore evac-3".to_owned()));
    world.simulator.shut_down().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_not_answered_is_settled_by_looking() {
    let world = World::start().await;
    let (happened, is_read_only) = mode(LocationMode::ReadOnly);
    let (did_not, is_writable) = mode(LocationMode::ReadWrite);
    for (fault, call, before, after) in [
        (Fault::LostAnswer, &happened, &is_writable, &is_read_only),
        (Fault::CutAnswer, &did_not, &is_read_only, &is_writable),
        (Fault::LostRequest, &happened, &is_writable, &is_writable),
    ] {
        World::is(&world.sight(before).await, "met");
        world.fault(Some(fault)).await;
        let answer = world.make(call).await;
        assert!(matches!(answer, CallAnswer::Unknown { .. }), "{fault:?}: {answer:?}");
        World::is(&world.sight(after).await, "met");
        world.fault(None).await;
    }
    world.fault(Some(Fault::Refuse)).await;
    let answer = world.make(&happened).await;
    assert!(matches!(answer, CallAnswer::Refused { temporary: true, .. }), "{answer:?}");
    world.fault(Some(Fault::Throttle)).await;
    let answer = world.make(&happened).await;
    assert!(matches!(answer, CallAnswer::Refused { temporary: true, .. }), "{answer:?}");
    world.fault(None).await;
    World::is(&world.sight(&is_writable).await, "met");
    world.take(&happened).await;
    World::is(&world.sight(&is_read_only).await, "met");
    world.simulator.shut_down().await;
}

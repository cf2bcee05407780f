//! A simulator, and the production code pointed at it, in one process.
#![allow(dead_code, reason = "each test binary uses its own part")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::{sync::Arc, time::Duration};

use evac_core::{Assessment, RegionId, Snapshot, Stack, assess};
use evac_engine::{Clock, Engine, EngineHandle, SystemClock};
use evac_sim::{Options, Simulator};

/// How long a state may take to come: never reached when all is well.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Live {
    pub simulator: Simulator,
    pub engine: EngineHandle,
    pub stack: Arc<Stack>,
    pub directory: tempfile::TempDir,
}

pub fn region(name: &str) -> RegionId {
    RegionId::new(name).unwrap()
}

impl Live {
    /// A calm world at this pace.
    pub async fn start(speed: u32) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let simulator = Simulator::start(Options { speed, ..Options::new(directory.path()) }).await.unwrap();
        Self::watch(simulator, directory, Arc::new(SystemClock::start())).await
    }

    /// The production code, pointed at a simulator.
    pub async fn watch(simulator: Simulator, directory: tempfile::TempDir, clock: Arc<dyn Clock>) -> Self {
        let text = std::fs::read_to_string(directory.path().join("stack.toml")).unwrap();
        let stack = Arc::new(Stack::parse(&text).unwrap());
        evac_engine::install_crypto();
        let mut ports = evac_engine::probes(&stack, &clock);
        ports.extend(evac_engine::AnswersPort::of(&stack, &clock));
        let cache = directory.path().join("cache");
        ports.extend(evac_aws::ports(&stack, directory.path(), &cache, clock.clone()).await);
        ports.extend(evac_kube::ports(&stack, directory.path(), clock.clone()).await);
        let engine = Engine::start(stack.clone(), ports, clock, None);
        Self { simulator, engine, stack, directory }
    }

    /// Waits until the world looks so; the panic tells what it looks like instead.
    pub async fn wait_until(&self, what: &str, wanted: impl Fn(&Snapshot, &Assessment) -> bool) -> Assessment {
        let mut snapshots = self.engine.snapshots();
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let snapshot = snapshots.borrow_and_update().clone();
            let assessment = self.assess(&snapshot);
            if wanted(&snapshot, &assessment) {
                return assessment;
            }
            // Ages move without a new snapshot too, so a verdict is looked at again before long.
            let next = tokio::time::timeout(Duration::from_millis(250), snapshots.changed()).await;
            if next.is_ok_and(|open| open.is_err()) || tokio::time::Instant::now() > deadline {
                let regions = assessment.regions.iter().map(|(id, region)| {
                    let signals: Vec<_> = region
                        .signals
                        .iter()
                        .map(|signal| {
                            let failure = signal.failure.as_ref().map(ToString::to_string).unwrap_or_default();
                            format!("{} {} {failure}", signal.source.word(), signal.freshness.word())
                        })
                        .collect();
                    format!("{id} {}: {:#?}\n{signals:#?}", region.verdict, region.reasons)
                });
                panic!("never came: {what}\n{}", regions.collect::<Vec<_>>().join("\n"));
            }
        }
    }

    pub fn assess(&self, snapshot: &Snapshot) -> Assessment {
        assess(&self.stack, snapshot, &self.engine.history(), self.engine.clock().now())
    }

    pub async fn stop(self) {
        self.engine.shut_down().await;
        self.simulator.shut_down().await;
    }
}

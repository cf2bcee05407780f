//! The simulator as a whole: started, steered and stopped.

use std::{
    future::IntoFuture,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    clock::Clock,
    control, directory,
    endpoint::Endpoints,
    error::SimError,
    fault::{Fault, FaultTarget},
    kubernetes,
    runtime::Runtime,
    scenario::{Action, Scenario},
    topology::{PerRegion, Place, Region, Service},
    world::World,
};

/// How often in real time the world moves on when nobody looks: once a virtual second, within these bounds. What
/// clients watch for must happen by itself.
const BEAT: (Duration, Duration) = (Duration::from_millis(50), Duration::from_millis(250));

/// How a simulator starts.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where to write the files that clients need. It is made if it is not there.
    pub directory: PathBuf,
    /// The scenario to begin with; a calm day without one.
    pub scenario: Option<String>,
    /// Virtual seconds a real second, 1 to 1000.
    pub speed: u32,
    /// Decides everything that varies.
    pub seed: u64,
    /// The virtual time at the start; this machine's time without one.
    pub start: Option<Timestamp>,
}

impl Options {
    /// A calm world at real speed.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self { directory: directory.into(), scenario: None, speed: 1, seed: 1, start: None }
    }
}

/// A running simulator. Dropped without [`Simulator::shut_down`], it stops as soon as its tasks notice.
#[derive(Debug)]
pub struct Simulator {
    directory: PathBuf,
    control: String,
    runtime: Arc<Runtime>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Simulator {
    /// Opens every endpoint and writes the files. When this returns, the world serves.
    ///
    /// # Errors
    /// When the scenario is not known, a port cannot be had, or a file cannot be written.
    pub async fn start(options: Options) -> Result<Self, SimError> {
        // Looked up first: a wrong name should fail before anything is opened or written.
        if let Some(name) = &options.scenario {
            Scenario::named(name)?;
        }
        let start = options.start.unwrap_or_else(Timestamp::now);
        let seed = options.seed;
        // Hours of history are lived through here, which is work for a thread of its own.
        let made = tokio::task::spawn_blocking(move || {
            (World::new(seed, start), PerRegion::from_fn(|region| kubernetes::cluster(region, seed, start)))
        });
        let (world, clusters) = made.await.map_err(|error| SimError::Refused(error.to_string()))?;
        let runtime = Arc::new(Runtime::new(Clock::new(start, options.speed), world, clusters));
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let endpoints = Endpoints::open(&runtime, &stop, &tasks)?;
        runtime.attach(endpoints.clone());
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(SimError::Listen)?;
        let control = listener.local_addr().map_err(SimError::Listen)?.to_string();
        let stopped = stop.clone();
        tasks.spawn(
            axum::serve(listener, control::router(runtime.clone()))
                .with_graceful_shutdown(async move { stopped.cancelled().await })
                .into_future(),
        );
        tasks.spawn(beat(runtime.clone(), stop.clone()));
        let simulator = Self { directory: options.directory, control, runtime, stop, tasks };
        if let Some(name) = &options.scenario {
            simulator.trigger(name)?;
        }
        let speed = simulator.runtime.clock.reading().speed;
        directory::write(&simulator.directory, &endpoints, &simulator.control, speed)?;
        Ok(simulator)
    }

    /// Where the files are.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The address of the control API, without a scheme.
    pub fn control(&self) -> &str {
        &self.control
    }

    /// The URL of every endpoint that speaks HTTP: service, place and URL.
    pub fn addresses(&self) -> Vec<(Service, Place, String)> {
        let endpoints = self.runtime.endpoints().into_iter().flat_map(Endpoints::iter);
        let endpoints = endpoints.filter(|endpoint| endpoint.service != Service::Resolver);
        endpoints.map(|endpoint| (endpoint.service, endpoint.place, endpoint.url())).collect()
    }

    /// The address of the DNS resolver of each region.
    pub fn resolvers(&self) -> Vec<(Region, SocketAddr)> {
        let endpoints = self.runtime.endpoints().into_iter().flat_map(Endpoints::iter);
        let resolvers = endpoints.filter(|endpoint| endpoint.service == Service::Resolver);
        resolvers.map(|endpoint| (endpoint.region(), endpoint.address)).collect()
    }

    /// Begins a scenario now, on top of what runs; `calm-day` heals all.
    ///
    /// # Errors
    /// When no scenario has that name.
    pub fn trigger(&self, name: &str) -> Result<(), SimError> {
        self.runtime.trigger(name)
    }

    /// Does one thing of those that scenarios are made of, now.
    ///
    /// # Errors
    /// When a name in the action is not known.
    pub fn perform(&self, action: Action) -> Result<(), SimError> {
        self.runtime.perform(action).map_err(SimError::Refused)
    }

    /// The scenarios that have begun since the world was last calm.
    pub fn running(&self) -> Vec<String> {
        self.runtime.world().running().into_iter().map(str::to_owned).collect()
    }

    /// Looks at the truth of the world, brought up to the clock: what no client can ask, such as which regions really
    /// take writes ([`World::writers`]) and what became of writes (`aurora.ledger`).
    pub fn truth<T>(&self, look: impl FnOnce(&World) -> T) -> T {
        look(&self.runtime.world())
    }

    /// Sets a fault on every endpoint that the target covers, and waits until it is in force.
    pub async fn set_fault(&self, target: FaultTarget, fault: Fault) {
        self.runtime.set_fault(target, Some(fault));
        self.settle().await;
    }

    /// Takes faults off every endpoint that the target covers, and waits until they serve again.
    pub async fn clear_faults(&self, target: FaultTarget) {
        self.runtime.set_fault(target, None);
        self.settle().await;
    }

    /// Waits until every listener has come to the fault that was last set for it.
    pub async fn settle(&self) {
        if let Some(endpoints) = self.runtime.endpoints() {
            endpoints.settle().await;
        }
    }

    /// The virtual clock. After moving it, [`Simulator::catch_up`] brings the world to it at once.
    pub fn clock(&self) -> &Clock {
        &self.runtime.clock
    }

    /// Brings the world and the clusters up to the clock. This happens by itself too, a little later.
    pub fn catch_up(&self) {
        self.runtime.catch_up();
    }

    /// Closes every connection and listener, and waits for the last task.
    pub async fn shut_down(self) {
        directory::forget(&self.directory);
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

async fn beat(runtime: Arc<Runtime>, stop: CancellationToken) {
    loop {
        let (shortest, longest) = BEAT;
        let second = runtime.clock.reading().real(Duration::from_secs(1));
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(second.clamp(shortest, longest)) => runtime.catch_up(),
        }
    }
}

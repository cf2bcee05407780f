//! The world in motion: one lock around it, moved on whenever somebody looks.

use std::sync::{
    Mutex, MutexGuard, OnceLock, PoisonError,
    atomic::{AtomicI64, AtomicU64, Ordering},
};

use axum::Router;
use hyper_util::service::TowerToHyperService;
use jiff::{SignedDuration, Timestamp};

use crate::{
    clock::Clock,
    endpoint::{ChangeLog, Endpoints},
    error::SimError,
    fault::{Fault, FaultTarget},
    kube::Cluster,
    kubernetes,
    scenario::{Action, Scenario},
    topology::{PerRegion, Place},
    world::{Effect, World, noise},
};

/// The longest stretch of virtual time that the world moves on under one lock, so that a world which is far behind
/// does not keep requests waiting.
const STRETCH: SignedDuration = SignedDuration::from_hours(1);

/// What all endpoints share.
#[derive(Debug)]
pub struct Runtime {
    /// The virtual clock.
    pub clock: Clock,
    /// The Kubernetes cluster of each region.
    pub clusters: PerRegion<Cluster>,
    /// Their API servers.
    pub servers: PerRegion<TowerToHyperService<Router>>,
    /// The changes that clients asked for.
    pub changes: ChangeLog,
    world: Mutex<World>,
    endpoints: OnceLock<Endpoints>,
    skew: PerRegion<AtomicI64>,
    requests: AtomicU64,
}

impl Runtime {
    /// A world around a clock.
    pub fn new(clock: Clock, world: World, clusters: PerRegion<Cluster>) -> Self {
        let servers = PerRegion::from_fn(|region| TowerToHyperService::new(clusters[region].router()));
        Self {
            clock,
            clusters,
            servers,
            changes: ChangeLog::default(),
            world: Mutex::new(world),
            endpoints: OnceLock::new(),
            skew: PerRegion::default(),
            requests: AtomicU64::new(0),
        }
    }

    /// Tells the world its endpoints, once.
    pub fn attach(&self, endpoints: Endpoints) {
        // A second call would be a mistake of this crate; the first endpoints stay.
        let _ = self.endpoints.set(endpoints);
    }

    /// The endpoints, once they are attached.
    pub fn endpoints(&self) -> Option<&Endpoints> {
        self.endpoints.get()
    }

    /// The world, brought up to the clock.
    pub fn world(&self) -> MutexGuard<'_, World> {
        let now = self.clock.now();
        loop {
            let mut world = self.lock();
            let target = world.now().saturating_add(STRETCH).unwrap_or(now).min(now);
            world.advance_to(target);
            self.apply(&mut world);
            if target >= now {
                return world;
            }
        }
    }

    /// Brings the world and the clusters up to the clock.
    pub fn catch_up(&self) {
        let now = self.world().now();
        for cluster in &self.clusters.0 {
            cluster.advance(now);
        }
    }

    /// Begins a scenario now.
    ///
    /// # Errors
    /// When no scenario has that name.
    pub fn trigger(&self, name: &str) -> Result<(), SimError> {
        let scenario = Scenario::named(name)?;
        let mut world = self.world();
        world.trigger(name, scenario);
        self.apply(&mut world);
        drop(world);
        tracing::info!(scenario = name, "a scenario begins");
        Ok(())
    }

    /// Does one thing now, outside of any scenario.
    ///
    /// # Errors
    /// With the name in the action that there is none of.
    pub fn perform(&self, action: Action) -> Result<(), String> {
        action.check()?;
        let mut world = self.world();
        world.perform(action);
        self.apply(&mut world);
        Ok(())
    }

    /// Sets a fault on endpoints, or heals them.
    pub fn set_fault(&self, target: FaultTarget, fault: Option<Fault>) {
        if let Some(endpoints) = self.endpoints.get() {
            endpoints.set_fault(target, fault);
        }
    }

    /// The time that the clocks of the endpoints at a place show.
    pub fn shown_time(&self, place: Place) -> Timestamp {
        let skew = place.region().map_or(0, |region| self.skew[region].load(Ordering::Relaxed));
        let skew = SignedDuration::from_secs(skew);
        self.clock.now().saturating_add(skew).unwrap_or(Timestamp::MAX)
    }

    /// A new request's number, in the form of a UUID.
    pub fn request_id(&self) -> String {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        let (high, low) = (noise::mix(number), noise::mix(!number));
        let parts =
            (high >> 32, (high >> 16) & 0xffff, high & 0xfff, 0x8000 | (low >> 48) & 0x3fff, low & 0xffff_ffff_ffff);
        format!("{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}", parts.0, parts.1, parts.2, parts.3, parts.4)
    }

    fn lock(&self) -> MutexGuard<'_, World> {
        // The world holds no promise that a panic could have broken half-way and that matters more than serving.
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does what the world asks for outside of it. The lock is kept meanwhile, so that effects keep their order.
    fn apply(&self, world: &mut World) {
        for (at, effect) in world.take_effects() {
            match effect {
                Effect::Fault(target, fault) => self.set_fault(target, fault),
                Effect::ClockSkew(region, seconds) => self.skew[region].store(seconds, Ordering::Relaxed),
                Effect::Kubernetes(region, change) => {
                    // The change belongs to its moment, whatever step the world was moved on by.
                    self.clusters[region].advance(at);
                    kubernetes::change(&self.clusters[region], &change);
                }
            }
        }
    }
}

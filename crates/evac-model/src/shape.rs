//! What is carried out in the model: plans that the planner makes in the worlds of the golden plans.

use std::sync::{Arc, LazyLock};

use evac_core::{
    RegionId, Snapshot, Stack,
    plan::{Call, ExistingResources, Intent, Plan},
};

use crate::{
    observed::{self, OLD, TARGET, World},
    plans::THIRD,
};

/// The shapes: one of each verb, with each lever, and with all that the executor has to deal with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    /// The writer's region cannot be reached: a gate before traffic is moved by routing controls, closing steps,
    /// best-effort steps, much at once. For all that is known the old region is well, and only cut off.
    Failover,
    /// The same with a promotion that must not be asked for twice.
    FailoverOnce,
    /// The same to a third region, which no record leads to: what another operator wants at the same time.
    FailoverElsewhere,
    /// The same where traffic is moved by a STOP object.
    FailoverByStopObject,
    /// The same, from the secondary back to the primary, where traffic is moved by records.
    FailoverByRecords,
    /// The same when the region is really down, and health checks have moved its users.
    FailoverByHealthChecks,
    /// The same where both regions serve, and the old one is only cut off: its users leave before the writer does.
    FailoverFromServing,
    /// Planned: what is paused is resumed at the end, unless the writer moved.
    Switchover,
    /// The way back: what the failover before left frozen is thawed by steps of the plan.
    Failback,
    /// A location is set read-only, and must not stay so.
    Restore,
    /// Traffic leaves.
    Drain,
    /// The same by records that answer by latency.
    DrainByRecords,
    /// Traffic comes back, by two levers at once.
    Undrain,
    /// Traffic comes back by records, as an earlier run remembers them.
    UndrainByRecords,
    /// A chain of slow calls.
    Recover,
}

/// A plan, and what was known when it was made.
#[derive(Debug)]
pub struct Scene {
    /// The stack.
    pub stack: Stack,
    /// What was seen of it.
    pub snapshot: Snapshot,
    /// What is to be done.
    pub plan: Arc<Plan>,
    /// The regions whose public endpoints are really down. What is unreachable besides is only cut off.
    pub down: Vec<RegionId>,
}

/// The scenes of all shapes, in their order: each is made once.
static SCENES: LazyLock<Vec<Arc<Scene>>> =
    LazyLock::new(|| Shape::ALL.iter().map(|shape| Arc::new(shape.make())).collect());

impl Shape {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::Failover,
        Self::FailoverOnce,
        Self::FailoverElsewhere,
        Self::FailoverByStopObject,
        Self::FailoverByRecords,
        Self::FailoverByHealthChecks,
        Self::FailoverFromServing,
        Self::Switchover,
        Self::Failback,
        Self::Restore,
        Self::Drain,
        Self::DrainByRecords,
        Self::Undrain,
        Self::UndrainByRecords,
        Self::Recover,
    ];

    /// The plan of this shape, and the world that it is for.
    pub fn scene(self) -> Arc<Scene> {
        SCENES[self as usize].clone()
    }

    /// The plan of this shape.
    pub fn plan(self) -> Arc<Plan> {
        self.scene().plan.clone()
    }

    /// Who takes over stands by in all failovers from a region that is only cut off but one: no user is sent there before
    /// the traffic is moved, so that two regions that both write have users only if it is moved too early. In that one
    /// they have if it is moved too late.
    fn make(self) -> Scene {
        let cut_off = |mut world: World| {
            world.lose(OLD);
            world
        };
        let calm = || observed::standing_by(World::watched(), TARGET);
        match self {
            Self::Failover => scene(cut_off(calm()), observed::failover(TARGET)),
            Self::FailoverOnce => once(scene(cut_off(calm()), observed::failover(TARGET))),
            Self::FailoverElsewhere => scene(observed::lost(), observed::failover(THIRD)),
            Self::FailoverByStopObject => scene(cut_off(observed::without(calm(), false)), observed::failover(TARGET)),
            Self::FailoverByRecords => {
                let mut world = observed::standing_by(observed::without(observed::away(), true), OLD);
                world.lose(TARGET);
                scene(world, observed::failover(OLD))
            }
            Self::FailoverByHealthChecks => {
                let down = vec![observed::region(OLD)];
                Scene { down, ..scene(observed::moved(), observed::failover(TARGET)) }
            }
            Self::FailoverFromServing => scene(observed::lost(), observed::failover(TARGET)),
            Self::Switchover => scene(World::watched(), observed::switchover(TARGET)),
            Self::Failback => {
                let (world, standing) = observed::failed_over();
                scene_after(world, Intent::Failback, &standing)
            }
            Self::Restore => scene(World::watched(), observed::restoring(TARGET, &[], ExistingResources::Skip)),
            Self::Drain => scene(World::watched(), observed::drain(OLD)),
            Self::DrainByRecords => scene(observed::without(World::watched(), true), observed::drain(OLD)),
            Self::Undrain => scene(observed::held_away(), observed::undrain(OLD)),
            Self::UndrainByRecords => {
                let (world, standing) = observed::repointed();
                scene_after(world, observed::undrain(OLD), &standing)
            }
            Self::Recover => scene(World::watched(), observed::recovery()),
        }
    }
}

fn scene(world: World, intent: Intent) -> Scene {
    scene_after(world, intent, &[])
}

/// The scene of an intent when earlier runs have left something, which these calls take back.
#[allow(clippy::panic, reason = "the worlds are written here, and each can be planned in")]
fn scene_after(world: World, intent: Intent, standing: &[Call]) -> Scene {
    let plan = match world.plan_at(&intent, observed::now(), standing) {
        Ok(plan) => Arc::new(plan),
        Err(why) => panic!("no plan for {intent:?}: {why}"),
    };
    Scene { snapshot: world.snapshot(), stack: world.stack, plan, down: Vec::new() }
}

/// The same plan with a promotion that must not be called twice.
fn once(scene: Scene) -> Scene {
    let mut plan = scene.plan.as_ref().clone();
    let promotes = |call: &Option<Call>| matches!(call, Some(Call::Failover { .. }));
    plan.steps.iter_mut().filter(|step| promotes(&step.call)).for_each(|step| step.idempotent = false);
    Scene { plan: Arc::new(plan), ..scene }
}

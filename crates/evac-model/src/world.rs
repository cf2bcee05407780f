//! The world of a play: the truth, what goes wrong in it, and what it sees of those who act.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use evac_core::plan::{Plan, PlanHash, StepId};
use evac_engine::Clock;
use jiff::Timestamp;
use tokio::time::Instant;

use crate::{
    defect::Defect,
    fault::{CallFault, Fault, WriteFault},
    ground::Ground,
    machine::ModelClock,
    mistake::Mistake,
    plans::{THIRD, region},
    play::Play,
    table::Table,
};

/// A call that somebody made.
#[derive(Debug, Clone)]
pub struct Made {
    /// When.
    pub at: Instant,
    /// Of which step.
    pub step: StepId,
    /// What the caller was told; `None` while, or when, nothing came back.
    pub told: Option<Told>,
    /// Whether it reached its service, or will.
    pub happened: bool,
    /// How many times what the step is for had been looked at successfully when the answer was given up.
    pub looks: u32,
}

/// What a caller was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// It was taken.
    Accepted,
    /// It was refused.
    Refused,
    /// Nothing.
    Nothing,
}

/// The world.
#[derive(Debug)]
pub struct World {
    /// What is carried out in it.
    pub plan: Arc<Plan>,
    /// Its hash.
    pub(crate) hash: PlanHash,
    /// The same as it was made. What is carried out may have lost something, by a defect.
    pub(crate) meant: Arc<Plan>,
    /// The lease table.
    pub table: Arc<Table>,
    /// Whether nothing takes time but the world itself.
    pub(crate) ideal: bool,
    /// The part that is broken.
    pub(crate) defect: Option<Defect>,
    clock: ModelClock,
    /// The machines' time.
    pub(crate) here: Arc<ModelClock>,
    inside: Mutex<Inside>,
}

#[derive(Debug)]
pub(crate) struct Inside {
    pub(crate) ground: Ground,
    pub(crate) faults: Vec<Fault>,
    pub(crate) made: Vec<Made>,
    pub(crate) looks: BTreeMap<StepId, u32>,
    /// Until when looking for a step fails, and whether it is never answered.
    pub(crate) blind: BTreeMap<StepId, (Instant, bool)>,
    pub(crate) random: fastrand::Rng,
    /// Whether another run has acted on the stack.
    pub(crate) displaced: bool,
    /// Whether somebody has moved the writer to a region that no plan has to do with.
    pub(crate) elsewhere: bool,
    /// Whether an operator took the fence upon himself, as some runner recorded.
    pub(crate) overridden: bool,
    pub(crate) broken: Vec<String>,
    trace: Vec<String>,
}

impl World {
    /// The world of a play.
    pub fn new(play: &Play, table: Arc<Table>) -> Arc<Self> {
        let (shape, nature, defect) = (play.shape, play.nature.clone(), play.defect);
        let scene = shape.scene();
        let mut meant = scene.plan.clone();
        if let Some(mistake) = play.mistake {
            mistake.make(Arc::make_mut(&mut meant));
        }
        let mut plan = meant.clone();
        match defect {
            Some(Defect::ClosingSkipped) => Mistake::GivesNothingBack.make(Arc::make_mut(&mut plan)),
            Some(Defect::ClosesRegardless) => Mistake::ThawsAnyhow.make(Arc::make_mut(&mut plan)),
            Some(Defect::GoesOnWithout) => {
                Arc::make_mut(&mut plan).steps.iter_mut().for_each(|step| step.best_effort = true);
            }
            _ => {}
        }
        let (clock, here) = (ModelClock::new(nature.pace), Arc::new(ModelClock::new(1.0)));
        let inside = Inside {
            ground: Ground::new(nature, scene),
            faults: play.faults.clone(),
            made: Vec::new(),
            looks: BTreeMap::new(),
            blind: BTreeMap::new(),
            random: fastrand::Rng::with_seed(play.seed),
            displaced: false,
            elsewhere: false,
            overridden: false,
            broken: Vec::new(),
            trace: Vec::new(),
        };
        Arc::new(Self {
            hash: plan.hash(),
            plan,
            meant,
            ideal: play.ideal,
            defect,
            table,
            clock,
            here,
            inside: Mutex::new(inside),
        })
    }

    /// The world's time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Asks the truth as it is now.
    pub fn ground<T>(&self, ask: impl FnOnce(&Ground) -> T) -> T {
        ask(&self.inside().ground)
    }

    /// Every call that was made.
    pub fn made(&self) -> Vec<Made> {
        self.inside().made.clone()
    }

    /// Which invariants were broken.
    pub fn broken(&self) -> Vec<String> {
        self.inside().broken.clone()
    }

    /// Notes that an invariant is broken.
    pub fn breaks(&self, what: impl Into<String>) {
        let what = what.into();
        self.note(format!("BROKEN: {what}"));
        self.inside().broken.push(what);
    }

    /// What happened, a line each.
    pub fn trace(&self) -> Vec<String> {
        self.inside().trace.clone()
    }

    /// Adds a line to what happened.
    pub fn note(&self, line: impl AsRef<str>) {
        let at = self.clock.now().strftime("%H:%M:%S%.3f").to_string();
        self.inside().trace.push(format!("{at} {}", line.as_ref()));
    }

    /// Nothing more goes wrong.
    pub fn heal(&self) {
        let mut inside = self.inside();
        inside.faults.clear();
        inside.blind.clear();
    }

    pub(crate) fn inside(&self) -> MutexGuard<'_, Inside> {
        let mut inside = self.inside.lock().unwrap_or_else(PoisonError::into_inner);
        inside.ground.advance(Instant::now());
        inside
    }

    pub(crate) fn has_write_faults(&self) -> bool {
        self.inside().faults.iter().any(|fault| matches!(fault, Fault::Write(..)))
    }

    pub(crate) fn write_fault(&self, step: &Option<StepId>, kind: &str) -> Option<WriteFault> {
        let found = self.inside().take(|fault| match fault {
            Fault::Write(of, when, how) if of == step && *when == kind => Some(*how),
            _ => None,
        })?;
        let name = step.as_ref().map_or("the run", StepId::as_str);
        self.note(format!("fault: writing {kind} of {name}: {found:?}"));
        Some(found)
    }

    pub(crate) fn call_fault(&self, step: &StepId) -> Option<CallFault> {
        self.inside().take(|fault| match fault {
            Fault::Call(of, how) if of == step => Some(*how),
            _ => None,
        })
    }

    /// Lets the writer be moved elsewhere, if it is to be when this step is called.
    pub(crate) fn writer_fault(&self, step: &StepId) {
        let found = self.inside().take(|fault| matches!(fault, Fault::Elsewhere(of) if of == step).then_some(()));
        if found.is_some() {
            self.move_writer_elsewhere();
        }
    }

    /// When the writer is moved elsewhere, whatever is called then.
    pub(crate) fn elsewhere_after(&self) -> Option<Duration> {
        self.inside().take(|fault| match fault {
            Fault::ElsewhereAfter(after) => Some(*after),
            _ => None,
        })
    }

    pub(crate) fn move_writer_elsewhere(&self) {
        let mut inside = self.inside();
        inside.ground.move_writer(region(THIRD));
        inside.elsewhere = true;
        drop(inside);
        self.note(format!("fault: somebody moves the writer to {THIRD}"));
    }

    /// For how long the lease is out of reach when this step is called, and whether another run takes it.
    pub(crate) fn lease_fault(&self, step: &StepId) -> Option<(Duration, bool)> {
        self.inside().take(|fault| match fault {
            Fault::LeaseGone(of, how_long) if of == step => Some((*how_long, false)),
            Fault::LeaseTaken(of, how_long) if of == step => Some((*how_long, true)),
            _ => None,
        })
    }

    /// Lets nothing be seen of a step from its call on, if that is to be.
    pub(crate) fn deafness_since(&self, step: &StepId) {
        let found = self.inside().take(|fault| match fault {
            Fault::DeafSince(of, how_long) if of == step => Some(*how_long),
            _ => None,
        });
        if let Some(how_long) = found {
            self.blind(step, how_long, true);
        }
    }

    fn blind(&self, step: &StepId, how_long: Duration, deaf: bool) {
        let mut inside = self.inside();
        let until = Instant::now() + how_long.div_f64(inside.ground.nature.pace);
        inside.blind.insert(step.clone(), (until, deaf));
        drop(inside);
        self.note(format!("fault: nothing is seen of {step} for {how_long:?}"));
    }

    /// Whether looking for a step fails now, and whether it is never answered.
    pub(crate) fn blindness(&self, step: &StepId) -> Option<bool> {
        let mut inside = self.inside();
        let begins = inside.take(|fault| match fault {
            Fault::Blind(of, how_long) if of == step => Some((*how_long, false)),
            Fault::Deaf(of, how_long) if of == step => Some((*how_long, true)),
            _ => None,
        });
        if let Some((how_long, deaf)) = begins {
            drop(inside);
            self.blind(step, how_long, deaf);
            inside = self.inside();
        }
        inside.blind.get(step).filter(|(until, _)| Instant::now() < *until).map(|(_, deaf)| *deaf)
    }
}

impl Inside {
    /// Takes out the first fault that is meant.
    fn take<T>(&mut self, meant: impl Fn(&Fault) -> Option<T>) -> Option<T> {
        let (index, found) = self.faults.iter().enumerate().find_map(|(index, fault)| Some((index, meant(fault)?)))?;
        self.faults.remove(index);
        Some(found)
    }
}

//! An operator's desk: plans, judges, launches and asks, for the command line and the screen alike.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use evac_core::{
    Snapshot, Source, SourceId,
    guard::{GuardCode, Note, Situation},
    plan::{Intent, LossStatement, Plan, Unplannable},
    run::{RunId, RunState},
    snapshot::Signal,
};
use evac_engine::{
    EngineHandle,
    run::{
        DryStep, LeaseStore, Mirror, Order, RunFolder, RunStore, SignedOrder, WorldClock, acknowledge, dry_run,
        note_acknowledged,
    },
};

use tokio::{
    sync::OnceCell,
    time::{Instant, sleep},
};

use super::{
    RunRequest, keeping,
    launch::{self, NotLaunched, Ready},
    means,
    past::Past,
    signature,
};
use crate::cli::session::OpenStack;

/// How long the process of a run may take to leave once the run is over, and how often that is looked at.
const LEAVING: Duration = Duration::from_secs(20);
const LOOK: Duration = Duration::from_millis(50);
/// How long it counts whether there is room for a journal.
const ROOM_LASTS: Duration = Duration::from_secs(10);

/// See the module. It is cheap to clone.
#[derive(Clone)]
pub struct Operator {
    /// The stack.
    pub opened: OpenStack,
    /// Asks the stack's sources.
    pub engine: EngineHandle,
    /// Plans and runs on this machine.
    pub store: RunStore,
    mirror: Arc<OnceCell<Mirror>>,
    lease: Arc<OnceCell<Arc<dyn LeaseStore>>>,
    /// Whether there was room for a journal when that was last tried.
    room: Arc<Mutex<Option<Tried>>>,
}

/// When it was tried whether there is room for a journal, and why there was none.
type Tried = (Instant, Option<String>);

/// A plan, judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// The plan.
    pub plan: Plan,
    /// What stands for and against it, worst first.
    pub notes: Vec<Note>,
}

impl Operator {
    /// The desk of a stack whose sources are asked already. Nothing is opened before it is needed: a first frame does
    /// not wait for it.
    pub fn new(opened: OpenStack, engine: EngineHandle) -> Self {
        let store = RunStore::new(opened.state());
        Self { opened, engine, store, mirror: Arc::default(), lease: Arc::default(), room: Arc::default() }
    }

    /// Copies of journals elsewhere.
    pub async fn mirror(&self) -> &Mirror {
        self.mirror.get_or_init(|| keeping::mirror(&self.opened)).await
    }

    /// Who may act.
    pub async fn lease(&self) -> &Arc<dyn LeaseStore> {
        self.lease.get_or_init(|| keeping::lease_store(&self.opened)).await
    }

    /// The newest picture.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.engine.snapshots().borrow().clone()
    }

    /// What this desk has seen that a plan may go by. Of backups there may be 100,000: they go along only where one is
    /// restored.
    pub(super) fn remembered(&self, plan: &Plan) -> Vec<(SourceId, Signal)> {
        let restored = |id: &SourceId| matches!(&plan.intent, Intent::Restore { region, .. } if *region == id.region);
        let counts = |id: &SourceId| id.source != Source::Backups || restored(id);
        let snapshot = self.snapshot();
        let signals = snapshot.signals().filter(|(id, signal)| counts(id) && signal.last.is_some());
        signals.map(|(id, signal)| (id.clone(), signal.clone())).collect()
    }

    fn situation<'a>(&'a self, snapshot: &'a Snapshot) -> Situation<'a> {
        let (stack, now) = (&self.opened.stack, self.engine.clock().now());
        Situation::new(stack, snapshot, &self.engine.history(), now, self.no_room())
    }

    /// Why no journal could be written here, as of a moment ago: a plan that is read is judged each second, and to try it
    /// wears the disk. Whoever begins a run tries it anew.
    fn no_room(&self) -> Option<String> {
        let mut tried = self.room.lock().unwrap_or_else(PoisonError::into_inner);
        match &*tried {
            Some((at, failure)) if at.elapsed() < ROOM_LASTS => failure.clone(),
            _ => {
                let failure = self.store.writable().err().map(|error| error.to_string());
                *tried = Some((Instant::now(), failure.clone()));
                failure
            }
        }
    }

    /// Makes a plan from the newest picture, keeps it, and judges it.
    pub fn plan(&self, intent: &Intent) -> Result<Planned, Unplannable> {
        let snapshot = self.snapshot();
        let plan = Past::of(&self.store).plan(intent, &snapshot, &self.opened.stack, self.engine.clock().now())?;
        let notes = evac_core::guard::judge(&plan, &self.situation(&snapshot));
        // A plan that cannot be kept can be read all the same: the guards tell that nothing can be written.
        if let Err(error) = self.store.save_plan(&plan) {
            tracing::warn!(%error, "the plan is not kept");
        }
        Ok(Planned { plan, notes })
    }

    /// Judges a plan beside the newest picture, drift included, and states its loss anew.
    pub fn judge(&self, plan: &Plan) -> Result<(Vec<Note>, LossStatement), Unplannable> {
        let snapshot = self.snapshot();
        let now = self.engine.clock().now();
        let current = Past::of(&self.store).plan_again(plan, &snapshot, &self.opened.stack, now)?;
        Ok((evac_core::guard::judge_beside(plan, &current, &self.situation(&snapshot)), current.loss))
    }

    /// Looks at the world for each step of a plan: what holds already, and what could be begun now.
    pub async fn dry_run(&self, plan: &Plan) -> Vec<DryStep> {
        let observer = means::observer(&self.opened).await;
        dry_run(plan, &observer, self.opened.stack.polling.timeout.unsigned()).await
    }

    /// Starts the process that mints the consent and carries the plan out, and waits until it is ready to. What it waits
    /// for is told.
    pub async fn begin(&self, request: &RunRequest, waits: impl FnMut(&str) + Send) -> Result<Ready, NotLaunched> {
        launch::begin(&self.opened, request, waits).await
    }

    /// Starts a process that goes on with a run, though it was stopped if that is said, and waits until it is ready to.
    pub async fn resume(
        &self,
        run: &RunId,
        despite_abort: bool,
        waits: impl FnMut(&str) + Send,
    ) -> Result<Ready, NotLaunched> {
        launch::resume(&self.opened, run, despite_abort, waits).await
    }

    /// Asks something of a run, here or on another machine.
    pub async fn order(&self, run: &RunId, order: Order) -> Result<(), String> {
        if let Some(state) = self.state(run).await {
            if let Some((outcome, _)) = &state.finished {
                return Err(format!("{run} is over: {}", outcome.word()));
            }
            if let Order::Override { given } = &order {
                at_its_gate(&state, given.code)?;
            }
        }
        let signed = SignedOrder::new(order, signature(), self.engine.clock().now());
        if let Ok(folder) = self.store.open(run.as_str())
            && folder.is_running()
        {
            return folder.orders().give(&signed).map_err(|error| error.to_string());
        }
        let told = self.mirror().await.give(run, &signed).await;
        told.map_err(|failures| {
            let words: Vec<_> = failures.iter().map(|(region, error)| format!("{region}: {error}")).collect();
            if words.is_empty() {
                "no process carries it out on this machine, and the stack names no bucket to leave word in".to_owned()
            } else {
                words.join("; ")
            }
        })
    }

    /// Says that the end of a run was seen, which ends the cool-down. The lease is told, and the journal where it is
    /// kept on this machine.
    ///
    /// # Errors
    /// When the run is not over, or was acknowledged before, or neither the lease nor a journal here knows of it.
    pub async fn acknowledge(&self, run: &RunId) -> Result<(), String> {
        let patience = self.opened.stack.polling.timeout.unsigned();
        let folder = self.store.open(run.as_str()).ok();
        if let Some(folder) = &folder {
            self.wait_for_its_process(folder).await;
        }
        let told = acknowledge(self.lease().await.clone(), run.as_str(), &signature(), patience).await;
        let told = told.map_err(|failure| failure.to_string())?;
        let noted = match &folder {
            Some(folder) => {
                let clock = WorldClock::new(self.engine.clock(), self.opened.stack.clock.rate, None);
                note_acknowledged(folder, &signature(), clock).await?
            }
            None => false,
        };
        if told || noted { Ok(()) } else { Err("it is not over, or was acknowledged before".to_owned()) }
    }

    /// The process of a run that is over still waits for the copies of its journal, and tells the lease afterwards.
    async fn wait_for_its_process(&self, folder: &RunFolder) {
        let over = || folder.state().is_ok_and(|state| state.finished.is_some());
        let deadline = Instant::now() + LEAVING;
        while folder.is_running() && over() && Instant::now() < deadline {
            sleep(LOOK).await;
        }
    }
}

/// A word at a gate is for what is seen there: it cannot be given before.
fn at_its_gate(state: &RunState, code: GuardCode) -> Result<(), String> {
    let mut closed = state.closed_gates();
    if closed.any(|(_, waiting)| waiting == code) {
        return Ok(());
    }
    let run = &state.run;
    match state.plan.steps.iter().find(|step| step.gate == Some(code)) {
        None => Err(format!("{run} has no gate that waits for {code}")),
        Some(step) if state.is_overridden(code).is_some() => {
            Err(format!("{code} was overridden already, at the gate {}", step.id))
        }
        Some(step) => Err(format!(
            "{run} is not at its gate {} now: say so when it waits there (`evac attach` tells), and see what it waits for",
            step.id
        )),
    }
}

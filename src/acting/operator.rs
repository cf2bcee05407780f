//! An operator's desk: plans, judges, launches and asks, for the command line and the screen alike.

use std::sync::Arc;

use evac_core::{
    Snapshot, SourceError,
    guard::{Note, Refusal, Situation},
    plan::{Intent, LossStatement, Plan, Unplannable},
    run::RunId,
};
use evac_engine::{
    EngineHandle, Sight,
    run::{DryStep, LeaseStore, Mirror, Order, RunStore, SignedOrder, acknowledge, dry_run},
};

use tokio::sync::OnceCell;

use super::{
    RunRequest, keeping,
    launch::{self, Launched},
    means,
    past::Past,
    signature,
};
use crate::cli::session::OpenStack;

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
}

/// A plan, judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// The plan.
    pub plan: Plan,
    /// What stands for and against it, worst first.
    pub notes: Vec<Note>,
}

/// Why no run was begun.
#[derive(Debug, Clone, PartialEq)]
pub enum NotLaunched {
    /// There is no consent.
    Refused(Box<Refusal>),
    /// Something else, in a line for a person.
    Failed(String),
}

impl Operator {
    /// The desk of a stack whose sources are asked already. Nothing is opened before it is needed: a first frame does
    /// not wait for it.
    pub fn new(opened: OpenStack, engine: EngineHandle) -> Self {
        let store = RunStore::new(opened.state());
        Self { opened, engine, store, mirror: Arc::default(), lease: Arc::default() }
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

    fn situation<'a>(&'a self, snapshot: &'a Snapshot) -> Situation<'a> {
        let failure = self.store.writable().err().map(|error| error.to_string());
        Situation::new(&self.opened.stack, snapshot, &self.engine.history(), self.engine.clock().now(), failure)
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

    /// Looks at the world for each step of a plan: what holds already, and what could be begun now. A line a step.
    pub async fn dry_run(&self, plan: &Plan) -> Vec<String> {
        let observer = means::observer(&self.opened).await;
        let steps = dry_run(plan, &observer, self.opened.stack.polling.timeout.unsigned()).await;
        let word = |seen: Option<Result<Sight, SourceError>>| match seen {
            None => "-".to_owned(),
            Some(Ok(Sight::Met { evidence })) => format!("holds: {evidence}"),
            Some(Ok(Sight::Underway { on })) => format!("under way: {on}"),
            Some(Ok(Sight::Untouched { on })) => format!("not yet: {on}"),
            Some(Ok(Sight::Never { why })) => format!("cannot: {why}"),
            Some(Err(error)) => format!("not seen: {error}"),
        };
        let line = |step: DryStep| {
            format!(
                "{:26}  before: {}  after: {}",
                step.step.as_str(),
                word(step.precondition),
                word(step.verification)
            )
        };
        steps.into_iter().map(line).collect()
    }

    /// Starts the process that mints the consent and carries the plan out. It blocks until that has said how it went.
    pub fn begin(&self, request: &RunRequest) -> Result<RunId, NotLaunched> {
        match launch::begin(&self.opened, request) {
            Ok(Launched::Begun(run)) => Ok(run),
            Ok(Launched::Refused(refusal)) => Err(NotLaunched::Refused(refusal)),
            Err(why) => Err(NotLaunched::Failed(why)),
        }
    }

    /// Starts a process that goes on with a run. It blocks until that has said how it went.
    pub fn resume(&self, run: &RunId) -> Result<RunId, String> {
        match launch::resume(&self.opened, run)? {
            Launched::Begun(run) => Ok(run),
            Launched::Refused(refusal) => Err(refusal.problems.join("; ")),
        }
    }

    /// Asks something of a run, here or on another machine.
    pub async fn order(&self, run: &RunId, order: Order) -> Result<(), String> {
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

    /// Says that the end of a run was seen, which ends the cool-down.
    ///
    /// # Errors
    /// When it is not the last run that moved something, was acknowledged before, or the lease cannot be asked.
    pub async fn acknowledge(&self, run: &RunId) -> Result<(), String> {
        let patience = self.opened.stack.polling.timeout.unsigned();
        match acknowledge(self.lease().await.clone(), run.as_str(), &signature(), patience).await {
            Ok(true) => Ok(()),
            Ok(false) => Err("it is not the last run that moved something, or was acknowledged before".to_owned()),
            Err(failure) => Err(failure.to_string()),
        }
    }
}

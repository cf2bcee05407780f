//! The process that carries a run out. It has a session of its own, so that nothing that happens to a terminal reaches it:
//! it takes the lease, looks at everything anew, lets the guards judge under the lease, and carries the plan out, once
//! whoever asked lets it.

use std::sync::Arc;

use super::{
    Harm,
    asker::{Asker, tell, tell_wait},
    holding::{Held, claim, elsewhere, given_back, take_to_begin},
    keeping, means,
    past::Past,
    request::{RunRequest, Said},
    signature,
    watch::keeps_to_its_machine,
};
use crate::cli::session::{OpenStack, full_picture};
use evac_core::{
    guard::{self, Consent, ConsentRequest, LeaseView, Refusal, Situation},
    plan::Plan,
    run::{RunId, RunState, Runner},
    text::age,
};
use evac_engine::{
    EngineHandle,
    run::{
        Beginning, Executor, JournalFile, JournalFileError, Lease, Means, Mirror, NoCopy, NotResumed, NotTaken, Opened,
        Policy, Resumption, RunFolder, RunStore, Taken, WorldClock, watch_orders,
    },
};
use jiff::SignedDuration;

/// What the process is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Task {
    /// Begin the run that is asked for on standard input.
    Begin,
    /// Go on with a run.
    Resume {
        /// The run.
        run: RunId,
        /// In the place of a worker that ended: where it went on elsewhere since, it is left there.
        again: bool,
        /// Though it was stopped.
        despite_abort: bool,
    },
}

/// Leaves the session of the terminal, so that its end is none of this process.
pub fn leave_terminal() {
    // It fails only for a leader of a process group, which has a session or job of its own already.
    let _ = rustix::process::setsid();
}

/// A run that is ready to be carried out.
struct Begun {
    executor: Executor,
    folder: RunFolder,
    /// Where its journal is copied to, and orders come from.
    mirror: Mirror,
}

/// Why the worker did not begin.
enum NotBegun {
    Refused(Box<Refusal>),
    Failed(String),
    /// The run is over, or in other hands.
    Over(String),
    /// Whoever asked has left before it did.
    Left,
}

impl From<String> for NotBegun {
    fn from(why: String) -> Self {
        Self::Failed(why)
    }
}

/// Does the task, and tells the exit status: 0 when the run came to an end or was handed over, whichever the end was.
pub async fn work(opened: &OpenStack, task: &Task) -> u8 {
    let (engine, mut asker) = (opened.start().await, Asker::listen());
    let began = match task {
        Task::Begin => begin(opened, &engine, &mut asker).await,
        Task::Resume { run, again, despite_abort } => {
            resume(opened, &engine, &mut asker, run, *again, *despite_abort).await
        }
    };
    // The picture is not needed any more: from here on each step looks for itself.
    engine.shut_down().await;
    let Begun { executor, folder, mirror } = match began {
        Ok(begun) => begun,
        Err(NotBegun::Refused(refusal)) => {
            tell(&Said::Refused { refusal });
            return 1;
        }
        Err(NotBegun::Failed(why)) => {
            tracing::error!(%why, "the run did not begin");
            tell(&Said::Failed { why, over: false });
            return 1;
        }
        Err(NotBegun::Over(why)) => {
            tracing::info!(%why, "the run is not gone on with here");
            tell(&Said::Failed { why, over: true });
            return 1;
        }
        Err(NotBegun::Left) => {
            tracing::warn!("whoever asked has left before the run could begin: nothing was done");
            return 1;
        }
    };
    tell(&Said::Begun { run: folder.run().clone() });
    let spent = executor.view().borrow().spent_orders();
    let orders = watch_orders(&folder, mirror, spent);
    match executor.run(orders).await {
        Ok(end) => {
            tracing::info!(?end, run = %folder.run(), "the run left its runner");
            0
        }
        Err(error) => {
            tracing::error!(%error, run = %folder.run(), "the run had to be left; it can be resumed");
            1
        }
    }
}

async fn begin(opened: &OpenStack, engine: &EngineHandle, asker: &mut Asker) -> Result<Begun, NotBegun> {
    let text = asker.says().await.ok_or(NotBegun::Left)?;
    let request: RunRequest = serde_json::from_str(&text).map_err(|error| format!("the request: {error}"))?;
    let store = RunStore::new(opened.state());
    let plan = store.plan(&request.plan).map_err(|error| error.to_string())?;
    let run = RunId::new(engine.clock().now(), plan.intent.verb(), &plan.hash());
    let keeping = keeping::beside_lost(opened, &plan);
    let Held { mut taken, view } = take_to_begin(&keeping, engine, &run, &plan, &request).await?;
    let prepared = prepare(opened, engine, asker, &request, &plan, &run, view).await;
    let Prepared { snapshot, consent, folder, journal } = match prepared {
        Ok(prepared) => prepared,
        Err(why) => {
            given_back(taken.lease.release(None).await);
            return Err(why);
        }
    };
    let mirror = keeping::mirror(&keeping).await;
    let means = means_of(opened, engine, &consent, &folder, &snapshot, mirror.clone()).await;
    let Harm { harmed_at, found_at } = request.harm.unwrap_or_else(|| Harm::of(&plan, engine, &opened.stack));
    let beginning = Beginning { run, runner: runner(), plan, consent, harmed_at, found_at };
    let executor = Executor::begin(journal, taken.lease, means, beginning).await.map_err(|error| error.to_string())?;
    Ok(Begun { executor, folder, mirror })
}

/// What a run begins with, once whoever asked has let it.
struct Prepared {
    snapshot: evac_core::Snapshot,
    consent: Consent,
    folder: RunFolder,
    journal: JournalFile,
}

async fn prepare(
    opened: &OpenStack,
    engine: &EngineHandle,
    asker: &mut Asker,
    request: &RunRequest,
    plan: &Plan,
    run: &RunId,
    lease: LeaseView,
) -> Result<Prepared, NotBegun> {
    // Judged under the lease, beside what is seen now: nothing that was decided before counts.
    let patience = request.wait.map_or_else(|| opened.patience(), |wait| wait.unsigned());
    let at_most = age(SignedDuration::try_from(patience).unwrap_or(SignedDuration::MAX));
    tell_wait(&format!("every source to answer, {at_most} at most"));
    let picture = tokio::select! {
        picture = full_picture(engine, patience) => picture,
        () = asker.leaves() => return Err(NotBegun::Left),
    };
    let snapshot = picture.remembering(request.remembered.iter().cloned());
    let store = RunStore::new(opened.state());
    let consent = judge(opened, engine, &snapshot, plan, lease, &store, request.clone())?;
    if !asker.lets_go(run).await {
        return Err(NotBegun::Left);
    }
    let folder = store.create(run).map_err(|error| error.to_string())?;
    let journal = JournalFile::create(&folder).map_err(|error| error.to_string())?;
    Ok(Prepared { snapshot, consent, folder, journal })
}

fn judge(
    opened: &OpenStack,
    engine: &EngineHandle,
    snapshot: &evac_core::Snapshot,
    plan: &Plan,
    lease: LeaseView,
    store: &RunStore,
    request: RunRequest,
) -> Result<Consent, NotBegun> {
    let now = engine.clock().now();
    let unplannable =
        |why| format!("there is no consent, and nothing was changed: no plan can be made any more: {why}");
    let current = Past::of(store).plan_again(plan, snapshot, &opened.stack, now).map_err(unplannable)?;
    let failure = store.writable().err().map(|error| error.to_string());
    let mut situation = Situation::new(&opened.stack, snapshot, &engine.history(), now, failure);
    situation.lease = lease;
    let request = ConsentRequest::from(request);
    guard::consent(plan, &current, &situation, request).map_err(|refusal| NotBegun::Refused(Box::new(refusal)))
}

async fn resume(
    opened: &OpenStack,
    engine: &EngineHandle,
    asker: &mut Asker,
    run: &RunId,
    again: bool,
    despite_abort: bool,
) -> Result<Begun, NotBegun> {
    let store = RunStore::new(opened.state());
    let (here, damage) = match store.open(run.as_str()).map(|folder| JournalFile::open(&folder)) {
        Ok(Ok(there)) => (Some(there), None),
        Ok(Err(damaged @ JournalFileError::Damaged { .. })) => (None, Some(damaged)),
        Ok(Err(busy @ JournalFileError::Busy(_))) => return Err(NotBegun::Over(busy.to_string())),
        Ok(Err(error)) => return Err(error.to_string().into()),
        Err(_) => (None, None),
    };
    let known = match &here {
        Some(there) => there.journal.clone(),
        None => {
            tell_wait("a copy of its journal");
            let copied = keeping::mirror(opened).await.journal(run).await;
            let why = |no_copy: NoCopy| match damage {
                Some(damage) => format!("{damage}; {no_copy}"),
                None => no_copy.to_string(),
            };
            copied.map_err(why)?.journal
        }
    };
    let state = RunState::replay(&known.records).map_err(|error| error.to_string())?;
    let state = state.ok_or_else(|| "the run never began: its journal holds no whole record".to_owned())?;
    let consent =
        guard::renew(&state.plan, &known).ok_or_else(|| "the consent in the journal is to another plan".to_owned())?;
    // Who holds the lock of the journal that an epoch wrote knows that its runner is dead; of a copy nobody does.
    let dead = here.as_ref().is_some_and(|there| !there.copy) && state.runner.machine == super::machine();
    let keeping = keeping::beside_lost(opened, &state.plan);
    // Who began with a lease of this machine alone goes on with it here: the table knows nothing of the run.
    let local = keeps_to_its_machine(&known.records) && here.as_ref().is_some_and(|there| !there.copy);
    let store_of_lease = if local { keeping::local_lease(&keeping) } else { keeping::lease_store(&keeping).await };
    let claim = claim(&keeping, run, &state.plan, Some(state.epoch), dead);
    tell_wait("the lease of the stack");
    let mut taken = match Lease::acquire(store_of_lease, claim, engine.clock()).await {
        Ok(taken) => taken,
        // A renewal of a worker that was killed here may arrive after its death: that is no sign of anybody else.
        Err(NotTaken::Busy(holder)) if holder.run == run.as_str() && holder.holder != signature() => {
            return Err(NotBegun::Over(NotTaken::Busy(holder).to_string()));
        }
        Err(why) => return Err(why.to_string().into()),
    };
    let gone = here.as_ref().filter(|_| again).and_then(|there| elsewhere(run, there, &taken));
    let mirror = keeping::mirror(&keeping).await;
    let going_on = match gone {
        Some(why) => Err(NotBegun::Over(why)),
        None if !asker.lets_go(run).await => Err(NotBegun::Left),
        None => match store.create(run).map_err(|error| error.to_string()) {
            Ok(folder) => newest_journal(&folder, here, &state, &taken, &mirror).await.map(|newest| (folder, newest)),
            Err(why) => Err(why),
        }
        .map_err(NotBegun::Failed),
    };
    let (folder, Opened { file, journal, bytes, copy, .. }) = match going_on {
        Ok(going_on) => going_on,
        Err(why) => {
            given_back(taken.give_back(&state, &known).await);
            return Err(why);
        }
    };
    let snapshot = engine.snapshots().borrow().clone();
    let means = means_of(opened, engine, &consent, &folder, &snapshot, mirror.clone()).await;
    let resumption = Resumption { journal, bytes, taken, runner: runner(), copy, despite_abort };
    let executor = Executor::resume(file, means, resumption).await.map_err(|why| match why {
        over @ NotResumed::Over(_) => NotBegun::Over(over.to_string()),
        other => NotBegun::Failed(other.to_string()),
    })?;
    Ok(Begun { executor, folder, mirror })
}

/// The journal that a run goes on with. It is that of this machine, unless there is none that can be believed, or the run
/// has gone on elsewhere since. A copy is taken under the lease only: before, somebody may still write on it, and would be followed here by what
/// it was.
async fn newest_journal(
    folder: &RunFolder,
    here: Option<Opened>,
    state: &RunState,
    taken: &Taken,
    mirror: &Mirror,
) -> Result<Opened, String> {
    let ours = |there: &Opened| {
        !there.copy && taken.before.lease.epoch <= state.epoch && taken.beyond(folder.run(), &there.journal).is_none()
    };
    let here = match here {
        Some(there) if ours(&there) => return Ok(there),
        here => here,
    };
    let copied = match (here, mirror.journal(folder.run()).await) {
        (Some(there), Ok(copied)) if !copied.goes_beyond(state) => return Ok(there),
        // Without a copy that tells how the run went on, this journal is refused.
        (Some(there), Err(_)) => return Ok(there),
        // The journal that was here is let go, and kept aside.
        (_, Ok(copied)) => copied,
        (None, Err(failure)) => return Err(failure.to_string()),
    };
    JournalFile::adopt(folder, &copied.bytes).map_err(|error| error.to_string())
}

async fn means_of(
    opened: &OpenStack,
    engine: &EngineHandle,
    consent: &Consent,
    folder: &RunFolder,
    snapshot: &evac_core::Snapshot,
    mirror: Mirror,
) -> Means {
    let (rate, stack) = (opened.stack.clock.rate, opened.stack.clone());
    let seen = snapshot.signals().filter_map(|(_, signal)| signal.clock).max_by_key(|clock| clock.here);
    Means {
        actor: means::actor(opened, consent, folder.path().join("notifications")).await,
        observer: means::observer(opened).await,
        mirror,
        clock: WorldClock::new(engine.clock(), rate, seen),
        policy: Policy::of(&opened.stack),
        command: Arc::new(move |call| call.command(&stack)),
    }
}

fn runner() -> Runner {
    Runner {
        operator: signature(),
        machine: super::machine(),
        process: std::process::id(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }
}

//! The process that carries a run out. It has a session of its own, so that nothing that happens to a terminal reaches it:
//! it takes the lease, looks at everything anew, lets the guards judge under the lease, and carries the plan out, once
//! whoever asked lets it.

use std::sync::Arc;

use super::{
    Harm,
    asker::{Asker, tell, tell_wait},
    keeping, means,
    past::Past,
    request::{RunRequest, Said},
    signature,
};
use crate::cli::session::{OpenStack, full_picture};
use evac_core::{
    guard::{self, Consent, ConsentRequest, LeaseView, Refusal, Situation},
    plan::{Intent, Plan},
    run::{RunId, RunState, Runner},
};
use evac_engine::{
    EngineHandle,
    run::{
        Beginning, Claim, Executor, JournalFile, JournalFileError, Lease, Means, Mirror, NoCopy, Opened, Policy,
        Resumption, RunFolder, RunStore, Taken, WorldClock, watch_orders,
    },
};

/// What the process is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Task {
    /// Begin the run that is asked for on standard input.
    Begin,
    /// Go on with a run.
    Resume(RunId),
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
        Task::Resume(run) => resume(opened, &engine, &mut asker, run).await,
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
            tell(&Said::Failed { why });
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
    let mut taken = take(&keeping, engine, &run, purpose(&plan.intent), None, false).await?;
    let prepared = prepare(opened, engine, asker, &request, &plan, &run, &taken, &store).await;
    let Prepared { snapshot, consent, folder, journal } = match prepared {
        Ok(prepared) => prepared,
        Err(why) => {
            give_back(&mut taken.lease).await;
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

#[allow(clippy::too_many_arguments, reason = "all of it is what a run begins with")]
async fn prepare(
    opened: &OpenStack,
    engine: &EngineHandle,
    asker: &mut Asker,
    request: &RunRequest,
    plan: &Plan,
    run: &RunId,
    taken: &Taken,
    store: &RunStore,
) -> Result<Prepared, NotBegun> {
    // Judged under the lease, beside what is seen now: nothing that was decided before counts.
    tell_wait("every source to answer, under the lease");
    let picture = tokio::select! {
        picture = full_picture(engine, opened.patience()) => picture,
        () = asker.leaves() => return Err(NotBegun::Left),
    };
    let snapshot = picture.remembering(request.remembered.iter().cloned());
    let consent = judge(opened, engine, &snapshot, plan, taken, store, request.clone())?;
    if !asker.lets_go(run).await {
        return Err(NotBegun::Left);
    }
    let folder = store.create(run).map_err(|error| error.to_string())?;
    let journal = JournalFile::create(&folder).map_err(|error| error.to_string())?;
    Ok(Prepared { snapshot, consent, folder, journal })
}

/// Gives back a lease under which nothing was done.
async fn give_back(lease: &mut Lease) {
    if let Err(failure) = lease.release(None).await {
        tracing::warn!(%failure, "the lease is not given back; it runs out by itself");
    }
}

fn judge(
    opened: &OpenStack,
    engine: &EngineHandle,
    snapshot: &evac_core::Snapshot,
    plan: &Plan,
    taken: &Taken,
    store: &RunStore,
    request: RunRequest,
) -> Result<Consent, NotBegun> {
    let now = engine.clock().now();
    let current = Past::of(store).plan_again(plan, snapshot, &opened.stack, now).map_err(|why| why.to_string())?;
    let failure = store.writable().err().map(|error| error.to_string());
    let mut situation = Situation::new(&opened.stack, snapshot, &engine.history(), now, failure);
    // The lease is this process's own by now: what stands against the run is who held it before.
    situation.lease = LeaseView::taken_over(&opened.stack, &taken.before.lease, now);
    let request = ConsentRequest::from(request);
    guard::consent(plan, &current, &situation, request).map_err(|refusal| NotBegun::Refused(Box::new(refusal)))
}

async fn resume(opened: &OpenStack, engine: &EngineHandle, asker: &mut Asker, run: &RunId) -> Result<Begun, NotBegun> {
    let store = RunStore::new(opened.state());
    let (here, damage) = match store.open(run.as_str()).map(|folder| JournalFile::open(&folder)) {
        Ok(Ok(there)) => (Some(there), None),
        Ok(Err(damaged @ JournalFileError::Damaged { .. })) => (None, Some(damaged)),
        Ok(Err(error)) => return Err(error.to_string().into()),
        Err(_) => (None, None),
    };
    let records = match &here {
        Some(there) => there.journal.records.clone(),
        None => {
            tell_wait("a copy of its journal");
            let copied = keeping::mirror(opened).await.journal(run).await;
            let why = |no_copy: NoCopy| match damage {
                Some(damage) => format!("{damage}; {no_copy}"),
                None => no_copy.to_string(),
            };
            copied.map_err(why)?.journal.records
        }
    };
    let state = RunState::replay(&records).map_err(|error| error.to_string())?;
    let state = state.ok_or_else(|| "the run never began: its journal holds no whole record".to_owned())?;
    let consent = guard::renew(&state.plan, &state.consent)
        .ok_or_else(|| "the consent in the journal is to another plan".to_owned())?;
    // Who holds the lock of the journal that an epoch wrote knows that its runner is dead; of a copy nobody does.
    let dead = here.as_ref().is_some_and(|there| !there.copy) && state.runner.machine == super::machine();
    let keeping = keeping::beside_lost(opened, &state.plan);
    let mut taken = take(&keeping, engine, run, purpose(&state.plan.intent), Some(state.epoch), dead).await?;
    if !asker.lets_go(run).await {
        give_back(&mut taken.lease).await;
        return Err(NotBegun::Left);
    }
    let mirror = keeping::mirror(&keeping).await;
    let folder = store.create(run).map_err(|error| error.to_string());
    let opened_journal = match folder {
        Ok(folder) => newest_journal(&folder, here, &state, &taken, &mirror).await.map(|opened| (folder, opened)),
        Err(why) => Err(why),
    };
    let (folder, Opened { file, journal, bytes, copy, .. }) = match opened_journal {
        Ok(there) => there,
        Err(why) => {
            give_back(&mut taken.lease).await;
            return Err(why.into());
        }
    };
    let snapshot = engine.snapshots().borrow().clone();
    let means = means_of(opened, engine, &consent, &folder, &snapshot, mirror.clone()).await;
    let resumption = Resumption { journal, bytes, taken, runner: runner(), copy };
    let executor = Executor::resume(file, means, resumption).await.map_err(|error| error.to_string())?;
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

async fn take(
    opened: &OpenStack,
    engine: &EngineHandle,
    run: &RunId,
    purpose: String,
    epoch: Option<u64>,
    dead: bool,
) -> Result<Taken, String> {
    tell_wait("the lease of the stack");
    let ttl = opened.stack.lease.as_ref().map_or(LOCAL_TTL, |lease| lease.ttl).unsigned();
    let claim = Claim { run: run.clone(), holder: signature(), purpose, ttl, epoch, dead };
    let store = keeping::lease_store(opened).await;
    Lease::acquire(store, claim, engine.clock()).await.map_err(|error| error.to_string())
}

/// How long a run of a stack without a lease table keeps the lease of this machine.
const LOCAL_TTL: evac_core::stack::Period = evac_core::stack::Period::from_secs(20);

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

/// What a run does, for those who wait for the lease.
fn purpose(intent: &Intent) -> String {
    let place = match intent {
        Intent::Switchover { to } | Intent::Failover { to } => format!(" to {to}"),
        Intent::Restore { region, .. } | Intent::Recover { region, .. } => format!(" in {region}"),
        Intent::Drain { region } | Intent::Undrain { region } => format!(" {region}"),
        Intent::Failback => String::new(),
    };
    format!("{}{place}", intent.verb().word())
}
